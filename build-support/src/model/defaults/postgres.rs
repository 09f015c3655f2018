use super::super::Work;
use super::super::lookup::Lookup;
use super::literal::Value;
use crate::catalog::Definition;
use crate::syntax::ir::{DataType, Ident, ObjectKind, ObjectName, TypeKind};

/// What a type is made of, as far as values go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// One of the server's own, as it is printed, without what stands in parentheses.
    Plain(&'static str),
    /// An enum with its labels.
    Enum(Vec<String>),
    /// An array of that.
    Array(Box<Target>),
    /// Something else.
    Open,
}

impl Work<'_, '_> {
    /// Whether PostgreSQL refuses that value as a default of a column of that type.
    pub(super) fn refuses(&self, data_type: &DataType, value: &Value) -> bool {
        let target = self.target(data_type);
        match value {
            Value::Text(text) => !target.takes_text(text),
            Value::Number(_) => !Target::Plain("numeric").assigns_to(&target),
            Value::Bool => !Target::Plain("boolean").assigns_to(&target),
            Value::Now => !Target::Plain("timestamp with time zone").assigns_to(&target),
            Value::Null => false,
            Value::Cast(inner, cast) => {
                let between = self.target(cast);
                let is_text_refused = match &**inner {
                    Value::Text(text) => !between.takes_text(text),
                    _ => false,
                };
                is_text_refused || !between.assigns_to(&target)
            }
        }
    }

    /// What a type is made of; domains are what they stand for.
    pub(super) fn target(&self, data_type: &DataType) -> Target {
        if data_type.dimensions > 0 {
            let element = DataType {
                dimensions: 0,
                ..data_type.clone()
            };
            return Target::Array(Box::new(self.target(&element)));
        }
        let is_plain = data_type
            .schema
            .as_ref()
            .is_none_or(|schema| schema.text == "pg_catalog");
        let built_in = super::super::types::built_in(data_type).filter(|_| is_plain);
        match built_in {
            Some(name) if name.ends_with("[]") => Target::Open,
            Some("float") => Target::Plain("double precision"),
            Some(name) => Target::Plain(name),
            None => self.made_target(data_type),
        }
    }

    fn made_target(&self, data_type: &DataType) -> Target {
        let name = ObjectName {
            schema: data_type.schema.clone(),
            name: Ident::unwritten(data_type.name.clone()),
        };
        let Lookup::Found(object) = self.look_up(ObjectKind::Type, &name) else {
            return Target::Open;
        };
        match object.definition() {
            _ if object.incomplete => Target::Open,
            Definition::Type(made) => match &made.kind {
                TypeKind::Enum(labels) => {
                    Target::Enum(labels.iter().map(|(label, _)| label.clone()).collect())
                }
                // A domain over itself cannot be made, and one that was renamed into that is not followed.
                TypeKind::Domain(domain) if domain.data_type.name != data_type.name => {
                    self.target(&domain.data_type)
                }
                _ => Target::Open,
            },
            _ => Target::Open,
        }
    }
}

const NUMBERS: [&str; 6] = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
];

const STRINGS: [&str; 6] = [
    "text",
    "character varying",
    "character",
    "bpchar",
    "name",
    "\"char\"",
];

/// Types whose casts are known, apart from numbers and strings.
const OTHERS: [&str; 12] = [
    "boolean",
    "date",
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "inet",
];

/// The casts among these that the server makes by itself when it assigns.
const CASTS: [(&str, &str); 15] = [
    ("date", "timestamp without time zone"),
    ("date", "timestamp with time zone"),
    ("timestamp without time zone", "date"),
    ("timestamp without time zone", "timestamp with time zone"),
    ("timestamp without time zone", "time without time zone"),
    ("timestamp with time zone", "date"),
    ("timestamp with time zone", "timestamp without time zone"),
    ("timestamp with time zone", "time without time zone"),
    ("timestamp with time zone", "time with time zone"),
    ("time without time zone", "time with time zone"),
    ("time without time zone", "interval"),
    ("time with time zone", "time without time zone"),
    ("interval", "time without time zone"),
    ("json", "jsonb"),
    ("jsonb", "json"),
];

impl Target {
    /// Whether the server converts values of this type to the other by itself when it assigns them; `true` where that is not certain.
    pub(super) fn assigns_to(&self, to: &Self) -> bool {
        match (self, to) {
            (Self::Open, _) | (_, Self::Open) => true,
            (Self::Array(from), Self::Array(to)) => from.assigns_to(to),
            (_, Self::Plain(to)) if STRINGS.contains(to) => {
                // Only `"char"` is no string that everything can be written into.
                *to != "\"char\"" || matches!(self, Self::Plain(from) if !NUMBERS.contains(from))
            }
            (Self::Plain(from), Self::Plain(to)) => {
                let is_known = |name: &str| {
                    NUMBERS.contains(&name) || STRINGS.contains(&name) || OTHERS.contains(&name)
                };
                from == to
                    || !is_known(from)
                    || !is_known(to)
                    || NUMBERS.contains(from) && NUMBERS.contains(to)
                    || CASTS.contains(&(from, to))
            }
            (Self::Enum(from), Self::Enum(to)) => from == to,
            (Self::Plain(from), Self::Enum(_) | Self::Array(_)) => {
                !(NUMBERS.contains(from) || STRINGS.contains(from) || OTHERS.contains(from))
            }
            (Self::Enum(_) | Self::Array(_), Self::Plain(to)) => {
                !(NUMBERS.contains(to) || OTHERS.contains(to))
            }
            (Self::Enum(_), Self::Array(_)) | (Self::Array(_), Self::Enum(_)) => false,
        }
    }

