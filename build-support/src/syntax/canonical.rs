//! What of a statement counts: the text that checksums are computed over.

use sha2::{Digest, Sha256};

use super::token::Token;

/// The statement made of `tokens`, in its canonical form: every token as it is written, one space between each and the
/// next.
///
/// Two statements have the same canonical form exactly if they consist of the same tokens. So white space, line ends,
/// indentation and comments make no difference, nor does the presence of a space where the lexer needs none (`a=1`,
/// `a = 1`); letter case, quotes and every byte of a literal do. One exception: a line end within a token (a string, a
/// quoted name, a function's body in dollar quotes) counts as `\n` however it is written, so that a checkout with CRLF
/// has the same form.
///
/// MySQL's executable comments (`/*!50001 ... */`) and optimizer hints (`/*+ ... */` after a verb) are tokens, not
/// comments: the server acts on them. The body of a PostgreSQL function in dollar quotes is one literal, with the
/// comments in it: the database stores them.
pub fn canonical(text: &str, tokens: &[Token]) -> String {
    let mut canonical = String::new();
    for token in tokens {
        if token.is_trivia() {
            continue;
        }
        if !canonical.is_empty() {
            canonical.push(' ');
        }
        push_with_plain_line_ends(&mut canonical, token.text(text));
    }
    canonical
}

/// The tagged checksum over canonical statements: `sha256:` and 64 hexadecimal digits.
///
/// Each statement is hashed with a NUL byte behind it, which no statement holds ([`split`](fn@super::split) objects to it), so
/// moving text from one statement to the next changes the checksum.
pub fn checksum<S: AsRef<str>>(statements: impl IntoIterator<Item = S>) -> String {
    let mut hash = Sha256::new();
    for statement in statements {
        hash.update(statement.as_ref());
        hash.update([0]);
    }
    format!("sha256:{}", hexadecimal(&hash.finalize()))
}

/// Eight hexadecimal digits that tell a canonical statement from its neighbours, to name the one that was edited.
pub fn digest(canonical: &str) -> String {
    hexadecimal(&Sha256::digest(canonical)[..4])
}

/// Any number of `\r` before a `\n` is dropped, so that the canonical form of a canonical form is itself.
fn push_with_plain_line_ends(canonical: &mut String, token: &str) {
    if !token.contains('\r') {
        canonical.push_str(token);
        return;
    }
    let mut lines = token.split('\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_some() {
            canonical.push_str(line.trim_end_matches('\r'));
            canonical.push('\n');
        } else {
            canonical.push_str(line);
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use migratory_core::Dialect;

    use super::*;
    use crate::syntax::{split, tokenize};

    fn forms(dialect: Dialect, text: &str) -> Vec<String> {
        let tokens = tokenize(dialect, text);
        let split = split(dialect, text, &tokens);
        let form = |range: std::ops::Range<usize>| canonical(text, &tokens[range]);
        split
            .statements
            .into_iter()
            .map(|statement| form(statement.tokens))
            .collect()
    }

    fn of(text: &str) -> String {
        checksum(forms(Dialect::Sqlite, text))
    }

    const TEXT: &str = "-- users\nCREATE TABLE users (\n  id INTEGER,\n  name TEXT DEFAULT 'a\nb'\n);\n\nDELETE FROM users;\n";

    /// F20.
    #[test]
    fn lf_crlf_bom_trailing_blank_tab_and_comment_twins_have_one_checksum() {
        let crlf = TEXT.replace('\n', "\r\n");
        let bom = format!("\u{feff}{TEXT}");
        let blanks = TEXT.replace(",\n", ",  \n").replace(";\n", "; \t\n");
        let tabs = TEXT.replace("  ", "\t");
        let comments = TEXT
            .replace(",", ", -- the key\n /* and */")
            .replace("-- users", "-- people");
        let terse = TEXT
            .replace(" (\n  ", "(")
            .replace("\n)", ")")
            .replace(",\n  ", ",");
        let unterminated = TEXT.trim_end().trim_end_matches(';');
        for twin in [&crlf, &bom, &blanks, &tabs, &comments, &terse, unterminated] {
            assert_eq!(of(twin), of(TEXT), "{twin:?}");
        }
    }

    #[test]
    fn whatever_a_server_would_notice_changes_the_checksum() {
        for (from, to) in [
            ("'a\nb'", "'a\n\nb'"),
            ("'a\nb'", "'a\n b'"),
            ("'a\nb'", "'a\tb'"),
            ("users", "Users"),
            ("id", "\"id\""),
            ("INTEGER", "INT"),
            (";\n\nDELETE", "\n\nDELETE"),
            ("DELETE FROM users", "-- DELETE FROM users"),
        ] {
            let edited = TEXT.replacen(from, to, 1);
            // The comment in the first line holds a `users` too.
            let edited = if from == "users" {
                TEXT.replace(from, to)
            } else {
                edited
            };
            assert_ne!(edited, TEXT);
            assert_ne!(of(&edited), of(TEXT), "{edited:?}");
        }
        assert_ne!(of("a; b"), of("a b;"));
        assert_ne!(of("a; b"), of("b; a"));
    }

    #[test]
    fn the_canonical_form_is_its_own_canonical_form() {
        for (dialect, text, expected) in [
            (Dialect::Sqlite, "a=b||'x\r\r\ny'", "a = b || 'x\ny'"),
            (Dialect::Sqlite, "SELECT\t1 .5,t.a", "SELECT 1 .5 , t . a"),
            (
                Dialect::Postgres,
                "DO $$ a\r\n  -- b\r\n$$",
                "DO $$ a\n  -- b\n$$",
            ),
            (
                Dialect::Postgres,
                "SELECT a- -1 /* /* */ */",
                "SELECT a - - 1",
            ),
            (
                Dialect::Mysql,
                "/*!40101 SET  a=1*/",
                "/*!40101 SET a = 1 */",
            ),
            (
                Dialect::Mysql,
                "SELECT/*+ A( b ) */ 1",
                "SELECT /*+ A( b ) */ 1",
            ),
            (Dialect::Mysql, "SELECT 1 /*+ no hint */", "SELECT 1"),
            (Dialect::Postgres, "SELECT /*+ no hint */ 1", "SELECT 1"),
        ] {
            assert_eq!(forms(dialect, text), [expected], "{dialect:?}");
            assert_eq!(forms(dialect, expected), [expected], "{dialect:?}");
        }
    }

    #[test]
    fn checksums_are_tagged_and_digests_short() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(checksum([""; 0]), empty);
        assert_eq!(digest(""), "e3b0c442");
    }
}
