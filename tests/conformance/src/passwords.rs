use std::cell::RefCell;
use std::error::Error as StdError;
use std::fmt::{Debug, Display, Write as _};
use std::io::{self, Write};
use std::sync::{Mutex, Once};
use std::time::Duration;

use migratory::{Error, Migrations};
use migratory_core::Table;
use servers::NotHere;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::network::list;
use crate::trap::lock;
use crate::{Client, Place, Witness};

/// No word of the password that somebody connected with is in anything that a run says: not in reports, plans, states, events and
/// errors with all that they come from, not in spans, and not in the history.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If a word of it is said.
pub fn passwords<C: Client>() -> Result<(), NotHere> {
    for password in PASSWORDS {
        let place = Place::new(C::DIALECT)?;
        let account = place.database().account(password);
        let nobody = format!("//{}@", place.database().user());
        let somebody = format!("//{account}:{}@", encoded(password));
        let url = place.url().replace(&nobody, &somebody);

        listen();
        TOLD.take();
        let mut texts = texts::<C>(&url);
        texts += &String::from_utf8_lossy(&TOLD.take());
        let history = Witness::new(C::DIALECT, &place).look("SELECT * FROM migratory_history");
        texts += &history.expect("there is a history");

        for expected in [
            account.as_str(),
            "nowhere",
            "migratory.statement",
            ", one, sql, ",
        ] {
            assert!(texts.contains(expected), "`{expected}` is not in {texts}");
        }
        let said = WORDS.iter().find(|word| texts.contains(**word));
        assert_eq!(said, None, "{texts}");
    }
    Ok(())
}

/// Each has all of the words, between characters that mean something in URLs, in settings and in SQL.
const PASSWORDS: [&str; 2] = [
    "orchid@walnut:cactus/magnolia%sorrel",
    "orchid walnut'cactus\"magnolia\\sorrel?#&=$",
];

const WORDS: [&str; 5] = ["orchid", "walnut", "cactus", "magnolia", "sorrel"];

/// As it is in a URL.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = match byte.is_ascii_alphanumeric() {
            true => write!(encoded, "{}", char::from(byte)),
            false => write!(encoded, "%{byte:02X}"),
        };
        encoded
    })
}

/// Everything that comes of runs that succeed, fail and wait in vain.
fn texts<C: Client>(url: &str) -> String {
    let mut texts = String::new();
    let first = list(
        C::DIALECT,
        &["CREATE TABLE users (id INTEGER PRIMARY KEY);"],
    );
    let broken = list(
        C::DIALECT,
        &[
            "CREATE TABLE users (id INTEGER PRIMARY KEY);",
            "INSERT INTO nowhere VALUES (1);",
        ],
    );
    let connect = || C::connect(&Place::lent(url.into()));
    let mut client = connect();
    tell(&mut texts, client.plan(first.runner()));
    apply(&mut texts, &mut client, first);
    tell(&mut texts, client.plan(broken.runner()));
    apply(&mut texts, &mut client, broken);
    tell(&mut texts, client.verify(broken.runner()));
    let statuses = client.status(broken.runner());
    for status in statuses.expect("the history can be read") {
        let _ = writeln!(texts, "{status}\n{status:?}");
    }

    let table = Table::new(C::DIALECT, None, Table::DEFAULT_NAME);
    let (sql, values) = table.lock(0).expect("a server has a lock");
    let mut holder = connect();
    let held = holder.execute(&C::DIALECT.inlined(&sql, &values));
    held.expect("the lock is free");
    apply(&mut texts, &mut client, broken);
    texts
}

fn apply<C: Client>(texts: &mut String, client: &mut C, migrations: Migrations) {
    let events = Mutex::new(String::new());
    let runner = migrations
        .runner()
        .lock_timeout(Duration::from_millis(200))
        .on_event(|event| {
            let _ = writeln!(lock(&events), "{event}\n{event:?}");
        });
    let result = client.apply(runner);
    tell(texts, result);
    *texts += &lock(&events);
}

fn tell(texts: &mut String, result: Result<impl Display + Debug, Error>) {
    if let Ok(value) = &result {
        let _ = writeln!(texts, "{value}\n{value:?}");
    }
    let error = result.as_ref().err();
    let _ = writeln!(texts, "{:?}", error.map(Error::failure));
    let mut cause = error.map(|error| error as &dyn StdError);
    while let Some(it) = cause {
        let _ = writeln!(texts, "{it}\n{it:?}");
        cause = it.source();
    }
}

thread_local! {
    /// What `tracing` was told on this thread.
    static TOLD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lets `tracing` tell every thread what it is told there. A subscriber of one thread may never hear of a span that another thread,
/// which has none, was the first to open.
fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(|| Told)
            .init();
    });
}

/// Writes to what was told on this thread.
struct Told;

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TOLD.with_borrow_mut(|told| told.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
