use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::place::Place;
use crate::programs::{NotHere, Programs};
use crate::server::Server;
use crate::software::{CERTIFICATE, KEY, Software};

/// Starts a MariaDB server of one's own.
///
/// # Errors
///
/// If MariaDB is not installed.
///
/// # Panics
///
/// If it is installed and does not start; the message ends with its log.
pub fn mariadb() -> Result<Server, NotHere> {
    MariaDb::find().map(Server::start)
}

/// The MariaDB server that all tests of this process share, started by the first of them.
///
/// # Errors
///
/// If MariaDB is not installed.
///
/// # Panics
///
/// As [`mariadb`].
pub fn shared_mariadb() -> Result<&'static Server, NotHere> {
    static SHARED: OnceLock<Server> = OnceLock::new();
    let software = MariaDb::find()?;
    Ok(SHARED.get_or_init(|| Server::start(software)))
}

const USER: &str = "root";

/// Both for making the files and for serving them. What is committed is written before it is confirmed, so that a killed server
/// loses nothing; only the disk is not waited for.
const SETTINGS: [&str; 6] = [
    "--debug-no-sync",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M",
    // Containers limit asynchronous requests, and servers that start side by side use them up.
    "--innodb-use-native-aio=0",
];

#[derive(Clone)]
pub(crate) struct MariaDb {
    install: PathBuf,
    server: PathBuf,
    client: PathBuf,
}

impl MariaDb {
    pub(crate) fn find() -> Result<Self, NotHere> {
        let programs = Programs::new("MariaDB", Vec::new());
        Ok(Self {
            install: programs.find("mariadb-install-db")?,
            server: programs.find("mariadbd")?,
            client: programs.find("mariadb")?,
        })
    }
}

impl Software for MariaDb {
    fn name(&self) -> &'static str {
        "MariaDB"
    }

    fn user(&self) -> &'static str {
        USER
    }

    fn end_signal(&self) -> &'static str {
        "KILL"
    }

    fn prepare(&self, place: &Place) -> Command {
        let mut command = place.command(&self.install);
        command.arg("--no-defaults").args(SETTINGS);
        command.arg(option("datadir", place.path().join("data")));
        command.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        command
    }

    fn serve(&self, place: &Place, port: u16) -> Command {
        let mut command = place.command(&self.server);
        command.arg("--no-defaults").args(SETTINGS);
        command.arg(option("datadir", place.path().join("data")));
        command.arg(option("pid-file", place.path().join("pid")));
        command.arg(option("socket", self.socket(place)));
        // A server that starts clears away the temporary tables that it finds: each has its own folder for them.
        command.arg(option("tmpdir", place.path().to_path_buf()));
        command.arg(format!("--port={port}"));
        command.args(["--bind-address=127.0.0.1", "--skip-name-resolve"]);
        command.args(["--character-set-server=utf8mb4", "--max-connections=200"]);
        command.args(["--default-time-zone=+00:00"]);
        if place.has(CERTIFICATE) {
            command.arg(option("ssl-cert", place.path().join(CERTIFICATE)));
            command.arg(option("ssl-key", place.path().join(KEY)));
        }
        command
    }

    /// A server that takes connections speaks first.
    fn is_ready(&self, place: &Place, _port: u16, _process: u32) -> bool {
        let greets = || {
            let mut stream = UnixStream::connect(self.socket(place))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.read_exact(&mut [0])
        };
        greets().is_ok()
    }

    fn client(&self, place: &Place, _port: u16, database: Option<&str>, sql: &str) -> Command {
        let mut command = place.command(&self.client);
        command.arg("--no-defaults");
        command.arg(option("socket", self.socket(place)));
        command.arg(format!("--user={USER}"));
        // A statement may be a compound one: the whole text is sent as it is.
        command.args(["--delimiter=$$", "--execute", sql]);
        command.args(database);
        command
    }

    fn create_database(&self, name: &str) -> String {
        format!("CREATE DATABASE `{name}`")
    }

    /// A connection that still uses the database is ended, for its transaction would hold up the drop.
    fn drop_database(&self, name: &str) -> String {
        format!(
            "BEGIN NOT ATOMIC \
                 FOR user IN (SELECT id FROM information_schema.processlist WHERE db = '{name}') DO \
                     KILL CONNECTION user.id; \
                 END FOR; \
                 DROP DATABASE IF EXISTS `{name}`; \
             END"
        )
    }

    fn create_account(&self, name: &str, password: &str, database: &str) -> Vec<String> {
        let password = password.replace('\\', r"\\").replace('\'', "''");
        vec![
            format!("CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'"),
            format!("GRANT ALL ON `{database}`.* TO '{name}'@'%'"),
        ]
    }

    fn socket(&self, place: &Place) -> PathBuf {
        place.path().join("socket")
    }

    fn url(&self, port: u16, name: &str) -> String {
        format!("mysql://{USER}@127.0.0.1:{port}/{name}")
    }
}

pub(crate) fn option(name: &str, value: PathBuf) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(format!("--{name}="));
    option.push(value);
    option
}
