use migratory_core::{Dialect, Event, Outcome, Session};

/// A connection that migrations can be applied to: the client library's own type.
///
/// What a verb gives follows from it: a [`Result`] where the client blocks, a future of one where it does not.
///
/// A pool of sqlx is a connection, too: a run takes one out of it for all of its steps.
///
/// A future that is dropped before its end gives back what the run holds. What has to be said to the server for that goes out with
/// the drop, and is in effect when the server has read it. A pool of sqlx closes the connection, or has it clean before it lends it
/// again. Nothing can be sent on a `sqlx::MySqlConnection` at that moment: one that is no pool's keeps the lock until it is closed
/// or dropped.
#[diagnostic::on_unimplemented(
    message = "migrations cannot be applied to a `{Self}`",
    label = "not a connection that this build of `migratory` knows",
    note = "a client library is a feature of `migratory`: `rusqlite` for `rusqlite::Connection`, `tokio-postgres` for `tokio_postgres::Client`, `mysql_async` for `mysql_async::Conn`, `sqlx-postgres` for `sqlx::PgConnection` and `sqlx::PgPool`, `diesel-postgres` for `diesel::PgConnection`",
    note = "a connection out of a pool or behind a guard is passed as `&mut *connection`, one of `deadpool-postgres` as `&mut **connection`",
    note = "a run makes its own transactions, so it takes the connection and not an open transaction"
)]
pub trait Target: Sealed {
    /// What a verb that is to give a `T` gives on this connection.
    type Output<'c, T: 'c>
    where
        Self: 'c;

    #[doc(hidden)]
    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T>;
}

/// Only the clients of this crate's features are targets, so that the trait can grow.
pub trait Sealed {}

/// Whoever wants to hear of events.
pub(crate) type Watch<'r> = Option<Box<dyn FnMut(&Event) + Send + 'r>>;

/// What makes the answer out of the end of a session.
type Finish<'r, T> = Box<dyn FnOnce(Outcome) -> T + Send + 'r>;

/// A session to be driven, and what is made of its end.
pub struct Request<'r, T> {
    pub(crate) dialect: Dialect,
    pub(crate) session: Session,
    pub(crate) watch: Watch<'r>,
    /// Whether it opens transactions.
    pub(crate) writes: bool,
    pub(crate) finish: Finish<'r, T>,
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use migratory_core::{Reply, Step};

    use super::*;
    use crate::{Error, Migrations};

    /// A client that does not block: every step is awaited.
    struct Client {
        asked: usize,
    }

    impl Client {
        async fn perform(&mut self, _: Step<'_>) -> Reply {
            self.asked += 1;
            Reply::Rows(Vec::new())
        }
    }

    impl Sealed for Client {}

    impl Target for Client {
        type Output<'c, T: 'c> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

        fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
            Box::pin(async move {
                let mut session = request.session;
                while !matches!(session.step(), Step::Done) {
                    let reply = Client::perform(self, session.step()).await;
                    let _ = session.reply(reply, migratory_core::Moment::default());
                }
                let outcome = session
                    .finish()
                    .map_err(|failure| Error::failed(failure, None))?;
                Ok((request.finish)(outcome))
            })
        }
    }

    #[test]
    fn a_client_that_does_not_block_gives_a_future_that_can_change_threads() {
        static NOTHING: Migrations = Migrations::new(Dialect::Postgres, &[], &[]);
        let mut client = Client { asked: 0 };
        let run = NOTHING.runner().apply(&mut client);
        let Poll::Ready(report) = pin!(run).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("nothing keeps it waiting")
        };
        assert!(report.expect("there is nothing to fail").is_empty());
        assert_eq!(client.asked, 1);
    }
}
