use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::mariadb::{MariaDb, option};
use crate::place::Place;
use crate::programs::NotHere;
use crate::server::Server;
use crate::software::Software;

/// The folder with MySQL's programs and all that they need, as `cargo xtask` fetches it. Set by its step for the tests on MySQL.
const FOLDER: &str = "MIGRATORY_TESTS_MYSQL";

/// Starts a server of one's own for what is written for MySQL and MariaDB: MariaDB, or MySQL itself where [`is_mysql`].
///
/// # Errors
///
/// If it is not installed.
///
/// # Panics
///
/// If it is installed and does not start; the message ends with its log.
pub fn mysql() -> Result<Server, NotHere> {
    let mariadb = MariaDb::find()?;
    Ok(match folder() {
        Some(folder) => Server::start(Mysql { mariadb, folder }),
        None => Server::start(mariadb),
    })
}

/// The server that all tests of this process share for what is written for MySQL and MariaDB, started by the first of them.
///
/// # Errors
///
/// As [`mysql`].
///
/// # Panics
///
/// As [`mysql`].
pub fn shared_mysql() -> Result<&'static Server, NotHere> {
    if !is_mysql() {
        return crate::shared_mariadb();
    }
    static SHARED: OnceLock<Result<Server, NotHere>> = OnceLock::new();
    let server = SHARED.get_or_init(mysql).as_ref();
    server.map_err(NotHere::clone)
}

/// Whether [`mysql`] is MySQL, and not MariaDB: in the step of `cargo xtask` that runs the tests on it.
pub fn is_mysql() -> bool {
    folder().is_some()
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Both for making the files and for serving them.
const SETTINGS: [&str; 6] = [
    "--innodb-flush-method=nosync",
    "--innodb-redo-log-capacity=16M",
    "--innodb-buffer-pool-size=64M",
    "--innodb-use-native-aio=0",
    "--skip-log-bin",
    "--secure-file-priv=NULL",
];

/// Built for a newer system than this one, so it brings its own loader and libraries. MariaDB's client talks to it.
struct Mysql {
    mariadb: MariaDb,
    folder: PathBuf,
}

impl Mysql {
    fn program(&self, place: &Place) -> Command {
        let shared = self.folder.join("usr/share/mysql");
        let mut command = place.command(&self.folder.join("usr/lib64/ld-linux-x86-64.so.2"));
        command.arg("--library-path");
        command.arg(self.folder.join("usr/lib/x86_64-linux-gnu"));
        command.arg(self.folder.join("usr/sbin/mysqld"));
        command.arg("--no-defaults").args(SETTINGS);
        command.arg(option("basedir", self.folder.join("usr")));
        command.arg(option("lc-messages-dir", shared.clone()));
        command.arg(option("character-sets-dir", shared.join("charsets")));
        command.arg(option(
            "plugin-dir",
            self.folder.join("usr/lib/mysql/plugin"),
        ));
        command.arg(option("datadir", place.path().join("data")));
        command
    }
}

impl Software for Mysql {
    fn name(&self) -> &'static str {
        "MySQL"
    }

    fn user(&self) -> &'static str {
        self.mariadb.user()
    }

    fn end_signal(&self) -> &'static str {
        "KILL"
    }

    fn prepare(&self, place: &Place) -> Command {
        let mut command = self.program(place);
        command.arg("--initialize-insecure");
        // Otherwise it is a file of its own.
        command.arg("--log-error=stderr");
        command
    }

    fn serve(&self, place: &Place, port: u16) -> Command {
        let mut command = self.program(place);
        command.arg(option("pid-file", place.path().join("pid")));
        command.arg(option("socket", self.socket(place)));
        command.arg(option("tmpdir", place.path().to_path_buf()));
        command.arg(format!("--port={port}"));
        command.args(["--bind-address=127.0.0.1", "--mysqlx=OFF"]);
        command.args(["--character-set-server=utf8mb4", "--max-connections=200"]);
        command.args(["--default-time-zone=+00:00"]);
        command
    }

    fn is_ready(&self, place: &Place, port: u16, process: u32) -> bool {
        self.mariadb.is_ready(place, port, process)
    }

    fn client(&self, place: &Place, port: u16, database: Option<&str>, sql: &str) -> Command {
        self.mariadb.client(place, port, database, sql)
    }

    fn create_database(&self, name: &str) -> String {
        self.mariadb.create_database(name)
    }

    /// A connection that still uses the database is ended, for its transaction would hold up the drop. Loops are for procedures alone, so the
    /// database has one at last.
    fn drop_database(&self, name: &str) -> String {
        format!(
            "CREATE PROCEDURE `{name}`.end_all_users() BEGIN \
                 DECLARE is_last INT DEFAULT 0; \
                 DECLARE user BIGINT; \
                 DECLARE users CURSOR FOR SELECT id FROM performance_schema.processlist WHERE db = '{name}'; \
                 DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_last = 1; \
                 DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; \
                 OPEN users; \
                 FETCH users INTO user; \
                 WHILE NOT is_last DO KILL CONNECTION user; FETCH users INTO user; END WHILE; \
             END; \
             CALL `{name}`.end_all_users(); \
             DROP DATABASE `{name}`"
        )
    }

    fn create_account(&self, name: &str, password: &str, database: &str) -> Vec<String> {
        self.mariadb.create_account(name, password, database)
    }

    fn socket(&self, place: &Place) -> PathBuf {
        self.mariadb.socket(place)
    }

    fn url(&self, port: u16, name: &str) -> String {
        self.mariadb.url(port, name)
    }
}
