//! The program on each of its databases, as somebody starts it.

#![cfg(unix)]

use std::process::{Command, Output};

#[test]
fn without_any_setting_it_makes_an_sqlite_file_that_readers_can_share() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = program();
    program.current_dir(folder.path());
    migrates_once(program, "sqlite");
    let connection = rusqlite::Connection::open(folder.path().join("application.db"));
    let mode: Result<String, _> =
        connection
            .expect("the file is there")
            .query_row("PRAGMA journal_mode", [], |row| row.get(0));
    assert_eq!(mode.as_deref(), Ok("wal"));
}

#[test]
fn it_migrates_a_database_of_postgres() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("provider");
    let mut program = program();
    program.env("DATABASE_PROVIDER", "postgres");
    program.env("DATABASE_URL", database.url());
    migrates_once(program, "postgres");
}

#[test]
fn it_migrates_a_database_of_mariadb() {
    let server = servers::require!(servers::shared_mariadb());
    let database = server.database("provider");
    let mut program = program();
    program.env("DATABASE_PROVIDER", "mysql");
    program.env("DATABASE_URL", database.url());
    migrates_once(program, "mysql");
}

#[test]
fn a_provider_that_there_is_not_is_told() {
    let output = ran(program().env("DATABASE_PROVIDER", "oracle"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("it can be sqlite, postgres or mysql"),
        "{said}"
    );
    assert!(!output.status.success());
}

fn migrates_once(mut program: Command, provider: &str) {
    for expected in ["11 migrations in ", "nothing to do"] {
        let output = ran(&mut program);
        let said = String::from_utf8_lossy(&output.stdout);
        let start = format!("{provider}: {expected}");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with(&start), "{said}{complaint}");
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_multi-provider"));
    command
        .env_remove("DATABASE_PROVIDER")
        .env_remove("DATABASE_URL");
    command
}

fn ran(program: &mut Command) -> Output {
    program.output().expect("the program starts")
}
