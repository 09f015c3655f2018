//! The migrations in Rust that scenarios name.

use std::any::Any;
use std::error::Error;

use migratory::RustCall;
use rusqlite::Connection;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

pub(crate) fn named(name: &str) -> RustCall {
    match name {
        "add_user" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES"),
        "remove_users" => |connection| run(connection, "DELETE FROM users"),
        "fail" => |connection| {
            run(connection, "INSERT INTO users DEFAULT VALUES")?;
            Err("the archive cannot be read".into())
        },
        "break" => |connection| run(connection, "INSERT INTO nowhere DEFAULT VALUES"),
        "panic" => |connection| {
            run(connection, "INSERT INTO users DEFAULT VALUES")?;
            panic!("a bug of the user's")
        },
        "commit" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES; COMMIT"),
        "rollback" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES; ROLLBACK"),
        "begin" => |connection| run(connection, "BEGIN; INSERT INTO users DEFAULT VALUES"),
        other => panic!("no function is called {other}"),
    }
}

fn run(connection: &mut dyn Any, sql: &str) -> Outcome {
    let connection: &mut Connection = connection
        .downcast_mut()
        .ok_or("it is another connection")?;
    Ok(connection.execute_batch(sql)?)
}
