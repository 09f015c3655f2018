//! Migrations and histories out of short words, and golden files that hold fixture and expected text side by side.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::PathBuf;

use crate::{
    Called, Chain, Dialect, Down, History, Kind, Migration, Migrations, Repeatable, Row, RowState,
    Script, Statement, Version, pack,
};

/// A list out of words such as `1 2x 3nf Rviews`.
///
/// A number is a version with an up of two statements and a down of one. Flags: `-` no down file, `x` irreversible,
/// `s` an up whose first statement touches the session, `n` no transaction, `f` foreign keys off, `r` a Rust function, `e` no statements, `!` edited. `R` begins a repeatable.
pub(crate) fn migrations(dialect: Dialect, words: &str) -> Migrations {
    let (repeatable, versioned): (Vec<&str>, Vec<&str>) = words
        .split_whitespace()
        .partition(|word| word.starts_with('R'));
    let versioned: Vec<Migration> = versioned.into_iter().map(migration).collect();
    let repeatable: Vec<Repeatable> = repeatable.into_iter().map(repeatable_of).collect();
    Migrations::new(dialect, versioned.leak(), repeatable.leak())
}

/// A history out of words such as `1 2b 3~1/2 Rviews`, applied in this order.
///
/// `b` is a baseline, `s` superseded, `~1/2` on its way up with one of two statements done, `^0/1` on its way down, `!`
/// applied with another content. Of one under way, `!` had another content behind what is done, `?` before it as well, and of `*`
/// that is not known.
pub(crate) fn history(words: &str) -> History {
    let mut chain = Chain::EMPTY;
    let rows = words.split_whitespace().enumerate().map(|(index, word)| {
        let mut row = row(word);
        chain = chain.plus(row.share());
        row.sequence = index as i64 + 1;
        row.chain = chain;
        row
    });
    History::new(rows)
}

/// Runs every fixture of a golden file: a line that begins with `> ` is a fixture, the lines up to the next one are what
/// `render` makes of it. With `UPDATE` set the file is rewritten instead.
pub(crate) fn check(file: &str, render: impl Fn(&str) -> String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    let expected = std::fs::read_to_string(&path).expect("the golden file can be read");
    let mut actual = String::new();
    for line in expected.lines() {
        if let Some(fixture) = line.strip_prefix("> ") {
            actual.push_str(&format!("{line}\n{}\n\n", render(fixture).trim_end()));
        } else if line.starts_with('#') {
            actual.push_str(&format!("{line}\n"));
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).expect("the golden file can be written");
    } else {
        let difference = expected
            .lines()
            .zip(actual.lines())
            .position(|(expected, actual)| expected != actual);
        assert!(
            expected == actual,
            "{} differs at line {:?}; it should be\n\n{actual}",
            path.display(),
            difference
        );
    }
}

fn migration(word: &str) -> Migration {
    let (number, flags) = number_of(word);
    let has = |flag| flags.contains(flag);
    let up = match (has('r'), has('e')) {
        (true, _) => Script::rust(leak(format!("{number}.rs")), |_| Called::Ended(Ok(()))),
        (_, true) => Script::sql(leak(format!("{number}.sql")), ""),
        _ => sql(
            &format!("{number}.up.sql"),
            &[
                (
                    1,
                    &format!("{}up {number} a", if has('s') { "~set " } else { "" }),
                ),
                (3, &format!("up {number} b")),
            ],
        ),
    };
    let down = match (has('-'), has('x')) {
        (true, _) => Down::Missing,
        (_, true) => Down::Irreversible,
        _ => Down::Script(sql(
            &format!("{number}.down.sql"),
            &[(1, &format!("down {number}"))],
        )),
    };
    let checksum = checksum(&number.to_string(), has('!'));
    let mut migration = Migration::new(
        Version::new(number, 4),
        "step",
        leak(checksum),
        link(number),
        up,
        down,
    );
    if has('n') {
        migration = migration.without_transaction();
    }
    if has('f') {
        migration = migration.with_foreign_keys_off();
    }
    migration
}

