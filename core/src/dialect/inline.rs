use alloc::string::String;
use core::fmt::{self, Write};

use crate::{Dialect, Value};

impl Dialect {
    /// A bookkeeping statement with its values written into the text, for a client that would need one more message to bind
    /// them.
    ///
    /// Only a text of letters, digits and a few signs reaches the statement: every other one is written in hexadecimal digits, so no
    /// setting of the server about quotes and backslashes matters (F29).
    pub fn inlined(self, sql: &str, values: &[Value]) -> String {
        let room: usize = values.iter().map(room).sum();
        let mut inlined = String::with_capacity(sql.len() + room);
        let (mut quote, mut next, mut written) = (None, 0, 0);
        let mut bytes = sql.bytes().enumerate().peekable();
        while let Some((place, byte)) = bytes.next() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'`' | b'\'') => quote = Some(byte),
                (None, b'?') if self != Self::Postgres => {
                    inlined += &sql[written..place];
                    written = place + 1;
                    self.write_literal(&mut inlined, values.get(next));
                    next += 1;
                }
                (None, b'$') if self == Self::Postgres => {
                    inlined += &sql[written..place];
                    written = place + 1;
                    let mut number = 0;
                    while let Some((place, digit)) = bytes.next_if(|(_, it)| it.is_ascii_digit()) {
                        number = 10 * number + usize::from(digit - b'0');
                        written = place + 1;
                    }
                    self.write_literal(&mut inlined, values.get(number.wrapping_sub(1)));
                }
                _ => {}
            }
        }
        inlined += &sql[written..];
        inlined
    }

    fn write_literal(self, sql: &mut String, value: Option<&Value>) {
        match value {
            None | Some(Value::Null) => *sql += "NULL",
            Some(Value::Integer(number)) => write(sql, format_args!("{number}")),
            Some(Value::Text(text)) => self.write_text(sql, text),
        }
    }

    /// A text as an expression that no setting of the server about quotes and backslashes changes.
    pub(super) fn text_literal(self, text: &str) -> String {
        let mut literal = String::new();
        self.write_text(&mut literal, text);
        literal
    }

    fn write_text(self, sql: &mut String, text: &str) {
        if text.bytes().all(is_plain) {
            for part in ["'", text, "'"] {
                *sql += part;
            }
            return;
        }
        let (before, after) = match self {
            Self::Sqlite => ("CAST(x'", "' AS TEXT)"),
            Self::Postgres => ("convert_from(decode('", "', 'hex'), 'UTF8')"),
            Self::Mysql => ("CONVERT(x'", "' USING utf8mb4)"),
        };
        *sql += before;
        for byte in text.bytes() {
            write(sql, format_args!("{byte:02x}"));
        }
        *sql += after;
    }
}

fn write(sql: &mut String, text: fmt::Arguments<'_>) {
    // A text in memory takes whatever is written to it.
    let _ = sql.write_fmt(text);
}

/// About the length that a value has in a statement.
fn room(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len() + 2,
    }
}

/// What means itself between quotes, and is the same byte in the character set of every client. It is cheaper to read than what is put
/// together of digits.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:@/ ".contains(&byte)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn values_are_written_where_their_placeholders_stand() {
        let values = [Value::from("a'\\"), Value::from(-7), Value::Null];
        let cases = [
            (
                Dialect::Sqlite,
                "SELECT ?, ?, ?",
                "SELECT CAST(x'61275c' AS TEXT), -7, NULL",
            ),
            (
                Dialect::Postgres,
                "SELECT $3, $1, $2::bigint",
                "SELECT NULL, convert_from(decode('61275c', 'hex'), 'UTF8'), -7::bigint",
            ),
            (
                Dialect::Mysql,
                "SELECT ?, ?",
                "SELECT CONVERT(x'61275c' USING utf8mb4), -7",
            ),
        ];
        for (dialect, sql, expected) in cases {
            assert_eq!(dialect.inlined(sql, &values), expected);
        }
    }

    #[test]
    fn only_a_text_that_means_itself_is_written_as_it_is() {
        let plain = "sha256:0aF 2026-01-02T03:04:05.678Z me@host/a_b";
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
            assert_eq!(dialect.text_literal(plain), format!("'{plain}'"));
            let others = ('\0'..='\u{ff}').filter(|it| !it.is_ascii_alphanumeric());
            for character in others.filter(|it| !"_-.:@/ ".contains(*it)) {
                let literal = dialect.text_literal(&format!("a{character}b"));
                assert!(!literal.contains(&format!("'a{character}")), "{literal}");
            }
        }
    }

    #[test]
    fn a_placeholder_in_a_name_is_part_of_the_name() {
        let values = [Value::from(1)];
        for (dialect, sql, expected) in [
            (
                Dialect::Postgres,
                r#"FROM "a""$1" WHERE b = $1"#,
                r#"FROM "a""$1" WHERE b = 1"#,
            ),
            (
                Dialect::Mysql,
                "FROM `a``?` WHERE b = ?",
                "FROM `a``?` WHERE b = 1",
            ),
            (
                Dialect::Sqlite,
                "FROM \"?'\" WHERE b = ?",
                "FROM \"?'\" WHERE b = 1",
            ),
        ] {
            assert_eq!(dialect.inlined(sql, &values), expected);
        }
    }
}
