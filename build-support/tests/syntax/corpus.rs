//! Real migration histories, where they are at hand: every file that its engine accepted is split without a problem.

use std::fs;
use std::path::{Path, PathBuf};

use migratory_build::Span;
use migratory_build::syntax::{Problem, canonical, split, tokenize};
use migratory_core::Dialect;

/// Files on which the problems named here are right, each with its reason.
const EXCLUDED: [(&str, &str); 1] = [(
    "graph-node/files/2021-02-24-051050_dds_remove_unused_columns/down.sql",
    "its opening `do $$` is missing; a down that was never run",
)];

#[test]
fn every_accepted_file_of_the_corpus_splits_without_a_problem() {
    let Some(root) = corpus() else { return };
    let mut files = 0;
    let mut statements = 0;
    let mut found = Vec::new();
    for (dialect, folder) in [
        (Dialect::Sqlite, "sqlite"),
        (Dialect::Postgres, "postgres"),
        (Dialect::Mysql, "mysql"),
    ] {
        for history in histories(&root.join(folder)) {
            for path in history.ups().chain(history.downs()) {
                let text = fs::read_to_string(&path).unwrap();
                super::tiling::check(dialect, &text);
                let tokens = tokenize(dialect, &text);
                let split = split(dialect, &text, &tokens);
                files += 1;
                statements += split.statements.len();
                for statement in &split.statements {
                    let form = canonical(&text, &tokens[statement.tokens.clone()]);
                    super::tiling::check_canonical(dialect, &form);
                }
                if !is_excluded(&path) {
                    found.extend(
                        split
                            .problems
                            .iter()
                            .map(|problem| describe(&path, &text, problem)),
                    );
                }
            }
        }
    }
    println!("{files} files, {statements} statements");
    assert!(files > 4_000, "the corpus holds more files than {files}");
    assert!(
        found.is_empty(),
        "{} problems:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// Functions that an application adds to SQLite, and what stands in for them.
#[cfg(feature = "sqlite")]
const APPLICATION_FUNCTIONS: [(&str, &str); 1] = [("BIN2B64(", "hex(")];

/// Tables that the tools of some histories make before the first file.
#[cfg(feature = "sqlite")]
const TOOL_TABLES: [(&str, &str); 4] = [
    (
        "cdk__mint",
        "CREATE TABLE migrations (name TEXT, applied TEXT)",
    ),
    (
        "cdk__wallet",
        "CREATE TABLE migrations (name TEXT, applied TEXT)",
    ),
    ("harness", "CREATE TABLE migrations (version TEXT)"),
    (
        "yaak",
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, installed_on TEXT, success BOOL, checksum BLOB, execution_time BIGINT)",
    ),
];

/// Histories whose files end and begin the transaction that their tool puts around them.
#[cfg(feature = "sqlite")]
const IN_TRANSACTION: [&str; 1] = ["homarr"];

/// Histories whose first tables are in no file: their statements are parsed one by one, not run.
#[cfg(feature = "sqlite")]
const WITHOUT_BASE: [&str; 1] = ["uptime-kuma"];

/// SQLite itself says where a statement ends: ours, one by one, must be one each, as many as it counts in the file.
#[cfg(feature = "sqlite")]
#[test]
fn sqlite_counts_the_same_statements_and_takes_each_as_one() {
    let Some(root) = corpus() else { return };
    let mut statements = 0;
    for history in histories(&root.join("sqlite")) {
        let engines = [engine::open(), engine::open()];
        for (_, table) in TOOL_TABLES
            .iter()
            .filter(|(name, _)| history.is_called(name))
        {
            for engine in &engines {
                engine::run(engine, table).unwrap();
            }
        }
        for path in history.ups() {
            let text = up_half(&fs::read_to_string(&path).unwrap());
            let found = split(Dialect::Sqlite, &text, &tokenize(Dialect::Sqlite, &text)).statements;
            let found: Vec<_> = found
                .iter()
                .map(|statement| statement.span.of(&text))
                .collect();
            statements += found.len();
            if WITHOUT_BASE.iter().any(|name| history.is_called(name)) {
                found
                    .iter()
                    .for_each(|sql| engine::parses(&engines[0], sql));
                continue;
            }
            if IN_TRANSACTION.iter().any(|name| history.is_called(name)) {
                for engine in &engines {
                    engine::run(engine, "BEGIN").unwrap();
                }
            }
            let counts = run_whole_and_parts(&engines, &text, &found);
            assert_eq!(counts, (found.len(), found.len()), "{path:?}");
            for engine in &engines {
                engine::end_transaction(engine);
            }
        }
        let [whole, parts] = engines.each_ref().map(engine::schema);
        assert_eq!(whole, parts, "{:?}", history.folder);
    }
    println!("{statements} statements of SQLite");
    assert!(
        statements > 3_000,
        "the corpus holds more statements than {statements}"
    );
}

/// In how many statements the engine runs the text, and in how many all of our statements, each of which is one.
#[cfg(feature = "sqlite")]
fn run_whole_and_parts(
    [whole, parts]: &[rusqlite::Connection; 2],
    text: &str,
    found: &[&str],
) -> (usize, usize) {
    let counted = engine::run(whole, text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let mut sum = 0;
    for sql in found {
        let count = engine::run(parts, sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
        assert_eq!(count, 1, "{sql}");
        sum += count;
    }
    (counted, sum)
}

struct History {
    folder: PathBuf,
    accepted: Vec<(String, String)>,
}

impl History {
    #[cfg(feature = "sqlite")]
    fn is_called(&self, name: &str) -> bool {
        self.folder.ends_with(name)
    }

    /// The files of every migration that its engine accepted, in order.
    fn ups(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.folder.join("files");
        self.accepted.iter().map(move |(up, _)| files.join(up))
    }

    /// The way back, of those that have one.
    fn downs(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.folder.join("files");
        let downs = self.accepted.iter().filter(|(_, down)| !down.is_empty());
        downs.map(move |(_, down)| files.join(down))
    }
}

/// What goes up, as SQLite alone can run it: goose keeps both directions in one file.
#[cfg(feature = "sqlite")]
fn up_half(text: &str) -> String {
    let up = text.split("-- +goose Down").next().unwrap_or_default();
    let replace = |text: String, (name, stand_in): &(&str, &str)| text.replace(name, stand_in);
    APPLICATION_FUNCTIONS.iter().fold(up.to_owned(), replace)
}

fn histories(folder: &Path) -> Vec<History> {
    let mut histories: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let folder = entry.unwrap().path();
            let order = fs::read_to_string(folder.join("order.tsv")).unwrap();
            let accepted = order
                .lines()
                .skip(1)
                .filter_map(|line| {
                    let mut cells = line.split('\t');
                    let (up, down) = (cells.next()?, cells.next()?);
                    (cells.next()? == "ok").then(|| (up.to_owned(), down.to_owned()))
                })
                .collect();
            History { folder, accepted }
        })
        .collect();
    histories.sort_by(|a, b| a.folder.cmp(&b.folder));
    histories
}

fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if root.is_dir() {
        return Some(root);
    }
    println!("not run: the corpus is not at {}", root.display());
    None
}

