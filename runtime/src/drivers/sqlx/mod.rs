//! What the databases of sqlx have in common: where a connection comes from, and the steps.
//!
//! Transactions are plain SQL: sqlx ends only those that it gave out a value of, and such a value would hold the connection from the
//! first step to the last.

mod held;
#[cfg(feature = "sqlx-mysql")]
mod mysql;
#[cfg(feature = "sqlx-postgres")]
mod postgres;
#[cfg(feature = "sqlx-sqlite")]
mod sqlite;

use ::sqlx::{Connection, Database, Error as ClientError, Execute, raw_sql};
use migratory_core::{Purpose, Reply, Session, Step, Value};

use super::Failed;
use super::awaiting::AsyncDriver;
use crate::Dialect;
use held::Held;

/// A database that sqlx speaks to.
trait Speaks: Database {
    const DIALECT: Dialect;

    /// What is kept in mind during a run.
    type Notes: Default + Send;

    /// Runs SQL to its end.
    fn execute(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Runs SQL and reads its rows.
    fn query(
        on: On<'_, Self>,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> impl Future<Output = Result<Vec<Vec<Value>>, Failed>> + Send;

    /// Sees if the transaction is still open that a migration in Rust was called in.
    fn look_for_transaction(
        on: On<'_, Self>,
        purpose: Purpose<'_>,
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Forgets what a function of a migration may have changed.
    fn unlearn(_: &mut Self::Notes) {}

    /// What a failure of the client itself is to a run: there is no connection to be had.
    fn lost(error: ::sqlx::Error) -> Failed {
        Failed {
            class: migratory_core::Class::Other,
            message: error.to_string(),
            error: Some(error.into()),
        }
    }

    /// Sees to it that what the session holds is given back although nobody waits for it any more.
    fn let_go(driver: &mut Sqlx<'_, Self>, session: &mut Session);

    /// Sees to a connection that has an answer underway which nobody will hear.
    fn leave_unheard(_: &mut Sqlx<'_, Self>) {}
}

/// The connection of a step, and what is kept in mind.
struct On<'s, DB: Speaks> {
    connection: &'s mut DB::Connection,
    // On MySQL there is nothing to keep in mind.
    #[allow(dead_code)]
    notes: &'s mut DB::Notes,
}

/// Performs steps on a connection of sqlx.
struct Sqlx<'c, DB: Speaks> {
    held: Held<'c, DB>,
    /// The answers to all that was sent before the run were heard.
    is_heard_out: bool,
    /// The answer to what was sent last was not heard.
    is_unheard: bool,
    notes: DB::Notes,
}

impl<'c, DB: Speaks> Sqlx<'c, DB> {
    fn new(held: Held<'c, DB>) -> Self {
        Self {
            held,
            is_heard_out: false,
            is_unheard: false,
            notes: DB::Notes::default(),
        }
    }

    async fn on(&mut self) -> Result<On<'_, DB>, Failed> {
        let connection = self.held.connection().await.map_err(DB::lost)?;
        if !self.is_heard_out {
            hear_out(connection).await.map_err(DB::lost)?;
            self.is_heard_out = true;
        }
        Ok(On {
            connection,
            notes: &mut self.notes,
        })
    }

    async fn answer(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => {
                DB::execute(self.on().await?, sql, values, purpose).await?;
                Ok(Reply::Done)
            }
            Step::Query {
                sql,
                values,
                purpose,
            } => {
                let rows = DB::query(self.on().await?, sql, values, purpose).await;
                rows.map(Reply::Rows)
            }
            Step::Call {
                function,
                place,
                is_in_transaction,
            } => {
                DB::unlearn(&mut self.notes);
                let called = function.call(self.on().await?.connection);
                let result = called.awaited().await;
                if is_in_transaction && result.is_ok() {
                    let purpose = Purpose::Statement(place);
                    DB::look_for_transaction(self.on().await?, purpose).await?;
                }
                Failed::of_a_call(result)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }
}

impl<DB: Speaks> Drop for Sqlx<'_, DB> {
    fn drop(&mut self) {
        if self.is_unheard {
            DB::leave_unheard(self);
        }
    }
}

impl<DB: Speaks> AsyncDriver for Sqlx<'_, DB> {
    const DIALECT: Dialect = DB::DIALECT;

    fn is_in_transaction(&self) -> bool {
        self.held.is_in_transaction()
    }

    async fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        self.is_unheard = true;
        let answer = self.answer(step).await;
        self.is_unheard = false;
        answer
    }

    fn let_go(&mut self, session: &mut Session) {
        DB::let_go(self, session);
    }
}

/// Hears the answers to what was sent before and is awaited by nobody any more. sqlx gives the failure of such a message to whoever
/// comes next: a run would take it for the answer to its own question, and a table that was not there for its history.
async fn hear_out(connection: &mut impl Connection) -> Result<(), ClientError> {
    loop {
        match connection.flush().await {
            Err(ClientError::Database(_)) => {}
            result => return result,
        }
    }
}

/// SQL to go as text in one message, and not to be prepared.
fn raw<'q, DB: Database>(sql: &'q str) -> impl Execute<'q, DB> + 'q {
    raw_sql(trusted!(sql))
}

/// SQL that is not written in the program's text: sqlx 0.9 wants a word about that, which 0.8 does not have.
macro_rules! trusted {
    ($sql:expr) => {{
        // If sqlx has one of this name, it goes before the one of this module.
        #[allow(unused_imports)]
        use ::sqlx::*;
        AssertSqlSafe($sql)
    }};
}
use trusted;

/// What sqlx 0.8 does about it.
#[allow(dead_code, non_snake_case)]
fn AssertSqlSafe<T>(sql: T) -> T {
    sql
}

/// Makes targets of a database's connections, its pools and what those hand out.
macro_rules! targets {
    ($database:ty, $connection:ty) => {
        targets!($database, $connection, Plain);
        targets!($database, ::sqlx::pool::PoolConnection<$database>, Lent);
        targets!($database, ::sqlx::Pool<$database>, Pool);
    };
    ($database:ty, $target:ty, $held:ident) => {
        impl $crate::target::Sealed for $target {}

        impl $crate::Target for $target {
            type Output<'c, T: 'c> = $crate::drivers::awaiting::BoxFuture<'c, T>;

            fn perform<'c, T: 'c>(
                &'c mut self,
                request: $crate::target::Request<'c, T>,
            ) -> Self::Output<'c, T> {
                let driver = super::Sqlx::<$database>::new(super::Held::$held(self));
                Box::pin(request.run_async(driver))
            }
        }
    };
}
use targets;
