use std::cell::RefCell;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;

use conformance::{Files, RustFunctions, Settings, Stage, lines, said, stable, told};
use migratory::{Dialect, Event};
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::functions;

/// A database file, a connection of the program's and one of somebody else's.
pub(crate) struct World {
    files: Files,
    folder: TempDir,
    connection: Connection,
    other: Connection,
    settings: Settings,
}

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let path = folder.path().join("app.db");
        Self {
            files: Files::new(Dialect::Sqlite, RustFunctions(functions::named)),
            connection: Connection::open(&path).expect("a database"),
            other: Connection::open(&path).expect("a database"),
            folder,
            settings: Settings::default(),
        }
    }
}

impl Stage for World {
    fn files(&mut self) -> &mut Files {
        &mut self.files
    }

    fn perform(&mut self, command: &str) -> String {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "sql" => said(rows(&self.connection, rest)),
            "other" => said(rows(&self.other, rest)),
            "set" => {
                self.settings.set(rest);
                String::new()
            }
            "open" => self.open(rest),
            "history" => self.history(),
            "settings" => self.shown_settings(),
            _ => self.run(verb, rest),
        }
    }
}

impl World {
    fn run(&mut self, verb: &str, words: &str) -> String {
        let before = self.bytes();
        let words: Vec<&str> = words.split_whitespace().collect();
        let events = Mutex::new(String::new());
        let migrations = self.files.migrations();
        let mut runner = words
            .iter()
            .fold(self.settings.runner(migrations.runner()), |runner, word| {
                told(runner, word)
            });
        if words.contains(&"events") {
            runner = runner.on_event(|event: &Event| {
                let _ = writeln!(events.lock().expect("no panic before"), "* {event}");
            });
        }
        if words.contains(&"trace") {
            listen(&mut self.connection, Some(hear));
        }
        let connection = &mut self.connection;
        let result = catch_unwind(AssertUnwindSafe(|| match verb {
            "apply" => said(runner.apply(connection)),
            "plan" => said(runner.plan(connection)),
            "verify" => said(runner.verify(connection)),
            "status" => said(runner.status(connection).map(|statuses| lines(&statuses))),
            other => panic!("no command is called {other}"),
        }));
        listen(&mut self.connection, None);
        let mut text = events.into_inner().unwrap_or_default();
        for sql in SAID.take() {
            let _ = writeln!(text, "? {sql}");
        }
        text.push_str(&result.unwrap_or_else(|_| "panicked".into()));
        if self.bytes() == before {
            text.push_str("\n(no byte of the file changed)");
        }
        stable(&text)
    }

    fn open(&mut self, how: &str) -> String {
        let flags = match how {
            "read-only" => OpenFlags::SQLITE_OPEN_READ_ONLY,
            _ => OpenFlags::default(),
        };
        self.connection =
            Connection::open_with_flags(self.path(), flags).expect("the database opens");
        String::new()
    }

    fn history(&self) -> String {
        said(rows(
            &self.connection,
            "SELECT CASE WHEN version < 0 THEN 'R' ELSE version END, name, kind, state, \
             statements_done || '/' || statements_total, applied_by, error FROM migratory_history ORDER BY sequence",
        ))
    }

    /// What a run must not change for whoever uses the connection after it.
    fn shown_settings(&self) -> String {
        let of = |pragma: &str| said(rows(&self.connection, &format!("PRAGMA {pragma}")));
        let free = if self.connection.is_autocommit() {
            "no transaction"
        } else {
            "a transaction is open"
        };
        format!(
            "foreign_keys {}, busy_timeout {}, journal_mode {}, {free}",
            of("foreign_keys"),
            of("busy_timeout"),
            of("journal_mode")
        )
    }

    fn bytes(&self) -> Vec<Vec<u8>> {
        let files = [self.path(), self.path().with_extension("db-wal")];
        files
            .iter()
            .map(|path| std::fs::read(path).unwrap_or_default())
            .collect()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }
}

fn listen(connection: &mut Connection, ear: Option<fn(TraceEvent<'_>)>) {
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, ear);
}

fn hear(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event {
        SAID.with_borrow_mut(|said| said.push(sql.into()));
    }
}

/// The rows of a query, or of the last statement of several.
fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let values: rusqlite::Result<Vec<String>> = (0..columns)
            .map(|index| Ok(shown(row.get_ref(index)?)))
            .collect();
        lines.push(values?.join(", "));
    }
    Ok(lines.join("\n"))
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}
