use ::tokio_postgres::Client;
use migratory_core::{Purpose, Reply, Session, Step};

use super::Failed;
use super::awaiting::{AsyncDriver, BoxFuture, send_and_forget};
use super::rust_postgres::{bound, failed, texts, typed};
use super::sqlstate::TRY_TRANSACTION;
use crate::Dialect;
use crate::target::{Request, Sealed, Target};

impl Sealed for Client {}

impl Target for Client {
    type Output<'c, T: 'c> = BoxFuture<'c, T>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        Box::pin(request.run_async(TokioPostgres { client: self }))
    }
}

struct TokioPostgres<'c> {
    client: &'c mut Client,
}

impl AsyncDriver for TokioPostgres<'_> {
    const DIALECT: Dialect = Dialect::Postgres;

    async fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => {
                let result = match values {
                    [] => self.client.batch_execute(sql).await,
                    _ => {
                        let rows = self.client.query_typed(sql, &bound(values)).await;
                        rows.map(drop)
                    }
                };
                result.map_err(|error| failed(error, purpose))?;
                Ok(Reply::Done)
            }
            Step::Query {
                sql,
                values,
                purpose,
            } => {
                let rows = match values {
                    [] => self.client.simple_query(sql).await.map(|it| texts(&it)),
                    _ => {
                        let rows = self.client.query_typed(sql, &bound(values)).await;
                        rows.map(|rows| typed(&rows))
                    }
                };
                rows.map(Reply::Rows)
                    .map_err(|error| failed(error, purpose))
            }
            Step::Call {
                function,
                place,
                is_in_transaction,
            } => {
                let result = function.call(self.client).awaited().await;
                if is_in_transaction && result.is_ok() {
                    let tried = self.client.batch_execute(TRY_TRANSACTION).await;
                    tried.map_err(|error| failed(error, Purpose::Statement(place)))?;
                }
                Failed::of_a_call(result)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }

    fn let_go(&mut self, session: &mut Session) {
        send_and_forget(self, session);
    }
}
