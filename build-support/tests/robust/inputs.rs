//! The files that are checked.

use std::fmt::Write;

use migratory_core::Dialect;

/// A file that is hard to check.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) text: fn(Dialect) -> String,
    pub(crate) answer: Answer,
}

/// What the check has to say.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// No error, and every statement was interpreted.
    Understood,
    /// At least one error.
    Refused,
    /// Anything but silence.
    Any,
}

use Answer::{Any, Refused, Understood};

const MEGABYTE: usize = 1_000_000;
const DEEP: usize = 10_000;

macro_rules! inputs {
    ($($answer:ident $name:literal $text:expr,)*) => {
        &[$(Input { name: $name, text: $text, answer: $answer }),*]
    };
}

pub(crate) const INPUTS: &[Input] = inputs! {
    Understood "a dump" |_| dump(),
    Understood "a string of 10 MB" |_| format!("{TABLE} INSERT INTO t (a) VALUES ('{}');", "x".repeat(10 * MEGABYTE)),
    Understood "a line of 1 MB, one statement" |_| format!("{TABLE} INSERT INTO t (a) VALUES {};", rows(MEGABYTE)),
    Understood "a line of 1 MB, many statements" |_| repeated(TABLE, &LONG.replace('\n', ""), MEGABYTE, ""),
    Understood "comments of 1 MB" |_| repeated(TABLE, "\n-- a comment /* in a comment", MEGABYTE, ""),
    Understood "a comment of 1 MB" |_| format!("{TABLE} /* {} */", "* ".repeat(MEGABYTE / 2)),
    Understood "semicolons of 1 MB" |_| repeated(TABLE, ";", MEGABYTE, ""),
    Understood "white space of 1 MB" |_| repeated(TABLE, " \r\n", MEGABYTE, ""),
    Any "nested parentheses" |_| nested("(", "1", ")"),
    Any "nested parentheses, never closed" |_| nested("(", "1", ""),
    Any "nested function calls" |_| nested("abs(", "1", ")"),
    Any "nested subqueries" |_| nested("(SELECT ", "1", ")"),
    Any "nested CASE WHEN" |_| nested("CASE WHEN ", "1", " THEN 1 END"),
    Any "nested CASE WHEN, never ended" |_| nested("CASE WHEN ", "1", ""),
    Any "nested CASE ELSE" |_| nested("CASE WHEN 1 = 1 THEN 1 ELSE ", "1", " END"),
    Any "nested CASE in a routine" |dialect| routine(dialect, &"CASE ".repeat(40 * DEEP)),
    Any "nested comments" |_| format!("{TABLE} {}", "/* ".repeat(DEEP)),
    Any "nested arrays" |_| nested("ARRAY[", "1", "]"),
    Any "nested NOT" |_| nested("NOT ", "1", ""),
    Any "nested signs" |_| nested("- ", "1", ""),
    Any "nested EXISTS" |_| nested("EXISTS (SELECT ", "1", ")"),
    Any "nested tables" |_| nested("* FROM (SELECT ", "1", ") x"),
    Any "a chain of casts" |_| nested("", "1", "::integer"),
    Any "nested casts" |_| nested("CAST(", "1", " AS INTEGER)"),
    Any "a chain of sums" |_| nested("1 + ", "1", ""),
    Any "a chain of ANDs" |_| nested("1 = 1 AND ", "1 = 1", ""),
    Any "a chain of concatenations" |_| nested("'x' || ", "'x'", ""),
    Any "a chain of dots" |_| nested("a.", "b", ""),
    Any "a chain of subscripts" |_| nested("", "a", "[1]"),
    Any "a chain of collations" |_| nested("", "a", " COLLATE \"C\""),
    Any "a chain of UNIONs" |_| nested("1 UNION ALL SELECT ", "1", ""),
    Any "a chain of joins" |_| format!("SELECT 1 FROM t{};", " CROSS JOIN t".repeat(DEEP)),
    Any "a chain of WITHs" |_| format!("WITH {} SELECT 1;", list(DEEP, |n| format!("w{n} AS (SELECT 1)"))),
    Any "a table of many columns" |_| format!("CREATE TABLE wide ({});", list(DEEP, |n| format!("c{n} INTEGER"))),
    Any "a table of many constraints" |_| format!("CREATE TABLE t (a INTEGER, {});", list(DEEP, |n| format!("CONSTRAINT c{n} CHECK (a > {n})"))),
    Any "many indexes of a table" |_| numbered(TABLE, DEEP / 4, |n| format!("CREATE INDEX i{n} ON t (a);\n")),
    Any "many names of a table" |_| numbered("CREATE TABLE t0 (a INTEGER);", DEEP / 4, |n| format!("ALTER TABLE t{n} RENAME TO t{};\n", n + 1)),
    Any "many tables, each renamed" |_| numbered("", DEEP / 10, |n| format!("CREATE TABLE t{n} (a INTEGER);\nALTER TABLE t{n} RENAME TO u{n};\n")),
    Any "many children of a table" |_| numbered("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);", DEEP / 10, |n| format!("CREATE TABLE c{n} (t INTEGER, FOREIGN KEY (t) REFERENCES t (id));\n")),
    Any "a column of many constraints" |_| format!("CREATE TABLE t (a INTEGER {});", "CHECK (a > 0) ".repeat(DEEP)),
    Any "many columns, one by one" |_| numbered(TABLE, DEEP, |n| format!("ALTER TABLE t ADD COLUMN c{n} INTEGER;\n")),
    Any "many tables, made and dropped" |_| numbered("", DEEP, |n| format!("CREATE TABLE t{n} (a INTEGER);\nDROP TABLE t{n};\n")),
    Refused "many unknown tables" |_| numbered(TABLE, DEEP, |n| format!("DROP TABLE unknown_{n};\n")),
    Any "many syntax errors" |_| repeated(TABLE, "SELECT FROM WHERE;\n", MEGABYTE / 10, ""),
    Refused "many parentheses nobody opened" |_| repeated(TABLE, "SELECT 1);\n", MEGABYTE / 10, ""),
    Any "many unknown statements" |_| repeated(TABLE, "FROBNICATE THE widget;\n", MEGABYTE / 10, ""),
    Any "many directives" |_| repeated(TABLE, "-- migratory: allow(drop-table) reason=\"none\"\n", MEGABYTE / 10, ""),
    Any "many wrong directives" |_| repeated(TABLE, "-- migratory: frobnicate\n", MEGABYTE / 10, ""),
    Refused "a string that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT 'a"),
    Refused "a string that is never closed, at the start" |_| repeated("SELECT 'a", "''\n", MEGABYTE, ""),
    Refused "an identifier that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT \"a"),
    Any "a grave accent that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT `a"),
    Any "a comment that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT 1; /* a"),
    Any "a dollar quote that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT $a$ a"),
    Any "dollar signs of 1 MB" |_| repeated("SELECT ", "$a", MEGABYTE, ""),
    Any "dollar quotes that close each other" |_| repeated("SELECT $a$ ", "$b$ $", MEGABYTE, ""),
    Refused "a parenthesis that is never closed" |_| repeated(TABLE, LONG, MEGABYTE, "SELECT (1"),
    Any "a body that is never ended" |dialect| repeated(&routine(dialect, ""), LONG, MEGABYTE / 10, ""),
    Any "delimiters of 200 kB" |_| repeated("", "DELIMITER //\nSELECT 1 //\n", MEGABYTE / 10, ""),
    Refused "NUL bytes" |_| repeated(TABLE, "\0", MEGABYTE, ""),
    Refused "a NUL byte in a string" |_| format!("{TABLE} INSERT INTO t (a) VALUES ('a\0b');"),
    Any "random bytes" |_| random(MEGABYTE / 10, |n| (n >> 32) as u8),
    Any "random punctuation" |_| random(MEGABYTE / 10, |n| PUNCTUATION[(n >> 32) as usize % PUNCTUATION.len()]),
    Any "one operator of 1 MB" |_| repeated("SELECT 1 ", "+", MEGABYTE, " 1;"),
    Any "one word of 1 MB" |_| repeated("SELECT ", "a", MEGABYTE, ";"),
    Any "one number of 1 MB" |_| repeated("SELECT ", "1", MEGABYTE, ";"),
    Any "backslashes of 1 MB" |_| repeated("SELECT '", "\\", MEGABYTE, "'"),
    Any "quotes of 1 MB" |_| repeated("SELECT ", "'", MEGABYTE, ""),
};

