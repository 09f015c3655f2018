use std::thread;

use migratory_core::{Heard, Outcome, Reply, Session, Step};

use super::{Clock, Failed, announce, told};
use crate::target::{Request, Watch};
use crate::trace::Trace;
use crate::{Dialect, Error};

/// Performs steps on a client that blocks.
pub(super) trait Driver {
    /// What the client speaks.
    const DIALECT: Dialect;

    /// Whether the connection is known to be in a transaction.
    fn is_in_transaction(&self) -> bool {
        false
    }

    /// Performs a step that is neither a wait nor the end.
    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed>;

    /// Rolls back a transaction that a migration opened by itself and left open, where that can be known.
    fn leave(&mut self) {}
}

impl<T> Request<'_, T> {
    /// Drives the session on a client that blocks.
    ///
    /// # Errors
    ///
    /// Why it failed; that the list is written for another database; that the connection is in a transaction.
    pub(super) fn run<D: Driver>(self, driver: D) -> Result<T, Error> {
        if self.dialect != D::DIALECT {
            return Err(Error::other_dialect(self.dialect, D::DIALECT));
        }
        if self.writes && driver.is_in_transaction() {
            return Err(Error::in_transaction());
        }
        run(self.session, driver, self.watch).map(self.finish)
    }
}

/// Drives a session to its end.
///
/// # Errors
///
/// Why the run failed, with the client's error as its source.
fn run<D: Driver>(
    mut session: Session,
    mut driver: D,
    mut watch: Watch<'_>,
) -> Result<Outcome, Error> {
    let clock = Clock::start();
    let mut trace = Trace::of_run(D::DIALECT);
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
            step => {
                let span = trace.step(&step);
                span.in_scope(|| guard.driver.perform(step))
            }
        };
        let (reply, error) = told(result);
        match guard.session.reply(reply, clock.now()) {
            Heard::Ended => cause = error,
            Heard::Withheld => cause = None,
            Heard::Noted => {}
        }
        announce(guard.session, &mut watch, &mut trace);
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
