//! The servers start, answer, keep databases apart, survive a crash and are gone with the program that started them.

#![cfg(unix)]

mod galera;
mod pgbouncer;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use servers::{Database, Server};

fn postgres_client(database: &Database) -> postgres::Client {
    postgres::Client::connect(&database.url(), postgres::NoTls).unwrap()
}

fn mysql_client(database: &Database) -> mysql::Conn {
    mysql::Conn::new(database.url().as_str()).unwrap()
}

#[test]
fn postgres_answers_on_its_port_and_its_socket() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("answers");
    let mut over_port = postgres_client(&database);
    let mut over_socket = postgres::Config::new()
        .host_path(database.socket())
        .port(database.port())
        .user(database.user())
        .dbname(database.name())
        .connect(postgres::NoTls)
        .unwrap();
    for client in [&mut over_port, &mut over_socket] {
        let row = client.query_one("SELECT current_database()", &[]).unwrap();
        assert_eq!(row.get::<_, &str>(0), database.name());
    }
}

#[test]
fn mariadb_answers_on_its_port_and_its_socket() {
    let server = servers::require!(servers::shared_mariadb());
    let database = server.database("answers");
    let over_port = mysql_client(&database);
    let over_socket = mysql::OptsBuilder::new()
        .socket(database.socket().to_str())
        .user(Some(database.user()))
        .db_name(Some(database.name()));
    for mut client in [over_port, mysql::Conn::new(over_socket).unwrap()] {
        let name: Option<String> = client.query_first("SELECT database()").unwrap();
        assert_eq!(name.as_deref(), Some(database.name()));
    }
}

#[test]
fn two_postgres_databases_are_separate() {
    let server = servers::require!(servers::shared_postgres());
    let databases = [server.database("twin"), server.database("twin")];
    for database in &databases {
        let mut client = postgres_client(database);
        client.batch_execute("CREATE TABLE once (id int)").unwrap();
    }
}

#[test]
fn two_mariadb_databases_are_separate() {
    let server = servers::require!(servers::shared_mariadb());
    let databases = [server.database("twin"), server.database("twin")];
    for database in &databases {
        let mut client = mysql_client(database);
        client.query_drop("CREATE TABLE once (id int)").unwrap();
    }
}

#[test]
fn a_postgres_database_is_dropped_under_an_open_transaction() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("dropped");
    let name = database.name().to_owned();
    let mut client = postgres_client(&database);
    client
        .batch_execute("BEGIN; CREATE TABLE held (id int)")
        .unwrap();
    drop(database);

    let observer = server.database("observer");
    let found = postgres_client(&observer)
        .query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
        .unwrap();
    assert!(found.is_empty(), "{name} is still there");
}

#[test]
fn a_mariadb_database_is_dropped_under_an_open_transaction() {
    let server = servers::require!(servers::shared_mariadb());
    let database = server.database("dropped");
    let name = database.name().to_owned();
    let mut client = mysql_client(&database);
    client.query_drop("CREATE TABLE held (id int)").unwrap();
    client.query_drop("BEGIN").unwrap();
    client.query_drop("INSERT INTO held VALUES (1)").unwrap();
    drop(database);

    let observer = server.database("observer");
    let names: Vec<String> = mysql_client(&observer).query("SHOW DATABASES").unwrap();
    assert!(names.contains(&observer.name().to_owned()), "{names:?}");
    assert!(!names.contains(&name), "{name} is still there");
}

#[test]
fn a_killed_postgres_keeps_what_was_committed() {
    let mut server = servers::require!(servers::postgres());
    let database = server.database("killed");
    let mut before = postgres_client(&database);
    before.batch_execute("CREATE TABLE kept (id int)").unwrap();
    before.batch_execute("INSERT INTO kept VALUES (7)").unwrap();
    let process = server.process();
    server.kill();
    assert!(before.batch_execute("SELECT 1").is_err());

    server.restart();
    assert_ne!(server.process(), process);
    let row = postgres_client(&database).query_one("SELECT id FROM kept", &[]);
    assert_eq!(row.unwrap().get::<_, i32>(0), 7);
}

