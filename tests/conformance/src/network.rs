use std::time::Duration;

use migratory::{Dialect, Migrations};
use migratory_core::{Table, Value};
use servers::NotHere;

use crate::{Client, Files, Place, RustFunctions, Witness};

/// Somebody who has no right but to read the history is told that there is nothing to do (F41), and of what is to do that it has
/// not the right.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it takes more rights.
pub fn reader<C: Client>() -> Result<(), NotHere> {
    let place = Place::new(C::DIALECT)?;
    let first = list(
        C::DIALECT,
        &["CREATE TABLE users (id INTEGER PRIMARY KEY);"],
    );
    let report = C::connect(&place).apply(first.runner());
    assert_eq!(report.expect("the run succeeds").entries().len(), 1);

    let database = place.database();
    let name = format!("reader_of_{}", database.name());
    let mut witness = Witness::new(C::DIALECT, &place);
    let (create, grantee) = match C::DIALECT {
        Dialect::Mysql => (format!("CREATE USER '{name}'@'%'"), format!("'{name}'@'%'")),
        _ => (format!("CREATE ROLE {name} LOGIN"), name.clone()),
    };
    let grant = format!("GRANT SELECT ON migratory_history TO {grantee}");
    for sql in [create, grant] {
        witness.look(&sql).expect("the user is made");
    }
    let url = place
        .url()
        .replace(&format!("//{}@", database.user()), &format!("//{name}@"));
    let mut client = C::connect(&Place::lent(url));
    let report = client
        .apply(first.runner())
        .expect("there is nothing to do");
    assert!(report.is_empty());

    let more = list(
        C::DIALECT,
        &[
            "CREATE TABLE users (id INTEGER PRIMARY KEY);",
            "CREATE TABLE b (id INTEGER);",
        ],
    );
    let statuses = client
        .status(more.runner())
        .expect("the history can be read");
    assert_eq!(statuses.len(), 2);
    let error = client.apply(more.runner()).expect_err("it has no right");
    assert!(error.to_string().contains("denied"), "{error}");
    Ok(())
}

/// Who waits for the lock and gives up says which connection has it, and can run when it is free.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it is not named.
pub fn holder_is_named<C: Client>() -> Result<(), NotHere> {
    let place = Place::new(C::DIALECT)?;
    let mut witness = Witness::new(C::DIALECT, &place);
    let table = Table::new(C::DIALECT, None, Table::DEFAULT_NAME);
    let inlined = |text: Option<(String, Vec<Value>)>| {
        let (sql, values) = text.expect("a server has a lock");
        C::DIALECT.inlined(&sql, &values)
    };
    let took = witness
        .look(&inlined(table.lock(0)))
        .expect("the lock is free");
    assert!(took.starts_with('1'), "{took}");
    let id = witness.look(match C::DIALECT {
        Dialect::Mysql => "SELECT connection_id()",
        _ => "SELECT pg_backend_pid()",
    });
    let id = id.expect("a connection has a number");

    let migrations = list(
        C::DIALECT,
        &["CREATE TABLE users (id INTEGER PRIMARY KEY);"],
    );
    let mut client = C::connect(&place);
    let patience = Duration::from_millis(300);
    let error = client.apply(migrations.runner().lock_timeout(patience));
    let error = error.expect_err("somebody else has the lock");
    assert!(error.is_busy(), "{error}");
    let said = error.to_string();
    assert!(said.contains(&format!(" {id} ")), "connection {id}: {said}");
    let since = match C::DIALECT {
        Dialect::Mysql => ["sleep for ", " s)"],
        _ => ["connected since 20", "idle since 20"],
    };
    assert!(since.iter().all(|words| said.contains(words)), "{said}");

    witness
        .look(&inlined(table.unlock()))
        .expect("the lock is given back");
    let report = client.apply(migrations.runner().lock_timeout(patience));
    assert_eq!(report.expect("the lock is free").entries().len(), 1);
    Ok(())
}

/// A script may be large: in one statement, and in many.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it does not arrive.
pub fn megabytes<C: Client>() -> Result<(), NotHere> {
    const LENGTH: usize = 3 << 20;
    let place = Place::new(C::DIALECT)?;
    let text = match C::DIALECT {
        Dialect::Mysql => "LONGTEXT",
        _ => "TEXT",
    };
    let mut lines = vec![
        format!("CREATE TABLE texts (text {text});"),
        format!("INSERT INTO texts VALUES ('{}');", "é".repeat(LENGTH / 2)),
    ];
    let row = |row| format!("INSERT INTO texts VALUES ('{row}{}');", "x".repeat(500));
    lines.extend((0..2000).map(row));
    let mut files = Files::new(
        C::DIALECT,
        RustFunctions(|name| panic!("there is no {name}")),
    );
    files.begin("0001_texts.sql");
    lines.iter().for_each(|line| files.line(line));
    let report = C::connect(&place).apply(files.migrations().runner());
    assert_eq!(report.expect("the run succeeds").entries().len(), 1);
    let found = Witness::new(C::DIALECT, &place)
        .look("SELECT count(*), max(octet_length(text)) FROM texts")
        .expect("the table is there");
    assert_eq!(found, format!("2001, {LENGTH}"));
    Ok(())
}

/// A migration for each statement.
pub(crate) fn list(dialect: Dialect, statements: &[&str]) -> Migrations {
    let mut files = Files::new(dialect, RustFunctions(|name| panic!("there is no {name}")));
    for (statement, number) in statements.iter().zip(1..) {
        files.begin(&format!("{number:04}_one.sql"));
        files.line(statement);
    }
    files.migrations()
}
