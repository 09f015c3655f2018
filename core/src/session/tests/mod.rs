//! Whole conversations, as golden text: what the session says to a small database, what comes back, and how it ends.

mod database;
mod words;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::{Choice, Down, Resolution, Script, Version, fixtures};
use database::Database;
use words::{class, options, words};

#[test]
fn every_run_says_what_it_should() {
    fixtures::check("session.txt", |fixture| {
        let fixture = Fixture::parse(fixture);
        let session = Session::new(&fixture.migrations, fixture.options.clone());
        fixture.converse(session)
    });
}

#[test]
fn reading_takes_one_query_and_no_lock() {
    // F57
    for dialect in ["sqlite", "postgres", "mysql"] {
        for rows in ["none", "1 2~1/2"] {
            let fixture = Fixture::parse(&format!("{dialect} | 1 2n | {rows} | latest"));
            let session = Session::read(&fixture.migrations, fixture.options.clone());
            let text = fixture.converse(session);
            let count = if rows == "none" { 0 } else { 2 };
            assert!(
                text.starts_with("read history\n")
                    && text.ends_with(&format!("history of {count} rows")),
                "{text}"
            );
            assert_eq!(
                text.matches('\n').count(),
                if rows == "none" { 2 } else { 1 },
                "{text}"
            );
        }
    }
}

/// F42, F45: at whatever step a run fails or is given up, nothing is left on the connection.
#[test]
fn nothing_is_left_on_the_connection_wherever_a_run_ends() {
    for dialect in ["sqlite", "postgres", "mysql"] {
        for words in ["1 2n 3f Rviews", "1f 2r", "1n", "1s 2sn"] {
            for goal in ["latest", "all-down"] {
                let rows = if goal == "latest" {
                    "none"
                } else {
                    "1 2 3 Rviews"
                };
                let fixture = Fixture::parse(&format!(
                    "{dialect} | {words} | {rows} | {goal} | foreign-keys"
                ));
                let mut with_table = fixture.clone();
                with_table.options.lock = TABLE_LOCK;
                for fixture in [fixture, with_table] {
                    for class in [Class::Other, Class::Deadlock, Class::NoTransaction] {
                        (0..).find(|index| !fixture.end_at(*index, Some(class)));
                    }
                    (0..).find(|index| !fixture.end_at(*index, None));
                }
            }
        }
    }
}

/// F45: with the reply to a commit on its way nobody knows; with that to a statement, history and report agree.
#[test]
fn a_run_that_is_given_up_claims_no_more_than_it_knows() {
    let cases = [
        (
            "postgres | 1 | none | latest",
            "statement, record and commit",
            "is not known",
        ),
        (
            "postgres | 1 | none | latest",
            "begin and statement",
            "was rolled back",
        ),
        ("postgres | 1 | 1 | all-down", "commit", "is not known"),
        ("postgres | 1 | 1 | all-down", "record", "was rolled back"),
        ("postgres | 1n | none | latest", "record", "is not known"),
        (
            "mysql | 1 | none | latest",
            "record and statement",
            "is not known",
        ),
        (
            "postgres | 1n | none | latest",
            "statement",
            "0 of 2 statements",
        ),
    ];
    for (fixture, word, words) in cases {
        let fixture = Fixture::parse(fixture);
        let mut session = Session::new(&fixture.migrations, fixture.options.clone());
        let mut database = fixture.database();
        let mut is_given_up = false;
        while !matches!(session.step(), Step::Done) {
            let step = session.step();
            let is_here = step.to_string().starts_with(&format!("execute {word}:"));
            let reply = database.perform(step);
            if is_here && !is_given_up {
                is_given_up = true;
                session.abandon();
            } else {
                let _ = session.reply(reply, database.now);
            }
        }
        let text = session.finish().unwrap_err().to_string();
        assert!(is_given_up && text.contains(words), "{word}: {text}");
        let row = database.rows.as_ref().and_then(|rows| rows.newest());
        let error = row.and_then(|row| row.error.as_deref());
        let expected = (word == "statement").then_some("the run was given up");
        assert_eq!(error, expected, "{word}");
    }
}

#[test]
fn a_step_asked_for_twice_is_the_same_step() {
    let fixture = Fixture::parse("sqlite | 1 2n | none | latest");
    let mut session = Session::new(&fixture.migrations, fixture.options.clone());
    let mut database = fixture.database();
    while !matches!(session.step(), Step::Done) {
        let (first, second) = (session.step().to_string(), session.step().to_string());
        assert_eq!(first, second);
        let reply = database.perform(session.step());
        let _ = session.reply(reply, database.now);
    }
}

