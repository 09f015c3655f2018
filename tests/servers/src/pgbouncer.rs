use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use crate::place::Place;
use crate::programs::{NotHere, Programs};
use crate::server::Server;
use crate::software::Software;

/// Starts a PgBouncer of one's own before a PostgreSQL server. Its databases are that server's.
///
/// It pools transactions: whatever is between two of them may be another session. Of those there are at most two for a database, and they take
/// turns.
///
/// # Errors
///
/// If PgBouncer is not installed.
///
/// # Panics
///
/// If it is installed and does not start; the message ends with its log.
pub fn pgbouncer(postgres: &Server) -> Result<Server, NotHere> {
    PgBouncer::before(postgres).map(Server::start)
}

/// The PgBouncer that all tests of this process share, before [`shared_postgres`](crate::shared_postgres).
///
/// # Errors
///
/// If PgBouncer or PostgreSQL is not installed.
///
/// # Panics
///
/// As [`pgbouncer`].
pub fn shared_pgbouncer() -> Result<&'static Server, NotHere> {
    static SHARED: OnceLock<Server> = OnceLock::new();
    let software = PgBouncer::before(crate::shared_postgres()?)?;
    Ok(SHARED.get_or_init(|| Server::start(software)))
}

const SETTINGS: &str = "\
pool_mode = transaction
default_pool_size = 2
server_round_robin = 1
max_client_conn = 200
auth_type = any
listen_addr = 127.0.0.1
# Some clients set it for every connection, and to the only value that servers still know.
ignore_startup_parameters = extra_float_digits
";

const FILE: &str = "pgbouncer.ini";

struct PgBouncer {
    program: PathBuf,
    server: Arc<dyn Software>,
    place: Arc<Place>,
    port: u16,
}

impl PgBouncer {
    fn before(server: &Server) -> Result<Self, NotHere> {
        let program = Programs::new("PgBouncer", Vec::new()).find("pgbouncer")?;
        let (server, place, port) = server.upstream();
        Ok(Self {
            program,
            server,
            place,
            port,
        })
    }
}

impl Software for PgBouncer {
    fn name(&self) -> &'static str {
        "PgBouncer"
    }

    fn user(&self) -> &'static str {
        self.server.user()
    }

    fn end_signal(&self) -> &'static str {
        "KILL"
    }

    fn files(&self, place: &Place, port: u16) -> Vec<(&'static str, String)> {
        let behind = format!(
            "host={} port={} user={}",
            self.server.socket(&self.place).display(),
            self.port,
            self.user()
        );
        let here = format!(
            "listen_port = {port}\nunix_socket_dir = {}",
            place.path().display()
        );
        let text = format!("[databases]\n* = {behind}\n\n[pgbouncer]\n{SETTINGS}{here}\n");
        vec![(FILE, text)]
    }

    /// There is nothing but its settings.
    fn prepare(&self, place: &Place) -> Command {
        place.command(Path::new("true"))
    }

    fn serve(&self, place: &Place, _port: u16) -> Command {
        let mut command = place.command(&self.program);
        command.arg(place.path().join(FILE));
        command
    }

    fn is_ready(&self, place: &Place, port: u16, _process: u32) -> bool {
        UnixStream::connect(place.path().join(format!(".s.PGSQL.{port}"))).is_ok()
    }

    /// Of the server itself, in one session.
    fn client(&self, _place: &Place, _port: u16, database: Option<&str>, sql: &str) -> Command {
        self.server.client(&self.place, self.port, database, sql)
    }

    fn create_database(&self, name: &str) -> String {
        self.server.create_database(name)
    }

    fn drop_database(&self, name: &str) -> String {
        self.server.drop_database(name)
    }

    fn create_account(&self, name: &str, password: &str, database: &str) -> Vec<String> {
        self.server.create_account(name, password, database)
    }

    fn socket(&self, place: &Place) -> PathBuf {
        place.path().to_path_buf()
    }

    fn url(&self, port: u16, name: &str) -> String {
        self.server.url(port, name)
    }
}
