//! The program on a real server, as somebody starts it.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use servers::Database;

#[test]
fn it_migrates_and_serves_and_has_nothing_to_do_the_next_time() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("service");
    for expected in ["11 migrations in ", "nothing to do"] {
        let mut service = Service::start(&database);
        assert!(service.said().starts_with(expected));
        assert!(service.get("/users").ends_with("\r\n0 users\n"));
    }
}

#[test]
fn of_two_that_start_at_once_both_serve() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("service");
    let mut both = [Service::start(&database), Service::start(&database)];
    for service in &mut both {
        assert!(service.get("/users").ends_with("\r\n0 users\n"));
    }
}

#[test]
fn it_refuses_to_serve_on_a_history_that_does_not_fit() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("service");
    Service::start(&database).get("/users");
    // As a newer program leaves it: its newest migration is another, and so is the chain.
    database.run("UPDATE migratory_history SET chain = reverse(chain)");
    database.run("UPDATE migratory_history SET version = 99, name = 'future' WHERE version = 10");
    let output = program(&database).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the database is ahead: it has 0099_future"),
        "{said}"
    );
    assert!(!String::from_utf8_lossy(&output.stdout).contains("serving"));
}

/// The program, ended with the value.
struct Service {
    child: Child,
    lines: Vec<String>,
    address: String,
}

impl Service {
    /// Waits until it serves.
    fn start(database: &Database) -> Self {
        let mut service = Self {
            child: program(database).spawn().expect("the program starts"),
            lines: Vec::new(),
            address: String::new(),
        };
        let output = BufReader::new(service.child.stdout.take().expect("a pipe"));
        for line in output.lines() {
            let line = line.expect("text");
            if let Some(address) = line.strip_prefix("serving on http://") {
                service.address = address.into();
                return service;
            }
            service.lines.push(line);
        }
        panic!("it does not serve: {:?}", service.lines)
    }

    /// The first line of its report.
    fn said(&self) -> &str {
        &self.lines[0]
    }

    fn get(&mut self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_service-postgres"));
    command
        .env("DATABASE_URL", database.url())
        .env("ADDRESS", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