const TABLE: &str = "CREATE TABLE t (a TEXT);";
/// Few statements for its length: what a statement costs in a parser that tests do not optimise is not the question.
const LONG: &str = concat!(
    "INSERT INTO t (a) VALUES ('a text that is as long as texts of programs are, which tell their readers about something that has ",
    "happened to them, why it has, what they may do about it, where they can read more, and whom to ask when all of that was of no ",
    "help; it is written on one line, and this is where it ends, after some more words that are here for their length alone, and ",
    "which say nothing else at all');\n",
);
const PUNCTUATION: &[u8] = b"()[]{}<>'\"`$;:,.+-*/\\|&^%@#!?~=_ \n aZ09";

/// Tables with keys and indexes, and rows in them, as a program writes them.
fn dump() -> String {
    let mut text = String::new();
    let mut table = 0;
    while text.len() < 10 * MEGABYTE {
        table += 1;
        writeln!(text, "-- Table {table}\nCREATE TABLE table_{table} (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL DEFAULT '', amount NUMERIC(10, 2));").expect("memory");
        writeln!(text, "CREATE INDEX index_{table} ON table_{table} (name);").expect("memory");
        for row in 0..20 {
            let values = list(25, |n| {
                format!("({}, 'the ''name'' of {n}', {n}.50)", row * 25 + n)
            });
            writeln!(
                text,
                "INSERT INTO table_{table} (id, name, amount) VALUES {values};"
            )
            .expect("memory");
        }
    }
    text
}

fn rows(length: usize) -> String {
    list(length / 16, |n| format!("('{n:>10}')"))
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

fn numbered(before: &str, count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).fold(before.to_owned(), |text, number| text + &item(number))
}

fn repeated(before: &str, piece: &str, length: usize, after: &str) -> String {
    [before, &piece.repeat(length / piece.len()), after].concat()
}

fn nested(open: &str, within: &str, close: &str) -> String {
    format!(
        "SELECT {}{within}{};",
        open.repeat(DEEP),
        close.repeat(DEEP)
    )
}

/// The beginning of a statement that holds others.
fn routine(dialect: Dialect, body: &str) -> String {
    let head = match dialect {
        Dialect::Sqlite => "CREATE TABLE t (a TEXT); CREATE TRIGGER r AFTER INSERT ON t BEGIN",
        Dialect::Postgres => {
            "CREATE TABLE t (a TEXT); CREATE FUNCTION r() RETURNS void BEGIN ATOMIC"
        }
        _ => "CREATE TABLE t (a TEXT); CREATE PROCEDURE r() CALL x",
    };
    format!("{head} {body}\n")
}

fn random(length: usize, byte: fn(u64) -> u8) -> String {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let bytes: Vec<u8> = (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            byte(state)
        })
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
