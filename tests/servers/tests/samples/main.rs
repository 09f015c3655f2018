//! The sample application's histories on the servers they are written for: up, down to nothing and up again, with rows in
//! the tables, and the same tables and columns in every dialect.

#![cfg(unix)]

mod history;
mod target;

use history::{History, Script};
use migratory_core::Dialect;
use target::Target;

#[test]
fn the_postgres_history_goes_up_down_to_nothing_and_up_again() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("round");
    round_trip(&mut Target::postgres(&database));
}

#[test]
fn the_mysql_history_goes_up_down_to_nothing_and_up_again() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("round");
    round_trip(&mut Target::mysql(&database));
}

fn round_trip(target: &mut Target) {
    let history = History::read(target.dialect());
    history.up(target, ..);
    let made = target.objects();
    assert!(made.len() >= 10, "{made:?}");

    history.down(target, ..);
    assert_eq!(target.objects(), Vec::<String>::new());

    history.up(target, ..);
    assert_eq!(target.objects(), made);
}

#[test]
fn the_postgres_history_keeps_the_rows_it_meets() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("rows");
    keeps_rows(&mut Target::postgres(&database));
}

#[test]
fn the_mysql_history_keeps_the_rows_it_meets() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("rows");
    keeps_rows(&mut Target::mysql(&database));
}

const ROWS: &[&str] = &[
    "INSERT INTO users (email, display_name, password_hash) VALUES ('a@x', 'A', '!'), ('b@x', 'B', '!')",
    "INSERT INTO documents (owner_id, title) VALUES (1, 'Größe & Maß'), (1, 'A'), (1, 'a!'), (1, 'A 2'), (1, '?'), (2, 'A')",
    "INSERT INTO conversations (owner_id, subject) VALUES (1, 'about'), (2, 'silence')",
    "INSERT INTO messages (conversation_id, body) VALUES (1, 'one'), (1, 'two'), (1, 'three')",
];

const COUNTS: &str = "SELECT concat(message_count, '') FROM conversations ORDER BY id";
const SLUGS: &str = "SELECT slug FROM documents ORDER BY id";
const EDITED: &str = "SELECT title FROM documents WHERE updated_at > created_at";

fn keeps_rows(target: &mut Target) {
    let history = History::read(target.dialect());
    history.up(target, ..=4);
    for row in ROWS {
        target.run(row, "the test's rows");
    }

    history.up(target, 5..=6);
    assert_eq!(target.column(COUNTS), ["3", "0"]);
    target.run("DELETE FROM messages WHERE body = 'two'", "a count");
    target.run(ROWS[3], "a count");
    assert_eq!(target.column(COUNTS), ["5", "0"]);

    history.up(target, 7..);
    let slugs = ["größe-maß", "a", "a-2", "a-2-2", "untitled", "a"];
    assert_eq!(target.column(SLUGS), slugs);
    assert_eq!(target.column(EDITED), Vec::<String>::new());
    let publish = "UPDATE documents SET status = 'published' WHERE id = 1";
    target.run(publish, "a status");
    assert_eq!(target.column(EDITED), Vec::<String>::new());
    target.run("UPDATE documents SET body = '.' WHERE id = 2", "an edit");
    assert_eq!(target.column(EDITED), ["A"]);

    history.down(target, 5..);
    history.up(target, 5..);
    assert_eq!(target.column(SLUGS), slugs);
    assert_eq!(target.column(COUNTS), ["5", "0"]);
    let published = target.column("SELECT slug FROM published_documents");
    assert_eq!(published, slugs[..1]);
}

#[test]
fn the_postgres_seeds_can_be_planted_twice() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("seeds");
    seeds(&mut Target::postgres(&database));
}

#[test]
fn the_mysql_seeds_can_be_planted_twice() {
    let server = servers::require!(servers::shared_mysql());
    let database = server.database("seeds");
    seeds(&mut Target::mysql(&database));
}

fn seeds(target: &mut Target) {
    let history = History::read(target.dialect());
    history.up(target, ..);
    for _ in 0..2 {
        history.seeds.iter().for_each(|seed| seed.run(target));
    }
    assert_eq!(
        target.column("SELECT concat(slug, ' by ', author, ': ', tags) FROM published_documents"),
        ["notes-on-the-engine by Ada: machines"]
    );
    assert_eq!(
        target.column(
            "SELECT concat(owner, ' ', messages, ' ', participants) FROM conversation_activity"
        ),
        ["Grace 2 2"]
    );
    // The chosen ids are out of the way of the next one.
    target.run(ROWS[0], "the next users");
}

#[test]
fn the_histories_have_the_same_versions_and_names() {
    let names = |dialect| History::read(dialect).names();
    let sqlite = names(Dialect::Sqlite);
    assert_eq!(sqlite.len(), 11);
    assert_eq!(names(Dialect::Postgres), sqlite);
    assert_eq!(names(Dialect::Mysql), sqlite);
}

#[test]
fn the_histories_make_the_same_tables_and_columns() {
    let postgres = servers::require!(servers::shared_postgres()).database("columns");
    let mariadb = servers::require!(servers::shared_mysql()).database("columns");
    let columns = |mut target: Target| {
        let history = History::read(target.dialect());
        history.up(&mut target, ..);
        target.columns()
    };
    let sqlite = columns(Target::sqlite());
    assert!(sqlite.contains(&"documents.slug".to_owned()), "{sqlite:?}");
    assert_eq!(columns(Target::postgres(&postgres)), sqlite);
    assert_eq!(columns(Target::mysql(&mariadb)), sqlite);
}

#[test]
fn a_procedure_between_delimiters_is_one_statement() {
    let history = History::read(Dialect::Mysql);
    let Script { statements, .. } = history.script_up(7);
    let begins: Vec<&str> = statements
        .iter()
        .map(|(_, sql)| sql.lines().next().unwrap_or_default())
        .collect();
    let expected = [
        "CREATE PROCEDURE backfill_slugs()",
        "CALL backfill_slugs()",
        "DROP PROCEDURE backfill_slugs",
    ];
    assert_eq!(begins, expected);
}