fn is_excluded(path: &Path) -> bool {
    EXCLUDED.iter().any(|(name, _)| path.ends_with(name))
}

fn describe(path: &Path, text: &str, problem: &Problem) -> String {
    let (line, _) = problem.span.line_column(text);
    let part = Span::new(
        problem.span.start,
        (problem.span.start + 60).min(problem.span.end),
    );
    format!("{}:{line}: {problem}: {:?}", path.display(), part.of(text))
}

#[cfg(feature = "sqlite")]
mod engine {
    use rusqlite::fallible_iterator::FallibleIterator as _;
    use rusqlite::{Batch, Connection, Result};

    pub(super) fn open() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("PRAGMA foreign_keys = OFF")
            .unwrap();
        connection
    }

    /// Executes `sql` and says in how many statements.
    pub(super) fn run(connection: &Connection, sql: &str) -> Result<usize> {
        let mut batch = Batch::new(connection, sql);
        let mut count = 0;
        while let Some(mut statement) = batch.next()? {
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            count += 1;
        }
        Ok(count)
    }

    /// Checks that what the engine says of `sql`, if anything, is not about its syntax.
    pub(super) fn parses(connection: &Connection, sql: &str) {
        if let Err(error) = connection.prepare(sql) {
            let message = error.to_string();
            assert!(message.contains("no such"), "{message}");
        }
    }

    pub(super) fn end_transaction(connection: &Connection) {
        if !connection.is_autocommit() {
            run(connection, "COMMIT").unwrap();
        }
    }

    pub(super) fn schema(connection: &Connection) -> Vec<(String, Option<String>)> {
        let sql = "SELECT name, sql FROM sqlite_schema ORDER BY type, name";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    }
}
