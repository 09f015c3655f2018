//! What is in all nodes of a cluster, and what is in one of them.

use mysql::prelude::Queryable;

use crate::mysql_client;

#[test]
fn a_row_that_is_written_at_one_node_is_read_at_the_others() {
    let galera = servers::require!(servers::shared_galera());
    let databases = galera.database("rows");
    let mut nodes = databases.each_ref().map(mysql_client);
    nodes[0]
        .query_drop("CREATE TABLE t (id INT PRIMARY KEY)")
        .unwrap();
    for (id, node) in (0..).zip(&mut nodes) {
        // Waits for what the other nodes have committed.
        node.query_drop("SET SESSION wsrep_sync_wait = 15").unwrap();
        node.query_drop(format!("INSERT INTO t VALUES ({id})"))
            .unwrap();
    }
    for node in &mut nodes {
        let ids: Vec<u8> = node.query("SELECT id FROM t ORDER BY id").unwrap();
        assert_eq!(ids, [0, 1, 2]);
    }
    let servers: Vec<u16> = nodes
        .iter_mut()
        .map(|node| node.query_first("SELECT @@port").unwrap().unwrap())
        .collect();
    assert_eq!(servers, galera.nodes().each_ref().map(|node| node.port()));
}

#[test]
fn a_named_lock_of_one_node_keeps_nobody_out_at_another() {
    let galera = servers::require!(servers::shared_galera());
    let databases = galera.database("locks");
    let mut clients = [0, 0, 1, 2].map(|node| mysql_client(&databases[node]));
    let taken = clients.each_mut().map(|client| {
        let taken: Option<u8> = client.query_first("SELECT GET_LOCK('a', 0)").unwrap();
        taken.unwrap()
    });
    assert_eq!(taken, [1, 0, 1, 1]);
}

#[test]
fn a_database_of_the_cluster_is_dropped_at_every_node() {
    let galera = servers::require!(servers::shared_galera());
    let databases = galera.database("dropped");
    let name = databases[0].name().to_owned();
    let mut open = mysql_client(&databases[1]);
    open.query_drop("CREATE TABLE held (id INT PRIMARY KEY)")
        .unwrap();
    open.query_drop("BEGIN").unwrap();
    open.query_drop("INSERT INTO held VALUES (1)").unwrap();
    drop(databases);

    for observer in &galera.database("observer") {
        let names: Vec<String> = mysql_client(observer).query("SHOW DATABASES").unwrap();
        assert!(names.contains(&observer.name().to_owned()), "{names:?}");
        assert!(!names.contains(&name), "{name} is still there");
    }
}
