use ::diesel::PgConnection;
use ::diesel::connection::SimpleConnection;
use ::diesel::pg::{Pg, PgValue};
use ::diesel::result::DatabaseErrorKind;

use super::*;
use crate::drivers::sqlstate;

target!(PgConnection);

impl Speaks for PgConnection {
    const DIALECT: Dialect = Dialect::Postgres;

    fn execute(on: &mut Diesel<'_, Self>, sql: &str, purpose: Purpose<'_>) -> Result<(), Failed> {
        let run = |connection: &mut PgConnection| connection.batch_execute(sql);
        let (executed, is_gone) = match purpose {
            Purpose::Locate => {
                let (executed, is_in_transaction) = on.with_state(run);
                (executed, !is_in_transaction)
            }
            _ => (run(on.connection), false),
        };
        executed.map_err(|error| {
            let code = is_gone.then_some(NO_TRANSACTION).or(code(&error));
            failed(error, code, purpose)
        })
    }

    fn query(
        on: &mut Diesel<'_, Self>,
        sql: &str,
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        let (read, is_in_transaction) = on.with_state(|connection| rows(connection, sql));
        let read = match read {
            Err(error)
                if purpose.may_lack_its_table()
                    && on.misses_table(sql, &error, is_in_transaction) =>
            {
                return Err(failed(error, Some(NO_TABLE), purpose));
            }
            // Somebody may have made it before the server was asked for it.
            Err(_) if purpose.may_lack_its_table() && !is_in_transaction => {
                rows(on.connection, sql)
            }
            read => read,
        };
        let mut rows = read.map_err(|error| {
            let is_aborted = purpose == Purpose::Lock && is_in_transaction;
            let code = is_aborted.then_some(ABORTED).or(code(&error));
            failed(error, code, purpose)
        })?;
        // The server's clock tells nothing of a query in several parts, and diesel sends no other.
        if let (Purpose::Lock, [row]) = (purpose, &mut rows[..])
            && let Some(open) = row.get_mut(1)
        {
            *open = i64::from(is_in_transaction).into();
        }
        Ok(rows)
    }

    /// diesel forgets a transaction when libpq says that it is gone.
    fn has_lost_its_transaction(
        on: &mut Diesel<'_, Self>,
        _: Option<&str>,
    ) -> Result<bool, Failed> {
        Ok(!knows_transaction(on.connection))
    }
}

impl Diesel<'_, PgConnection> {
    /// Does something, and says if the connection is in a transaction after it. libpq knows, and diesel asks it whether to forget the
    /// transaction that it knows of.
    fn with_state<T>(&mut self, act: impl FnOnce(&mut PgConnection) -> T) -> (T, bool) {
        let was_known = knows_transaction(self.connection);
        claim_transaction(self.connection);
        let done = act(self.connection);
        let is_in_transaction = knows_transaction(self.connection);
        if !was_known {
            forget_transaction(self.connection);
        }
        (done, is_in_transaction)
    }

    /// Whether a query failed because the table of the history, or that of the lock, does not exist. The server is asked where it answers; in a transaction
    /// that failed it does not, and what it points at in the query has to do.
    fn misses_table(&mut self, sql: &str, error: &ClientError, is_in_transaction: bool) -> bool {
        const ASK: &str = "SELECT CASE WHEN pg_catalog.to_regclass($1) IS NULL THEN 1 ELSE 0 END";
        let Some((place, name)) = table(sql) else {
            return false;
        };
        if is_in_transaction {
            return position(error) == i32::try_from(place + 1).ok();
        }
        let asked = Dialect::Postgres.inlined(ASK, &[name.into()]);
        let answer = rows(self.connection, &asked);
        answer.is_ok_and(|rows| rows == [[Value::from(1)]])
    }
}

/// The table that a query of the history reads, or that of the lock, and where its name stands.
fn table(sql: &str) -> Option<(usize, &str)> {
    const CHANGE: &str = "UPDATE ";
    let (before, behind) = match sql.starts_with(CHANGE) {
        true => (CHANGE, " SET "),
        false => (" FROM ", " WHERE "),
    };
    let begin = sql.find(before)? + before.len();
    let (name, _) = sql.get(begin..)?.split_once(behind)?;
    Some((begin, name))
}

const NO_TABLE: &str = "42P01";
const ABORTED: &str = "25P02";
const NO_TRANSACTION: &str = "25P01";

/// The server's code, as far as it can be told: diesel has words of its own for some and keeps the others to itself. The words of the
/// server are in its language; in another one than English, a run that lost a deadlock is not tried again.
fn code(error: &ClientError) -> Option<&'static str> {
    let ClientError::DatabaseError(kind, said) = error else {
        return None;
    };
    let code = match kind {
        DatabaseErrorKind::NotNullViolation => "23502",
        DatabaseErrorKind::ForeignKeyViolation => "23503",
        DatabaseErrorKind::UniqueViolation => "23505",
        DatabaseErrorKind::CheckViolation => "23514",
        DatabaseErrorKind::ReadOnlyTransaction => "25006",
        DatabaseErrorKind::SerializationFailure => "40001",
        _ => match said.message() {
            "deadlock detected" => "40P01",
            "canceling statement due to lock timeout" => "55P03",
            _ => return None,
        },
    };
    Some(code)
}

fn position(error: &ClientError) -> Option<i32> {
    match error {
        ClientError::DatabaseError(_, said) => said.statement_position(),
        _ => None,
    }
}

/// What a failure is to a run.
fn failed(error: ClientError, code: Option<&str>, purpose: Purpose<'_>) -> Failed {
    let (detail, hint) = match &error {
        ClientError::DatabaseError(_, said) => (said.details(), said.hint()),
        _ => (None, None),
    };
    Failed {
        class: code.map_or(Class::Other, |code| sqlstate::class(code, purpose)),
        message: sqlstate::message(&message(&error), code, detail, hint),
        error: Some(error.into()),
    }
}

impl Reads for Pg {
    fn value(raw: PgValue<'_>) -> Value {
        const INT8: u32 = 20;
        const INT4: u32 = 23;
        let bytes = raw.as_bytes();
        let value = match raw.get_oid().get() {
            INT8 => bytes
                .try_into()
                .map(i64::from_be_bytes)
                .map(Value::from)
                .ok(),
            INT4 => bytes
                .try_into()
                .map(|bytes| i64::from(i32::from_be_bytes(bytes)).into())
                .ok(),
            _ => std::str::from_utf8(bytes).map(Value::from).ok(),
        };
        value.unwrap_or(Value::Null)
    }
}