#[test]
fn rows_that_are_no_answer_end_the_run() {
    let migrations = fixtures::migrations(Dialect::Postgres, "1");
    for (reply, purpose) in [
        (Reply::Done, "probe"),
        (Reply::Rows(vec![vec![Value::Null]]), "lock"),
        (Reply::Rows(vec![vec![]]), "lock"),
    ] {
        let mut session = Session::new(&migrations, Options::default());
        if purpose == "lock" {
            let missing = Reply::Failed {
                class: Class::MissingTable,
                message: "no such table".into(),
            };
            assert!(matches!(session.step(), Step::Query { .. }));
            assert_eq!(session.reply(missing, Moment::default()), Heard::Noted);
        }
        let step = session.step().to_string();
        assert!(step.starts_with(&format!("query {purpose}: ")), "{step}");
        assert_eq!(session.reply(reply, Moment::default()), Heard::Noted);
        assert!(matches!(session.step(), Step::Done));
        let failure = session.finish().unwrap_err();
        assert_eq!(failure.kind(), &FailureKind::Answer { purpose });
    }
}

#[test]
fn a_newest_row_that_cannot_be_read_is_looked_at_as_a_whole() {
    let migrations = fixtures::migrations(Dialect::Postgres, "1");
    for row in [
        vec![],
        vec![Value::Null],
        vec!["chain".into(), 1.into(), "applied".into()],
    ] {
        let mut session = Session::new(&migrations, Options::default());
        let _ = session.step();
        let _ = session.reply(Reply::Rows(vec![row.clone()]), Moment::default());
        let step = session.step().to_string();
        assert!(step.starts_with("query read history: "), "{step}");
        let _ = session.reply(Reply::Rows(vec![row]), Moment::default());
        assert!(matches!(session.step(), Step::Done));
        let failure = session.finish().unwrap_err();
        assert!(
            matches!(failure.kind(), FailureKind::Malformed(_)),
            "{failure}"
        );
    }
}

#[test]
fn a_session_that_was_not_driven_to_its_end_has_no_outcome() {
    let migrations = fixtures::migrations(Dialect::Sqlite, "1");
    let failure = Session::new(&migrations, Options::default())
        .finish()
        .unwrap_err();
    assert_eq!(failure.kind(), &FailureKind::Abandoned);
}

#[test]
fn a_migration_takes_as_many_messages_as_it_has_statements() {
    let long = "up b".repeat(20_000);
    let cases: [(&str, &[&str]); 4] = [
        ("1 up a\0", &["begin, statement, record and commit"]),
        (
            "1 up a -- why\u{0}2 up b -- why\0",
            &["begin and statement", "statement, record and commit"],
        ),
        (
            "1 up a\u{0}2 up b\u{0}3 up c\0",
            &[
                "begin and statement",
                "statement",
                "statement, record and commit",
            ],
        ),
        // Nothing is added to what may fill the largest message that the server takes.
        (
            &format!("1 up a\u{0}2 {long}\0"),
            &["begin and statement", "statement", "record and commit"],
        ),
    ];
    for (packed, expected) in cases {
        let said = messages(Dialect::Postgres, packed);
        let words: Vec<&str> = said.iter().map(|(purpose, _)| *purpose).collect();
        assert_eq!(words, expected, "{packed:.40}");
        for (_, sql) in said {
            // A comment ends with its line.
            let mut behind = sql.split("-- why").skip(1);
            assert!(
                behind.all(|it| it.is_empty() || it.starts_with('\n')),
                "{sql}"
            );
        }
    }
    let said = messages(Dialect::Mysql, &format!("1 up a\u{0}2 {long}\u{0}3 up c\0"));
    let words: Vec<&str> = said.iter().map(|(purpose, _)| *purpose).collect();
    let expected = [
        "record and statement",
        "record",
        "statement",
        "record and statement",
        "record",
    ];
    assert_eq!(words, expected);
}

/// The messages of a migration of these statements: their purposes and texts.
fn messages(dialect: Dialect, packed: &str) -> Vec<(&'static str, String)> {
    let up = Script::sql("1.sql", String::from(packed).leak());
    let version = Version::new(1, 1);
    let migration = Migration::new(version, "step", "sha256:1", 5, up, Down::Missing);
    let fixture = Fixture {
        migrations: Migrations::new(dialect, vec![migration].leak(), &[]),
        options: options("latest"),
        rows: None,
        settings: vec![],
    };
    let mut session = Session::new(&fixture.migrations, fixture.options.clone());
    let mut database = fixture.database();
    let mut said = Vec::new();
    while !matches!(session.step(), Step::Done) {
        if let Step::Execute {
            sql,
            purpose: purpose @ (Purpose::Statement(_) | Purpose::Record(_) | Purpose::Joined(_)),
            ..
        } = session.step()
        {
            said.push((purpose.as_str(), sql.to_string()));
        }
        let reply = database.perform(session.step());
        let _ = session.reply(reply, database.now);
    }
    said
}

