//! What the server answers, and what a run makes of it, on every client.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use migratory::{Error, FailureKind, Migrations, Report, Runner};
use mysql::prelude::Queryable;
use mysql_clients::sql;
use servers::Database;

/// Applies through a fresh connection to this URL, which has run a statement before.
type Apply = fn(&str, &str, Runner<'_>) -> Result<Report, Error>;

const CLIENTS: [(&str, Apply); 3] = [
    ("mysql", of_mysql),
    ("mysql_async", of_mysql_async),
    ("sqlx-mysql", of_sqlx),
];

fn of_mysql(url: &str, before: &str, runner: Runner<'_>) -> Result<Report, Error> {
    let mut connection = mysql::Conn::new(url).unwrap();
    connection.query_drop(before).unwrap();
    runner.apply(&mut connection)
}

fn of_mysql_async(url: &str, before: &str, runner: Runner<'_>) -> Result<Report, Error> {
    use mysql_async::prelude::Queryable;
    mysql_clients::runtime().block_on(async {
        let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
        connection.query_drop(before).await.unwrap();
        let result = runner.apply(&mut connection).await;
        connection.disconnect().await.unwrap();
        result
    })
}

fn of_sqlx(url: &str, before: &str, runner: Runner<'_>) -> Result<Report, Error> {
    use sqlx::{AssertSqlSafe, Connection, Executor, raw_sql};
    mysql_clients::runtime().block_on(async {
        let mut connection = sqlx::MySqlConnection::connect(url).await.unwrap();
        let before = raw_sql(AssertSqlSafe(before));
        connection.execute(before).await.unwrap();
        let result = runner.apply(&mut connection).await;
        connection.close().await.unwrap();
        result
    })
}

/// What changes nothing.
const NOTHING: &str = "DO 0";

/// Runs a list with each client on a database of its own, which `prepare` makes ready.
fn each(
    migrations: Migrations,
    prepare: &[&str],
    check: impl Fn(&str, &mut mysql::Conn, Result<Report, Error>),
) {
    let server = match servers::shared_mysql() {
        Ok(server) => server,
        Err(not_here) => return servers::not_run("answers::each::Here", &not_here),
    };
    for (client, apply) in CLIENTS {
        let database = server.database("answers");
        let mut witness = connect(&database);
        for sql in prepare {
            witness.query_drop(sql).unwrap();
        }
        let result = apply(
            &database.url(),
            NOTHING,
            migrations.runner().lock_timeout(Duration::from_secs(1)),
        );
        check(client, &mut witness, result);
    }
}

fn connect(database: &Database) -> mysql::Conn {
    mysql::Conn::new(database.url().as_str()).unwrap()
}

#[test]
fn a_failure_behind_the_first_result_of_a_statement_is_a_failure() {
    // F41
    let list = sql(&[&["CALL late()"]]);
    let procedure = "CREATE PROCEDURE late() BEGIN SELECT 1; SELECT 2; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too late'; END";
    each(list, &[procedure], |client, witness, result| {
        let error = result.expect_err(client).to_string();
        assert!(error.contains("too late (error 1644)"), "{client}: {error}");
        let state: Option<(String, i64)> = witness
            .query_first("SELECT state, statements_done FROM migratory_history")
            .unwrap();
        assert_eq!(state, Some(("running".into(), 0)), "{client}");
    });
}

#[test]
fn the_rows_of_a_migration_are_read_to_their_end() {
    let list = sql(&[&[
        "CREATE TABLE t (id INT)",
        "SELECT 1 FROM information_schema.collations a, information_schema.collations b LIMIT 20000",
        "CALL twice()",
        "INSERT INTO t VALUES (1)",
    ]]);
    let procedure = "CREATE PROCEDURE twice() BEGIN \
         SELECT 1 FROM information_schema.collations a, information_schema.collations b LIMIT 3000; \
         SELECT 1 FROM information_schema.collations a, information_schema.collations b LIMIT 3000; END";
    each(list, &[procedure], |client, witness, result| {
        assert_eq!(result.expect(client).entries().len(), 1);
        let rows: Option<i64> = witness.query_first("SELECT count(*) FROM t").unwrap();
        assert_eq!(rows, Some(1), "{client}");
    });
}

#[test]
fn a_statement_for_another_server_is_one_that_does_nothing() {
    let list = sql(&[&[
        "/*!999999 CREATE TABLE t (id INT) */",
        "/*M!100000 CREATE TABLE of_mariadb (id INT) */",
        "/*!80000 CREATE TABLE of_mysql (id INT) */",
    ]]);
    each(list, &[], |client, witness, result| {
        assert_eq!(result.expect(client).entries().len(), 1);
        let tables: Vec<String> = witness.query("SHOW TABLES").unwrap();
        let own = if servers::is_mysql() {
            "of_mysql"
        } else {
            "of_mariadb"
        };
        assert_eq!(tables, ["migratory_history", own], "{client}");
    });
}

#[test]
fn a_message_is_the_servers_words_and_its_number() {
    let list = sql(&[&["CREATE TABLE t (id INT)", "INSERT INTO nowhere VALUES (1)"]]);
    each(list, &[], |client, _, result| {
        let error = result.expect_err(client);
        let Some(FailureKind::Migration { message, .. }) = error.failure().map(|it| it.kind())
        else {
            panic!("{client}: {error}")
        };
        assert!(
            message.starts_with("Table 'answers_"),
            "{client}: {message}"
        );
        assert!(
            message.ends_with("nowhere' doesn't exist (error 1146)"),
            "{client}: {message}"
        );
    });
}

#[test]
fn a_lock_that_another_connection_holds_is_told_with_its_holder() {
    let list = sql(&[&["CREATE TABLE t (id INT)"]]);
    let lock = "SELECT GET_LOCK(CONCAT('migratory:', LEFT(SHA2(CONCAT(DATABASE(), '.migratory_history'), 256), 40)), 0)";
    each(list, &[lock], |client, witness, result| {
        let error = result.expect_err(client);
        assert!(error.is_busy(), "{client}: {error}");
        let holder = format!("connection {} (root@localhost,", witness.connection_id());
        assert!(error.to_string().contains(&holder), "{client}: {error}");
    });
}

/// What has a connection in a transaction, and what is said of it.
const REFUSED: [(&str, &str); 2] = [
    ("START TRANSACTION", "is in a transaction"),
    ("SET autocommit = 0", "`autocommit` is off"),
];

#[test]
fn a_connection_that_is_in_a_transaction_is_refused() {
    let server = servers::require!(servers::shared_mysql());
    let list = sql(&[&["CREATE TABLE t (id INT)"]]);
    for (begin, words) in REFUSED {
        for (client, apply) in CLIENTS {
            let database = server.database("open");
            let error = apply(&database.url(), begin, list.runner()).unwrap_err();
            assert!(
                error.to_string().contains(words),
                "{client}, {begin}: {error}"
            );
            let tables: Vec<String> = connect(&database).query("SHOW TABLES").unwrap();
            assert!(tables.is_empty(), "{client}, {begin}: {tables:?}");
        }
    }
}

/// MySQL has no variable that says if a transaction is open: it takes the question for a comment. So does MariaDB when somebody on the
/// way makes one of it.
#[test]
fn a_transaction_is_found_without_a_variable_for_it() {
    let server = servers::require!(servers::shared_mysql());
    let list = sql(&[&["CREATE TABLE t (id INT)"]]);
    for (client, apply) in CLIENTS {
        let apply = |begin| {
            let database = server.database("question");
            apply(&without_the_question(&database), begin, list.runner())
        };
        for (begin, words) in REFUSED {
            let error = apply(begin).unwrap_err();
            assert!(
                error.to_string().contains(words),
                "{client}, {begin}: {error}"
            );
        }
        assert!(apply(NOTHING).is_ok(), "{client}");
    }
}

/// Somebody between a client and its server who makes plain comments of those for MariaDB, for one connection.
fn without_the_question(database: &Database) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    let server = ("127.0.0.1", database.port());
    thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(server).unwrap();
        let (from_client, from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || pass(from_client, server));
        thread::spawn(move || pass(from_server, client));
    });
    format!(
        "mysql://{}@{here}/{}?prefer_socket=false",
        database.user(),
        database.name()
    )
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 1 << 14];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        for at in 0..count.saturating_sub(3) {
            if &bytes[at..at + 4] == b"/*M!" {
                bytes[at + 2..at + 4].copy_from_slice(b"  ");
            }
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// F57: nothing to do is one message. Otherwise there are five for a run (on MySQL seven), and one more than it has statements for a migration.
#[test]
fn the_messages_of_a_run_are_these() {
    let server = servers::require!(servers::mysql());
    let list = sql(&[
        &["CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)"],
        &["INSERT INTO t VALUES (2)"],
    ]);
    for (client, apply) in CLIENTS {
        let database = server.database("messages");
        let mut witness = connect(&database);
        witness
            .query_drop("SET GLOBAL log_output = 'TABLE'")
            .unwrap();
        let mut messages = || -> Vec<String> {
            witness.query_drop("TRUNCATE mysql.general_log").unwrap();
            witness.query_drop("SET GLOBAL general_log = ON").unwrap();
            let report = apply(&database.url(), NOTHING, list.runner()).unwrap();
            witness.query_drop("SET GLOBAL general_log = OFF").unwrap();
            println!("{client}: {report}");
            let log = "SELECT concat(command_type, ' ', argument) FROM mysql.general_log \
                       WHERE thread_id <> CONNECTION_ID() AND command_type NOT IN ('Connect', 'Quit') ORDER BY event_time";
            let messages: Vec<String> = witness.query(log).unwrap();
            // The client asks for settings of its own when it connects.
            let begin = messages
                .iter()
                .position(|it| it.contains("migratory_history"))
                .unwrap();
            messages[begin..]
                .iter()
                .map(|it| it.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
                .collect()
        };
        let first = messages();
        let of_a_run = [
            "Query SELECT chain,",
            "Query SELECT GET_LOCK(CONCAT('migratory:',",
        ];
        // Whether a transaction is open MySQL does not say by itself.
        let of_a_question: &[&str] = if servers::is_mysql() {
            &["Query SAVEPOINT migratory", "Query RELEASE SAVEPOINT"]
        } else {
            &[]
        };
        let of_a_history = ["Query SELECT scope,", "Query CREATE TABLE"];
        // MySQL's log has each statement of a message, MariaDB's the message.
        let (of_two, of_one): (&[&str], &[&str]) = if servers::is_mysql() {
            (
                &[
                    "Query INSERT INTO",
                    "Query CREATE TABLE",
                    "Query UPDATE `migratory_history`",
                    "Query INSERT INTO",
                    "Query UPDATE `migratory_history`",
                ],
                &[
                    "Query INSERT INTO",
                    "Query INSERT INTO",
                    "Query UPDATE `migratory_history`",
                ],
            )
        } else {
            (
                &[
                    "Query INSERT INTO",
                    "Query UPDATE `migratory_history`",
                    "Query UPDATE `migratory_history`",
                ],
                &["Query INSERT INTO", "Query UPDATE `migratory_history`"],
            )
        };
        let expected = [
            &of_a_run[..],
            of_a_question,
            &of_a_history,
            of_two,
            of_one,
            &["Query SELECT COALESCE(RELEASE_LOCK(CONCAT('migratory:',"],
        ]
        .concat();
        assert_eq!(first, expected, "{client}");
        assert_eq!(messages(), ["Query SELECT chain,"], "{client}");
    }
}
