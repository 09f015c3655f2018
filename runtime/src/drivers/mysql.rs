use ::mysql::prelude::Queryable;
use ::mysql::{Conn, Error as ClientError, PooledConn, Row, Value as ClientValue};
use migratory_core::{Purpose, Reply, Step, Value};

use super::Failed;
use super::blocking::Driver;
use super::mysql_server::{
    NO_SAVEPOINT, TRY_TRANSACTION, is_comment, leaves_transaction_open, lost, refused, text, value,
};
use crate::target::{Request, Sealed, Target};
use crate::{Dialect, Error};

impl Sealed for Conn {}

impl Target for Conn {
    type Output<'c, T: 'c> = Result<T, Error>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        request.run(Mysql { connection: self })
    }
}

impl Sealed for PooledConn {}

/// It hands out its [`Conn`] in no other way than this one can use, so it is a target of its own.
impl Target for PooledConn {
    type Output<'c, T: 'c> = Result<T, Error>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        self.as_mut().perform(request)
    }
}

struct Mysql<'c> {
    connection: &'c mut Conn,
}

impl Driver for Mysql<'_> {
    const DIALECT: Dialect = Dialect::Mysql;

    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => match self.send(&text(sql, values), |_| {}) {
                Err(ClientError::MySqlError(it)) if is_comment(it.code, purpose) => Ok(Reply::Done),
                result => result
                    .map(|()| Reply::Done)
                    .map_err(|error| failed(error, purpose)),
            },
            Step::Query {
                sql,
                values,
                purpose,
            } => {
                let rows = self.rows(&text(sql, values), purpose);
                rows.map(Reply::Rows)
                    .map_err(|error| failed(error, purpose))
            }
            Step::Call { function, .. } => {
                Failed::of_a_call(function.call(self.connection).at_once())
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }
}

impl Mysql<'_> {
    fn rows(&mut self, sql: &str, purpose: Purpose<'_>) -> Result<Vec<Vec<Value>>, ClientError> {
        let mut rows = Vec::new();
        self.send(sql, |row| rows.push(values(&row)))?;
        if leaves_transaction_open(purpose, &rows) {
            let is_open = self.is_in_transaction()?;
            rows[0][1] = i64::from(is_open).into();
        }
        Ok(rows)
    }

    /// Reads the answer to its end: a failure may be the last thing in it.
    fn send(&mut self, sql: &str, mut take: impl FnMut(Row)) -> Result<(), ClientError> {
        let mut answer = self.connection.query_iter(sql)?;
        while let Some(set) = answer.iter() {
            for row in set {
                take(row?);
            }
        }
        Ok(())
    }

    fn is_in_transaction(&mut self) -> Result<bool, ClientError> {
        for sql in TRY_TRANSACTION {
            match self.connection.query_drop(sql) {
                Err(ClientError::MySqlError(it)) if it.code == NO_SAVEPOINT => return Ok(false),
                result => result?,
            }
        }
        Ok(true)
    }
}

fn values(row: &Row) -> Vec<Value> {
    let values = (0..row.len()).map(|index| match row.as_ref(index) {
        Some(ClientValue::Bytes(bytes)) => value(Some(bytes)),
        _ => value(None),
    });
    values.collect()
}

fn failed(error: ClientError, purpose: Purpose<'_>) -> Failed {
    match &error {
        ClientError::MySqlError(it) => refused(it.code, &it.message.clone(), error, purpose),
        _ => lost(error),
    }
}
