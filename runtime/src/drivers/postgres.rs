use ::postgres::Client;
use migratory_core::{Purpose, Reply, Step};

use super::Failed;
use super::blocking::Driver;
use super::rust_postgres::{bound, failed, texts, typed};
use super::sqlstate::TRY_TRANSACTION;
use crate::target::{Request, Sealed, Target};
use crate::{Dialect, Error};

impl Sealed for Client {}

impl Target for Client {
    type Output<'c, T: 'c> = Result<T, Error>;

    fn perform<'c, T: 'c>(&'c mut self, request: Request<'c, T>) -> Self::Output<'c, T> {
        request.run(Postgres { client: self })
    }
}

struct Postgres<'c> {
    client: &'c mut Client,
}

impl Driver for Postgres<'_> {
    const DIALECT: Dialect = Dialect::Postgres;

    fn perform(&mut self, step: Step<'_>) -> Result<Reply, Failed> {
        match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => {
                let result = match values {
                    [] => self.client.batch_execute(sql),
                    _ => {
                        let rows = self.client.query_typed(sql, &bound(values));
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
                    [] => self.client.simple_query(sql).map(|it| texts(&it)),
                    _ => {
                        let rows = self.client.query_typed(sql, &bound(values));
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
                let result = function.call(self.client).at_once();
                if is_in_transaction && result.is_ok() {
                    let tried = self.client.batch_execute(TRY_TRANSACTION);
                    tried.map_err(|error| failed(error, Purpose::Statement(place)))?;
                }
                Failed::of_a_call(result)
            }
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        }
    }
}
