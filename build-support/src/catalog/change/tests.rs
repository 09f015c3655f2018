use super::*;
use crate::syntax::{split, sqlite, tokenize};

/// Statements, what they do to the catalog of [`before`], and the place of it.
const CASES: &[(&str, &str)] = &[
    ("CREATE TABLE new (id)", "create table |new|"),
    ("CREATE TABLE IF NOT EXISTS new (id)", "create table |new|"),
    (
        "CREATE TABLE IF NOT EXISTS USERS (id)",
        "nothing: table users |USERS|",
    ),
    (
        "CREATE TABLE IF NOT EXISTS main.users (id)",
        "nothing: table users |main.users|",
    ),
    (
        "CREATE TABLE IF NOT EXISTS seen (id)",
        "nothing: view seen |seen|",
    ),
    (
        "CREATE TABLE IF NOT EXISTS by_email (id)",
        "create table |by_email|",
    ),
    (
        "CREATE TABLE IF NOT EXISTS scratch (id)",
        "create table |scratch|",
    ),
    (
        "CREATE TEMP TABLE IF NOT EXISTS scratch (id)",
        "nothing: table scratch |scratch|",
    ),
    (
        "CREATE TEMP TABLE IF NOT EXISTS users (id)",
        "create table |users|",
    ),
    ("CREATE TABLE users (id)", "create table |users|"),
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS users USING fts5",
        "nothing: table users |users|",
    ),
    (
        "CREATE VIRTUAL TABLE words USING fts5(a)",
        "create virtual table |words|",
    ),
    (
        "CREATE VIEW IF NOT EXISTS users AS SELECT 1",
        "nothing: table users |users|",
    ),
    ("CREATE VIEW fresh AS SELECT 1", "create view |fresh|"),
    (
        "CREATE INDEX by_name ON users (name)",
        "create index |by_name|",
    ),
    (
        "CREATE INDEX IF NOT EXISTS by_email ON users (email)",
        "nothing: index by_email |by_email|",
    ),
    (
        "CREATE INDEX IF NOT EXISTS by_email ON scratch (email)",
        "create index |by_email|",
    ),
    (
        "CREATE INDEX IF NOT EXISTS temp.by_email ON scratch (email)",
        "create index |temp.by_email|",
    ),
    (
        "CREATE TRIGGER users AFTER DELETE ON users BEGIN SELECT 1; END",
        "create trigger |users|",
    ),
    (
        "CREATE TRIGGER IF NOT EXISTS Touch AFTER DELETE ON users BEGIN SELECT 1; END",
        "nothing: trigger touch |Touch|",
    ),
    (
        "CREATE TEMP TRIGGER IF NOT EXISTS touch AFTER DELETE ON users BEGIN SELECT 1; END",
        "create trigger |touch|",
    ),
    ("DROP TABLE users", "drop table users |users|"),
    (
        "DROP TABLE IF EXISTS \"Users\"",
        "drop table users |\"Users\"|",
    ),
    ("DROP TABLE usres", "drop table ? |usres|"),
    ("DROP TABLE IF EXISTS usres", ""),
    ("DROP TABLE IF EXISTS temp.users", ""),
    ("DROP TABLE scratch", "drop table scratch |scratch|"),
    ("DROP VIEW IF EXISTS users", ""),
    ("DROP TRIGGER main.touch", "drop trigger touch |main.touch|"),
    ("DROP INDEX IF EXISTS touch", ""),
    (
        "ALTER TABLE users RENAME TO people",
        "rename users to people |users|",
    ),
    (
        "ALTER TABLE users ADD COLUMN age INT NOT NULL",
        "add users.age |age|",
    ),
    (
        "ALTER TABLE users DROP COLUMN email",
        "drop users.email |email|",
    ),
    (
        "ALTER TABLE users RENAME COLUMN email TO mail",
        "rename users.email to mail |email|",
    ),
    (
        "ALTER TABLE users ALTER email SET NOT NULL",
        "alter users: ALTER email SET NOT NULL |ALTER email SET NOT NULL|",
    ),
    ("INSERT INTO users (id) VALUES (1)", "insert |users|"),
    ("UPDATE main.users SET id = 1", "update |main.users|"),
    ("DELETE FROM users", "delete all |users|"),
    ("DELETE FROM users WHERE id = 1", "delete some |users|"),
    ("SELECT 1", "query |SELECT 1|"),
    (
        "PRAGMA foreign_keys = ON",
        "pragma foreign_keys ON |foreign_keys|",
    ),
    ("BEGIN IMMEDIATE", "Transaction(Begin) |BEGIN IMMEDIATE|"),
    ("VACUUM", "Vacuum |VACUUM|"),
    ("ATTACH 'a' AS b", "Attach |ATTACH 'a' AS b|"),
    ("ANALYZE", "Maintenance |ANALYZE|"),
    (
        "INSERT INTO users (id, id) VALUES (1, 1)",
        "Unknown |INSERT INTO users (id, id) VALUES (1, 1)|",
    ),
];