fn repeatable_of(word: &str) -> Repeatable {
    let (name, flags) = name_of(word);
    let edited = flags.contains('!');
    let script = sql(&format!("R__{name}.sql"), &[(1, &format!("repeat {name}"))]);
    let key = key(name);
    Repeatable::new(
        key,
        leak(name.into()),
        leak(checksum(name, edited)),
        link_of_repeatable(key, edited),
        script,
    )
}

/// One row of such a history.
pub(crate) fn row(word: &str) -> Row {
    let (version, name, flags) = match word.starts_with('R') {
        true => {
            let (name, flags) = name_of(word);
            (key(name), name.to_string(), flags)
        }
        false => {
            let (number, flags) = number_of(word);
            (number as i64, "step".to_string(), flags)
        }
    };
    let digest = if version < 0 {
        name.clone()
    } else {
        version.to_string()
    };
    let edited = flags.contains(['!', '?', '*']);
    let state = match flags.chars().next() {
        Some('~') => RowState::Running,
        Some('^') => RowState::Reverting,
        Some('s') => RowState::Superseded,
        _ => RowState::Applied,
    };
    let (done, total) = flags
        .get(1..)
        .and_then(|counts| counts.trim_end_matches(['!', '?', '*']).split_once('/'))
        .unwrap_or(("2", "2"));
    Row {
        scope: "main".into(),
        version,
        sequence: 0,
        kind: match (version < 0, flags.starts_with('b')) {
            (true, _) => Kind::Repeatable,
            (_, true) => Kind::Baseline,
            _ => Kind::Sql,
        },
        state,
        checksum: checksum(&digest, edited),
        link: if version < 0 {
            link_of_repeatable(version, edited)
        } else {
            link(version as u64)
        },
        chain: Chain::EMPTY,
        name,
        statements_done: done.parse().expect("a count"),
        statements_total: total.parse().expect("a count"),
        applied_at: "2026-01-02T03:04:05.000Z".into(),
        execution_ms: 5,
        applied_by: "tester".into(),
        tool_version: "0.1.0".into(),
        error: None,
        digests: digests(word, state),
    }
}

/// What a run of the fixture of this row would have written.
fn digests(word: &str, state: RowState) -> Option<String> {
    let is_other = word.ends_with('?');
    if word.ends_with('*') || !matches!(state, RowState::Running | RowState::Reverting) {
        return None;
    }
    if word.starts_with('R') {
        return repeatable_of(word).script().digests();
    }
    let (number, _) = number_of(word);
    let of = migration(&format!("{}", number + u64::from(is_other)));
    match (state, of.down()) {
        (RowState::Reverting, Down::Script(down)) => down.digests(),
        _ => of.up().digests(),
    }
}

fn number_of(word: &str) -> (u64, &str) {
    let end = word
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(word.len());
    (word[..end].parse().expect("a version"), &word[end..])
}

fn name_of(word: &str) -> (&str, &str) {
    let end = word.find(['!', '~', '^', '?', '*']).unwrap_or(word.len());
    (&word[1..end], &word[end..])
}

fn key(name: &str) -> i64 {
    -(name.bytes().map(i64::from).sum::<i64>())
}

fn link(number: u64) -> u64 {
    number << 33 | number
}

fn link_of_repeatable(key: i64, edited: bool) -> u64 {
    key.unsigned_abs() << 44 | u64::from(edited) << 40
}

fn checksum(digest: &str, edited: bool) -> String {
    format!("sha256:{digest}{}", if edited { "edited" } else { "" })
}

fn sql(file: &str, statements: &[(u32, &str)]) -> Script {
    let statements = statements.iter().map(|&(line, sql)| Statement {
        sql: sql.trim_start_matches('~'),
        line,
        transactional: true,
        touches_session: sql.starts_with('~'),
    });
    Script::sql(leak(file.into()), leak(pack(statements)))
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
