//! One application on the database that its user has.
//!
//! `DATABASE_PROVIDER` is `sqlite` (the default), `postgres` or `mysql`; `DATABASE_URL` says where: a path for SQLite (without it
//! `application.db`), a URL for the servers. The migrations of the three are kept in step by `parity` in
//! `migrations/postgres/migratory.toml`: a table or a column that one of them lacks does not build.

use std::env::{self, VarError};
use std::error::Error;

use migratory::Report;

mod on_sqlite {
    migratory::migrations!("../../migrations/sqlite");
}

mod on_postgres {
    migratory::migrations!("../../migrations/postgres");
}

mod on_mysql {
    migratory::migrations!("../../migrations/mysql");
}

fn main() -> Result<(), Box<dyn Error>> {
    let provider = set("DATABASE_PROVIDER")?.unwrap_or("sqlite".into());
    let url = set("DATABASE_URL")?;
    let report = match (provider.as_str(), url) {
        ("sqlite", url) => sqlite(&url.unwrap_or("application.db".into()))?,
        ("postgres", Some(url)) => postgres(&url)?,
        ("mysql", Some(url)) => mysql(&url)?,
        ("postgres" | "mysql", None) => return Err("DATABASE_URL names no database".into()),
        // It is not repeated: what stands there may be a URL with its password.
        _ => {
            return Err(
                "DATABASE_PROVIDER is none that there is; it can be sqlite, postgres or mysql"
                    .into(),
            );
        }
    };
    println!("{provider}: {report}");
    Ok(())
}

/// What a client says of a text that it does not understand may quote the password.
const NOT_UNDERSTOOD: &str =
    "DATABASE_URL names no database of the kind that DATABASE_PROVIDER asks for";

fn sqlite(path: &str) -> Result<Report, Box<dyn Error>> {
    let mut connection = rusqlite::Connection::open(path).map_err(|_| NOT_UNDERSTOOD)?;
    // Readers go on while somebody writes. It is a property of the file, so it is set outside of any migration.
    connection.pragma_update(None, "journal_mode", "wal")?;
    Ok(on_sqlite::MIGRATIONS.apply(&mut connection)?)
}

fn postgres(url: &str) -> Result<Report, Box<dyn Error>> {
    let config: postgres::Config = url.parse().map_err(|_| NOT_UNDERSTOOD)?;
    let mut client = config.connect(postgres::NoTls)?;
    Ok(on_postgres::MIGRATIONS.apply(&mut client)?)
}

fn mysql(url: &str) -> Result<Report, Box<dyn Error>> {
    let options = mysql::Opts::from_url(url).map_err(|_| NOT_UNDERSTOOD)?;
    let mut connection = mysql::Conn::new(options)?;
    Ok(on_mysql::MIGRATIONS.apply(&mut connection)?)
}

/// A variable of the environment, if it is set.
fn set(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
