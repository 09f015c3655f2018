use std::path::PathBuf;
use std::sync::Arc;

use crate::place::Place;
use crate::server::succeed;
use crate::software::Software;

/// A database of a [`Server`](crate::Server), dropped with the value, even if somebody is still connected to it. In a
/// [`Galera`](crate::Galera) it is dropped with that of the first node.
pub struct Database {
    software: Arc<dyn Software>,
    place: Arc<Place>,
    port: u16,
    name: String,
    origin: Origin,
}

/// Who drops a database.
#[derive(PartialEq, Eq)]
enum Origin {
    Made,
    /// Made at another server, which shows it to this one.
    Shown,
}

impl Database {
    pub(crate) fn create(
        software: Arc<dyn Software>,
        place: Arc<Place>,
        port: u16,
        name: String,
    ) -> Self {
        let sql = software.create_database(&name);
        if let Err(error) = succeed(&mut software.client(&place, port, None, &sql)) {
            panic!("{} does not create `{name}`: {error}", software.name());
        }
        Self {
            software,
            place,
            port,
            name,
            origin: Origin::Made,
        }
    }

    pub(crate) fn also(
        software: Arc<dyn Software>,
        place: Arc<Place>,
        port: u16,
        name: String,
    ) -> Self {
        Self {
            software,
            place,
            port,
            name,
            origin: Origin::Shown,
        }
    }

    /// Where it is, for client libraries: over 127.0.0.1, without a password.
    pub fn url(&self) -> String {
        self.software.url(self.port, &self.name)
    }

    /// What client libraries call the socket: PostgreSQL's directory, MariaDB's file.
    pub fn socket(&self) -> PathBuf {
        self.software.socket(&self.place)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The account with every right, which needs no password.
    pub fn user(&self) -> &'static str {
        self.software.user()
    }

    /// Makes an account with this password and every right in the database, and gives its name. Over TCP it needs the password.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn account(&self, password: &str) -> String {
        let name = format!("account_of_{}", self.name);
        for sql in self.software.create_account(&name, password, &self.name) {
            self.run(&sql);
        }
        name
    }

    /// Runs SQL in it, as the account with every right, with the server's own client program.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn run(&self, sql: &str) {
        let mut client = self
            .software
            .client(&self.place, self.port, Some(&self.name), sql);
        if let Err(error) = succeed(&mut client) {
            panic!("{} does not run `{sql}`: {error}", self.software.name());
        }
    }

    /// The database's name in the server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.origin == Origin::Shown {
            return;
        }
        let sql = self.software.drop_database(&self.name);
        // A server that was killed has taken its databases along.
        let _ = succeed(&mut self.software.client(&self.place, self.port, None, &sql));
    }
}
