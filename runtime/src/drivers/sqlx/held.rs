use ::sqlx::pool::PoolConnection;
use ::sqlx::{Connection, Database, Error, Pool};

/// What a run was given, and what it has of it.
pub(super) enum Held<'c, DB: Database> {
    /// A connection.
    Plain(&'c mut DB::Connection),
    /// One that goes back to its pool when its owner drops it.
    Lent(&'c mut PoolConnection<DB>),
    /// A pool, before the first step.
    Pool(&'c Pool<DB>),
    /// The one connection that the run took out of the pool.
    Taken(PoolConnection<DB>),
}

impl<DB: Database> Held<'_, DB> {
    /// The connection, taken out of the pool if it is not yet.
    ///
    /// # Errors
    ///
    /// That the pool has none to give.
    pub(super) async fn connection(&mut self) -> Result<&mut DB::Connection, Error> {
        if let Self::Pool(pool) = self {
            *self = Self::Taken(pool.acquire().await?);
        }
        self.at_once().ok_or(Error::PoolClosed)
    }

    /// The connection, if there is one by now.
    pub(super) fn at_once(&mut self) -> Option<&mut DB::Connection> {
        match self {
            Self::Plain(connection) => Some(connection),
            Self::Lent(connection) => Some(connection),
            Self::Taken(connection) => Some(connection),
            Self::Pool(_) => None,
        }
    }

    /// Whether sqlx itself has a transaction open. One that was begun in plain SQL it does not know.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Plain(connection) => connection.is_in_transaction(),
            Self::Lent(connection) => connection.is_in_transaction(),
            Self::Taken(connection) => connection.is_in_transaction(),
            Self::Pool(_) => false,
        }
    }

    /// Has the connection closed instead of given back to its pool, if it is a pool's. A pool hears first what is underway, and if that
    /// is a failure, sqlx ends an encrypted connection without a word to the server and waits until the server says something: nobody
    /// ever has the place of this connection in the pool again.
    #[cfg(any(feature = "sqlx-postgres", feature = "sqlx-mysql"))]
    pub(super) fn give_up(&mut self) {
        match self {
            Self::Lent(connection) => connection.close_on_drop(),
            Self::Taken(connection) => connection.close_on_drop(),
            Self::Plain(_) | Self::Pool(_) => {}
        }
    }
}
