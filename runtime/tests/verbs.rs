//! What a user writes.

use std::time::{Duration, Instant};

use migratory::Version;

mod db {
    use migratory::{Dialect, Down, Migration, Migrations, Script, Version};

    const USERS: &str = "1 CREATE TABLE users (id INTEGER PRIMARY KEY)\0";
    static VERSIONED: [Migration; 1] = [Migration::new(
        Version::new(1, 4),
        "users",
        "sha256:aa",
        5 << 40,
        Script::sql("migrations/0001_users.sql", USERS),
        Down::Missing,
    )];
    pub(crate) static MIGRATIONS: Migrations = Migrations::new(Dialect::Sqlite, &VERSIONED, &[]);
    static WITH_A_FAULT: [Migration; 2] = [
        VERSIONED[0],
        Migration::new(
            Version::new(2, 4),
            "fault",
            "sha256:bb",
            7 << 40,
            Script::sql(
                "migrations/0002_fault.sql",
                "1 INSERT INTO nowhere VALUES (1)\0",
            ),
            Down::Missing,
        ),
    ];
    pub(crate) static FAULTY: Migrations = Migrations::new(Dialect::Sqlite, &WITH_A_FAULT, &[]);
    pub(crate) static OF_POSTGRES: Migrations = Migrations::new(Dialect::Postgres, &VERSIONED, &[]);
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The methods are the list's own.
#[test]
fn the_verbs_need_no_import() -> Outcome {
    let mut connection = rusqlite::Connection::open_in_memory()?;
    let report = db::MIGRATIONS.apply(&mut connection)?;
    assert_eq!(report.entries().len(), 1);
    connection.execute("INSERT INTO users VALUES (7)", [])?;
    Ok(())
}

#[test]
fn a_connection_that_is_lent_is_given_back() -> Outcome {
    fn start(connection: &mut rusqlite::Connection) -> Outcome {
        let _ = db::MIGRATIONS.apply(connection)?;
        let statuses = db::MIGRATIONS.status(connection)?;
        assert_eq!(statuses.len(), 1);
        Ok(())
    }
    start(&mut rusqlite::Connection::open_in_memory()?)
}

#[test]
fn migrations_for_another_database_are_refused() -> Outcome {
    let mut connection = rusqlite::Connection::open_in_memory()?;
    let error = db::OF_POSTGRES.apply(&mut connection).unwrap_err();
    assert!(
        error.to_string().starts_with(
            "these migrations are written for postgres, and the connection is one to sqlite"
        ),
        "{error}"
    );
    Ok(())
}

/// What a `main` that fails prints.
#[test]
fn the_debug_form_of_an_error_is_for_people() -> Outcome {
    let mut connection = rusqlite::Connection::open_in_memory()?;
    let error = db::OF_POSTGRES.apply(&mut connection).unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    Ok(())
}

/// F55: what ran before the failure is told, and the client's own error is the source.
#[test]
fn an_error_has_the_report_of_what_stands_and_the_clients_error() -> Outcome {
    let mut connection = rusqlite::Connection::open_in_memory()?;
    let error = db::FAULTY.apply(&mut connection).unwrap_err();
    let report = error.report().expect("a run was begun");
    assert_eq!(report.entries().len(), 1);
    assert!(!error.is_refused() && !error.is_busy());
    let source = std::error::Error::source(&error).expect("the client failed");
    assert!(source.downcast_ref::<rusqlite::Error>().is_some());
    Ok(())
}

#[test]
fn a_refusal_is_told_from_a_lock_that_is_not_free() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let mut connection = rusqlite::Connection::open(&path)?;
    let refused = db::MIGRATIONS
        .runner()
        .to(Version::new(7, 1))
        .apply(&mut connection)
        .unwrap_err();
    assert!(refused.is_refused() && !refused.is_busy());

    let other = rusqlite::Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let began = Instant::now();
    let busy = db::MIGRATIONS
        .runner()
        .lock_timeout(Duration::from_millis(50))
        .apply(&mut connection)
        .unwrap_err();
    assert!(busy.is_busy() && !busy.is_refused());
    // The connection's own patience is five seconds.
    assert!(began.elapsed() < Duration::from_secs(4));
    Ok(())
}

#[test]
fn whoever_runs_the_process_is_recorded_unless_somebody_else_is_named() -> Outcome {
    let applied_by =
        |connection: &mut rusqlite::Connection| -> Result<Option<String>, migratory::Error> {
            Ok(db::MIGRATIONS.status(connection)?.remove(0).applied_by)
        };
    let mut connection = rusqlite::Connection::open_in_memory()?;
    let _ = db::MIGRATIONS.apply(&mut connection)?;
    assert!(applied_by(&mut connection)?.is_some_and(|who| !who.is_empty()));

    let mut connection = rusqlite::Connection::open_in_memory()?;
    let _ = db::MIGRATIONS
        .runner()
        .applied_by("the deployment")
        .apply(&mut connection)?;
    assert_eq!(
        applied_by(&mut connection)?.as_deref(),
        Some("the deployment")
    );
    Ok(())
}
