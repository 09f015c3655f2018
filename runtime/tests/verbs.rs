//! What a user writes: nothing is imported but the client.

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
    pub(crate) static OF_POSTGRES: Migrations = Migrations::new(Dialect::Postgres, &VERSIONED, &[]);
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

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