    /// Whether a string can be read as a value of this type; `true` where that is not certain.
    fn takes_text(&self, text: &str) -> bool {
        match self {
            Self::Plain(name) => plain_takes(name, text),
            Self::Enum(labels) => labels.iter().any(|label| label == text),
            Self::Array(element) => element.takes_array(text),
            Self::Open => true,
        }
    }

    /// Whether a string can be read as an array of this.
    fn takes_array(&self, text: &str) -> bool {
        let text = text.trim();
        if text.starts_with('[') {
            return text.contains('=');
        }
        let inner = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'));
        let Some(inner) = inner else {
            return false;
        };
        let is_simple = !inner.contains(['{', '}', '"', '\\']);
        !is_simple
            || inner.trim().is_empty()
            || inner.split(',').all(|element| {
                let element = element.trim();
                element.eq_ignore_ascii_case("null") || self.takes_text(element)
            })
    }
}

fn plain_takes(name: &str, text: &str) -> bool {
    let trimmed = text.trim();
    match name {
        "smallint" => integer(trimmed, i16::MIN.into(), i16::MAX.into()),
        "integer" => integer(trimmed, i32::MIN.into(), i32::MAX.into()),
        "bigint" => integer(trimmed, i64::MIN.into(), i64::MAX.into()),
        "numeric" | "real" | "double precision" => {
            // Newer servers read other bases, and digits in groups.
            trimmed.parse::<f64>().is_ok() || is_of_newer_form(trimmed)
        }
        "boolean" => boolean(&trimmed.to_ascii_lowercase()),
        "date" | "timestamp without time zone" | "timestamp with time zone" => moment(trimmed),
        "time without time zone" | "time with time zone" => has_digit_or_word(trimmed),
        "interval" => {
            trimmed.bytes().any(|byte| byte.is_ascii_digit())
                || trimmed.to_ascii_lowercase().contains("infinity")
        }
        "uuid" => uuid(trimmed),
        "json" | "jsonb" => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        "bytea" => text.strip_prefix("\\x").is_none_or(|digits| {
            let digits = digits.bytes().filter(|byte| !byte.is_ascii_whitespace());
            let digits: Vec<u8> = digits.collect();
            digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit)
        }),
        "inet" => trimmed
            .bytes()
            .any(|byte| byte.is_ascii_digit() || byte == b':'),
        _ => true,
    }
}

fn integer(text: &str, least: i128, most: i128) -> bool {
    match text.parse::<i128>() {
        Ok(number) => (least..=most).contains(&number),
        Err(_) => {
            let digits = text.trim_start_matches(['+', '-']);
            let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            !is_decimal && is_of_newer_form(text)
        }
    }
}

/// Whether it may be a number as PostgreSQL 16 and later read them: `0x1f`, `1_000`.
fn is_of_newer_form(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    let is_digit = |byte: u8| {
        byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'.' | b'x' | b'X' | b'o' | b'O')
    };
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(is_digit)
        && (text.contains('_') || text.starts_with('0') && text.len() > 2)
}

fn boolean(text: &str) -> bool {
    let is_start = |word: &str| !text.is_empty() && word.starts_with(text);
    is_start("true")
        || is_start("false")
        || is_start("yes")
        || is_start("no")
        || matches!(text, "on" | "of" | "off" | "1" | "0")
}

/// A point in time: a date that is written `2020-02-30` is looked at, other forms are believed where there is a digit in them.
fn moment(text: &str) -> bool {
    if !has_digit_or_word(text) {
        return false;
    }
    let bytes = text.as_bytes();
    let is_iso = bytes.len() >= 10
        && bytes[..10]
            .iter()
            .enumerate()
            .all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        && bytes.get(10).is_none_or(|next| !next.is_ascii_digit());
    !is_iso || super::literal::is_day(&text[..10])
}

fn has_digit_or_word(text: &str) -> bool {
    const WORDS: [&str; 7] = [
        "now",
        "today",
        "tomorrow",
        "yesterday",
        "epoch",
        "infinity",
        "allballs",
    ];
    let folded = text.to_ascii_lowercase();
    text.bytes().any(|byte| byte.is_ascii_digit()) || WORDS.iter().any(|word| folded.contains(word))
}

fn uuid(text: &str) -> bool {
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    let digits: Vec<u8> = inner.bytes().filter(|byte| *byte != b'-').collect();
    digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit)
}
