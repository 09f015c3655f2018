//! The application's SQLite comes through diesel; our build-time check of the same graph has the same SQLite.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use migratory::Script;
// Named only for its feature: it brings SQLite itself into the program.
use libsqlite3_sys as _;

mod db {
    migratory::migrations!("../migrations");
}

diesel::table! {
    notes (id) {
        id -> Integer,
        text -> Text,
        edited -> Integer,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = SqliteConnection::establish(":memory:")?;
    for migration in db::MIGRATIONS.versioned() {
        let Script::Sql(sql) = migration.up() else {
            return Err("only SQL is expected".into());
        };
        for statement in sql.statements() {
            connection.batch_execute(statement.sql)?;
        }
    }
    let note: (String, i32) = notes::table
        .select((notes::text, notes::edited))
        .first(&mut connection)?;
    assert_eq!(note, ("hello".to_owned(), 1));
    println!("one note through diesel");
    Ok(())
}
