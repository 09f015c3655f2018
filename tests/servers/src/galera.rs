use std::ffi::OsString;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use crate::database::Database;
use crate::mariadb::{MariaDb, option};
use crate::place::Place;
use crate::programs::{NotHere, Programs};
use crate::server::{ATTEMPTS, Server, answer};
use crate::software::Software;
use crate::watchdog::Watchdog;

/// Three MariaDB servers that are one Galera cluster: what is committed at one is at all of them. They end as a [`Server`] does.
pub struct Galera {
    nodes: [Server; NODES],
}

const NODES: usize = 3;

/// Starts a cluster of one's own.
///
/// # Errors
///
/// If MariaDB or Galera is not installed.
///
/// # Panics
///
/// If they are installed and the cluster does not start; the message ends with a node's log.
pub fn galera() -> Result<Galera, NotHere> {
    Installed::find().map(|installed| Galera::start(&installed))
}

/// The cluster that all tests of this process share, started by the first of them.
///
/// # Errors
///
/// If MariaDB or Galera is not installed.
///
/// # Panics
///
/// As [`galera`].
pub fn shared_galera() -> Result<&'static Galera, NotHere> {
    static SHARED: OnceLock<Galera> = OnceLock::new();
    let installed = Installed::find()?;
    Ok(SHARED.get_or_init(|| Galera::start(&installed)))
}

impl Galera {
    fn start(installed: &Installed) -> Self {
        let mut problem = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt(installed) {
                Ok(galera) => return galera,
                Err(error) => problem = error.to_string(),
            }
        }
        panic!("Galera does not start: {problem}");
    }

    fn attempt(installed: &Installed) -> io::Result<Self> {
        let [first, second, third] = Ports::free()?;
        let seed = Seed::make(installed, first)?;
        let node = |of, first| Server::attempt(Arc::new(Node::new(installed, &seed, of, first)));
        // One joins after the other: the cluster takes but one at a time, and has the others wait for seconds.
        Ok(Self {
            nodes: [
                node(first, None)?,
                node(second, Some(first))?,
                node(third, Some(first))?,
            ],
        })
    }

    /// The nodes, in the order in which they joined.
    pub fn nodes(&self) -> &[Server; NODES] {
        &self.nodes
    }

    /// A new database for one test, as each of the nodes shows it.
    ///
    /// # Panics
    ///
    /// As [`Server::database`].
    pub fn database(&self, name: &str) -> [Database; NODES] {
        let [first, second, third] = &self.nodes;
        let made = first.database(name);
        for node in [second, third] {
            node.execute(CATCH_UP);
        }
        let (second, third) = (second.also(&made), third.also(&made));
        [made, second, third]
    }
}

/// Waits until everything that the cluster has committed is at this node.
const CATCH_UP: &str = "SET SESSION wsrep_sync_wait = 1; SELECT 1 FROM information_schema.schemata";

/// What a node is besides a MariaDB server.
const SETTINGS: [&str; 6] = [
    "--wsrep-on=ON",
    "--wsrep-cluster-name=migratory",
    "--wsrep-sst-method=position",
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    // Three of them are in memory.
    "--innodb-buffer-pool-size=32M",
];

struct Installed {
    mariadb: MariaDb,
    library: PathBuf,
}

impl Installed {
    fn find() -> Result<Self, NotHere> {
        let mariadb = MariaDb::find()?;
        let folder = PathBuf::from("/usr/lib/galera");
        let library = Programs::new("Galera", vec![folder]).find("libgalera_smm.so")?;
        Ok(Self { mariadb, library })
    }
}

/// What a node takes besides the port for clients.
#[derive(Clone, Copy)]
struct Ports {
    cluster: u16,
    /// For what it has missed.
    transfer: u16,
}

impl Ports {
    fn free() -> io::Result<[Self; NODES]> {
        let listener = |_| TcpListener::bind(("127.0.0.1", 0));
        // All of them are held until the last is found, so no two are the same.
        let held: Vec<TcpListener> = (0..2 * NODES).map(listener).collect::<io::Result<_>>()?;
        let ports: Vec<u16> = held
            .iter()
            .map(|listener| Ok(listener.local_addr()?.port()))
            .collect::<io::Result<_>>()?;
        Ok(std::array::from_fn(|index| Self {
            cluster: ports[2 * index],
            transfer: ports[2 * index + 1],
        }))
    }
}

