use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use servers::Server;

use crate::Place;

/// Stands between a client and a server, and kills the server at a message that was chosen.
///
/// A client speaks and waits for the answer, so its messages are counted by whose turn it is. Whatever the kernel does, the server
/// has seen all messages before the chosen one, and none behind it.
pub(crate) struct Trap {
    port: u16,
    line: Arc<Line>,
}

/// Which side of the chosen message the server dies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It never sees the message.
    Before,
    /// It has done what the message says, and its answer does not arrive.
    After,
}

struct Line {
    server: Arc<Mutex<Server>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Messages of the client since the trap was set.
    messages: usize,
    /// The client was the last to speak.
    is_clients: bool,
    chosen: Option<(usize, Side)>,
    is_sprung: bool,
}

impl Trap {
    /// Stands before the server on a port of this machine.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub(crate) fn before(server: &Arc<Mutex<Server>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let behind = lock(server).port();
        let line = Arc::new(Line {
            server: server.clone(),
            state: Mutex::default(),
        });
        let caught = line.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", behind)))
                else {
                    continue;
                };
                // Small messages go at once, as they came.
                client.set_nodelay(true).expect("an option of the socket");
                server.set_nodelay(true).expect("an option of the socket");
                let twin = |it: &TcpStream| it.try_clone().expect("a second handle");
                let (from, to) = (twin(&client), twin(&server));
                let line = caught.clone();
                thread::spawn(move || pass(from, to, || line.client_speaks()));
                let line = caught.clone();
                thread::spawn(move || pass(server, client, || line.server_speaks()));
            }
        });
        Self { port, line }
    }

    /// The same database by way of this.
    ///
    /// # Panics
    ///
    /// If it is not on the test's own server.
    pub(crate) fn place(&self, place: &Place) -> Place {
        place.by_way_of(self.port)
    }

    /// Counts from here on, and kills the server at the message with this number, the next one's being 0.
    pub(crate) fn set(&self, chosen: Option<(usize, Side)>) {
        let mut state = lock(&self.line.state);
        state.messages = 0;
        state.chosen = chosen;
    }

    /// How many messages the client sent since it was set.
    pub(crate) fn messages(&self) -> usize {
        lock(&self.line.state).messages
    }

    /// Whether the server was killed.
    pub(crate) fn is_sprung(&self) -> bool {
        lock(&self.line.state).is_sprung
    }
}

impl Line {
    /// Whether the client's message may pass.
    fn client_speaks(&self) -> bool {
        let mut state = lock(&self.state);
        if !state.is_clients {
            state.is_clients = true;
            state.messages += 1;
            if state.meets(Side::Before) {
                self.kill(&mut state);
            }
        }
        !state.is_sprung
    }

    /// Whether the server's answer may.
    fn server_speaks(&self) -> bool {
        let mut state = lock(&self.state);
        state.is_clients = false;
        if state.meets(Side::After) {
            self.kill(&mut state);
        }
        !state.is_sprung
    }

    fn kill(&self, state: &mut State) {
        state.is_sprung = true;
        lock(&self.server).kill();
    }
}

impl State {
    /// Whether the message that is on its way, or being answered, is the chosen one.
    fn meets(&self, side: Side) -> bool {
        !self.is_sprung
            && self
                .chosen
                .is_some_and(|it| it == (self.messages.wrapping_sub(1), side))
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn() -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !may_pass() || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        let _ = end.shutdown(Shutdown::Both);
    }
}

/// What is locked stays whole if a test that holds it fails.
pub(crate) fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
