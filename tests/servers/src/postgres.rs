use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::place::Place;
use crate::programs::{NotHere, Programs, newest_first};
use crate::server::Server;
use crate::software::{CERTIFICATE, KEY, Software};

/// Starts a PostgreSQL server of one's own, the newest version that is installed.
///
/// # Errors
///
/// If PostgreSQL is not installed.
///
/// # Panics
///
/// If it is installed and does not start; the message ends with its log.
pub fn postgres() -> Result<Server, NotHere> {
    Postgres::find().map(Server::start)
}

/// The PostgreSQL server that all tests of this process share, started by the first of them.
///
/// # Errors
///
/// If PostgreSQL is not installed.
///
/// # Panics
///
/// As [`postgres`].
pub fn shared_postgres() -> Result<&'static Server, NotHere> {
    static SHARED: OnceLock<Server> = OnceLock::new();
    let software = Postgres::find()?;
    Ok(SHARED.get_or_init(|| Server::start(software)))
}

const USER: &str = "postgres";

/// What is committed is written, so that a killed server loses nothing; only the disk is not waited for.
const SETTINGS: [&str; 5] = [
    "fsync=off",
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=32MB",
    "timezone=UTC",
];

/// Nobody is asked for a password but who is in this group.
const ACCESS: (&str, &str) = (
    "access.conf",
    "local all all trust\n\
     host all +with_password all scram-sha-256\n\
     host all all all trust\n",
);

struct Postgres {
    initdb: PathBuf,
    postgres: PathBuf,
    psql: PathBuf,
}

impl Postgres {
    fn find() -> Result<Self, NotHere> {
        let versions = newest_first(Path::new("/usr/lib/postgresql"));
        let programs = Programs::new("PostgreSQL", versions);
        Ok(Self {
            initdb: programs.find("initdb")?,
            postgres: programs.find("postgres")?,
            psql: programs.find("psql")?,
        })
    }
}

fn data(place: &Place) -> PathBuf {
    place.path().join("data")
}

impl Software for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn user(&self) -> &'static str {
        USER
    }

    fn end_signal(&self) -> &'static str {
        // An immediate shutdown; SIGKILL would leave shared memory behind.
        "QUIT"
    }

    fn files(&self, _: &Place, _: u16) -> Vec<(&'static str, String)> {
        vec![(ACCESS.0, ACCESS.1.into())]
    }

    fn prepare(&self, place: &Place) -> Command {
        let mut command = place.command(&self.initdb);
        command.arg("--pgdata").arg(data(place));
        command.arg(format!("--username={USER}"));
        command.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        command.args(["--no-sync", "--no-instructions"]);
        command
    }

    fn serve(&self, place: &Place, port: u16) -> Command {
        let mut command = place.command(&self.postgres);
        command.arg("-D").arg(data(place));
        command.arg("-k").arg(place.path());
        command.args(["-p", &port.to_string()]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let access = place.path().join(ACCESS.0);
        command.args(["-c", &format!("hba_file={}", access.display())]);
        if place.has(CERTIFICATE) {
            let file = |setting: &str, name: &str| {
                format!("{setting}={}", place.path().join(name).display())
            };
            command.args(["-c", "ssl=on"]);
            command.args(["-c", &file("ssl_cert_file", CERTIFICATE)]);
            command.args(["-c", &file("ssl_key_file", KEY)]);
        }
        command
    }

    /// The first line of the file is the process, the eighth is its state.
    fn is_ready(&self, place: &Place, _port: u16, process: u32) -> bool {
        let file = data(place).join("postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.first() == Some(&process.to_string().as_str()) && lines.get(7) == Some(&"ready")
    }

    fn client(&self, place: &Place, port: u16, database: Option<&str>, sql: &str) -> Command {
        let mut command = place.command(&self.psql);
        command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
        command.arg("--host").arg(place.path());
        command.arg(format!("--port={port}"));
        command.arg(format!("--username={USER}"));
        command.args(["--dbname", database.unwrap_or("postgres"), "--command", sql]);
        command
    }

    fn create_database(&self, name: &str) -> String {
        format!("CREATE DATABASE \"{name}\"")
    }

    fn drop_database(&self, name: &str) -> String {
        format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")
    }

    fn create_account(&self, name: &str, password: &str, _: &str) -> Vec<String> {
        let password = password.replace('\'', "''");
        vec![
            // Another test may be at it.
            "DO $$ BEGIN CREATE ROLE with_password; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                .into(),
            format!(
                "CREATE ROLE {name} LOGIN SUPERUSER IN ROLE with_password PASSWORD '{password}'"
            ),
        ]
    }

    fn socket(&self, place: &Place) -> PathBuf {
        place.path().to_path_buf()
    }

    fn url(&self, port: u16, name: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{port}/{name}")
    }
}
