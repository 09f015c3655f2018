use alloc::format;
use alloc::string::String;

use crate::{Dialect, Value};

impl Dialect {
    /// A bookkeeping statement with its values written into the text, for a client that would need one more message to bind
    /// them.
    ///
    /// Only a text of letters, digits and a few signs reaches the statement: every other one is written in hexadecimal digits, so no
    /// setting of the server about quotes and backslashes matters (F29).
    pub fn inlined(self, sql: &str, values: &[Value]) -> String {
        let mut inlined = String::with_capacity(sql.len() + 64 * values.len());
        let mut quote = None;
        let mut next = 0;
        let mut characters = sql.chars().peekable();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some(open), _) if open == character => quote = None,
                (None, '"' | '`' | '\'') => quote = Some(character),
                (None, '?') if self != Self::Postgres => {
                    inlined += &self.literal(values.get(next));
                    next += 1;
                    continue;
                }
                (None, '$') if self == Self::Postgres => {
                    let mut number = 0;
                    while let Some(digit) = characters.peek().and_then(|it| it.to_digit(10)) {
                        number = 10 * number + digit as usize;
                        characters.next();
                    }
                    inlined += &self.literal(values.get(number.wrapping_sub(1)));
                    continue;
                }
                _ => {}
            }
            inlined.push(character);
        }
        inlined
    }

    fn literal(self, value: Option<&Value>) -> String {
        let text = match value {
            None | Some(Value::Null) => return "NULL".into(),
            Some(Value::Integer(number)) => return format!("{number}"),
            Some(Value::Text(text)) => text,
        };
        self.text_literal(text)
    }

    /// A text as an expression that no setting of the server about quotes and backslashes changes.
    pub(super) fn text_literal(self, text: &str) -> String {
        if text.bytes().all(is_plain) {
            return format!("'{text}'");
        }
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Sqlite => format!("CAST(x'{hex}' AS TEXT)"),
            Self::Postgres => format!("convert_from(decode('{hex}', 'hex'), 'UTF8')"),
            Self::Mysql => format!("CONVERT(x'{hex}' USING utf8mb4)"),
        }
    }
}

/// What means itself between quotes, and is the same byte in the character set of every client. It is cheaper to read than what is put
/// together of digits.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:@/ ".contains(&byte)
}

#[cfg(test)]
mod tests {
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