/// The files of a cluster that was shut down in peace, which every node begins with: so none has to send them to another.
struct Seed {
    // Before the place, which it removes.
    _watchdog: Watchdog,
    place: Arc<Place>,
}

impl Seed {
    fn make(installed: &Installed, ports: Ports) -> io::Result<Self> {
        let place = Arc::new(Place::new()?);
        place.write("end.sql", "SHUTDOWN;\n")?;
        let mut watchdog = Watchdog::spawn(&place, "KILL")?;
        let mut once = installed.mariadb.serve(&place, 0);
        once.args(membership(&installed.library, ports, None));
        once.arg("--skip-networking");
        once.arg(option("init-file", place.path().join("end.sql")));
        for command in [installed.mariadb.prepare(&place), once] {
            if !watchdog.run(&command)? {
                return Err(io::Error::other(place.log()));
            }
        }
        Ok(Self {
            _watchdog: watchdog,
            place,
        })
    }
}

struct Node {
    mariadb: MariaDb,
    library: PathBuf,
    seed: Arc<Place>,
    ports: Ports,
    /// The node that it joins; the first joins nobody.
    joins: Option<Ports>,
}

impl Node {
    fn new(installed: &Installed, seed: &Seed, ports: Ports, joins: Option<Ports>) -> Self {
        Self {
            mariadb: installed.mariadb.clone(),
            library: installed.library.clone(),
            seed: Arc::clone(&seed.place),
            ports,
            joins,
        }
    }
}

fn membership(library: &Path, ports: Ports, joins: Option<Ports>) -> Vec<OsString> {
    let Ports { cluster, transfer } = ports;
    let joins = joins.map(|first| format!("127.0.0.1:{}", first.cluster));
    let joins = joins.unwrap_or_default();
    let options = format!(
        "gcache.size=16M;gcache.page_size=16M;pc.recovery=no;\
         gmcast.listen_addr=tcp://127.0.0.1:{cluster};ist.recv_addr=127.0.0.1:{transfer}"
    );
    let mut arguments: Vec<OsString> = SETTINGS.map(OsString::from).to_vec();
    arguments.push(option("wsrep-provider", library.to_path_buf()));
    arguments.extend(
        [
            format!("--wsrep-cluster-address=gcomm://{joins}"),
            format!("--wsrep-node-address=127.0.0.1:{cluster}"),
            format!("--wsrep-provider-options={options}"),
        ]
        .map(OsString::from),
    );
    arguments
}

impl Software for Node {
    fn name(&self) -> &'static str {
        "a node of Galera"
    }

    fn user(&self) -> &'static str {
        self.mariadb.user()
    }

    fn end_signal(&self) -> &'static str {
        self.mariadb.end_signal()
    }

    fn files(&self, _place: &Place, _port: u16) -> Vec<(&'static str, String)> {
        vec![(
            "wsrep_sst_position",
            include_str!("wsrep_sst_position").to_owned(),
        )]
    }

    fn prepare(&self, place: &Place) -> Command {
        let mut command = place.command(Path::new("cp"));
        command.arg("-r").arg(self.seed.path().join("data"));
        command.arg(place.path().join("data"));
        command
    }

    fn serve(&self, place: &Place, port: u16) -> Command {
        // The server looks for its script on the search path.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            std::iter::once(place.path().to_path_buf()).chain(std::env::split_paths(&path));
        let mut assignment = OsString::from("PATH=");
        assignment.push(std::env::join_paths(folders).unwrap_or(path));
        let mut command = place.command(Path::new("env"));
        command.arg(assignment);
        let server = self.mariadb.serve(place, port);
        command.arg(server.get_program()).args(server.get_args());
        command.args(membership(&self.library, self.ports, self.joins));
        command
    }

    /// It takes connections before it has joined.
    fn is_ready(&self, place: &Place, port: u16, process: u32) -> bool {
        let state = "SHOW STATUS LIKE 'wsrep_local_state_comment'";
        self.mariadb.is_ready(place, port, process)
            && answer(&mut self.client(place, port, None, state))
                .is_ok_and(|state| state.contains("Synced"))
    }

    fn client(&self, place: &Place, port: u16, database: Option<&str>, sql: &str) -> Command {
        self.mariadb.client(place, port, database, sql)
    }

    fn create_database(&self, name: &str) -> String {
        self.mariadb.create_database(name)
    }

    fn drop_database(&self, name: &str) -> String {
        self.mariadb.drop_database(name)
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
