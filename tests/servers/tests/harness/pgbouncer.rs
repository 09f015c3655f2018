//! What a pool of transactions is, and a session is not.

use servers::Database;

use crate::{drop_leaves_nothing, postgres_client};

const WHERE: &str = "SELECT pg_backend_pid()";

fn number(client: &mut postgres::Client, sql: &str) -> i32 {
    let messages = client.simple_query(sql).unwrap();
    let row = messages.iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    row.unwrap().get(0).unwrap().parse().unwrap()
}

/// Two clients, and the two sessions of the server that are behind both.
fn two_clients(database: &Database) -> [postgres::Client; 2] {
    let mut clients = [postgres_client(database), postgres_client(database)];
    clients[0].batch_execute("BEGIN").unwrap();
    number(&mut clients[1], WHERE);
    clients[0].batch_execute("COMMIT").unwrap();
    clients
}

#[test]
fn two_statements_of_a_client_are_in_two_sessions_and_those_of_a_transaction_are_in_one() {
    let pool = servers::require!(servers::shared_pgbouncer());
    let database = pool.database("pool");
    let [mut client, _other] = two_clients(&database);
    let first = number(&mut client, WHERE);
    let second = number(&mut client, WHERE);
    assert_ne!(first, second);
    assert_eq!(number(&mut client, WHERE), first, "a third session");

    client.batch_execute("BEGIN").unwrap();
    let first = number(&mut client, WHERE);
    assert_eq!(number(&mut client, WHERE), first);
    client.batch_execute("COMMIT").unwrap();
}

#[test]
fn a_lock_of_a_session_is_left_behind_by_the_client_that_took_it() {
    let pool = servers::require!(servers::shared_pgbouncer());
    let database = pool.database("pool");
    let [mut client, _other] = two_clients(&database);
    let take = "SELECT pg_try_advisory_lock(7)::int";
    let taken = number(&mut client, take);
    let taken_again = number(&mut client, take);
    assert_eq!([taken, taken_again], [1, 0]);
}

#[test]
fn sql_of_the_test_itself_is_run_in_one_session() {
    let pool = servers::require!(servers::shared_pgbouncer());
    let database = pool.database("pool");
    database.run("SET search_path = pg_temp; CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
}

#[test]
fn a_dropped_pgbouncer_leaves_nothing() {
    let server = servers::require!(servers::shared_postgres());
    drop_leaves_nothing(servers::require!(servers::pgbouncer(server)));
}
