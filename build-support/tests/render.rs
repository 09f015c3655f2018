//! What a finding looks like on a terminal. `UPDATE=1` rewrites `golden/render.txt`.

use std::fmt::Write;

use migratory_build::Span;
use migratory_build::diagnostic::{Color, Diagnostic, Level, render, render_untitled};

const INITIAL: &str =
    "-- Users.\n\n\nCREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  email TEXT\n);\n";
const INDEX: &str = "-- Index.\nCREATE INDEX idx_users_email ON users (emial);\n";
const CRLF: &str = "\u{feff}SELECT 1;\r\n\tSELECT 'größe', naem;\r\nSELECT 3;";
const WIDE: &str = "INSERT INTO t VALUES ('漢字🦀', oops);\n";

fn text(file: &str) -> Option<&'static str> {
    match file {
        "0001_initial.sql" => Some(INITIAL),
        "0003_index_email.sql" => Some(INDEX),
        "crlf.sql" => Some(CRLF),
        "wide.sql" => Some(WIDE),
        "empty.sql" => Some(""),
        _ => None,
    }
}

/// Where `word` stands in `file`.
fn span(file: &str, word: &str) -> Span {
    let start = text(file).unwrap().find(word).unwrap();
    Span::new(start, start + word.len())
}

fn fixtures() -> Vec<(&'static str, Diagnostic)> {
    let unknown = || {
        let span = span("0003_index_email.sql", "emial");
        Diagnostic::error(
            "unknown-column",
            "column `emial` does not exist in table `users`",
        )
        .at("0003_index_email.sql", span, "unknown column")
    };
    let initial = |word| span("0001_initial.sql", word);
    vec![
        (
            "a column that does not exist",
            unknown()
                .note("`users` was created in 0001_initial.sql:4 (executed on SQLite 3.50)")
                .help("a column with a similar name exists: `email`"),
        ),
        ("no word under the caret", {
            let mut diagnostic = unknown();
            diagnostic.label.clear();
            diagnostic
        }),
        (
            "related places in two files",
            unknown()
                .related(
                    "0003_index_email.sql",
                    span("0003_index_email.sql", "users"),
                    "of this table",
                )
                .related("0001_initial.sql", initial("users"), "created here")
                .related("0001_initial.sql", initial("email"), "did you mean this?")
                .help("spell it `email`"),
        ),
        (
            "a related place without a span, and one in a file nobody has",
            unknown()
                .related("0002_gone.sql", None, "went here")
                .related("0002_gone.sql", Span::new(1, 2), "and here"),
        ),
        (
            "several lines",
            Diagnostic::new(
                Level::Warn,
                "table-without-strict",
                "table `users` is not strict",
            )
            .at(
                "0001_initial.sql",
                initial(INITIAL.trim_start_matches("-- Users.\n\n\n").trim_end()),
                "not strict",
            ),
        ),
        (
            "a file as a whole",
            Diagnostic::error("bad-file-name", "`3_upper.SQL` is no migration's name")
                .at("3_upper.SQL", None, "")
                .help("call it `0003_upper.sql`"),
        ),
        (
            "the directory as a whole",
            Diagnostic::new(Level::Warn, "no-lock-file", "nothing is final yet")
                .help("MIGRATORY_LOCK=update cargo build"),
        ),
        (
            "a note",
            Diagnostic::new(Level::Note, "draft", "0004 is a draft").at("0004_x.sql", None, ""),
        ),
        (
            "a note of several lines",
            unknown().note("the difference is\n- table t\n+ index i"),
        ),
        (
            "CRLF, a byte order mark and a tab",
            Diagnostic::error("unknown-column", "no column `naem`").at(
                "crlf.sql",
                span("crlf.sql", "naem"),
                "here",
            ),
        ),
        (
            "over a CRLF line end",
            Diagnostic::error("x", "two lines").at("crlf.sql", span("crlf.sql", ";\r\n"), "here"),
        ),
        (
            "wide characters",
            Diagnostic::error("unknown-column", "no column `oops`").at(
                "wide.sql",
                span("wide.sql", "oops"),
                "here",
            ),
        ),
        (
            "half a character",
            Diagnostic::error("x", "in the crab").at("wide.sql", Span::new(30, 31), "here"),
        ),
        (
            "an empty span",
            Diagnostic::error("x", "something is missing").at(
                "wide.sql",
                Span::new(6, 6),
                "before this",
            ),
        ),
        (
            "the end of a file without a last newline",
            Diagnostic::error("x", "unclosed").at(
                "crlf.sql",
                Span::new(CRLF.len(), CRLF.len()),
                "here",
            ),
        ),
        (
            "the end of a file with a last newline",
            Diagnostic::error("x", "unclosed").at(
                "wide.sql",
                Span::new(WIDE.len(), WIDE.len()),
                "here",
            ),
        ),
        (
            "beyond the end",
            Diagnostic::error("x", "unclosed").at("wide.sql", Span::new(900, 1000), "here"),
        ),
        (
            "backwards",
            Diagnostic::error("x", "backwards").at("wide.sql", Span::new(12, 6), "here"),
        ),
        (
            "an empty file",
            Diagnostic::error("empty-migration", "nothing to do").at(
                "empty.sql",
                Span::new(0, 0),
                "empty",
            ),
        ),
        (
            "escape codes in words that come from files",
            Diagnostic::error("x", "no table `\u{1b}[2J`")
                .at("wide.sql", Span::new(0, 6), "not \u{1b}[31m")
                .note("\u{1b}[0m\u{7}"),
        ),
    ]
}

#[test]
fn findings_read_like_rustcs() {
    let mut all = String::new();
    for (name, diagnostic) in fixtures() {
        let rendered = render(&diagnostic, "migrations", &text, Color::Never);
        writeln!(all, "== {name}\n{rendered}\n").unwrap();
    }
    golden("render.txt", &all);
}

#[test]
fn colours_change_nothing_but_escape_codes() {
    for (name, diagnostic) in fixtures() {
        let plain = render(&diagnostic, "migrations", &text, Color::Never);
        let colored = render(&diagnostic, "migrations", &text, Color::Always);
        assert!(colored.contains("\u{1b}["), "{name}");
        assert_eq!(without_escapes(&colored), without_escapes(&plain), "{name}");
    }
}

#[test]
fn no_span_makes_rendering_panic() {
    for file in ["crlf.sql", "wide.sql", "empty.sql", "0001_initial.sql"] {
        let length = text(file).unwrap().len() + 3;
        for start in 0..length {
            for end in [0, start, start + 1, start + 2, length, usize::MAX] {
                let diagnostic = Diagnostic::error("x", "x").at(file, Span::new(start, end), "x");
                let diagnostic = diagnostic.related(file, Span::new(end, start), "y");
                assert!(render(&diagnostic, "", &text, Color::Never).contains(file));
            }
        }
    }
}

#[test]
fn a_compiler_puts_the_level_in_front_itself() {
    let diagnostic = Diagnostic::error("x", "a: b").at("empty.sql", None, "");
    assert_eq!(
        render_untitled(&diagnostic, "migrations", &text),
        "a: b [x]\n--> migrations/empty.sql"
    );
}

fn without_escapes(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| {
        all + piece.split_once('m').map_or("", |(_, rest)| rest)
    })
}

fn golden(file: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "UPDATE=1 rewrites {}", path.display());
}
