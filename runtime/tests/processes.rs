//! Processes that apply the same migrations to one file: at once, and killed on the way.
//!
//! The test binary is its own child: started with [`CHILD`] set, the test of that name applies the list to the file and ends.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use migratory::{Dialect, Down, Migration, Migrations, Script, Statement, Version, pack};
use rusqlite::Connection;
use tempfile::TempDir;

/// The file that a child is to migrate.
const CHILD: &str = "MIGRATORY_TEST_DATABASE";

/// How many migrations the list has.
const COUNT: i64 = 40;

/// Prints for the parent that a child is about to apply, and waits for a line from it.
const READY: &str = "ready";

/// F43: the lock is taken before the history is read.
#[test]
fn of_eight_processes_at_once_each_migration_is_applied_by_one() {
    for journal in ["delete", "wal"] {
        for round in 0..3 {
            let database = Database::new(journal);
            let mut children: Vec<Child> = (0..8).map(|_| database.start_child()).collect();
            children.iter_mut().for_each(let_go);
            for child in children {
                let output = child.wait_with_output().expect("the child ends");
                let said = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success(), "{journal}, round {round}: {said}");
            }
            database.assert_migrated();
        }
    }
}

/// F40, F53: whatever moment a process dies at, the file opens, the next run finishes, and history and effects agree.
#[test]
fn a_process_that_is_killed_leaves_a_file_that_the_next_one_finishes() {
    const ROUNDS: u32 = 120;
    let began = Instant::now();
    let mut random = Random(0x5eed);
    let mut killed_between = 0;
    for round in 0..ROUNDS {
        let database = Database::new(if round % 2 == 0 { "delete" } else { "wal" });
        for _ in 0..1 + random.below(3) {
            let mut child = database.start_child();
            let_go(&mut child);
            thread::sleep(Duration::from_micros(random.below(12_000)));
            child.kill().expect("a child can be killed");
            child.wait().expect("the child ends");
            let applied = database.assert_sound();
            killed_between += u32::from(applied > 0 && applied < COUNT);
        }
        let mut child = database.start_child();
        let_go(&mut child);
        let output = child.wait_with_output().expect("the child ends");
        assert!(
            output.status.success(),
            "round {round}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        database.assert_migrated();
    }
    println!(
        "{ROUNDS} rounds in {:?}, {killed_between} kills in the middle of a run",
        began.elapsed()
    );
    // Were they all before or after, nothing would have been shown.
    assert!(killed_between > 20, "only {killed_between} kills met a run");
}

/// What a child does; in the parent there is nothing to do.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let mut connection = Connection::open(path).expect("the database opens");
    // What a killed process wrote is in the system's hands; only a power cut would take it. So nobody waits for the disk.
    connection
        .pragma_update(None, "synchronous", "off")
        .expect("a setting");
    println!("{READY}");
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .expect("the parent lets go");
    let report = migrations().apply(&mut connection);
    println!("{report:?}");
    assert!(report.is_ok());
}

struct Database {
    folder: TempDir,
}

impl Database {
    fn new(journal: &str) -> Self {
        let database = Self {
            folder: tempfile::tempdir().expect("a folder for the database"),
        };
        let connection = database.open();
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", journal, |row| row.get(0))
            .expect("a journal mode");
        assert_eq!(mode, journal);
        database
    }

    fn start_child(&self) -> Child {
        Command::new(std::env::current_exe().expect("the test knows its binary"))
            .args(["child", "--exact", "--nocapture"])
            .env(CHILD, self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a child starts")
    }

    /// Everything is there, once.
    fn assert_migrated(&self) {
        assert_eq!(self.assert_sound(), COUNT);
        let connection = self.open();
        let marker: i64 = value(&connection, "PRAGMA user_version");
        assert_eq!(marker, migrations().head().marker());
    }

    /// The file is whole, and its history says what its tables show; gives the number of migrations applied.
    fn assert_sound(&self) -> i64 {
        let connection = self.open();
        let integrity: String = value(&connection, "PRAGMA integrity_check");
        assert_eq!(integrity, "ok");
        let tables: i64 = value(
            &connection,
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'table\\_%' ESCAPE '\\'",
        );
        let has_history: bool = value(
            &connection,
            "SELECT count(*) FROM sqlite_schema WHERE name = 'migratory_history'",
        );
        if !has_history {
            assert_eq!(tables, 0);
            return 0;
        }
        let rows: i64 = value(
            &connection,
            "SELECT count(*) FROM migratory_history WHERE state = 'applied'",
        );
        let others: i64 = value(
            &connection,
            "SELECT count(*) FROM migratory_history WHERE state <> 'applied'",
        );
        let effects: i64 = match tables {
            0 => 0,
            _ => value(&connection, "SELECT count(*) FROM table_1"),
        };
        let distinct: i64 = match tables {
            0 => 0,
            _ => value(&connection, "SELECT count(DISTINCT migration) FROM table_1"),
        };
        assert_eq!((tables, effects, distinct, others), (rows, rows, rows, 0));
        rows
    }

    fn open(&self) -> Connection {
        Connection::open(self.path()).expect("the database opens")
    }

    fn path(&self) -> PathBuf {
        Path::join(self.folder.path(), "app.db")
    }
}

/// Lets a child begin, once it waits for that.
fn let_go(child: &mut Child) {
    let output = child.stdout.as_mut().expect("the child can be heard");
    let mut lines = BufReader::new(output).lines();
    assert!(lines.any(|line| line.expect("text") == READY));
    let input = child.stdin.as_mut().expect("the child listens");
    input.write_all(b"\n").expect("the child listens");
}

fn value<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> T {
    connection.query_row(sql, [], |row| row.get(0)).expect(sql)
}

/// Each migration makes a table, and leaves a row behind that says so.
fn migrations() -> &'static Migrations {
    static MIGRATIONS: OnceLock<Migrations> = OnceLock::new();
    MIGRATIONS.get_or_init(|| {
        let versioned: Vec<Migration> = (1..=COUNT.unsigned_abs()).map(migration).collect();
        Migrations::new(Dialect::Sqlite, versioned.leak(), &[])
    })
}

fn migration(number: u64) -> Migration {
    let table = format!("CREATE TABLE table_{number} (id INTEGER PRIMARY KEY, migration INTEGER)");
    let row = format!("INSERT INTO table_1 (migration) VALUES ({number})");
    let statements = [table, row].map(String::leak);
    let statements = statements.iter().map(|sql| Statement {
        sql,
        line: 1,
        transactional: true,
        touches_session: false,
    });
    Migration::new(
        Version::new(number, 4),
        "table",
        "sha256:aa",
        number << 40 | 0x1234_5678_9abc,
        Script::sql("migrations/table.sql", pack(statements).leak()),
        Down::Missing,
    )
}

/// A small generator with a fixed seed: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
