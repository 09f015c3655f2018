use std::any::Any;
use std::task::Poll;

use migratory::{
    CallResult, Called, Dialect, Error, Plan, Report, Runner, Status, Target, Verdict,
};

use crate::{Lock, Place};

/// A client library's connection, with the verbs of a run. A client that does not block is waited for in them.
pub trait Client: Sized {
    /// What it speaks.
    const DIALECT: Dialect;

    /// What keeps its runs apart.
    const LOCK: Lock = Lock::OfSession;

    /// What migrations are applied to.
    type Target: Target + 'static;

    /// Whether its failures have the database's code in them. Where a client keeps that to itself, the words have to do.
    const TELLS_CODES: bool = true;

    /// How many round trips a query takes.
    const TRIPS_OF_A_QUERY: usize = 1;

    /// Connects to a database.
    fn connect(place: &Place) -> Self;

    /// Runs SQL on the connection, outside of any run.
    ///
    /// # Errors
    ///
    /// The client's own words.
    fn execute(&mut self, sql: &str) -> Result<(), String>;

    /// Is a migration in Rust: runs statements on the client's own connection, then ends as `end` says. A client that does not block
    /// gives the future of that.
    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c>;

    /// Starts a verb on the connection and gives what comes of it, waited for if the client does not block.
    ///
    /// # Errors
    ///
    /// The run's.
    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut Self::Target) -> <Self::Target as Target>::Output<'c, T>,
    ) -> Result<T, Error>;

    /// [`Runner::apply`].
    ///
    /// # Errors
    ///
    /// The run's.
    fn apply<'c>(&'c mut self, runner: Runner<'c>) -> Result<Report, Error> {
        self.run(|target| runner.apply(target))
    }

    /// [`Runner::plan`].
    ///
    /// # Errors
    ///
    /// The run's.
    fn plan<'c>(&'c mut self, runner: Runner<'c>) -> Result<Plan, Error> {
        self.run(|target| runner.plan(target))
    }

    /// [`Runner::status`].
    ///
    /// # Errors
    ///
    /// The run's.
    fn status<'c>(&'c mut self, runner: Runner<'c>) -> Result<Vec<Status>, Error> {
        self.run(|target| runner.status(target))
    }

    /// [`Runner::verify`].
    ///
    /// # Errors
    ///
    /// The run's.
    fn verify<'c>(&'c mut self, runner: Runner<'c>) -> Result<Verdict, Error> {
        self.run(|target| runner.verify(target))
    }
}

/// A client that does not block.
pub trait AsyncClient: Client {
    /// Whether a drop can tell the server what to give back. Otherwise the end of the connection does.
    const GIVES_BACK: bool = true;

    /// [`Runner::apply`], dropped when it was polled so many times; `None` if it was not done by then.
    ///
    /// Whatever the drop sent has to be on its way when this returns.
    fn apply_for(&mut self, runner: Runner<'_>, polls: usize) -> Option<Result<Report, Error>>;

    /// A future that gives up when it was polled so many times.
    fn limited<T>(
        future: impl Future<Output = T>,
        polls: usize,
    ) -> impl Future<Output = Option<T>> {
        let mut left = polls;
        let mut future = Some(Box::pin(future));
        std::future::poll_fn(move |context| {
            if left == 0 {
                future = None;
            }
            left = left.saturating_sub(1);
            match &mut future {
                None => Poll::Ready(None),
                Some(future) => future.as_mut().poll(context).map(Some),
            }
        })
    }
}
