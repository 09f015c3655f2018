//! What the databases of diesel have in common: its idea of transactions, the steps, and rows of any form.
//!
//! A value goes into the text of its statement, none of its characters among the others: one form for three databases, and diesel
//! would prepare a statement that has bound values.

#[cfg(feature = "diesel-mysql")]
mod mysql;
#[cfg(feature = "diesel-postgres")]
mod postgres;
#[cfg(feature = "diesel-sqlite")]
mod sqlite;

use std::borrow::Cow;

use ::diesel::backend::Backend;
use ::diesel::connection::{
    AnsiTransactionManager, Connection, TransactionDepthChange, TransactionManager,
    TransactionManagerStatus,
};
use ::diesel::deserialize::{self, QueryableByName};
use ::diesel::query_builder::SqlQuery;
use ::diesel::query_dsl::LoadQuery;
use ::diesel::result::Error as ClientError;
use ::diesel::row::{Field, NamedRow, Row};
use ::diesel::{QueryResult, RunQueryDsl, sql_query};
use migratory_core::{Class, Purpose, Reply, Step, Value};

use super::Failed;
use super::blocking::Driver;
use crate::Dialect;

/// A connection of diesel's.
trait Speaks: Connection<TransactionManager = AnsiTransactionManager> + Send + 'static {
    const DIALECT: Dialect;

    /// Runs SQL to its end.
    fn execute(on: &mut Diesel<'_, Self>, sql: &str, purpose: Purpose<'_>) -> Result<(), Failed>;

    /// Runs SQL and reads its rows.
    fn query(
        on: &mut Diesel<'_, Self>,
        sql: &str,
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed>;

    /// Whether the transaction of the run is gone, after a statement of a migration that did not fail, or a function of one.
    fn has_lost_its_transaction(
        on: &mut Diesel<'_, Self>,
        statement: Option<&str>,
    ) -> Result<bool, Failed>;

    /// Forgets what a function of a migration may have changed.
    fn unlearn(_: &mut Diesel<'_, Self>) {}

    /// Rolls back what a migration opened by itself and left open, where nothing else does.
    fn leave(_: &mut Diesel<'_, Self>) {}
}

/// Performs steps on a connection of diesel's.
struct Diesel<'c, C> {
    connection: &'c mut C,
    /// diesel knew of a transaction when the connection came.
    came_in_transaction: bool,
    /// The transaction that is open is the run's own.
    has_begun: bool,
    /// The run has opened a transaction before, so the connection came without.
    came_free: bool,
    /// SQLite's busy timeout in milliseconds, where it is known.
    #[cfg(feature = "diesel-sqlite")]
    busy_timeout: Option<i64>,
}

impl<'c, C: Speaks> Diesel<'c, C> {
    fn new(connection: &'c mut C) -> Self {
        Self {
            came_in_transaction: knows_transaction(connection),
            has_begun: false,
            came_free: false,
            #[cfg(feature = "diesel-sqlite")]
            busy_timeout: None,
            connection,
        }
    }
}

impl<C: Speaks> Driver for Diesel<'_, C> {
    const DIALECT: Dialect = C::DIALECT;

    fn is_in_transaction(&self) -> bool {
        self.came_in_transaction
    }

    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => {
                if purpose.begins() && purpose != Purpose::Begin {
                    // Before, so that diesel sees it if the statement itself ends the transaction.
                    self.claim();
                }
                let executed = C::execute(self, &text::<C>(sql, values), purpose);
                self.heed(purpose, &executed);
                executed?;
                if purpose.statement().is_some() && !purpose.commits() {
                    self.see_transaction(Some(sql))?;
                }
                Ok(Reply::Done)
            }
            Step::Query {
                sql,
                values,
                purpose,
            } => C::query(self, &text::<C>(sql, values), purpose).map(Reply::Rows),
            Step::Call { function, .. } => {
                let result = function.call(self.connection).at_once();
                C::unlearn(self);
                if result.is_ok() {
                    self.see_transaction(None)?;
                }
                Failed::of_a_call(result)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }

    fn leave(&mut self) {
        C::leave(self);
    }
}

