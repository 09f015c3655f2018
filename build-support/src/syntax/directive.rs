//! What comments say to us: `-- migratory: NAME(arguments) key="value"`, and the description in a file's header.

use std::fmt;

use strsim::damerau_levenshtein;

use super::argument::{Argument, Call};
use super::split::StatementSpan;
use super::token::{Token, TokenKind};
use crate::{Span, nearest};

/// The names of all directives.
pub const NAMES: [&str; 8] = [
    "allow",
    "no-transaction",
    "down",
    "irreversible",
    "env",
    "timeout",
    "squash",
    "opaque",
];

/// A comment that is a directive, or means to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The comment.
    pub span: Span,
    /// The comment's index among the file's tokens. Before [`header_end`] it stands in the header.
    pub token: usize,
    /// What it says.
    pub directive: Result<Directive, DirectiveError>,
}

/// What a directive asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Directive {
    /// `allow(rule, ...) reason="..."`: these findings are meant.
    Allow {
        /// The rules or groups, each with its place. Whether they exist is not checked here.
        rules: Vec<(String, Span)>,
        /// Why; that there is none is for the rules to object to.
        reason: Option<String>,
    },
    /// `no-transaction`, in sqlx's form too: the script runs without a transaction around it.
    NoTransaction,
    /// `down`: what follows goes down.
    Down,
    /// `irreversible`: there is no way down.
    Irreversible {
        /// Why.
        reason: Option<String>,
    },
    /// `env(name, ...)`: only for these environments.
    Env {
        /// Their names.
        names: Vec<(String, Span)>,
    },
    /// `timeout(lock="5s", statement="10m")`: at least one of them.
    Timeout {
        /// The longest wait for a lock, in milliseconds.
        lock: Option<u64>,
        /// The longest run of a statement, in milliseconds.
        statement: Option<u64>,
    },
    /// `squash(1..=42)`: replaces the migrations of this range of versions.
    Squash {
        /// The first version.
        first: u64,
        /// The last version, not below the first.
        last: u64,
    },
    /// `opaque`: the next statement is passed on unread.
    Opaque {
        /// Why.
        reason: Option<String>,
    },
}

/// Why a directive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveError {
    /// How sure we are that it is one.
    pub kind: DirectiveErrorKind,
    /// The part of the comment that is wrong.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
    /// A way out, where one is known.
    pub help: Option<String>,
}

/// What kind of mistake a [`DirectiveError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectiveErrorKind {
    /// No directive has this name.
    UnknownName,
    /// Its arguments are missing, superfluous or wrong.
    Malformed,
    /// All is well but the prefix `migratory:`, so it would be an ordinary comment: worth a warning.
    NearPrefix,
}

/// Where a directive stands among the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Position {
    /// Not within a statement.
    Between {
        /// The index of the statement after it; the number of statements if it is the last.
        next: usize,
    },
    /// Between the tokens of a statement.
    Within {
        /// The statement's index.
        statement: usize,
    },
}

/// What the header's comments say about the migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `-- Migration: ...`
    pub migration: Option<(String, Span)>,
    /// `-- Description: ...`
    pub description: Option<(String, Span)>,
    /// `-- Created: ...`
    pub created: Option<(String, Span)>,
}

/// The directives in a file's comments, in order, whether they can be read or not.
///
/// Line and block comments count alike. sqlx's `-- no-transaction` counts in the header, with or without words after
/// it, and elsewhere where the comment says nothing else.
pub fn directives(text: &str, tokens: &[Token]) -> Vec<Found> {
    let header_end = header_end(tokens);
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is_comment()
            && let Some(directive) = read(text, comment_body(text, *token), index < header_end)
        {
            let span = token.span;
            found.push(Found {
                span,
                token: index,
                directive,
            });
        }
    }
    found
}

/// The index of the token that ends the header: the first one that is neither white space nor a comment.
pub fn header_end(tokens: &[Token]) -> usize {
    tokens
        .iter()
        .position(|token| !token.is_trivia())
        .unwrap_or(tokens.len())
}

/// The description in the comments of the header; of each line the first one counts.
pub fn header(text: &str, tokens: &[Token]) -> Header {
    let mut header = Header::default();
    for token in &tokens[..header_end(tokens)] {
        if token.is_comment() {
            let body = comment_body(text, *token);
            let mut start = body.start;
            for line in body.of(text).split('\n') {
                let span = Span::new(start, start + line.len());
                header.read_line(text, trim(text, span, &['*']));
                start = span.end + 1;
            }
        }
    }
    header
}

