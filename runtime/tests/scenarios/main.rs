//! Runs on real SQLite files, as golden text: the migrations a program has, what it is told, and what comes of it.
//!
//! In a scenario file a line with `> ` begins a scenario on a fresh database. `+ NAME OPTIONS` begins a migration's file: each line
//! after it is one statement. `- NAME` takes a file away. `$ COMMAND` does something, and the lines with `|` say what came of it;
//! with `UPDATE` set they are written anew.

mod files;
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
    let expected = std::fs::read_to_string(&path).expect("the scenarios can be read");
    let actual = play(&expected);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).expect("the scenarios can be written");
        return;
    }
    let mut lines = expected.lines().zip(actual.lines()).zip(1..);
    let first = lines.find(|((expected, actual), _)| expected != actual);
    if let Some(((expected, actual), number)) = first {
        panic!(
            "{file}:{number}\n  expected {expected}\n  but got  {actual}\n\n{}",
            around(
                &play(&std::fs::read_to_string(&path).unwrap_or_default()),
                number
            )
        );
    }
    assert_eq!(expected, actual, "{file}");
}

/// The scenario that a line belongs to, up to its end.
fn around(text: &str, number: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines[..number]
        .iter()
        .rposition(|line| line.starts_with("> "))
        .unwrap_or(0);
    let end = lines[number..]
        .iter()
        .position(|line| line.starts_with("> "))
        .map_or(lines.len(), |end| number + end);
    lines[begin..end].join("\n")
}

/// The same scenarios with what comes of their commands now.
fn play(text: &str) -> String {
    let mut played = String::new();
    let mut world = World::new();
    for line in text.lines().filter(|line| !line.starts_with('|')) {
        played.push_str(line);
        played.push('\n');
        match line.split_at_checked(2) {
            Some(("> ", _)) => world = World::new(),
            Some(("+ ", file)) => world.files.begin(file),
            Some(("- ", name)) => world.files.remove(name),
            Some(("$ ", command)) => {
                world.files.close();
                for line in world.perform(command).lines() {
                    played.push_str(format!("| {line}").trim_end());
                    played.push('\n');
                }
            }
            _ if line.starts_with('#') => {}
            _ => world.files.line(line),
        }
    }
    played
}
