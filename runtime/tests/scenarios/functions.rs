//! The migrations in Rust that scenarios name.

use std::any::Any;

use migratory::{CallResult, Called, RustCall};
use rusqlite::Connection;

pub(crate) fn named(name: &str) -> RustCall {
    match name {
        "add_user" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES"),
        "remove_users" => |connection| run(connection, "DELETE FROM users"),
        "fail" => |connection| {
            let inserted = insert(connection, "INSERT INTO users DEFAULT VALUES");
            Called::Ended(inserted.and(Err("the archive cannot be read".into())))
        },
        "break" => |connection| run(connection, "INSERT INTO nowhere DEFAULT VALUES"),
        "panic" => |connection| {
            let _ = run(connection, "INSERT INTO users DEFAULT VALUES");
            panic!("a bug of the user's")
        },
        "commit" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES; COMMIT"),
        "rollback" => |connection| run(connection, "INSERT INTO users DEFAULT VALUES; ROLLBACK"),
        "begin" => |connection| run(connection, "BEGIN; INSERT INTO users DEFAULT VALUES"),
        other => panic!("no function is called {other}"),
    }
}

fn run<'c>(connection: &'c mut (dyn Any + Send), sql: &str) -> Called<'c> {
    Called::Ended(insert(connection, sql))
}

fn insert(connection: &mut (dyn Any + Send), sql: &str) -> CallResult {
    let connection: &mut Connection = connection
        .downcast_mut()
        .ok_or("it is another connection")?;
    Ok(connection.execute_batch(sql)?)
}