impl Found {
    /// Where it stands among the statements of the same tokens.
    pub fn position(&self, statements: &[StatementSpan]) -> Position {
        let next = statements.partition_point(|statement| statement.tokens.start <= self.token);
        match next.checked_sub(1) {
            Some(last) if statements[last].tokens.contains(&self.token) => {
                Position::Within { statement: last }
            }
            _ => Position::Between { next },
        }
    }
}

impl Header {
    fn read_line(&mut self, text: &str, line: Span) {
        let Some((key, value)) = line.of(text).split_once(':') else {
            return;
        };
        let slot = match key.trim_end().to_ascii_lowercase().as_str() {
            "migration" => &mut self.migration,
            "description" => &mut self.description,
            "created" => &mut self.created,
            _ => return,
        };
        let span = trim(text, Span::new(line.start + key.len() + 1, line.end), &[]);
        if slot.is_none() && !value.trim().is_empty() {
            *slot = Some((span.of(text).to_owned(), span));
        }
    }
}

impl fmt::Display for DirectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DirectiveError {}

impl DirectiveError {
    pub(super) fn malformed(span: Span, message: impl Into<String>) -> Self {
        let kind = DirectiveErrorKind::Malformed;
        DirectiveError {
            kind,
            span,
            message: message.into(),
            help: None,
        }
    }