impl<C: Speaks> Diesel<'_, C> {
    /// Keeps in mind whether a transaction is open, and tells diesel: a migration in Rust that opens one by diesel's own means then
    /// gets a savepoint, and does not commit the run's.
    fn heed(&mut self, purpose: Purpose<'_>, executed: &Result<(), Failed>) {
        let is_gone = matches!(executed, Err(failed) if failed.class == Class::NoTransaction);
        match purpose {
            Purpose::Begin if executed.is_ok() => self.claim(),
            Purpose::Rollback if executed.is_ok() || is_gone => self.forget(),
            _ if purpose.commits() && (executed.is_ok() || is_gone) => self.forget(),
            _ => {}
        }
    }

    fn claim(&mut self) {
        (self.has_begun, self.came_free) = (true, true);
        claim_transaction(self.connection);
    }

    fn see_transaction(&mut self, statement: Option<&str>) -> Result<(), Failed> {
        if self.has_begun && C::has_lost_its_transaction(self, statement)? {
            self.forget();
            return Err(told(Class::NoTransaction, "no transaction is active"));
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.has_begun = false;
        forget_transaction(self.connection);
    }
}

/// Whether diesel takes the connection for one that is in a transaction.
fn knows_transaction<C: Speaks>(connection: &mut C) -> bool {
    let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
    matches!(status.transaction_depth(), Ok(Some(_)))
}

/// Has diesel take the connection for one that is in a transaction.
fn claim_transaction<C: Speaks>(connection: &mut C) {
    let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
    if let TransactionManagerStatus::Valid(status) = status
        && status.transaction_depth().is_none()
    {
        // It fails only on the way down.
        let _ = status.change_transaction_depth(TransactionDepthChange::IncreaseDepth);
    }
}

fn forget_transaction<C: Speaks>(connection: &mut C) {
    *AnsiTransactionManager::transaction_manager_status_mut(connection) = Default::default();
}

fn text<'s, C: Speaks>(sql: &'s str, values: &[Value]) -> Cow<'s, str> {
    match values {
        [] => sql.into(),
        _ => C::DIALECT.inlined(sql, values).into(),
    }
}

/// A database whose values can be read whatever column they are of.
trait Reads: Backend {
    /// The value of a history; what no history holds is read as NULL, and the run then says which column it is.
    fn value(raw: Self::RawValue<'_>) -> Value;
}

/// A row of any form.
struct Values(Vec<Value>);

impl<DB: Reads> QueryableByName<DB> for Values {
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let value = |index| {
            let field = Row::get(row, index)?;
            field.value().map(DB::value)
        };
        let values = (0..row.field_count()).map(|index| value(index).unwrap_or(Value::Null));
        Ok(Self(values.collect()))
    }
}

fn rows<'q, C>(connection: &mut C, sql: &str) -> QueryResult<Vec<Vec<Value>>>
where
    SqlQuery: LoadQuery<'q, C, Values>,
{
    let rows: Vec<Values> = sql_query(sql).load(connection)?;
    Ok(rows.into_iter().map(|Values(values)| values).collect())
}

/// The database's words, or else the client's.
fn message(error: &ClientError) -> String {
    match error {
        ClientError::DatabaseError(_, said) => said.message().to_owned(),
        _ => error.to_string(),
    }
}

/// A failure that the client does not see as one.
fn told(class: Class, message: &str) -> Failed {
    Failed {
        class,
        message: message.into(),
        error: None,
    }
}

/// Makes a target of a connection.
macro_rules! target {
    ($connection:ty) => {
        impl $crate::target::Sealed for $connection {}

        impl $crate::Target for $connection {
            type Output<'c, T: 'c> = Result<T, $crate::Error>;

            fn perform<'c, T: 'c>(
                &'c mut self,
                request: $crate::target::Request<'c, T>,
            ) -> Self::Output<'c, T> {
                request.run(super::Diesel::new(self))
            }
        }
    };
}
use target;
