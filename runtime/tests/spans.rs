//! What `tracing` is told of a run.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use migratory::{Dialect, Down, Migration, Migrations, Script, Version};
use rusqlite::Connection;
use tracing_subscriber::fmt::format::FmtSpan;

static VERSIONED: [Migration; 1] = [Migration::new(
    Version::new(1, 4),
    "users",
    "sha256:aa",
    5 << 40,
    Script::sql(
        "migrations/0001_users.sql",
        "1 CREATE TABLE users (id INTEGER PRIMARY KEY)\x003 INSERT INTO users VALUES (4711)\0",
    ),
    Down::Missing,
)];
static MIGRATIONS: Migrations = Migrations::new(Dialect::Sqlite, &VERSIONED, &[]);

#[test]
fn a_run_a_migration_and_a_statement_are_spans_one_in_the_other() {
    let told = Told::default();
    let writer = told.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_span_events(FmtSpan::NEW)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let mut connection = Connection::open_in_memory().expect("a database");
        let report = MIGRATIONS.apply(&mut connection).expect("the run succeeds");
        assert_eq!(report.entries().len(), 1);
    });
    let told = told.text();
    let statement = "migratory.run{dialect=\"sqlite\"}:migratory.migration{migration=\"0001_users\" direction=\"up\"}:\
                     migratory.statement{file=\"migrations/0001_users.sql\" line=3 number=2 of=2}";
    assert!(told.contains(statement), "{told}");
    assert!(told.contains("[1/1] up 0001_users"), "{told}");
    // No statement is told with its text: there may be secrets in it.
    assert!(!told.contains("4711") && !told.contains("CREATE"), "{told}");
}

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Told {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic before")).into_owned()
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic before").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
