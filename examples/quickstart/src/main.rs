//! Brings an SQLite file to the newest migration of the sample application: `quickstart.db` here, or the file named on the command line.

use std::error::Error;
use std::path::PathBuf;

use rusqlite::Connection;

mod db {
    migratory::migrations!("../../migrations/sqlite");
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("quickstart.db"), PathBuf::from);
    let mut connection = Connection::open(&path)?;
    let report = db::MIGRATIONS.apply(&mut connection)?;
    println!("{}: {report}", path.display());
    Ok(())
}
