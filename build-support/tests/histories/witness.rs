//! What SQLite itself says of a way down, without any of our code.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite::backup::Backup;
use rusqlite::functions::FunctionFlags;

use crate::corpus::Step;

/// The down files that SQLite refuses, or after which the schema is not what it was, each tried right after its way up, with
/// foreign keys on and off.
pub(crate) fn broken_downs(steps: &[Step], prelude: &str) -> BTreeSet<String> {
    let database = open(false);
    database.execute_batch(prelude).expect("the prelude");
    let mut broken = BTreeSet::new();
    for step in steps {
        let before = schema(&database);
        database
            .execute_batch(&step.up)
            .expect("what SQLite took before");
        let Some((file, down)) = &step.down else {
            continue;
        };
        let restores = |foreign_keys: bool| {
            let mut trial = open(foreign_keys);
            Backup::new(&database, &mut trial)
                .and_then(|copy| copy.step(-1))
                .expect("a copy");
            trial.execute_batch(down).is_ok()
                && schema(&trial) == before
                && trial.execute_batch(&step.up).is_ok()
                && schema(&trial) == schema(&database)
        };
        if !(restores(true) && restores(false)) {
            broken.insert(file.clone());
        }
    }
    broken
}

/// A database in memory, with the function that one of the applications brings.
fn open(foreign_keys: bool) -> Connection {
    let database = Connection::open_in_memory().expect("SQLite in memory");
    database
        .pragma_update(None, "foreign_keys", foreign_keys)
        .expect("a pragma");
    let flags = FunctionFlags::SQLITE_UTF8;
    database
        .create_scalar_function("BIN2B64", 1, flags, |_| Ok(String::new()))
        .expect("a function");
    database
}

/// Every object by kind and name, with what SQLite's pragmas tell of a table.
fn schema(database: &Connection) -> BTreeMap<String, BTreeSet<String>> {
    let objects = rows(
        database,
        "SELECT type || ' ' || name || ' on ' || tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    let facts = |object: &str| {
        let Some(table) = object
            .strip_prefix("table ")
            .and_then(|rest| rest.split(" on ").next())
        else {
            return BTreeSet::new();
        };
        let quoted = table.replace('\'', "''");
        let columns = format!(
            "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || coalesce(dflt_value, '-') || ' ' || pk \
             FROM pragma_table_xinfo('{quoted}')"
        );
        let keys = format!(
            "SELECT \"table\" || ' ' || \"from\" || ' ' || coalesce(\"to\", '-') || ' ' || on_delete || ' ' || on_update \
             FROM pragma_foreign_key_list('{quoted}')"
        );
        rows(database, &columns)
            .union(&rows(database, &keys))
            .cloned()
            .collect()
    };
    objects
        .iter()
        .map(|object| (object.clone(), facts(object)))
        .collect()
}

fn rows(database: &Connection, sql: &str) -> BTreeSet<String> {
    let mut statement = database.prepare(sql).expect("our own SQL");
    let rows = statement
        .query_map([], |row| row.get(0))
        .expect("our own SQL");
    rows.map(|row| row.expect("text")).collect()
}
