//! The application's SQLite comes through sqlx; our build-time check of the same graph has the same SQLite.

use migratory::Script;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor, Row};

mod db {
    migratory::migrations!("../migrations");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(run())
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    for migration in db::MIGRATIONS.versioned() {
        let Script::Sql(sql) = migration.up() else {
            return Err("only SQL is expected".into());
        };
        for statement in sql.statements() {
            connection.execute(statement.sql).await?;
        }
    }
    let row = sqlx::query("SELECT text, edited, sqlite_version() FROM notes")
        .fetch_one(&mut connection)
        .await?;
    let note: (String, i64) = (row.get(0), row.get(1));
    assert_eq!(note, ("hello".to_owned(), 1));
    println!("SQLite {}", row.get::<String, _>(2));
    Ok(())
}
