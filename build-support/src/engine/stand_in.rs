//! Stand-ins for the functions and collations that only the application has.

use super::complaint::{self, Complaint};
use super::words::Words;
use super::{Engine, Refusal};
use crate::{Span, nearest};

/// How often a statement is tried again with one more stand-in.
const STAND_INS_A_STATEMENT: usize = 64;

impl Engine {
    pub(super) fn step_with_stand_ins(&mut self, sql: &str) -> Result<(), Refusal> {
        let mut tries = STAND_INS_A_STATEMENT;
        loop {
            let Err(refusal) = self.step(sql) else {
                return Ok(());
            };
            tries -= 1;
            if tries == 0 || !self.stand_in(&refusal.message) {
                return Err(refusal);
            }
        }
    }

    /// Makes a stand-in for what the refusal misses; false where it misses nothing, or something misspelt.
    fn stand_in(&mut self, message: &str) -> bool {
        let (name, made) = match complaint::read(message) {
            Complaint::UnknownFunction { name } if self.nearest_function(name).is_none() => {
                (name, self.declare_function(name))
            }
            Complaint::UnknownCollation { name } if self.nearest_collation(name).is_none() => {
                (name, self.declare_collation(name))
            }
            _ => return false,
        };
        self.stand_ins.insert(name.to_ascii_lowercase());
        made.is_ok()
    }

    pub(super) fn stand_in_used(&self, text: &str, span: Span) -> Option<&str> {
        if self.stand_ins.is_empty() {
            return None;
        }
        let words = Words::of(text, span);
        let mut names = self.stand_ins.iter().map(String::as_str);
        names.find(|name| words.mentions(name))
    }

    pub(super) fn nearest_function(&self, name: &str) -> Option<String> {
        self.nearest_known(
            name,
            "SELECT DISTINCT name FROM pragma_function_list ORDER BY name",
        )
    }

    pub(super) fn nearest_collation(&self, name: &str) -> Option<String> {
        self.nearest_known(name, "SELECT name FROM pragma_collation_list ORDER BY name")
    }

    pub(super) fn nearest_module(&self, name: &str) -> Option<String> {
        self.nearest_known(name, "SELECT name FROM pragma_module_list ORDER BY name")
    }

    /// The name of SQLite's own that a misspelt one is meant for. Short names are near to everything, and prove nothing.
    fn nearest_known(&self, name: &str, sql: &str) -> Option<String> {
        if name.len() < 4 {
            return None;
        }
        let mut statement = self.connection.prepare(sql).ok()?;
        let names = statement
            .query_map([], |row| row.get::<_, String>(0))
            .ok()?;
        let known: Vec<String> = names
            .flatten()
            .filter(|known| !self.stand_ins.contains(&known.to_ascii_lowercase()))
            .collect();
        let near = nearest(name, known.iter().map(String::as_str))?;
        let (folded, other) = (name.to_ascii_lowercase(), near.to_ascii_lowercase());
        (strsim::osa_distance(&folded, &other) <= 2).then(|| near.to_owned())
    }
}
