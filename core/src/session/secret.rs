//! What a failure's message may say of a statement that may hold a secret.
//!
//! Servers quote statements in their messages, which go to logs, to terminals and into the history. Where the statement speaks of
//! passwords or the like, what stands in its literals is left out. Elsewhere it stays, for it is what a person needs: of five hundred
//! rows the message names the one that is there twice.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::Dialect;

/// A statement with one of these in it may hold a secret, in whatever case.
const WORDS: [&str; 10] = [
    "apikey",
    "api_key",
    "credential",
    "crypt",
    "identified",
    "passw",
    "private_key",
    "pwd",
    "secret",
    "token",
];

/// Stands where something was left out.
const LEFT_OUT: &str = "...";

/// Shorter ones are parts of words, and only left out where they are quoted.
const SHORT: usize = 3;

/// As many characters of a literal are not there by accident, though the server cut the rest.
const BEGIN: usize = 8;

/// Whether a statement may hold a secret.
pub(super) fn may_hold_secret(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    WORDS.iter().any(|word| sql.contains(word))
}

/// The message without what stands in the literals of the statements.
pub(super) fn without_literals(dialect: Dialect, message: &str, statements: &[&str]) -> String {
    let mut literals = Vec::new();
    for sql in statements {
        collect(dialect, sql, &mut literals);
    }
    literals.retain(|literal| !literal.is_empty());
    literals.sort_by_key(|literal| Reverse(literal.len()));
    literals.dedup();
    let mut message = without_quoted_rest(message);
    for literal in &literals {
        message = without(&message, literal);
    }
    format!("{message}; literals are left out, for the statement may hold a secret")
}

/// MySQL quotes the statement from where it does not understand it, and cuts that somewhere: it is kept up to the first literal.
fn without_quoted_rest(message: &str) -> String {
    const OPEN: &str = "near '";
    let cut = || {
        let begin = message.find(OPEN)? + OPEN.len();
        let end = begin + message[begin..].rfind("' at line ")?;
        let literal = begin + message[begin..end].find(['\'', '"'])?;
        Some(format!(
            "{}{LEFT_OUT}{}",
            &message[..literal],
            &message[end..]
        ))
    };
    cut().unwrap_or_else(|| message.to_owned())
}

fn without(message: &str, literal: &str) -> String {
    let length = literal.chars().count();
    if length < SHORT {
        return ['\'', '"']
            .iter()
            .fold(message.to_owned(), |message, quote| {
                message.replace(
                    &format!("{quote}{literal}{quote}"),
                    &format!("{quote}{LEFT_OUT}{quote}"),
                )
            });
    }
    let begin: String = literal.chars().take(BEGIN).collect();
    let mut kept = String::new();
    let mut rest = message;
    while let Some(at) = rest.find(&begin) {
        kept += &rest[..at];
        kept += LEFT_OUT;
        let same = rest[at..].chars().zip(literal.chars());
        let same = same.take_while(|(one, other)| one == other);
        rest = &rest[at + same.map(|(one, _)| one.len_utf8()).sum::<usize>()..];
    }
    kept + rest
}

/// What stands in the literals of a statement: as it is written, as it is meant, what is a literal in there, and the words of it.
fn collect(dialect: Dialect, sql: &str, literals: &mut Vec<String>) {
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let is_string = first == '\'' || first == '"' && dialect == Dialect::Mysql;
        let length = match first {
            '\'' | '"' | '`' => {
                let escapes = dialect == Dialect::Mysql || matches!(before, 'e' | 'E');
                let length = quoted(rest, first, escapes && first != '`');
                if is_string {
                    let written = &rest[1..length];
                    let written = written.strip_suffix(first).unwrap_or(written);
                    add(dialect, &meant(written), literals);
                    literals.push(written.into());
                }
                length
            }
            '$' if dialect == Dialect::Postgres => match dollar_quoted(rest) {
                Some((tag, length)) => {
                    add(dialect, &rest[tag..length - tag], literals);
                    length
                }
                None => 1,
            },
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => first.len_utf8(),
        };
        before = first;
        rest = &rest[length..];
    }
}

/// What it means, where quotes and backslashes are written twice in it.
fn meant(written: &str) -> String {
    let mut meant = String::new();
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match (character, next) {
            ('\\', Some(next)) | ('\'', Some(next @ '\'')) | ('"', Some(next @ '"')) => {
                meant.push(next);
                characters.next();
            }
            _ => meant.push(character),
        }
    }
    meant
}

