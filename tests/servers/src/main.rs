//! Starts one server of each kind that is installed, says where they are, and ends them when its input ends.
//!
//! `cargo run -p servers` for a look by hand; the tests of this crate kill it.

use std::io::{Read, Write};

#[cfg(unix)]
use servers::{Database, Server};

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    let mut say = |name, server: &Server, database: &Database| {
        let (process, url) = (server.process(), database.url());
        let socket = server.socket();
        writeln!(output, "{name} {process} {url} {}", socket.display())
    };
    let mut running = Vec::new();
    let mut not_here = Vec::new();
    let postgres = servers::postgres();
    let pgbouncer = postgres.as_ref().map(servers::pgbouncer);
    let pgbouncer = pgbouncer.unwrap_or_else(|not_here| Err(not_here.clone()));
    for (name, server) in [
        // It ends before the server behind it.
        ("pgbouncer", pgbouncer),
        ("postgres", postgres),
        ("mariadb", servers::mariadb()),
    ] {
        match server {
            Ok(server) => {
                let database = server.database("playground");
                say(name, &server, &database)?;
                running.push((database, server));
            }
            Err(reason) => not_here.push(reason),
        }
    }
    let galera = servers::galera().map_err(|reason| not_here.push(reason));
    let databases = galera.as_ref().map(|galera| galera.database("playground"));
    if let (Ok(galera), Ok(databases)) = (&galera, &databases) {
        for (node, database) in galera.nodes().iter().zip(databases) {
            say("galera", node, database)?;
        }
    }
    for reason in not_here {
        writeln!(output, "{reason}")?;
    }
    output.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

#[cfg(not(unix))]
fn main() {}
