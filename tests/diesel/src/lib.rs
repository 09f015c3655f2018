//! Diesel's connections as clients of the suite, and what is particular to them: diesel's own idea of transactions, and its pools.

/// Makes `Diesel`, a client of the suite, of diesel's connection of a database; a constant of the client may come last.
#[macro_export]
macro_rules! client {
    ($connection:ty, $dialect:expr $(, $name:ident: $type:ty = $value:expr)?) => {
        struct Diesel($connection);

        impl ::conformance::Client for Diesel {
            const DIALECT: ::migratory::Dialect = $dialect;

            $(const $name: $type = $value;)?

            type Target = $connection;

            fn connect(place: &::conformance::Place) -> Self {
                use ::diesel::connection::Connection;
                Self(<$connection>::establish(&place.url()).expect("a connection"))
            }

            fn execute(&mut self, sql: &str) -> Result<(), String> {
                use ::diesel::connection::SimpleConnection;
                self.0.batch_execute(sql).map_err(|error| error.to_string())
            }

            fn in_rust<'c>(
                connection: &'c mut (dyn ::std::any::Any + Send),
                sql: &'static [&'static str],
                end: fn() -> ::migratory::CallResult,
            ) -> ::migratory::Called<'c> {
                use ::diesel::connection::SimpleConnection;
                let run = |connection: &mut $connection| {
                    sql.iter()
                        .try_for_each(|sql| connection.batch_execute(sql))?;
                    end()
                };
                ::migratory::Called::Ended(match connection.downcast_mut() {
                    Some(connection) => run(connection),
                    None => Err("it is another connection".into()),
                })
            }

            fn run<'c, T: 'c>(
                &'c mut self,
                verb: impl FnOnce(&'c mut $connection) -> Result<T, ::migratory::Error>,
            ) -> Result<T, ::migratory::Error> {
                verb(&mut self.0)
            }
        }
    };
}

/// Makes the tests of what diesel's connection of a database has and other clients have not.
#[macro_export]
macro_rules! particular {
    ($connection:ty, $dialect:expr) => {
        mod particular {
            use ::conformance::{Files, NotHere, Place, RustFunctions, judge};
            use ::diesel::connection::{
                AnsiTransactionManager, Connection, SimpleConnection, TransactionManager,
            };
            use ::diesel::r2d2::{ConnectionManager, Pool};
            use ::diesel::result::Error;
            use ::migratory::{Called, Migrations};

            use super::*;

            #[test]
            fn a_connection_out_of_a_pool_is_passed_as_what_it_stands_for() {
                judge(
                    "a_connection_out_of_a_pool_is_passed_as_what_it_stands_for",
                    pooled(),
                );
            }

            fn pooled() -> Result<(), NotHere> {
                let place = Place::new($dialect)?;
                let manager = ConnectionManager::<$connection>::new(place.url());
                let pool = Pool::builder().max_size(1).test_on_check_out(true);
                let pool = pool.build(manager).expect("a pool");
                for expected in [1, 0] {
                    let mut connection = pool.get().expect("a connection");
                    let report = users(&[]).apply(&mut *connection);
                    assert_eq!(report.expect("the run succeeds").entries().len(), expected);
                }
                Ok(())
            }

            #[test]
            fn a_transaction_of_diesels_own_is_left_to_whoever_opened_it() {
                judge(
                    "a_transaction_of_diesels_own_is_left_to_whoever_opened_it",
                    within(),
                );
            }

            fn within() -> Result<(), NotHere> {
                let place = Place::new($dialect)?;
                let mut connection = <$connection>::establish(&place.url()).expect("a connection");
                let said = connection.transaction(|connection| {
                    let error = users(&[]).apply(connection).expect_err("it is open");
                    Ok::<_, Error>(error.to_string())
                });
                let said = said.expect("it is still open");
                assert!(said.contains("in a transaction"), "{said}");
                assert_eq!(depth(&mut connection), None);
                let report = users(&[]).apply(&mut connection);
                assert_eq!(report.expect("it is over").entries().len(), 1);
                assert_eq!(depth(&mut connection), None);
                let done = connection.transaction(|connection| {
                    connection.batch_execute("INSERT INTO users VALUES (1)")
                });
                done.expect("diesel's transactions are as they were");
                Ok(())
            }

            #[test]
            fn a_migration_in_rust_may_use_diesels_transactions() {
                judge(
                    "a_migration_in_rust_may_use_diesels_transactions",
                    in_rust(),
                );
            }

            fn in_rust() -> Result<(), NotHere> {
                let place = Place::new($dialect)?;
                let mut connection = <$connection>::establish(&place.url()).expect("a connection");
                let error = users(&["fails"]).apply(&mut connection);
                let said = error.expect_err("it fails").to_string();
                assert!(said.contains("as it was meant to"), "{said}");
                assert_eq!(depth(&mut connection), None);
                // Where the run has a transaction around it, diesel's is a part of that.
                let is_whole = $dialect != ::migratory::Dialect::Mysql;
                assert_eq!(count(&mut connection, 7), usize::from(!is_whole));
                Ok(())
            }

            fn depth(connection: &mut $connection) -> Option<u32> {
                let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
                let depth = status.transaction_depth().expect("diesel has not given up");
                depth.map(Into::into)
            }

            fn count(connection: &mut $connection, id: i32) -> usize {
                use ::diesel::RunQueryDsl;
                let delete = ::diesel::sql_query(format!("DELETE FROM users WHERE id = {id}"));
                delete.execute(connection).expect("there are users")
            }

            /// A table, and what else there is to be.
            fn users(more: &[&str]) -> Migrations {
                let functions = RustFunctions(|_| {
                    |connection| {
                        let connection = connection.downcast_mut::<$connection>();
                        let done = connection.expect("diesel's own").transaction(|connection| {
                            connection.batch_execute("INSERT INTO users VALUES (7)")
                        });
                        done.expect("a savepoint, or a transaction");
                        Called::Ended(Err("as it was meant to".into()))
                    }
                });
                let mut files = Files::new($dialect, functions);
                files.begin("0001_users.sql");
                files.line("CREATE TABLE users (id INTEGER PRIMARY KEY);");
                for name in more {
                    files.begin(&format!("0002_{name}.rs up={name}"));
                }
                files.migrations()
            }
        }
    };
}
