//! Runs on real SQLite files, as golden text: the migrations a program has, what it is told, and what comes of it.
//!
//! In a scenario file a line with `> ` begins a scenario on a fresh database. `+ NAME OPTIONS` begins a migration's file: each line
//! after it is one statement. `- NAME` takes a file away. `$ COMMAND` does something, and the lines with `|` say what came of it;
//! with `UPDATE` set they are written anew.

mod functions;
mod world;

use std::path::PathBuf;

use world::World;

#[test]
fn migrations_go_up() {
    check("up.txt");
}

#[test]
fn migrations_go_down() {
    check("down.txt");
}

#[test]
fn migrations_in_rust_run_in_the_transaction_of_their_row() {
    check("rust.txt");
}

#[test]
fn a_history_that_does_not_fit_is_refused() {
    check("histories.txt");
}

#[test]
fn the_history_table_is_what_and_where_it_is_told_to_be() {
    check("tables.txt");
}

#[test]
fn foreign_keys_are_off_for_rebuilds_only() {
    check("foreign_keys.txt");
}

#[test]
fn migrations_without_transaction_say_how_far_they_came() {
    check("partial.txt");
}

#[test]
fn a_look_writes_nothing() {
    check("reading.txt");
}

#[test]
fn locks_are_waited_for_and_given_back() {
    check("locks.txt");
}

fn check(file: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/scenarios")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("the scenarios can be read");
    conformance::check(&path, &conformance::play(&text, World::new));
}
