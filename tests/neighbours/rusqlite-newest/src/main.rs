//! The application's own rusqlite, and ours in the build and at run time: one version for all three.

use rusqlite::Connection;

mod db {
    migratory::migrations!("../migrations");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = Connection::open_in_memory()?;
    let report = db::MIGRATIONS.apply(&mut connection)?;
    let note: (String, i64) =
        connection.query_row("SELECT text, edited FROM notes", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    assert_eq!(note, ("hello".to_owned(), 1));
    println!("SQLite {}: {report}", rusqlite::version());
    Ok(())
}