#[test]
fn timeouts_are_set_for_the_migration_alone() {
    // F51: set again at each attempt, because a rollback takes them away.
    static TIMEOUTS: crate::Timeouts = crate::Timeouts {
        lock_ms: Some(5000),
        statement_ms: Some(60_000),
    };
    let up = || Script::sql("1.sql", "1 up a\0");
    let migration = Migration::new(
        Version::new(1, 1),
        "step",
        "sha256:1",
        5,
        up(),
        Down::Missing,
    )
    .with_timeouts(TIMEOUTS);
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
        for (mode, migration) in [
            ("whole", migration),
            ("piecemeal", migration.without_transaction()),
        ] {
            let migrations = Migrations::new(dialect, vec![migration].leak(), &[]);
            let faults = vec![("up a".to_string(), Class::Deadlock)];
            let fixture = Fixture {
                migrations,
                options: options("latest"),
                rows: None,
                settings: vec![],
            };
            let mut session = Session::new(&migrations, fixture.options.clone());
            let mut database = Database {
                faults,
                ..fixture.database()
            };
            let mut said = Vec::new();
            let mut ignored = 0;
            while !matches!(session.step(), Step::Done) {
                if let Step::Execute {
                    sql,
                    purpose: Purpose::Timeouts | Purpose::Joined(_),
                    ..
                } = session.step()
                {
                    let (beginning, _) = sql.split_once("\n; SAVEPOINT").unwrap_or((sql, ""));
                    said.push(beginning.to_string());
                }
                let reply = database.perform(session.step());
                let _ = session.reply(reply, database.now);
                ignored += session
                    .events()
                    .filter(|event| matches!(event, Event::TimeoutIgnored { .. }))
                    .count();
            }
            let expected: &[&str] = match (dialect, mode) {
                (Dialect::Sqlite, _) => &[],
                (Dialect::Postgres, "whole") => {
                    &["BEGIN; SET LOCAL lock_timeout = 5000; SET LOCAL statement_timeout = 60000; up a";
                        2]
                }
                (Dialect::Postgres, _) => {
                    &["SET SESSION lock_timeout = 5000; SET SESSION statement_timeout = 60000"]
                }
                (Dialect::Mysql, _) => {
                    &["SET SESSION lock_wait_timeout = 5, SESSION innodb_lock_wait_timeout = 5"]
                }
            };
            assert_eq!(said, expected, "{dialect} {mode}");
            assert_eq!(
                ignored,
                usize::from(dialect != Dialect::Postgres),
                "{dialect} {mode}"
            );
            assert_eq!(database.timeouts, 0);
        }
    }
}

#[test]
fn a_run_with_nothing_to_do_never_asks_for_the_list() {
    fn never() -> &'static [Migration] {
        panic!("nobody asked")
    }
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let migrations = Migrations::deferred(dialect, never, &[], 7 << 40);
        let mut session = Session::new(&migrations, Options::default());
        let row = match session.step() {
            Step::Query {
                purpose: Purpose::ReadMarker,
                ..
            } => vec![migrations.head().marker().into()],
            step => {
                assert!(
                    matches!(
                        step,
                        Step::Query {
                            purpose: Purpose::Probe,
                            ..
                        }
                    ),
                    "{step}"
                );
                vec![
                    migrations.head().to_string().into(),
                    1.into(),
                    "applied".into(),
                ]
            }
        };
        assert_eq!(
            session.reply(Reply::Rows(vec![row]), Moment::default()),
            Heard::Noted
        );
        assert!(matches!(session.step(), Step::Done));
        assert!(matches!(session.finish(), Ok(Outcome::Ran(report)) if report.is_empty()));
    }
}

/// The same list in a second table of the same file is not taken for applied because the first one is.
#[test]
fn a_marker_speaks_for_one_table_and_one_scope() {
    let migrations = fixtures::migrations(Dialect::Sqlite, "1");
    let marker = |options: Options| Session::new(&migrations, options).marker_of(migrations.head());
    let usual = marker(Options::default());
    assert_eq!(usual, migrations.head().marker());
    let table = marker(Options {
        table: "other".into(),
        ..Options::default()
    });
    let scope = marker(Options {
        scope: Some("other".into()),
        ..Options::default()
    });
    assert!(usual != table && usual != scope && table != scope);
    let mut elsewhere = Session::new(
        &migrations,
        Options {
            schema: Some("aux".into()),
            ..Options::default()
        },
    );
    assert!(matches!(
        elsewhere.step(),
        Step::Query {
            purpose: Purpose::Probe,
            ..
        }
    ));
}

const TABLE_LOCK: Lock = Lock::Table {
    owner: 7,
    lease: Duration::from_secs(60),
};

/// `dialect | known | applied, or none | goal and options | faults`.
#[derive(Clone)]
struct Fixture {
    migrations: Migrations,
    options: Options,
    rows: Option<History>,
    settings: Vec<(String, String)>,
}

