use std::path::Path;

use crate::Files;

/// Whatever plays a scenario: a database and those who use it.
pub trait Stage {
    /// The migrations of the program that runs.
    fn files(&mut self) -> &mut Files;

    /// Does what a command says, and says what came of it.
    fn perform(&mut self, command: &str) -> String;
}

/// The scenarios of a text with what comes of their commands.
///
/// A line with `> ` begins a scenario on a fresh stage. `+ NAME OPTIONS` begins a migration's file: each line after it is one
/// statement. `- NAME` takes a file away. `$ COMMAND` does something, and the lines with `|` say what came of it: those of the text
/// are left out.
pub fn play<S: Stage>(text: &str, fresh: impl Fn() -> S) -> String {
    let mut played = String::new();
    let mut stage = None;
    for line in text.lines().filter(|line| !line.starts_with('|')) {
        played.push_str(line);
        played.push('\n');
        if line.starts_with("> ") {
            // The old one goes first: a server has room for so many connections.
            drop(stage.take());
        }
        let on = stage.get_or_insert_with(&fresh);
        match line.split_at_checked(2) {
            Some(("> ", _)) => {}
            Some(("+ ", file)) => on.files().begin(file),
            Some(("- ", name)) => on.files().remove(name),
            Some(("$ ", command)) => {
                on.files().close();
                for line in on.perform(command).lines() {
                    played.push_str(format!("| {line}").trim_end());
                    played.push('\n');
                }
            }
            _ if line.starts_with('#') => {}
            _ => on.files().line(line),
        }
    }
    played
}

/// Holds what was played against a golden file, or writes that anew with `UPDATE` set.
///
/// # Panics
///
/// If they differ: with the first line that does, and the scenario it belongs to.
pub fn check(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, actual).expect("the scenarios can be written");
        return;
    }
    compare(
        path,
        &std::fs::read_to_string(path).unwrap_or_default(),
        actual,
    );
}

/// Holds what was played against the text of a golden file.
///
/// # Panics
///
/// As [`check`].
pub(crate) fn compare(path: &Path, expected: &str, actual: &str) {
    let mut lines = expected.lines().zip(actual.lines()).zip(1..);
    let first = lines.find(|((expected, actual), _)| expected != actual);
    let name = path.display();
    if let Some(((expected, line), number)) = first {
        panic!(
            "{name}:{number}\n  expected {expected}\n  but got  {line}\n\n{}",
            around(actual, number)
        );
    }
    assert_eq!(expected, actual, "{name}");
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
