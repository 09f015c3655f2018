use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

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
                thread::spawn(move || pass(read(from), to, || line.client_speaks()));
                let line = counted.clone();
                let answers = read(server).map(move |(came, bytes)| (came + distance, bytes));
                thread::spawn(move || pass(answers, client, || line.server_speaks()));
            }
        });
        Self { port, line }
    }

    /// The port on 127.0.0.1 at which clients reach the server by way of this.
    pub fn port(&self) -> u16 {
        self.port
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

/// What comes, and when it came: also while what came before it is on its way.
fn read(mut from: TcpStream) -> impl Iterator<Item = (Instant, Vec<u8>)> + Send {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if sender
                .send((Instant::now(), buffer[..length].to_vec()))
                .is_err()
            {
                break;
            }
        }
    });
    receiver.into_iter()
}

/// Hands on what comes, each part at its time.
fn pass(parts: impl Iterator<Item = (Instant, Vec<u8>)>, mut to: TcpStream, speaks: impl Fn()) {
    for (due, bytes) in parts {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        speaks();
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