impl Fixture {
    fn parse(text: &str) -> Self {
        let fields: Vec<&str> = text.split('|').map(str::trim).chain([""]).collect();
        let [dialect, known, rows, goal, faults, ..] = fields[..] else {
            panic!("too few fields: {text}")
        };
        let dialect = match dialect {
            "sqlite" => Dialect::Sqlite,
            "postgres" => Dialect::Postgres,
            "mysql" => Dialect::Mysql,
            other => panic!("no dialect is called {other}"),
        };
        Self {
            migrations: fixtures::migrations(dialect, known),
            options: options(goal),
            rows: (rows != "none").then(|| fixtures::history(rows)),
            settings: faults
                .split(',')
                .map(|fault| fault.trim().split_once('=').unwrap_or((fault.trim(), "")))
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        }
    }

    fn database(&self) -> Database {
        let mut database = Database {
            rows: self.rows.clone(),
            marker: 0,
            foreign_keys: false,
            before: None,
            locked: false,
            timeouts: 0,
            is_touched: false,
            keeps_lock: u32::MAX,
            is_cluster: false,
            busy_lock: 0,
            violations: 0,
            meanwhile: Vec::new(),
            faults: Vec::new(),
            marks: false,
            seen: BTreeMap::new(),
            now: Moment {
                elapsed: Duration::ZERO,
                utc_ms: 1_767_323_045_000,
            },
        };
        for (name, value) in &self.settings {
            match name.as_str() {
                "" => {}
                "foreign-keys" => database.foreign_keys = true,
                "marker" => database.marker = value.parse().expect("a number"),
                "our-marker" => {
                    database.marker = database.rows.as_ref().expect("rows").chain().marker()
                }
                "cluster" => database.is_cluster = true,
                "kept" => database.keeps_lock = value.parse().expect("a count"),
                "locked" => database.busy_lock = value.parse().expect("a count"),
                "violations" => database.violations = value.parse().expect("a count"),
                "later" => database.now.utc_ms += value.parse::<i64>().expect("milliseconds"),
                "meanwhile" => database.meanwhile.push(value.clone()),
                name => database.faults.push((name.to_string(), class(value))),
            }
        }
        database
    }

    fn converse(&self, mut session: Session) -> String {
        let mut database = self.database();
        let mut text = String::new();
        let mut is_releasable = true;
        loop {
            let step = session.step();
            if matches!(step, Step::Done) {
                break;
            }
            text.push_str(&format!("{}\n", words(&step)));
            let releases = is_release(&step);
            let reply = database.perform(step);
            if let Reply::Failed { class, .. } = &reply {
                text.push_str(&format!("  <- {class:?}\n"));
                is_releasable &= !releases;
            }
            if session.reply(reply, database.now) == Heard::Ended {
                text.push_str("  <- this is the cause\n");
            }
            for event in session.events() {
                text.push_str(&format!("  * {event}\n"));
            }
        }
        if is_releasable {
            database.assert_released(&text, &self.database());
        }
        text + &match session.finish() {
            Ok(Outcome::Ran(report)) => format!("report: {report}"),
            Ok(Outcome::WouldRun(plan)) => format!("plan: {plan}"),
            Ok(Outcome::Read(history)) => format!("history of {} rows", history.rows().len()),
            Err(failure) => format!("error: {failure}"),
        }
    }

    /// Fails the step of this index, or gives the run up before its reply; whether the run came that far.
    fn end_at(&self, index: usize, class: Option<Class>) -> bool {
        let mut session = Session::new(&self.migrations, self.options.clone());
        let mut database = self.database();
        let mut text = String::new();
        for turn in 0.. {
            let step = session.step();
            if matches!(step, Step::Done) {
                database.assert_released(&text, &self.database());
                assert!(!session.holds_anything(), "{text}");
                return turn > index;
            }
            text.push_str(&format!("{}\n", words(&step)));
            let reply = match (turn == index, class) {
                // A failed rollback or unlock leaves what it leaves.
                (true, Some(_)) if is_release(&step) => database.perform(step),
                (true, Some(class)) => Reply::Failed {
                    class,
                    message: "a fault".into(),
                },
                (true, None) => {
                    let _ = database.perform(step);
                    session.abandon();
                    continue;
                }
                _ => database.perform(step),
            };
            let _ = session.reply(reply, database.now);
        }
        true
    }
}

fn is_release(step: &Step<'_>) -> bool {
    match step {
        Step::Execute { sql, purpose, .. } => {
            matches!(purpose, Purpose::Rollback)
                || sql.contains("foreign_keys = ON")
                || matches!(purpose, Purpose::Session | Purpose::Unlock)
        }
        Step::Query { purpose, .. } => matches!(purpose, Purpose::Unlock),
        _ => false,
    }
}
