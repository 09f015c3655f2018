//! The application's SQLite comes through sqlx; our build-time check of the same graph has the same SQLite, and our drivers run on the
//! application's sqlx.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, MySqlConnection, MySqlPool, PgConnection, PgPool, Row, SqlitePool};

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
    let report = db::MIGRATIONS.apply(&mut connection).await?;
    assert_eq!(report.entries().len(), 2);
    let row = sqlx::query("SELECT text, edited, sqlite_version() FROM notes")
        .fetch_one(&mut connection)
        .await?;
    let note: (String, i64) = (row.get(0), row.get(1));
    assert_eq!(note, ("hello".to_owned(), 1));
    println!("SQLite {}", row.get::<String, _>(2));
    Ok(())
}

/// Each of them is one that migrations can be applied to.
#[allow(dead_code)]
async fn targets(
    (sqlite, postgres, mysql): (&mut SqlitePool, &mut PgPool, &mut MySqlPool),
    (of_postgres, of_mysql): (&mut PgConnection, &mut MySqlConnection),
) -> Result<(), migratory::Error> {
    let _ = db::MIGRATIONS.apply(sqlite).await?;
    let _ = db::MIGRATIONS.apply(postgres).await?;
    let _ = db::MIGRATIONS.apply(mysql).await?;
    let _ = db::MIGRATIONS.apply(of_postgres).await?;
    let _ = db::MIGRATIONS.apply(of_mysql).await?;
    Ok(())
}
