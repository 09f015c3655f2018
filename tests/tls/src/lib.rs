//! Migrations over encrypted connections: servers that take them, and a list of migrations that writes down what connection it ran on.

#![cfg(unix)]

use std::io::Write;

use conformance::{Files, Place, RustFunctions, Witness};
use migratory::{Dialect, Migrations};
use servers::{NotHere, Server};
use tempfile::NamedTempFile;

/// A server with a certificate of its own, and a database on it.
pub struct Encrypted {
    dialect: Dialect,
    /// The database. It ends before its server.
    pub place: Place,
    /// What a client has to trust, in PEM.
    pub certificate: String,
    /// The same in a file.
    pub file: NamedTempFile,
    _server: Server,
}

impl Encrypted {
    /// Starts a server of the test's own.
    ///
    /// # Errors
    ///
    /// That its programs are not installed.
    ///
    /// # Panics
    ///
    /// If it does not start with its certificate.
    pub fn start(dialect: Dialect) -> Result<Self, NotHere> {
        let mut server = match dialect {
            Dialect::Mysql => servers::mariadb()?,
            _ => servers::postgres()?,
        };
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let certificate = made.cert.pem();
        server.encrypt(&certificate, &made.signing_key.serialize_pem());
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(certificate.as_bytes())
            .expect("a file that can be written");
        Ok(Self {
            dialect,
            place: Place::on(&server),
            certificate,
            file,
            _server: server,
        })
    }

    /// What the server says of the connection that the migration ran on: its cipher, which is empty if there is none.
    ///
    /// # Panics
    ///
    /// If the migration did not run.
    pub fn cipher(&self) -> String {
        let seen = Witness::new(self.dialect, &self.place).look("SELECT cipher FROM seen");
        seen.expect("the migration ran")
    }
}

/// One migration. The server itself says in it what the connection is that it runs on.
pub fn migrations(dialect: Dialect) -> Migrations {
    and_tables(dialect, 0)
}

/// The same, and so many tables behind it.
pub fn and_tables(dialect: Dialect, tables: usize) -> Migrations {
    let mut files = Files::new(dialect, RustFunctions(|name| panic!("there is no {name}")));
    files.begin("0001_seen.sql");
    files.line(match dialect {
        Dialect::Mysql => {
            "CREATE TABLE seen AS SELECT variable_value AS cipher \
             FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher';"
        }
        _ => {
            "CREATE TABLE seen AS SELECT CASE WHEN ssl THEN cipher ELSE '' END AS cipher \
             FROM pg_stat_ssl WHERE pid = pg_backend_pid();"
        }
    });
    for number in 2..tables + 2 {
        files.begin(&format!("{number:04}_table.sql"));
        files.line(&format!("CREATE TABLE t{number} (id INTEGER);"));
    }
    files.migrations()
}
