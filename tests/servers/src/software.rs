use std::path::PathBuf;
use std::process::Command;

use crate::place::Place;

/// The files of a server that takes encrypted connections.
pub(crate) const CERTIFICATE: &str = "certificate.pem";
pub(crate) const KEY: &str = "key.pem";

/// What is particular to one database system; everything about processes is in [`Server`](crate::Server).
pub(crate) trait Software: Send + Sync {
    /// As messages call it.
    fn name(&self) -> &'static str;

    /// The account with every right, which needs no password.
    fn user(&self) -> &'static str;

    /// The signal after which nothing of the server is left, not even shared memory.
    fn end_signal(&self) -> &'static str;

    /// The files that are written before anything else runs there, each with its name in the directory.
    fn files(&self, _place: &Place, _port: u16) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Makes the server's own files.
    fn prepare(&self, place: &Place) -> Command;

    /// Runs the server in the foreground. It takes encrypted connections if there is a [`CERTIFICATE`].
    fn serve(&self, place: &Place, port: u16) -> Command;

    /// Whether the server with this process id takes connections.
    fn is_ready(&self, place: &Place, port: u16, process: u32) -> bool;

    /// Runs SQL through the server's own client.
    fn client(&self, place: &Place, port: u16, database: Option<&str>, sql: &str) -> Command;

    /// The SQL that makes a database.
    fn create_database(&self, name: &str) -> String;

    /// The SQL that drops a database, whoever is still connected to it.
    fn drop_database(&self, name: &str) -> String;

    /// The SQL that makes an account with every right in a database, which needs its password over TCP.
    fn create_account(&self, name: &str, password: &str, database: &str) -> Vec<String>;

    /// What client libraries call the socket.
    fn socket(&self, place: &Place) -> PathBuf;

    /// Where a database is, for client libraries.
    fn url(&self, port: u16, name: &str) -> String;
}
