//! The differences that are known, by history and cause, and how many objects and parts of them are not compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use migratory_core::Dialect;

use crate::Outcome;
use crate::corpus::say;

/// A list of known differences, and how far it holds.
pub(crate) struct Known {
    path: PathBuf,
    /// A line for each cause in a history.
    expected: BTreeSet<String>,
    /// The histories that were followed; where there is no corpus, that is the sample application alone.
    followed: BTreeSet<String>,
    /// How many there are of each cause in each history.
    found: BTreeMap<(String, String), usize>,
    /// The first few of each cause, for a person.
    examples: Vec<String>,
    updates: bool,
}

/// How many differences of a cause in a history are shown.
const EXAMPLES: usize = 3;

impl Known {
    pub(crate) fn read(dialect: Dialect) -> Self {
        let name = match dialect {
            Dialect::Postgres => "postgres.txt",
            // It refuses some of what was written for MariaDB, and the history ends there.
            _ if servers::is_mysql() => "mysql.txt",
            _ => "mariadb.txt",
        };
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/differential/known");
        let path = folder.join(name);
        let list = fs::read_to_string(&path).unwrap_or_default();
        Self {
            expected: list.lines().map(str::to_owned).collect(),
            path,
            followed: BTreeSet::new(),
            found: BTreeMap::new(),
            examples: Vec::new(),
            updates: std::env::var_os("UPDATE").is_some(),
        }
    }

    /// Takes note of what was found in a history.
    pub(crate) fn judge(&mut self, history: &str, outcome: &Outcome) {
        self.followed.insert(history.to_owned());
        for (file, difference) in &outcome.differences {
            let lines = difference.to_string();
            let lines = lines
                .lines()
                .map(|line| format!("{history} {file}: {line}"));
            self.take(history, difference.cause(), lines.collect());
        }
        for (titles, cause) in [
            (&outcome.incomplete, "incomplete in the model"),
            (&outcome.doubtful, "part in doubt in the model"),
        ] {
            for (title, file) in titles {
                let line = format!("{history} {file}: ? {title}");
                self.take(history, cause.to_owned(), vec![line]);
            }
        }
    }

    fn take(&mut self, history: &str, cause: String, lines: Vec<String>) {
        let count = self.found.entry((history.to_owned(), cause)).or_default();
        *count += 1;
        if self.updates || *count <= EXAMPLES {
            self.examples.extend(lines);
        }
    }

    /// Holds what was found against the list, or writes the list.
    ///
    /// # Panics
    ///
    /// Where they are not the same.
    pub(crate) fn finish(self) {
        let is_followed = |line: &str| {
            let history = line.split(": ").next().unwrap_or_default();
            self.followed.contains(history)
        };
        let lines = self.found.iter();
        let lines = lines.map(|((history, cause), count)| format!("{history}: {count} {cause}"));
        let others = self.expected.iter().filter(|line| !is_followed(line));
        let found: BTreeSet<String> = lines.chain(others.cloned()).collect();
        if self.updates {
            self.examples.iter().for_each(|line| say!("{line}"));
            let list: String = found.iter().map(|line| format!("{line}\n")).collect();
            fs::write(&self.path, list).expect("the list of known differences can be written");
            return;
        }
        let changed: Vec<String> = found
            .symmetric_difference(&self.expected)
            .map(|line| match found.contains(line) {
                true => format!("found: {line}"),
                false => format!("known: {line}"),
            })
            .collect();
        assert!(
            changed.is_empty(),
            "model and server differ otherwise than {} says:\n{}\n\nsome of what was found:\n{}",
            self.path.display(),
            changed.join("\n"),
            self.examples.join("\n"),
        );
    }
}
