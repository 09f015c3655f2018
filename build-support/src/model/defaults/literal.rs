use migratory_core::Dialect;

use crate::syntax::ir::DataType;
use crate::syntax::{Token, TokenKind, tokenize};

/// What a default is, where it shows at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A number, with its sign.
    Number(String),
    /// `TRUE` or `FALSE`.
    Bool,
    /// `NULL`.
    Null,
    /// `CURRENT_TIMESTAMP` or `now()`.
    Now,
    /// A literal that is cast (PostgreSQL).
    Cast(Box<Value>, DataType),
}

impl Value {
    /// Reads an expression; `None` for one that is more than a literal.
    pub(super) fn read(dialect: Dialect, text: &str) -> Option<Self> {
        let tokens: Vec<Token> = tokenize(dialect, text)
            .into_iter()
            .filter(|token| !token.is_trivia())
            .collect();
        value(dialect, text, &tokens)
    }
}

fn value(dialect: Dialect, text: &str, tokens: &[Token]) -> Option<Value> {
    match tokens {
        [token] => single(dialect, text, *token),
        [sign, number] if number.kind == TokenKind::Number => match sign.text(text) {
            "-" => Some(Value::Number(format!("-{}", number.text(text)))),
            "+" => Some(Value::Number(number.text(text).to_owned())),
            _ => None,
        },
        [open, inner @ .., close]
            if open.kind == TokenKind::LeftParen && close.kind == TokenKind::RightParen =>
        {
            value(dialect, text, inner)
        }
        [now, open, close]
            if now.is_word(text, "now")
                && open.kind == TokenKind::LeftParen
                && close.kind == TokenKind::RightParen =>
        {
            Some(Value::Now)
        }
        [literal, cast @ ..] if dialect == Dialect::Postgres => {
            let data_type = cast_to(text, cast)?;
            let inner = single(dialect, text, *literal)?;
            Some(Value::Cast(Box::new(inner), data_type))
        }
        _ => None,
    }
}

fn single(dialect: Dialect, text: &str, token: Token) -> Option<Value> {
    match token.kind {
        TokenKind::String => string(dialect, text, token).map(Value::Text),
        TokenKind::QuotedIdentifier
            if dialect == Dialect::Mysql && token.text(text).starts_with('"') =>
        {
            string(dialect, text, token).map(Value::Text)
        }
        TokenKind::Number => Some(Value::Number(token.text(text).to_owned())),
        _ if token.is_any_word(text, &["true", "false"]) => Some(Value::Bool),
        _ if token.is_word(text, "null") => Some(Value::Null),
        _ if token.is_word(text, "current_timestamp") => Some(Value::Now),
        _ => None,
    }
}

/// What a plain string stands for; `None` where it has a prefix or an escape.
fn string(dialect: Dialect, text: &str, token: Token) -> Option<String> {
    let raw = token.text(text);
    let is_plain = raw.starts_with('\'') || dialect == Dialect::Mysql && raw.starts_with('"');
    let is_escaped = dialect == Dialect::Mysql && raw.contains('\\');
    (is_plain && !is_escaped).then(|| token.unquote(text).into_owned())
}

/// The type behind `::`.
fn cast_to(text: &str, tokens: &[Token]) -> Option<DataType> {
    let [operator, rest @ ..] = tokens else {
        return None;
    };
    // The lexer may cut the operator in two.
    let rest = match (operator.text(text), rest) {
        ("::", rest) => rest,
        (":", [second, rest @ ..]) if second.text(text) == ":" => rest,
        _ => return None,
    };
    let words = rest.iter().take_while(|token| token.is_identifier());
    let words: Vec<Token> = words.copied().collect();
    let behind: String = rest[words.len()..]
        .iter()
        .map(|token| token.text(text))
        .collect();
    let dimensions = match behind.as_str() {
        "" => 0,
        "[]" => 1,
        _ => return None,
    };
    let (first, is_quoted) = (
        words.first()?,
        words.len() == 1 && words[0].kind == TokenKind::QuotedIdentifier,
    );
    let name = match is_quoted {
        true => first.unquote(text).into_owned(),
        false => {
            let words: Vec<&str> = words.iter().map(|word| word.text(text)).collect();
            words.join(" ").to_ascii_lowercase()
        }
    };
    Some(DataType {
        name,
        quoted: is_quoted,
        dimensions,
        ..DataType::default()
    })
}

/// Whether a date of the form `2020-02-29` is in the calendar. A year or month of zero is left to the server's mode.
pub(super) fn is_day(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return true;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    month <= 12 && day <= days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_that_is_a_literal_is_read_and_others_are_not() {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let number = |text: &str| Some(Value::Number(text.to_owned()));
        for (dialect, written, expected) in [
            (Dialect::Postgres, "'it''s'", text("it's")),
            (Dialect::Postgres, "('a')", text("a")),
            (Dialect::Postgres, "E'a'", None),
            (Dialect::Postgres, "- 5", number("-5")),
            (Dialect::Postgres, "1 + 1", None),
            (Dialect::Postgres, "TRUE", Some(Value::Bool)),
            (Dialect::Postgres, "now()", Some(Value::Now)),
            (Dialect::Postgres, "f('a')", None),
            (Dialect::Postgres, "'a' || 'b'", None),
            (Dialect::Mysql, "\"a\"", text("a")),
            (Dialect::Mysql, "'a\\n'", None),
            (Dialect::Mysql, "NULL", Some(Value::Null)),
        ] {
            assert_eq!(Value::read(dialect, written), expected, "{written}");
        }
        let Some(Value::Cast(inner, data_type)) =
            Value::read(Dialect::Postgres, "'a'::character varying[]")
        else {
            panic!("a cast");
        };
        assert_eq!(Some(*inner), text("a"));
        assert_eq!(data_type.to_string(), "character varying[]");
    }
}
