//! Whatever the input: the tokens tile it, nothing panics, and it takes linear time.

use std::time::{Duration, Instant};

use migratory_build::syntax::{Token, TokenKind, canonical, split, tokenize};
use migratory_core::Dialect;

pub(crate) const DIALECTS: [Dialect; 3] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql];

/// What lexers stumble over; mutated inputs are put together from these.
const PIECES: [&str; 62] = [
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "--",
    "-- ",
    "#",
    "/*",
    "*/",
    "/*!",
    "/*!50001 ",
    "/*M!",
    "/*+",
    "$$",
    "$a$",
    "$",
    "$1",
    "\\",
    "\\'",
    "\\.",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\u{feff}",
    "\0",
    ";",
    ";;",
    ",",
    ".",
    "..",
    "(",
    ")",
    "1",
    "0x1f",
    "1e5",
    "1.5",
    "@",
    "@@a",
    ":a",
    "?1",
    "::",
    "||",
    "->>",
    "E'",
    "x'",
    "N'",
    "U&'",
    "é",
    "日本",
    "CREATE TRIGGER t BEGIN ",
    "END",
    "CASE ",
    "CREATE FUNCTION f() BEGIN ATOMIC ",
    "COPY t FROM stdin;\n",
    "DELIMITER //\n",
    "DELIMITER $$\n",
    "//",
    "SELECT a FROM t",
];

#[test]
fn tokens_tile_any_text_and_statements_lie_on_tokens() {
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for _ in 0..6_000 {
        let count = random.below(24);
        let text: String = (0..count)
            .map(|_| PIECES[random.below(PIECES.len())])
            .collect();
        for dialect in DIALECTS {
            check(dialect, &text);
        }
    }
}

#[test]
fn cut_and_spliced_files_are_tiled_too() {
    let seeds = super::golden::texts();
    assert!(seeds.len() > 100, "the golden files are the seeds");
    let mut random = Xorshift(0x2545_f491_4f6c_dd1d);
    for _ in 0..3_000 {
        let from = characters(&seeds[random.below(seeds.len())]);
        let into = characters(&seeds[random.below(seeds.len())]);
        let cut = random.below(into.len() + 1);
        let start = random.below(from.len() + 1);
        let end = start + random.below(from.len() - start + 1);
        let text: String = into[..cut]
            .iter()
            .chain(&from[start..end])
            .chain(&into[cut..])
            .collect();
        check(DIALECTS[random.below(3)], &text);
    }
}

#[test]
fn time_is_linear_on_hostile_input() {
    let mebibyte = 1 << 20;
    let hostile = [
        "a ".repeat(mebibyte / 2),
        "'a'\n".repeat(mebibyte / 4),
        "/*".repeat(10_000),
        format!("{}{}", "/*".repeat(10_000), "*/".repeat(10_000)),
        "$a".repeat(mebibyte / 2),
        format!("${}$", "a".repeat(mebibyte)).repeat(2),
        format!("$x${}", "$xx".repeat(mebibyte / 3)),
        "COPY t FROM stdin;".repeat(mebibyte / 16),
        "COPY t FROM stdin;\n".repeat(mebibyte / 16),
        " delimiter ".repeat(mebibyte / 11),
        "\ndelimiter ".repeat(mebibyte / 11),
        format!("delimiter {}\n{}", "a".repeat(60), "a".repeat(mebibyte)),
        format!(
            "delimiter {}\n{}",
            "a".repeat(mebibyte),
            "a".repeat(mebibyte)
        ),
        "(".repeat(mebibyte),
        "/*!".repeat(mebibyte / 3),
        "create /**/".repeat(mebibyte / 11),
        "create trigger t begin select case ".repeat(mebibyte / 35),
        "create procedure p() begin if case ".repeat(mebibyte / 35),
        "begin ".repeat(mebibyte / 6),
        "insert into t values (1, 'x');\n".repeat(10 * mebibyte / 31),
    ];
    for text in &hostile {
        for dialect in DIALECTS {
            let start = Instant::now();
            let tokens = tokenize(dialect, text);
            split(dialect, text, &tokens);
            let taken = start.elapsed();
            // Generous: a quadratic pass over a megabyte takes minutes.
            let head: String = text.chars().take(40).collect();
            assert!(
                taken < Duration::from_secs(20),
                "{dialect:?} took {taken:?} on {head:?}"
            );
        }
    }
}

/// The law of the lexer, and that of the splitter.
pub(crate) fn check(dialect: Dialect, text: &str) {
    let tokens = tokenize(dialect, text);
    let mut end = 0;
    for token in &tokens {
        assert_eq!(token.span.start, end, "a gap in {dialect:?} {text:?}");
        assert!(
            token.span.end > end,
            "an empty token in {dialect:?} {text:?}"
        );
        assert!(
            text.is_char_boundary(token.span.end),
            "a cut character in {dialect:?} {text:?}"
        );
        end = token.span.end;
    }
    assert_eq!(
        end,
        text.len(),
        "the end is missing in {dialect:?} {text:?}"
    );
    check_split(dialect, text, &tokens);
}

fn check_split(dialect: Dialect, text: &str, tokens: &[Token]) {
    let split = split(dialect, text, tokens);
    let mut next = 0;
    for statement in &split.statements {
        let range = statement.tokens.clone();
        assert!(
            next <= range.start && !range.is_empty(),
            "overlap in {dialect:?} {text:?}"
        );
        let (first, last) = (tokens[range.start], tokens[range.end - 1]);
        assert!(
            !first.is_trivia() && !last.is_trivia(),
            "trivia at an edge in {dialect:?} {text:?}"
        );
        assert_eq!(
            (first.span.start, last.span.end),
            (statement.span.start, statement.span.end)
        );
        assert_eq!(
            statement.line,
            statement.span.line_column(text).0,
            "{dialect:?} {text:?}"
        );
        assert!(
            tokens[next..range.start].iter().all(separates),
            "a token between statements is lost in {dialect:?} {text:?}"
        );
        next = range.end;
        if dialect == Dialect::Sqlite && split.problems.is_empty() {
            check_canonical(dialect, &canonical(text, &tokens[range]));
        }
    }
    assert!(
        tokens[next..].iter().all(separates),
        "the last token is lost in {dialect:?} {text:?}"
    );
}

/// A canonical form that can be read back holds all that was in the statement.
pub(crate) fn check_canonical(dialect: Dialect, form: &str) {
    let tokens = tokenize(dialect, form);
    assert_eq!(canonical(form, &tokens), form, "{dialect:?}");
}

fn separates(token: &Token) -> bool {
    token.is_trivia()
        || matches!(
            token.kind,
            TokenKind::Semicolon
                | TokenKind::Delimiter
                | TokenKind::DelimiterCommand
                | TokenKind::MetaCommand
                | TokenKind::CopyData
        )
}

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Marsaglia's generator: the same inputs on every run.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
