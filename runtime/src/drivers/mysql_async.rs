use std::pin::pin;
use std::task::{Context, Waker};

use ::mysql_async::prelude::Queryable;
use ::mysql_async::{Conn, Error as ClientError, Row, Value as ClientValue};
use migratory_core::{Purpose, Reply, Session, Step, Value};

use super::Failed;
use super::awaiting::{AsyncDriver, BoxFuture};
use super::mysql_server::{
    NO_SAVEPOINT, TRY_TRANSACTION, is_comment, leaves_transaction_open, lost, refused, text, value,
};
use crate::Dialect;
use crate::target::{Request, Sealed, Target};

impl Sealed for Conn {}

impl Target for Conn {
    type Output<'c, T: 'c> = BoxFuture<'c, T>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        Box::pin(request.run_async(MysqlAsync { connection: self }))
    }
}

struct MysqlAsync<'c> {
    connection: &'c mut Conn,
}

impl AsyncDriver for MysqlAsync<'_> {
    const DIALECT: Dialect = Dialect::Mysql;

    async fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => match self.send(&text(sql, values), |_| {}).await {
                Err(ClientError::Server(it)) if is_comment(it.code, purpose) => Ok(Reply::Done),
                result => result
                    .map(|()| Reply::Done)
                    .map_err(|error| failed(error, purpose)),
            },
            Step::Query {
                sql,
                values,
                purpose,
            } => {
                let rows = self.rows(&text(sql, values), purpose).await;
                rows.map(Reply::Rows)
                    .map_err(|error| failed(error, purpose))
            }
            Step::Call { function, .. } => {
                Failed::of_a_call(function.call(self.connection).awaited().await)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }

    /// The client takes one message at a time and cannot be awaited here. So the connection is given up: the server ends it when it
    /// reads this, which releases the lock and rolls back, and a pool closes what has an unfinished message on it.
    fn let_go(&mut self, _: &mut Session) {
        for _ in 0..ATTEMPTS {
            let last_words = pin!(self.connection.query_drop("KILL CONNECTION_ID()"));
            // Nobody waits for the answer: there is none.
            let _ = last_words.poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}

/// The client may send a rollback of its own in place of the message, and take the answer to an older one for the answer to this.
const ATTEMPTS: usize = 4;

impl MysqlAsync<'_> {
    async fn rows(
        &mut self,
        sql: &str,
        purpose: Purpose<'_>,
    ) -> Result<Vec<Vec<Value>>, ClientError> {
        let mut rows = Vec::new();
        self.send(sql, |row| rows.push(values(&row))).await?;
        if leaves_transaction_open(purpose, &rows) {
            let is_open = self.is_in_transaction().await?;
            rows[0][1] = i64::from(is_open).into();
        }
        Ok(rows)
    }

    /// Takes the rows of the first result and drops the others, to the end of the answer: a failure may be the last thing in it.
    async fn send(&mut self, sql: &str, take: impl FnMut(Row) + Send) -> Result<(), ClientError> {
        let answer = self.connection.query_iter(sql).await?;
        answer.for_each_and_drop(take).await
    }

    async fn is_in_transaction(&mut self) -> Result<bool, ClientError> {
        for sql in TRY_TRANSACTION {
            match self.connection.query_drop(sql).await {
                Err(ClientError::Server(it)) if it.code == NO_SAVEPOINT => return Ok(false),
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
        ClientError::Server(it) => refused(it.code, &it.message.clone(), error, purpose),
        _ => lost(error),
    }
}
