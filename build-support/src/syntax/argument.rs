//! The form of a directive: `NAME(argument, ...) key="value" ...`, whatever its name.

use super::directive::{DirectiveError, unknown_key};
use crate::Span;

/// A directive taken apart.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: (String, Span),
    /// `None` without parentheses.
    arguments: Option<Vec<Argument>>,
    /// What follows the parentheses.
    pairs: Vec<Argument>,
}

/// An argument; texts with their places, that of a value without its quotes.
#[derive(Debug)]
pub(super) enum Argument {
    Word((String, Span)),
    Pair {
        key: (String, Span),
        value: (String, Span),
    },
}

impl Argument {
    pub(super) fn span(&self) -> Span {
        match self {
            Argument::Word((_, span)) => *span,
            Argument::Pair { key, value } => Span::new(key.1.start, value.1.end + 1),
        }
    }
}

impl Call {
    /// Takes the part `span` of `text` apart.
    pub(super) fn parse(text: &str, span: Span) -> Result<Self, DirectiveError> {
        let mut cursor = Cursor {
            text,
            position: span.start,
            end: span.end,
        };
        let name = cursor.take_while(is_name);
        if name.is_empty() {
            return Err(DirectiveError::malformed(span, "a directive has a name")
                .help("such as `-- migratory: no-transaction`"));
        }
        cursor.skip_blanks();
        let arguments = match cursor.peek() {
            Some('(') => Some(cursor.arguments()?),
            _ => None,
        };
        let mut pairs = Vec::new();
        loop {
            cursor.skip_blanks();
            if cursor.peek().is_none() {
                let name = (name.of(text).to_owned(), name);
                return Ok(Call {
                    name,
                    arguments,
                    pairs,
                });
            }
            pairs.push(cursor.pair()?);
        }
    }

    /// Neither arguments nor keys.
    pub(super) fn bare(&self) -> Result<(), DirectiveError> {
        self.no_arguments()?;
        self.no_pairs()
    }

    pub(super) fn no_arguments(&self) -> Result<(), DirectiveError> {
        match self.arguments {
            None => Ok(()),
            Some(_) => {
                let message = format!("`{}` takes no arguments", self.name.0);
                Err(DirectiveError::malformed(self.name.1, message))
            }
        }
    }

    pub(super) fn no_pairs(&self) -> Result<(), DirectiveError> {
        match self.pairs.first() {
            None => Ok(()),
            Some(pair) => {
                let message = format!("`{}` takes no keys", self.name.0);
                Err(DirectiveError::malformed(pair.span(), message))
            }
        }
    }

    /// At least one argument; `example` completes "it needs".
    pub(super) fn arguments(&self, example: &str) -> Result<&[Argument], DirectiveError> {
        match self.arguments.as_deref() {
            None | Some([]) => {
                let message = format!("`{}` needs arguments", self.name.0);
                Err(DirectiveError::malformed(self.name.1, message).help(format!("name {example}")))
            }
            Some(arguments) => Ok(arguments),
        }
    }

    /// At least one argument, all of them words.
    pub(super) fn words(&self, example: &str) -> Result<Vec<(String, Span)>, DirectiveError> {
        let word = |argument: &Argument| match argument {
            Argument::Word(word) => Ok(word.clone()),
            Argument::Pair { key, .. } => {
                let message = format!("`{}` belongs behind the parentheses", key.0);
                Err(DirectiveError::malformed(argument.span(), message))
            }
        };
        self.arguments(example)?.iter().map(word).collect()
    }

    /// The value of `reason`, the only key there may be. An empty one is none.
    pub(super) fn reason(&self) -> Result<Option<String>, DirectiveError> {
        let mut reason = None;
        for pair in &self.pairs {
            let Argument::Pair { key, value } = pair else {
                continue;
            };
            if key.0 != "reason" {
                return Err(unknown_key(key, &["reason"]));
            }
            if reason.replace(value.0.trim().to_owned()).is_some() {
                return Err(DirectiveError::malformed(key.1, "`reason` is given twice"));
            }
        }
        Ok(reason.filter(|reason| !reason.is_empty()))
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_')
}

struct Cursor<'a> {
    text: &'a str,
    position: usize,
    end: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        Span::new(self.position, self.end)
            .of(self.text)
            .chars()
            .next()
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> Span {
        let start = self.position;
        while let Some(character) = self.peek().filter(|character| accept(*character)) {
            self.position += character.len_utf8();
        }
        Span::new(start, self.position)
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// What stands at the position, for a message.
    fn rest(&self) -> Span {
        Span::new(self.position, self.end)
    }

    /// From `(` to `)`.
    fn arguments(&mut self) -> Result<Vec<Argument>, DirectiveError> {
        let open = self.position;
        self.position += 1;
        let mut arguments = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(')') if arguments.is_empty() => break,
                Some(',' | ')') => {
                    let message = "an argument is missing here";
                    return Err(DirectiveError::malformed(self.rest(), message));
                }
                _ => arguments.push(self.argument()?),
            }
            self.skip_blanks();
            match self.peek() {
                Some(',') => self.position += 1,
                Some(')') => break,
                Some(_) => {
                    let message = "expected `,` or `)` here";
                    return Err(DirectiveError::malformed(self.rest(), message));
                }
                None => {
                    let span = Span::new(open, self.end);
                    return Err(DirectiveError::malformed(
                        span,
                        "this parenthesis is never closed",
                    ));
                }
            }
        }
        self.position += 1;
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<Argument, DirectiveError> {
        let start = self.position;
        self.take_while(is_name);
        self.skip_blanks();
        if self.peek() == Some('=') {
            self.position = start;
            return self.pair();
        }
        self.position = start;
        let word = self.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '(' | ')' | '"'));
        if word.is_empty() && self.peek().is_some() {
            let message = "this is no argument";
            return Err(DirectiveError::malformed(self.rest(), message));
        }
        Ok(Argument::Word((word.of(self.text).to_owned(), word)))
    }

    /// `key="value"`; within the quotes a backslash keeps a quote or a backslash.
    fn pair(&mut self) -> Result<Argument, DirectiveError> {
        let rest = self.rest();
        let key = self.take_while(is_name);
        self.skip_blanks();
        if key.is_empty() || self.peek() != Some('=') {
            let message = format!("unexpected `{}`", rest.of(self.text));
            return Err(DirectiveError::malformed(rest, message)
                .help("a directive is `NAME(arguments) key=\"value\"` and nothing else"));
        }
        self.position += 1;
        self.skip_blanks();
        let value = self.quoted(key)?;
        let key = (key.of(self.text).to_owned(), key);
        Ok(Argument::Pair { key, value })
    }

    fn quoted(&mut self, key: Span) -> Result<(String, Span), DirectiveError> {
        let start = self.position;
        let name = key.of(self.text);
        if self.peek() != Some('"') {
            let span = Span::new(key.start, self.end);
            let message = format!("the value of `{name}` is not in double quotes");
            return Err(
                DirectiveError::malformed(span, message).help(format!("write `{name}=\"...\"`"))
            );
        }
        self.position += 1;
        let mut value = String::new();
        while let Some(character) = self.peek() {
            self.position += character.len_utf8();
            match character {
                '"' => return Ok((value, Span::new(start + 1, self.position - 1))),
                '\\' if matches!(self.peek(), Some('"' | '\\')) => {
                    value.extend(self.peek());
                    self.position += 1;
                }
                _ => value.push(character),
            }
        }
        let message = format!("the value of `{name}` is never closed");
        Err(DirectiveError::malformed(
            Span::new(start, self.end),
            message,
        ))
    }
}
