//! What ran, counted: a test that shows its counts cannot have run nothing.

use std::collections::BTreeMap;
use std::io::Write;

/// Counts by row and column.
#[derive(Debug)]
pub struct Table {
    title: &'static str,
    counts: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Table {
    /// An empty table.
    pub const fn new(title: &'static str) -> Self {
        Self {
            title,
            counts: BTreeMap::new(),
        }
    }

    /// Counts one more.
    pub fn count(&mut self, row: impl ToString, column: impl ToString) {
        self.add(row, column, 1);
    }

    /// Counts so many more.
    pub fn add(&mut self, row: impl ToString, column: impl ToString, count: usize) {
        let row = self.counts.entry(row.to_string()).or_default();
        *row.entry(column.to_string()).or_default() += count;
    }

    /// The sum of a column.
    pub fn sum(&self, column: &str) -> usize {
        self.counts.values().filter_map(|row| row.get(column)).sum()
    }

    /// The sum of a row.
    pub fn sum_of_row(&self, row: &str) -> usize {
        self.counts.get(row).map_or(0, |row| row.values().sum())
    }

    /// Prints it, on passing tests too: the test harness does not catch what is written to the stream itself.
    pub fn print(&self) {
        let mut text = format!("\n{}\n", self.title);
        for (row, columns) in &self.counts {
            text.push_str(&format!("  {row:<30}"));
            for (column, count) in columns {
                text.push_str(&format!(" {column} {count:<7}"));
            }
            text.push('\n');
        }
        // A table that nobody can see is no failure.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}
