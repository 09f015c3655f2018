use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::place::Place;
use crate::software::{CERTIFICATE, KEY, Software};
use crate::watchdog::Watchdog;

/// Another program may take the free port before the server does.
pub(crate) const ATTEMPTS: usize = 3;

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running database server that is nobody else's. It ends when the value is dropped and when this process is gone, whichever comes first.
///
/// It keeps no promise across a power failure, but all of them when its processes are killed.
pub struct Server {
    software: Arc<dyn Software>,
    port: u16,
    process: u32,
    watchdog: Watchdog,
    // Behind the watchdog, which still uses it when it is dropped.
    place: Arc<Place>,
}

impl Server {
    /// Makes a new server and waits until it takes connections.
    ///
    /// # Panics
    ///
    /// If the server does not start; the message ends with its log.
    pub(crate) fn start(software: impl Software + 'static) -> Self {
        let software: Arc<dyn Software> = Arc::new(software);
        let mut problem = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt(Arc::clone(&software)) {
                Ok(server) => return server,
                Err(error) => problem = error.to_string(),
            }
        }
        panic!("{} does not start: {problem}", software.name());
    }

    /// The same without a second try.
    pub(crate) fn attempt(software: Arc<dyn Software>) -> io::Result<Self> {
        let place = Arc::new(Place::new()?);
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        for (name, text) in software.files(&place, port) {
            place.write(name, &text)?;
        }
        let mut watchdog = Watchdog::spawn(&place, software.end_signal())?;
        if !watchdog.run(&software.prepare(&place))? {
            return Err(io::Error::other(place.log()));
        }
        let mut server = Self {
            software,
            port,
            process: 0,
            watchdog,
            place,
        };
        server.run()?;
        Ok(server)
    }

    /// A new database for one test. Its name is `name` and a number that makes it unique.
    ///
    /// # Panics
    ///
    /// If `name` is anything but ASCII letters, digits and `_`, or the server refuses.
    pub fn database(&self, name: &str) -> Database {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        assert!(name.bytes().all(plain), "`{name}` is no plain name");
        // Counted over all servers: one may show the databases of another.
        static DATABASES: AtomicUsize = AtomicUsize::new(0);
        let number = DATABASES.fetch_add(1, Ordering::Relaxed) + 1;
        Database::create(
            Arc::clone(&self.software),
            Arc::clone(&self.place),
            self.port,
            format!("{name}_{number}"),
        )
    }

    /// Runs SQL in none of its databases.
    pub(crate) fn execute(&self, sql: &str) {
        let client = &mut self.software.client(&self.place, self.port, None, sql);
        if let Err(error) = succeed(client) {
            panic!("{} does not run `{sql}`: {error}", self.software.name());
        }
    }

    /// The same database as another server shows it.
    pub(crate) fn also(&self, database: &Database) -> Database {
        Database::also(
            Arc::clone(&self.software),
            Arc::clone(&self.place),
            self.port,
            database.name().to_owned(),
        )
    }

    /// What stands behind something else that is started for it.
    pub(crate) fn upstream(&self) -> (Arc<dyn Software>, Arc<Place>, u16) {
        (
            Arc::clone(&self.software),
            Arc::clone(&self.place),
            self.port,
        )
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What client libraries call the socket: PostgreSQL's directory, MariaDB's file.
    pub fn socket(&self) -> PathBuf {
        self.software.socket(&self.place)
    }

    /// The account with every right, which needs no password.
    pub fn user(&self) -> &'static str {
        self.software.user()
    }

    /// The id of the server's main process.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Everything the server has said so far.
    pub fn log(&self) -> String {
        self.place.log()
    }

    /// Kills the server's processes as a crash would. The files stay for [`restart`](Self::restart).
    ///
    /// # Panics
    ///
    /// If the watchdog is gone.
    pub fn kill(&mut self) {
        self.watchdog.kill().expect("the watchdog kills its server");
    }

    /// Starts the server again after [`kill`](Self::kill), on the same port and files.
    ///
    /// # Panics
    ///
    /// If it does not start; the message ends with its log.
    pub fn restart(&mut self) {
        // A process of the killed server may hold the files for a moment longer.
        let mut outcome = self.run();
        for _ in 1..ATTEMPTS {
            if outcome.is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
            outcome = self.run();
        }
        if let Err(error) = outcome {
            panic!("{} does not start again: {error}", self.software.name());
        }
    }

    /// Starts the server again with a certificate and its key, both in PEM. From then on it takes encrypted connections beside the
    /// plain ones.
    ///
    /// # Panics
    ///
    /// If it does not start with them; the message ends with its log.
    pub fn encrypt(&mut self, certificate: &str, key: &str) {
        for (name, text) in [(CERTIFICATE, certificate), (KEY, key)] {
            let written = self.place.write(name, text);
            written.expect("the server's directory takes a certificate and its key, once");
        }
        self.kill();
        self.restart();
    }

    fn run(&mut self) -> io::Result<()> {
        self.process = self
            .watchdog
            .start(&self.software.serve(&self.place, self.port))?;
        let begin = Instant::now();
        while !self.software.is_ready(&self.place, self.port, self.process) {
            if has_ended(self.process) || begin.elapsed() > START_TIMEOUT {
                return Err(io::Error::other(self.log()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

/// Whether the watchdog's child is a zombie. Where there is no `/proc`, only the timeout tells.
fn has_ended(process: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|status| {
        status
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z'))
    })
}

/// Runs a command to its end; what it said is the error.
pub(crate) fn succeed(command: &mut Command) -> io::Result<()> {
    answer(command).map(drop)
}

/// Runs a command to its end, and gives its output.
pub(crate) fn answer(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(io::Error::other(format!(
        "{:?}: {}\n{}{}",
        command.get_program(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    )))
}
