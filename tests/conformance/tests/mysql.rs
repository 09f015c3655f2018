//! The suite with `mysql`.

use std::any::Any;
use std::time::Duration;

use conformance::{
    Client, Files, Lock, NotHere, Place, RustFunctions, Witness, each_was_applied_once, meet,
};
use migratory::{CallResult, Called, Dialect, Error, Migrations};
use mysql::Conn;
use mysql::prelude::Queryable;

struct Mysql(Conn);

conformance::suite!(Mysql);
conformance::network!(Mysql);
conformance::table_lock!(Mysql);
conformance::crash!(Mysql);
conformance::blocked!(Mysql);

impl Client for Mysql {
    const DIALECT: Dialect = Dialect::Mysql;

    type Target = Conn;

    fn connect(place: &Place) -> Self {
        // The port that was asked for, and not the socket behind it.
        let url = format!("{}?prefer_socket=false", place.url());
        Self(Conn::new(url.as_str()).expect("a connection"))
    }

    fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.query_drop(sql).map_err(|error| error.to_string())
    }

    fn in_rust<'c>(
        connection: &'c mut (dyn Any + Send),
        sql: &'static [&'static str],
        end: fn() -> CallResult,
    ) -> Called<'c> {
        let mut run = || -> CallResult {
            let connection = connection.downcast_mut::<Conn>();
            let connection = connection.ok_or("it is another connection")?;
            for sql in sql {
                connection.query_drop(sql)?;
            }
            end()
        };
        Called::Ended(run())
    }

    fn run<'c, T: 'c>(
        &'c mut self,
        verb: impl FnOnce(&'c mut Conn) -> Result<T, Error>,
    ) -> Result<T, Error> {
        verb(&mut self.0)
    }
}

/// Each node of a cluster has named locks of its own, and a row that all of them know.
#[test]
fn of_eight_processes_at_two_nodes_of_a_cluster_a_row_lets_one_run() {
    let play = || -> Result<(), NotHere> {
        let [first, second, _] = servers::shared_galera()?.database("conformance");
        meet(&[first.url(), second.url()], Lock::InTable);
        // What the other node committed is on its way.
        first.run("SET SESSION wsrep_sync_wait = 1; SELECT 1 FROM information_schema.schemata");
        each_was_applied_once(Dialect::Mysql, &Place::of(first));
        Ok(())
    };
    conformance::judge(
        "of_eight_processes_at_two_nodes_of_a_cluster_a_row_lets_one_run",
        play(),
    );
}

/// Who forgets the row is told (F47): nothing is run, and the lock is given back.
#[test]
fn a_cluster_is_refused_without_a_row_to_lock() {
    let play = || -> Result<(), NotHere> {
        let [first, _, third] = servers::shared_galera()?.database("conformance");
        let place = Place::of(first);
        let mut client = Mysql::connect(&Place::of(third));
        let error = client.apply(one_migration().runner()).expect_err("no lock");
        assert!(error.to_string().contains("lock = \"table\""), "{error}");
        let mut witness = Witness::new(Dialect::Mysql, &place);
        let tables =
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()";
        assert_eq!(witness.look(tables).as_deref(), Ok("0"));
        let report = client.apply(one_migration().runner().table_lock(Duration::from_secs(60)));
        assert_eq!(report.expect("a row locks").entries().len(), 1);
        Ok(())
    };
    conformance::judge("a_cluster_is_refused_without_a_row_to_lock", play());
}

fn one_migration() -> Migrations {
    let mut files = Files::new(
        Dialect::Mysql,
        RustFunctions(|name| panic!("there is no {name}")),
    );
    files.begin("0001_users.sql");
    files.line("CREATE TABLE users (id INTEGER PRIMARY KEY);");
    files.migrations()
}