/// A literal may be a statement again, or a list of settings. It gets shorter every time.
fn add(dialect: Dialect, literal: &str, literals: &mut Vec<String>) {
    collect(dialect, literal, literals);
    let separates = |character: char| character.is_whitespace() || "=;:@/".contains(character);
    let words = literal.split(separates);
    let words = words.filter(|word| word.len() > SHORT).chain([literal]);
    literals.extend(words.map(Into::into));
}

/// The length of what is quoted, its quotes included.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && escapes {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

/// The lengths of `$tag$`, and of what it quotes with it on both sides.
fn dollar_quoted(text: &str) -> Option<(usize, usize)> {
    let tag = text[1..].find('$')? + 2;
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    if !text[1..tag - 1].chars().all(is_name) {
        return None;
    }
    let end = text[tag..].find(&text[..tag])?;
    Some((tag, tag + end + tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "; literals are left out, for the statement may hold a secret";

    fn check(dialect: Dialect, sql: &str, message: &str, expected: &str) {
        assert!(may_hold_secret(sql), "{sql}");
        let said = without_literals(dialect, message, &[sql]);
        assert_eq!(said.strip_suffix(NOTE), Some(expected), "{sql}");
    }

    #[test]
    fn what_stands_in_a_literal_is_left_out() {
        for (dialect, sql, message, expected) in [
            (
                Dialect::Postgres,
                "CREATE ROLE reader PASSWORD LOGIN 'hunter2'",
                "syntax error at or near \"'hunter2'\" (SQLSTATE 42601)",
                "syntax error at or near \"'...'\" (SQLSTATE 42601)",
            ),
            (
                Dialect::Postgres,
                "CREATE ROLE reader PASSWORD 'hunter2'",
                "role \"reader\" already exists",
                "role \"reader\" already exists",
            ),
            (
                Dialect::Postgres,
                "CREATE ROLE a PASSWORD E'it\\'s; hunter''s'",
                "near \"E'it\\'s; hunter''s'\"; detail: it's; hunter's",
                "near \"E'...'\"; detail: ...",
            ),
            (
                Dialect::Postgres,
                "DO $do$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''hunter2'''; END $do$",
                "x hunter2 y",
                "x ... y",
            ),
            (
                Dialect::Postgres,
                "CREATE SUBSCRIPTION s CONNECTION 'host=there password=hunter2' PUBLICATION p",
                "invalid: missing \"=\" after \"hunter2\"",
                "invalid: missing \"=\" after \"...\"",
            ),
            (
                Dialect::Mysql,
                "CREATE USER a IDENTIFIED \"hunter2\"",
                "it is near '\"hunter2\"' at line 1 (error 1064)",
                "it is near '...' at line 1 (error 1064)",
            ),
            (
                Dialect::Sqlite,
                "INSERT INTO \"a'b\" (password) VALUES ('hunter2') -- it's",
                "no table a'b, hunter2",
                "no table a'b, ...",
            ),
        ] {
            check(dialect, sql, message, expected);
        }
    }

    #[test]
    fn what_the_server_cut_is_left_out_as_well() {
        let sql = "CREATE USER reader@'%' IDENTIFIED BYE 'a good password of very many characters'";
        check(
            Dialect::Mysql,
            sql,
            "the syntax to use near 'BYE 'a good password of' at line 1",
            "the syntax to use near 'BYE ...' at line 1",
        );
        check(
            Dialect::Mysql,
            sql,
            "too long: 'a good password of ver'",
            "too long: '...'",
        );
    }

    #[test]
    fn a_short_literal_takes_no_letter_out_of_a_word() {
        check(
            Dialect::Postgres,
            "ALTER ROLE a PASSWORD 'a'",
            "role \"a\" does not exist, at 'a'",
            "role \"...\" does not exist, at '...'",
        );
    }

    #[test]
    fn broken_quotes_are_read_to_the_end() {
        for sql in [
            "PASSWORD 'hunter2",
            "PASSWORD $x$hunter2",
            "PASSWORD '",
            "$",
            "$$",
            "'\\",
        ] {
            let _ = without_literals(Dialect::Postgres, "hunter2", &[sql]);
            let _ = without_literals(Dialect::Mysql, "hunter2", &[sql]);
        }
    }

    #[test]
    fn a_statement_that_speaks_of_no_secret_is_none() {
        assert!(!may_hold_secret(
            "INSERT INTO users (mail) VALUES ('a@example.org')"
        ));
        assert!(may_hold_secret(
            "SELECT dblink_connect('host=x PASSWORD=y')"
        ));
    }
}
