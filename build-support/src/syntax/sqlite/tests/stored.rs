use std::collections::BTreeMap;

use rusqlite::Connection;

use migratory_core::Dialect;

use crate::syntax::golden;
use crate::syntax::ir::{Body, CreateIndex, ExprKind, Ident, Table};
use crate::syntax::sqlite::definition;

/// A schema that has been through every `ALTER TABLE`, so that SQLite has rewritten what it keeps.
const ALTERED: &str = r#"
CREATE TABLE parent (id INTEGER PRIMARY KEY, "odd name" TEXT UNIQUE, gone INT, code INT DEFAULT 3);
CREATE TABLE child (
    id INT NOT NULL, -- with a comment
    parent_id INT REFERENCES parent (id) ON DELETE CASCADE,
    doubled INT GENERATED ALWAYS AS (id * 2) STORED, virtual_one AS (id),
    FOREIGN KEY (parent_id) REFERENCES parent ("odd name"),
    PRIMARY KEY (id, parent_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX by_code ON parent (code, "odd name" DESC) WHERE code > 0;
CREATE VIEW seen AS SELECT code, "odd name" FROM parent WHERE gone IS NOT code;
CREATE TRIGGER watch AFTER UPDATE OF code ON parent BEGIN UPDATE child SET id = NEW.code WHERE id = OLD.code; END;
DROP VIEW seen;
ALTER TABLE parent DROP COLUMN gone;
ALTER TABLE parent RENAME COLUMN code TO "the code";
ALTER TABLE parent RENAME COLUMN id TO "select";
ALTER TABLE parent RENAME TO "the parents";
ALTER TABLE child ADD COLUMN later TEXT NOT NULL DEFAULT 'x' CHECK (later <> '') COLLATE NOCASE;
ALTER TABLE child RENAME TO kids;
CREATE TABLE copied AS SELECT *, 1 AS one, 'x' || "the code" AS "two three" FROM "the parents";
CREATE TABLE "quoted ""table""" ([a b] "some type", `c` VARCHAR ( 20 ), 'd' DECIMAL (10 , 2), e);
CREATE VIRTUAL TABLE words USING fts5(word);
CREATE TABLE IF NOT EXISTS main.strict_one (a INT, b TEXT) STRICT;
"#;

#[test]
fn what_sqlite_keeps_after_alterations_is_read_as_it_reports_it() {
    let engine = Connection::open_in_memory().unwrap();
    engine.execute_batch(ALTERED).unwrap();
    assert!(compare(&engine) >= 9);
}

#[test]
fn what_sqlite_keeps_of_real_histories_is_read_as_it_reports_it() {
    let mut histories: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (path, text) in golden::real_files(Dialect::Sqlite) {
        histories
            .entry(path.parent().unwrap().to_owned())
            .or_default()
            .push(text);
    }
    let mut objects = 0;
    for files in histories.values() {
        let engine = Connection::open_in_memory().unwrap();
        for text in files {
            // Some need what only their application has; they leave less to compare.
            let _ = engine.execute_batch(text);
        }
        objects += compare(&engine);
    }
    assert!(
        histories.is_empty() || objects > 700,
        "only {objects} objects"
    );
}

/// Holds the definition of every object against what SQLite says of it.
fn compare(engine: &Connection) -> usize {
    let objects = rows(
        engine,
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL",
        "",
    );
    for object in &objects {
        let [kind, name, sql] = object.as_slice() else {
            panic!("three columns");
        };
        let body = definition(sql).unwrap_or_else(|| panic!("not read: {sql}"));
        match (kind.as_str(), body) {
            ("table", Body::CreateTable(create)) => {
                assert_eq!(create.name.name.text, *name);
                compare_table(engine, name, sql, &create.table);
            }
            ("table", Body::CreateVirtualTable { name: made, .. }) => {
                assert_eq!(made.name.text, *name)
            }
            ("index", Body::CreateIndex(create)) => compare_index(engine, name, &create),
            ("view", Body::CreateView(create)) => assert_eq!(create.name.name.text, *name),
            ("trigger", Body::CreateTrigger(create)) => assert_eq!(create.name.name.text, *name),
            (kind, body) => panic!("{kind} {name} was read as {body:?}"),
        }
    }
    objects.len()
}

fn compare_table(engine: &Connection, name: &str, sql: &str, table: &Table) {
    let reported = rows(
        engine,
        "SELECT name, type, \"notnull\", hidden, dflt_value FROM pragma_table_xinfo(?1)",
        name,
    );
    let read: Vec<Vec<String>> = table
        .columns
        .iter()
        .map(|column| {
            let hidden = match &column.generated {
                None => "0",
                Some(generated) if generated.stored => "3",
                Some(_) => "2",
            };
            let default = column.default.as_ref().map_or("", |default| &default.text);
            vec![
                column.name.text.clone(),
                column.type_name.clone(),
                u8::from(column.not_null || implied_not_null(table, &column.name)).to_string(),
                hidden.to_owned(),
                default.to_owned(),
            ]
        })
        .collect();
    assert_eq!(squeezed(&read), squeezed(&reported), "{sql}");

    let reported = rows(
        engine,
        "SELECT \"table\", \"from\", on_update, on_delete, coalesce(\"to\", '') FROM pragma_foreign_key_list(?1)",
        name,
    );
    let mut read = Vec::new();
    for key in &table.foreign_keys {
        for (index, column) in key.columns.iter().enumerate() {
            read.push(vec![
                key.parent.name.text.clone(),
                column.text.clone(),
                format!("{:?}", key.on_update),
                format!("{:?}", key.on_delete),
                key.parent_columns
                    .get(index)
                    .map_or(String::new(), |column| column.text.clone()),
            ]);
        }
    }
    let (mut read, mut reported) = (squeezed(&read), squeezed(&reported));
    read.sort();
    reported.sort();
    assert_eq!(read, reported, "{sql}");

    let reported = rows(
        engine,
        "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk",
        name,
    );
    let read: Vec<_> = table
        .primary_key
        .iter()
        .flat_map(|key| names(&key.columns))
        .collect();
    assert_eq!(squeezed(&read), squeezed(&reported), "{sql}");
}

/// A key column of a table without rowids is never NULL, written or not.
fn implied_not_null(table: &Table, column: &Ident) -> bool {
    let key = table.primary_key.iter().filter(|_| table.without_rowid);
    key.flat_map(|key| &key.columns)
        .any(|name| name.is(&column.text))
}

fn compare_index(engine: &Connection, name: &str, index: &CreateIndex) {
    let reported = rows(
        engine,
        "SELECT coalesce(name, '') FROM pragma_index_info(?1) ORDER BY seqno",
        name,
    );
    let read: Vec<_> = index
        .columns
        .iter()
        .map(|column| match column.kind {
            ExprKind::Column => vec![column.columns[0].name.text.clone()],
            _ => vec![String::new()],
        })
        .collect();
    assert_eq!(squeezed(&read), squeezed(&reported), "{name}");
}

fn names(columns: &[Ident]) -> Vec<Vec<String>> {
    columns
        .iter()
        .map(|column| vec![column.text.clone()])
        .collect()
}

/// The rows of a query, each value as text.
fn rows(engine: &Connection, sql: &str, parameter: &str) -> Vec<Vec<String>> {
    let mut statement = engine.prepare(sql).unwrap();
    let width = statement.column_count();
    let parameters: Vec<&str> = (0..statement.parameter_count())
        .map(|_| parameter)
        .collect();
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        let value = |index| {
            Ok(match row.get_ref(index)? {
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                _ => String::new(),
            })
        };
        (0..width)
            .map(value)
            .collect::<rusqlite::Result<Vec<String>>>()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Without the blanks, the outer parentheses and the letter case in which SQLite reports some of it.
fn squeezed(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let squeeze = |value: &String| {
        let value = value.replace([' ', '\n', '\t'], "").to_lowercase();
        let inner = value
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'));
        inner.unwrap_or(&value).to_owned()
    };
    rows.iter()
        .map(|row| row.iter().map(squeeze).collect())
        .collect()
}
