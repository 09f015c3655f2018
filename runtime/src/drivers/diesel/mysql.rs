use ::diesel::MysqlConnection;
use ::diesel::connection::SimpleConnection;
use ::diesel::deserialize::FromSql;
use ::diesel::mysql::{Mysql, MysqlType, MysqlValue};
use ::diesel::sql_types::BigInt;

use super::*;
use crate::drivers::mysql_server::{
    self, NO_SAVEPOINT, TRY_TRANSACTION, is_comment, leaves_transaction_open, lost, refused,
};

target!(MysqlConnection);

/// What diesel sends as it is takes three messages, for it lets the server take several statements first; what it prepares takes two.
/// MySQL prepares every query and every change of rows, and not every statement.
impl Speaks for MysqlConnection {
    const DIALECT: Dialect = Dialect::Mysql;

    fn execute(on: &mut Diesel<'_, Self>, sql: &str, purpose: Purpose<'_>) -> Result<(), Failed> {
        let executed = match purpose {
            Purpose::Record(_) => sql_query(sql).execute(on.connection).map(drop),
            _ => on.connection.batch_execute(sql),
        };
        executed.or_else(|error| match code(on.connection) {
            Some(code) if is_comment(code, purpose) => Ok(()),
            code => Err(failed(error, code, purpose)),
        })
    }

    fn query(
        on: &mut Diesel<'_, Self>,
        sql: &str,
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, Failed> {
        let mut rows = rows(on.connection, sql).map_err(|error| {
            let code = code(on.connection);
            failed(error, code, purpose)
        })?;
        if leaves_transaction_open(purpose, &rows) {
            rows[0][1] = i64::from(is_in_transaction(on.connection, purpose)?).into();
        }
        Ok(rows)
    }

    /// Where a change of the schema commits, a transaction is not the run's to keep.
    fn has_lost_its_transaction(_: &mut Diesel<'_, Self>, _: Option<&str>) -> Result<bool, Failed> {
        Ok(false)
    }
}

fn is_in_transaction(
    connection: &mut MysqlConnection,
    purpose: Purpose<'_>,
) -> Result<bool, Failed> {
    for sql in TRY_TRANSACTION {
        if let Err(error) = connection.batch_execute(sql) {
            return match code(connection) {
                Some(NO_SAVEPOINT) => Ok(false),
                code => Err(failed(error, code, purpose)),
            };
        }
    }
    Ok(true)
}

/// The number of the failure that was the answer to the last statement: diesel keeps it to itself, and the server still has it.
fn code(connection: &mut MysqlConnection) -> Option<u16> {
    const KEEP: &str = "GET DIAGNOSTICS CONDITION 1 @migratory_error = MYSQL_ERRNO";
    const READ: &str = "SELECT CAST(@migratory_error AS SIGNED)";
    connection.batch_execute(KEEP).ok()?;
    let rows = rows(connection, READ).ok()?;
    u16::try_from(rows.first()?.first()?.integer()?).ok()
}

/// What a failure is to a run.
fn failed(error: ClientError, code: Option<u16>, purpose: Purpose<'_>) -> Failed {
    match (code, message(&error)) {
        (Some(code), message) => refused(code, &message, error, purpose),
        (None, _) => lost(error),
    }
}

impl Reads for Mysql {
    fn value(raw: MysqlValue<'_>) -> Value {
        match raw.value_type() {
            MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => {
                <i64 as FromSql<BigInt, Self>>::from_sql(raw).map_or(Value::Null, Value::from)
            }
            _ => mysql_server::value(Some(raw.as_bytes())),
        }
    }
}