#[test]
fn a_killed_mariadb_keeps_what_was_committed() {
    let mut server = servers::require!(servers::mariadb());
    let database = server.database("killed");
    let mut before = mysql_client(&database);
    before.query_drop("CREATE TABLE kept (id int)").unwrap();
    before.query_drop("INSERT INTO kept VALUES (7)").unwrap();
    let process = server.process();
    server.kill();
    assert!(before.query_drop("SELECT 1").is_err());

    server.restart();
    assert_ne!(server.process(), process);
    let id: Option<i32> = mysql_client(&database)
        .query_first("SELECT id FROM kept")
        .unwrap();
    assert_eq!(id, Some(7));
}

#[test]
fn a_dropped_postgres_leaves_nothing() {
    let server = servers::require!(servers::postgres());
    drop_leaves_nothing(server);
}

#[test]
fn a_dropped_mariadb_leaves_nothing() {
    let server = servers::require!(servers::mariadb());
    drop_leaves_nothing(server);
}

fn drop_leaves_nothing(server: Server) {
    let remains = Remains {
        process: server.process().to_string(),
        socket: server.socket().display().to_string(),
    };
    assert!(remains.exist(), "{remains:?}");
    drop(server);
    assert!(!remains.exist(), "{remains:?}");
}

#[test]
fn the_servers_are_gone_after_their_program_was_killed() {
    servers::require!(servers::shared_postgres());
    servers::require!(servers::shared_pgbouncer());
    servers::require!(servers::shared_galera());
    let mut program = Command::new(env!("CARGO_BIN_EXE_servers"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let remains: Vec<Remains> = lines
        .take(6)
        .map(|line| Remains::of(&line.unwrap()))
        .collect();
    assert_eq!(remains.len(), 6);
    assert!(remains.iter().all(Remains::exist), "{remains:?}");

    program.kill().unwrap();
    program.wait().unwrap();
    let begin = Instant::now();
    while remains.iter().any(Remains::exist) {
        assert!(begin.elapsed() < Duration::from_secs(20), "{remains:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_test_without_its_server_is_not_run_and_under_ci_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("not-run");
    let expected = "harness::mariadb_answers_on_its_port_and_its_socket: \
        MariaDB is not installed: no program `mariadb-install-db`";
    let run = |ci: &str| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "mariadb_answers_on_its_port_and_its_socket"])
            .env("PATH", "/nonexistent")
            .env("CI", ci)
            .env_remove("MIGRATORY_TESTS_NEED_SERVERS")
            .env("MIGRATORY_TESTS_NOT_RUN", &list)
            .output()
            .unwrap()
    };

    let by_hand = run("");
    assert!(by_hand.status.success());
    let said = String::from_utf8_lossy(&by_hand.stderr);
    assert_eq!(said.trim_end(), format!("not run: {expected}"));
    let listed = std::fs::read_to_string(&list).unwrap();
    assert_eq!(listed, format!("{expected}\n"));

    let under_ci = run("true");
    assert!(!under_ci.status.success());
    let said = String::from_utf8_lossy(&under_ci.stdout);
    assert!(said.contains(expected), "{said}");
}

/// What there is of a server while it runs: its process, and its socket in its directory.
#[derive(Debug)]
struct Remains {
    process: String,
    socket: String,
}

impl Remains {
    /// Reads a line of the program `servers`: kind, process, URL, socket.
    fn of(line: &str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, process, _, socket] = words[..] else {
            panic!("unexpected line `{line}`");
        };
        Self {
            process: process.to_owned(),
            socket: socket.to_owned(),
        }
    }

    fn exist(&self) -> bool {
        let alive = Command::new("kill").args(["-0", &self.process]).output();
        alive.unwrap().status.success() || Path::new(&self.socket).exists()
    }
}
