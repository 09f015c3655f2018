use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use servers::NotHere;

use crate::{Client, Files, Place, RustFunctions};

/// Stands between clients and a server, and counts how often a client speaks and gets an answer.
pub struct Counter {
    port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    trips: AtomicUsize,
    /// The client was the last to speak.
    is_clients: AtomicBool,
}

impl Counter {
    /// Stands before the server on a port of this machine.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub fn before(server: u16) -> Self {
        Self::far_before(server, Duration::ZERO)
    }

    /// As [`before`](Self::before), and every answer takes so long to arrive: a client has to wait for each.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub fn far_before(server: u16, distance: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let line = Arc::new(Line::default());
        let counted = line.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server)))
                else {
                    continue;
                };
                // Small messages go at once, as they came.
                client.set_nodelay(true).expect("an option of the socket");
                server.set_nodelay(true).expect("an option of the socket");
                let twin = |it: &TcpStream| it.try_clone().expect("a second handle");
                let (from, to) = (twin(&client), twin(&server));
                let line = counted.clone();
                thread::spawn(move || pass(from, to, || line.client_speaks()));
                let line = counted.clone();
                thread::spawn(move || {
                    pass(server, client, || {
                        thread::sleep(distance);
                        line.server_speaks();
                    });
                });
            }
        });
        Self { port, line }
    }

    /// The same database by way of this.
    ///
    /// # Panics
    ///
    /// If it is a file.
    pub fn place(&self, place: &Place) -> Place {
        place.by_way_of(self.port)
    }

    /// How many round trips there were since this was asked last.
    pub fn trips(&self) -> usize {
        self.line.trips.swap(0, Ordering::SeqCst)
    }
}

impl Line {
    fn client_speaks(&self) {
        self.is_clients.store(true, Ordering::SeqCst);
    }

    /// A trip is over when it is answered: what a client says without waiting goes with what it says next.
    fn server_speaks(&self) {
        if self.is_clients.swap(false, Ordering::SeqCst) {
            self.trips.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, speaks: impl Fn()) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        speaks();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Nothing to do is one query: one message to the server and its answer, if the client takes no more. What other runs take is printed.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it takes more.
pub fn one_round_trip<C: Client>() -> Result<(), NotHere> {
    let place = Place::new(C::DIALECT)?;
    let counter = Counter::before(place.database().port());
    let mut client = C::connect(&counter.place(&place));
    let mut files = Files::new(
        C::DIALECT,
        RustFunctions(|name| panic!("there is no {name}")),
    );
    let mut table = |number: usize, options: &str| {
        files.begin(&format!("{number:04}_table.sql{options}"));
        files.line(&format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY);"));
        files.migrations()
    };
    let first = table(1, "");
    let mut took = |migrations: migratory::Migrations| {
        counter.trips();
        let report = client.apply(migrations.runner()).expect("the run succeeds");
        (report.entries().len(), counter.trips())
    };
    let fresh = took(first);
    let warm = took(table(2, ""));
    let two = took((3..=4).map(|number| table(number, "")).last().expect("two"));
    let last = table(5, " no-transaction");
    let outside = took(last);
    let nothing = took(last);
    println!(
        "round trips: nothing to do {}, fresh database {}, one migration {}, each further one {}, one without transaction {}",
        nothing.1,
        fresh.1,
        warm.1,
        two.1 - warm.1,
        outside.1
    );
    assert_eq!((warm.0, two.0, outside.0), (1, 2, 1));
    assert_eq!(nothing, (0, C::TRIPS_OF_A_QUERY));
    Ok(())
}
