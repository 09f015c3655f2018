//! Whoever holds the database: a driver performs the steps of a session on one client library and decides nothing.
//!
//! The loop that drives a session is written twice, for clients that block and for clients that are awaited, and the two differ by
//! `.await` and by what can be done when the caller goes away.

#[cfg(any(
    feature = "tokio-postgres",
    feature = "mysql_async",
    feature = "sqlx-sqlite",
    feature = "sqlx-postgres",
    feature = "sqlx-mysql"
))]
mod awaiting;
#[cfg(any(
    feature = "rusqlite",
    feature = "postgres",
    feature = "mysql",
    feature = "diesel-sqlite",
    feature = "diesel-postgres",
    feature = "diesel-mysql"
))]
mod blocking;
#[cfg(any(
    feature = "diesel-sqlite",
    feature = "diesel-postgres",
    feature = "diesel-mysql"
))]
mod diesel;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "mysql_async")]
mod mysql_async;
#[cfg(any(
    feature = "mysql",
    feature = "mysql_async",
    feature = "sqlx-mysql",
    feature = "diesel-mysql"
))]
mod mysql_server;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "rusqlite")]
mod rusqlite;
#[cfg(any(feature = "postgres", feature = "tokio-postgres"))]
mod rust_postgres;
#[cfg(any(
    feature = "rusqlite",
    feature = "sqlx-sqlite",
    feature = "diesel-sqlite"
))]
mod sqlite_codes;
#[cfg(any(
    feature = "postgres",
    feature = "tokio-postgres",
    feature = "sqlx-postgres",
    feature = "diesel-postgres"
))]
mod sqlstate;
#[cfg(any(
    feature = "sqlx-sqlite",
    feature = "sqlx-postgres",
    feature = "sqlx-mysql"
))]
mod sqlx;
#[cfg(feature = "tokio-postgres")]
mod tokio_postgres;

use std::error::Error as StdError;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use migratory_core::{CallResult, Class, Event, Moment, Reply, Session};

use crate::identity::whoever_runs_this;
use crate::target::Watch;
use crate::trace::Trace;

/// A step that failed: what kind of failure it is as far as a run depends on it, and the client's error if it was one.
pub(crate) struct Failed {
    pub(crate) class: Class,
    pub(crate) message: String,
    pub(crate) error: Cause,
}

/// The client library's own error.
pub(crate) type Cause = Option<Box<dyn StdError + Send + Sync>>;

impl Failed {
    /// What a migration in Rust returned.
    fn of_a_call(result: CallResult) -> Result<Reply, Self> {
        result.map(|()| Reply::Done).map_err(|error| Self {
            class: Class::Other,
            message: described(&*error),
            error: Some(error),
        })
    }
}

/// An error with what it comes from, as far as it does not say that itself.
fn described(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

/// What the session hears of a result, and the error that it does not.
fn told(result: Result<Reply, Failed>) -> (Reply, Cause) {
    match result {
        Ok(reply) => (reply, None),
        Err(Failed {
            class,
            message,
            error,
        }) => (Reply::Failed { class, message }, error),
    }
}

fn announce(session: &mut Session, watch: &mut Watch<'_>, trace: &mut Trace) {
    let events: Vec<Event> = session.events().collect();
    for event in &events {
        if matches!(event, Event::Started { .. }) {
            session.identify(whoever_runs_this);
        }
        trace.event(event);
        if let Some(watch) = watch {
            watch(event);
        }
    }
}

/// The time of a run.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn now(&self) -> Moment {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Moment {
            elapsed: self.0.elapsed(),
            utc_ms: since_1970.map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }),
        }
    }
}