    /// Points at `span` where it would point at nothing.
    fn or_at(mut self, span: Span) -> Self {
        if self.span.is_empty() {
            self.span = span;
        }
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The inside of a comment, without the marks that begin and end it and the blanks next to them.
fn comment_body(text: &str, token: Token) -> Span {
    let Span { start, end } = token.span;
    match token.kind {
        TokenKind::LineComment => trim(text, Span::new(start, end), &['-', '#']),
        _ => trim(
            text,
            Span::new(start + 2, end.saturating_sub(2).max(start + 2)),
            &['*'],
        ),
    }
}

/// Without leading `marks` and without white space at both ends.
fn trim(text: &str, span: Span, marks: &[char]) -> Span {
    let inner = span.of(text);
    let rest = inner.trim_start_matches(|c: char| c.is_whitespace() || marks.contains(&c));
    let start = span.end - rest.len();
    Span::new(start, start + rest.trim_end().len())
}

/// The directive in a comment, if it is one or clearly means to be.
fn read(text: &str, body: Span, in_header: bool) -> Option<Result<Directive, DirectiveError>> {
    let comment = body.of(text);
    if is_sqlx_no_transaction(comment, in_header) {
        return Some(Ok(Directive::NoTransaction));
    }
    let word_length = comment.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &comment[..word_length];
    let after = comment[word_length..].trim_start();
    let exact = word.eq_ignore_ascii_case("migratory");
    if !exact && !is_misspelt_prefix(word) {
        return None;
    }
    let rest = after.strip_prefix(':').unwrap_or(after);
    let colon = rest.len() < after.len();
    let directive = parse(text, Span::new(body.end - rest.len(), body.end));
    if exact && colon {
        return Some(directive.map_err(|error| error.or_at(body)));
    }
    // Only what is right in everything else is taken for a misspelt directive.
    directive.ok()?;
    let span = Span::new(body.start, body.end - rest.len());
    let message = if exact {
        "a colon is missing after `migratory`".to_owned()
    } else {
        format!("this comment reads like a directive, but begins with `{word}`")
    };
    let kind = DirectiveErrorKind::NearPrefix;
    let help = Some(format!("write `migratory: {}`", rest.trim()));
    Some(Err(DirectiveError {
        kind,
        span,
        message,
        help,
    }))
}

fn is_misspelt_prefix(word: &str) -> bool {
    let name = "migratory";
    // The length is compared first because most comments are prose.
    word.len().abs_diff(name.len()) <= 2
        && damerau_levenshtein(&word.to_ascii_lowercase(), name) <= 2
}

fn is_sqlx_no_transaction(comment: &str, in_header: bool) -> bool {
    comment
        .strip_prefix("no-transaction")
        .is_some_and(|rest| rest.is_empty() || (in_header && rest.starts_with([' ', '\t'])))
}

fn parse(text: &str, span: Span) -> Result<Directive, DirectiveError> {
    let call = Call::parse(text, trim(text, span, &[]))?;
    match call.name.0.as_str() {
        "allow" => {
            let rules = call.words("the rules it allows, such as `allow(drop-table)`")?;
            let reason = call.reason()?;
            Ok(Directive::Allow { rules, reason })
        }
        "no-transaction" => call.bare().map(|()| Directive::NoTransaction),
        "down" => call.bare().map(|()| Directive::Down),
        "irreversible" => {
            call.no_arguments()?;
            call.reason()
                .map(|reason| Directive::Irreversible { reason })
        }
        "opaque" => {
            call.no_arguments()?;
            call.reason().map(|reason| Directive::Opaque { reason })
        }
        "env" => {
            call.no_pairs()?;
            let names = call.words("the environments, such as `env(production)`")?;
            Ok(Directive::Env { names })
        }
        "timeout" => timeout(&call),
        "squash" => squash(&call),
        _ => Err(unknown_name(&call)),
    }
}

fn unknown_name(call: &Call) -> DirectiveError {
    let (name, span) = &call.name;
    let help = match nearest(name, NAMES) {
        Some(near) => format!("a directive with a similar name exists: `{near}`"),
        None => format!(
            "the directives are {}",
            NAMES.map(|name| format!("`{name}`")).join(", ")
        ),
    };
    DirectiveError {
        kind: DirectiveErrorKind::UnknownName,
        span: *span,
        message: format!("unknown directive `{name}`"),
        help: Some(help),
    }
}

fn timeout(call: &Call) -> Result<Directive, DirectiveError> {
    call.no_pairs()?;
    let (mut lock, mut statement) = (None, None);
    for argument in call.arguments("a limit, such as `timeout(lock=\"5s\")`")? {
        let Argument::Pair { key, value } = argument else {
            return Err(DirectiveError::malformed(
                argument.span(),
                "a timeout has a name and a value",
            )
            .help("write `lock=\"5s\"` or `statement=\"10m\"`"));
        };
        let slot = match key.0.as_str() {
            "lock" => &mut lock,
            "statement" => &mut statement,
            _ => return Err(unknown_key(key, &["lock", "statement"])),
        };
        let milliseconds = milliseconds(&value.0).ok_or_else(|| {
            DirectiveError::malformed(value.1, format!("`{}` is no duration", value.0))
                .help("write a whole number above zero and its unit: `500ms`, `5s`, `10m`, `1h`")
        })?;
        if slot.replace(milliseconds).is_some() {
            return Err(DirectiveError::malformed(
                key.1,
                format!("`{}` is given twice", key.0),
            ));
        }
    }
    Ok(Directive::Timeout { lock, statement })
}

fn squash(call: &Call) -> Result<Directive, DirectiveError> {
    call.no_pairs()?;
    let example = "the versions it replaces, such as `squash(1..=42)`";
    let words = call.words(example)?;
    let [(range, span)] = words.as_slice() else {
        return Err(DirectiveError::malformed(
            call.name.1,
            "`squash` takes one range of versions",
        ));
    };
    let parsed = range.split_once("..=").and_then(|(first, last)| {
        Some((version(first)?, version(last)?)).filter(|(first, last)| first <= last)
    });
    let (first, last) = parsed.ok_or_else(|| {
        DirectiveError::malformed(*span, format!("`{range}` is no range of versions"))
            .help("write the first and the last version it replaces: `1..=42`")
    })?;
    Ok(Directive::Squash { first, last })
}

/// `str::parse` would take a sign.
fn version(digits: &str) -> Option<u64> {
    let digits = digits.trim();
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn milliseconds(duration: &str) -> Option<u64> {
    let digits = duration.bytes().take_while(u8::is_ascii_digit).count();
    let factor = match &duration[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let number: u64 = duration[..digits].parse().ok()?;
    number
        .checked_mul(factor)
        .filter(|milliseconds| *milliseconds > 0)
}

/// For a `key="value"` whose key means nothing here.
pub(super) fn unknown_key(key: &(String, Span), known: &[&str]) -> DirectiveError {
    let error = DirectiveError::malformed(key.1, format!("unknown key `{}`", key.0));
    match nearest(&key.0, known.iter().copied()) {
        Some(near) => error.help(format!("a key with a similar name exists: `{near}`")),
        None => error,
    }
}
