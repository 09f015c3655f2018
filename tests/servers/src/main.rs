//! Starts one server of each kind that is installed, says where they are, and ends them when its input ends.
//!
//! `cargo run -p servers` for a look by hand; the tests of this crate kill it.

use std::io::{Read, Write};

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    let mut running = Vec::new();
    for (name, server) in [
        ("postgres", servers::postgres()),
        ("mariadb", servers::mariadb()),
    ] {
        match server {
            Ok(server) => {
                let database = server.database("playground");
                let (process, socket) = (server.process(), server.socket());
                writeln!(
                    output,
                    "{name} {process} {} {}",
                    database.url(),
                    socket.display()
                )?;
                running.push((database, server));
            }
            Err(not_here) => writeln!(output, "{not_here}")?,
        }
    }
    output.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

#[cfg(not(unix))]
fn main() {}
