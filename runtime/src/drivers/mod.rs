//! Whoever holds the database: a driver performs the steps of a session on one client library and decides nothing.

#[cfg(feature = "rusqlite")]
mod rusqlite;

use std::error::Error as StdError;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use migratory_core::{Class, Event, Heard, Moment, Outcome, Reply, Session, Step};

use crate::identity::whoever_runs_this;
use crate::target::Watch;
use crate::{Dialect, Error};

/// A step that failed: what kind of failure it is as far as a run depends on it, and the client's error if it was one.
pub(crate) struct Failed {
    pub(crate) class: Class,
    pub(crate) message: String,
    pub(crate) error: Cause,
}

/// The client library's own error.
pub(crate) type Cause = Option<Box<dyn StdError + Send + Sync>>;

/// Performs steps on a client that blocks.
pub(crate) trait Driver {
    /// What the client speaks.
    const DIALECT: Dialect;

    /// Whether the connection is in a transaction.
    fn is_in_transaction(&self) -> bool;

    /// Performs a step that is neither a wait nor the end.
    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed>;

    /// Rolls back a transaction that a migration opened by itself and left open.
    fn leave(&mut self);
}

/// Drives a session to its end.
///
/// # Errors
///
/// Why the run failed, with the client's error as its source.
pub(crate) fn run<D: Driver>(
    mut session: Session,
    mut driver: D,
    mut watch: Watch<'_>,
) -> Result<Outcome, Error> {
    let clock = Clock::start();
    let mut cause = None;
    let guard = Guard {
        session: &mut session,
        driver: &mut driver,
    };
    loop {
        let result = match guard.session.step() {
            Step::Done => break,
            Step::Wait(pause) => {
                thread::sleep(pause);
                Ok(Reply::Done)
            }
            step => guard.driver.perform(step),
        };
        let (reply, error) = told(result);
        if guard.session.reply(reply, clock.now()) == Heard::Ended {
            cause = error;
        }
        announce(guard.session, &mut watch);
    }
    drop(guard);
    session
        .finish()
        .map_err(|failure| Error::failed(failure, cause))
}

/// Cleans up behind a run. When a migration or whoever watches panics, the run is given up on the way out: the transaction is rolled
/// back, and settings are as they were.
struct Guard<'r, D: Driver> {
    session: &'r mut Session,
    driver: &'r mut D,
}

impl<D: Driver> Drop for Guard<'_, D> {
    fn drop(&mut self) {
        let clock = Clock::start();
        if thread::panicking() {
            self.session.abandon();
        }
        loop {
            let result = match self.session.step() {
                Step::Done => break,
                Step::Wait(_) => Ok(Reply::Done),
                step => self.driver.perform(step),
            };
            let _ = self.session.reply(told(result).0, clock.now());
        }
        self.driver.leave();
    }
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

fn announce(session: &mut Session, watch: &mut Watch<'_>) {
    let events: Vec<Event> = session.events().collect();
    for event in &events {
        if matches!(event, Event::Started { .. }) {
            session.identify(whoever_runs_this);
        }
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