#[test]
fn a_statement_is_what_it_does_to_the_catalog_before_it() {
    for (sql, expected) in CASES {
        assert_eq!(describe(sql, &before()), *expected, "{sql}");
    }
}

#[test]
fn an_incomplete_catalog_does_not_know_what_is_missing() {
    let mut before = before();
    before.mark_incomplete();
    let described = describe("DROP TABLE IF EXISTS usres", &before);
    assert_eq!(described, "drop table ? |usres|");
}

fn before() -> Catalog {
    let mut catalog = Catalog::default();
    for (kind, schema, name, table) in [
        (ObjectKind::Table, None, "users", "users"),
        (ObjectKind::Table, Some(TEMP), "scratch", "scratch"),
        (ObjectKind::View, None, "seen", "seen"),
        (ObjectKind::Index, None, "by_email", "users"),
        (ObjectKind::Trigger, None, "touch", "users"),
    ] {
        catalog.insert(Object::new(kind, schema, name, table, ""));
    }
    catalog
}

fn describe(sql: &str, before: &Catalog) -> String {
    let tokens = tokenize(migratory_core::Dialect::Sqlite, sql);
    let cut = split(migratory_core::Dialect::Sqlite, sql, &tokens);
    let first = &cut.statements[0];
    let statement = sqlite::parse(sql, first.span, 1, &tokens[first.tokens.clone()]).unwrap();
    let described = changes(&statement, before)
        .into_iter()
        .map(|(change, span)| format!("{} |{}|", one(&change), span.of(sql)));
    described.collect::<Vec<_>>().join("; ")
}

fn one(change: &Change<'_>) -> String {
    let name = |name: &ObjectName| name.name.text.clone();
    match change {
        Change::CreateTable(_) => "create table".to_owned(),
        Change::CreateVirtualTable { .. } => "create virtual table".to_owned(),
        Change::CreateIndex(_) => "create index".to_owned(),
        Change::CreateView(_) => "create view".to_owned(),
        Change::CreateTrigger(_) => "create trigger".to_owned(),
        Change::CreateNothing { existing, .. } => {
            format!("nothing: {} {}", existing.kind, existing.name)
        }
        Change::Drop { kind, object, .. } => {
            let object = object.as_ref().map_or("?", |object| &object.name);
            format!("drop {kind} {object}")
        }
        Change::RenameTable { table, to } => format!("rename {} to {}", name(table), to.text),
        Change::AddColumn { table, column, .. } => {
            format!("add {}.{}", name(table), column.name.text)
        }
        Change::DropColumn { table, column } => format!("drop {}.{}", name(table), column.text),
        Change::RenameColumn { table, from, to } => {
            format!("rename {}.{} to {}", name(table), from.text, to.text)
        }
        Change::AlterTable {
            table,
            action: AlterAction::Other { text, .. },
        } => format!("alter {}: {text}", name(table)),
        Change::Insert(_) => "insert".to_owned(),
        Change::Update(_) => "update".to_owned(),
        Change::Delete { filter, .. } => {
            format!("delete {}", if filter.is_some() { "some" } else { "all" })
        }
        Change::Query(_) => "query".to_owned(),
        Change::Pragma { name, value } => format!("pragma {} {}", name.text, value.unwrap()),
        other => format!("{other:?}"),
    }
}
