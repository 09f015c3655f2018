//! Clients of sqlx for the suite: a connection, or a pool of one.

/// Makes a client out of a target that is executed on by `&mut` or by `&`, the connection that its runs have, and what connects.
macro_rules! client {
    ($client:ident: [$($mutable:tt)?] $target:ty, $connection:ty, $dialect:expr, $connect:expr $(, gives_back = $gives_back:literal)?) => {
        struct $client {
            runtime: tokio::runtime::Runtime,
            target: $target,
        }

        impl conformance::Client for $client {
            const DIALECT: migratory::Dialect = $dialect;

            type Target = $target;

            fn connect(place: &conformance::Place) -> Self {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                let target = runtime.block_on($connect(place.url()));
                Self {
                    target: target.expect("a connection"),
                    runtime,
                }
            }

            fn execute(&mut self, sql: &str) -> Result<(), String> {
                let sql = ::sqlx::raw_sql(::sqlx::AssertSqlSafe(sql));
                let executed = ::sqlx::Executor::execute(&$($mutable)? self.target, sql);
                let executed = self.runtime.block_on(executed);
                executed.map(drop).map_err(|error| error.to_string())
            }

            fn in_rust<'c>(
                connection: &'c mut (dyn std::any::Any + Send),
                sql: &'static [&'static str],
                end: fn() -> migratory::CallResult,
            ) -> migratory::Called<'c> {
                let Some(connection) = connection.downcast_mut::<$connection>() else {
                    return migratory::Called::Ended(Err("it is another connection".into()));
                };
                migratory::Called::Pending(Box::pin(async move {
                    for sql in sql {
                        ::sqlx::Executor::execute(&mut *connection, ::sqlx::raw_sql(*sql)).await?;
                    }
                    end()
                }))
            }

            fn run<'c, T: 'c>(
                &'c mut self,
                verb: impl FnOnce(&'c mut $target) -> <$target as migratory::Target>::Output<'c, T>,
            ) -> Result<T, migratory::Error> {
                self.runtime.block_on(verb(&mut self.target))
            }
        }

        impl conformance::AsyncClient for $client {
            $(const GIVES_BACK: bool = $gives_back;)?

            fn apply_for(
                &mut self,
                runner: migratory::Runner<'_>,
                polls: usize,
            ) -> Option<Result<migratory::Report, migratory::Error>> {
                self.runtime.block_on(async {
                    let run = Self::limited(runner.apply(&mut self.target), polls).await;
                    // The pool closes what was given up.
                    tokio::task::yield_now().await;
                    run
                })
            }
        }
    };
}

pub(crate) use client;

/// Makes the test of a connection to a server on which something else was dropped before. A file has no such answers.
#[allow(unused_macros)]
macro_rules! interrupted {
    ($client:ty) => {
        #[test]
        fn the_failure_of_what_nobody_awaits_is_none_of_a_run() {
            use conformance::{AsyncClient, Client, Counter, Files, Place, RustFunctions};
            let test = "the_failure_of_what_nobody_awaits_is_none_of_a_run";
            let place = match Place::new(<$client>::DIALECT) {
                Ok(place) => place,
                Err(not_here) => return conformance::judge(test, Err(not_here)),
            };
            let nothing = RustFunctions(|name| panic!("there is no {name}"));
            let mut files = Files::new(<$client>::DIALECT, nothing);
            files.begin("0001_users.sql");
            files.line("CREATE TABLE users (id INTEGER PRIMARY KEY);");
            let migrations = files.migrations();
            let report = <$client>::connect(&place).apply(migrations.runner());
            assert_eq!(report.expect("the run succeeds").entries().len(), 1);

            // The answer is still on its way when its reader is gone.
            let distance = std::time::Duration::from_millis(4);
            let counter = Counter::far_before(place.database().port(), distance);
            let mut client = <$client>::connect(&place.by_way_of(counter.port()));
            let wrong = ::sqlx::raw_sql("SELECT * FROM nowhere");
            let wrong = ::sqlx::Executor::execute(&mut client.target, wrong);
            let dropped = client.runtime.block_on(<$client>::limited(wrong, 1));
            assert!(dropped.is_none(), "it came at once");
            let statuses = client.status(migrations.runner());
            let statuses = statuses.expect("the history can be read");
            let states: Vec<_> = statuses.iter().map(|it| &it.state).collect();
            assert!(
                matches!(states[..], [migratory::State::Applied]),
                "{states:?}"
            );
        }
    };
}

#[allow(unused_imports)]
pub(crate) use interrupted;
