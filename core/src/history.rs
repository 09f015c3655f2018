use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::{Chain, Row};

/// What the database says was applied, in one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// By ascending sequence.
    rows: Vec<Row>,
    /// Where in `rows` a version is.
    index: BTreeMap<i64, usize>,
}

impl History {
    /// A history of these rows.
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Self {
        let mut history = Self {
            rows: rows.into_iter().collect(),
            index: BTreeMap::new(),
        };
        history.arrange();
        history
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a version's number or a repeatable's key.
    pub fn find(&self, version: i64) -> Option<&Row> {
        self.index.get(&version).map(|index| &self.rows[*index])
    }

    /// The row that was written last.
    pub fn newest(&self) -> Option<&Row> {
        self.rows.last()
    }

    /// The chain that the newest row has on record.
    pub fn recorded_chain(&self) -> Chain {
        self.newest().map_or(Chain::EMPTY, |row| row.chain)
    }

    /// The chain that the newest row should have: the sum over all complete rows.
    ///
    /// It differs from the recorded one only when somebody changed the table by hand.
    pub fn chain(&self) -> Chain {
        self.rows
            .iter()
            .filter(|row| row.is_complete())
            .map(|row| row.link)
            .collect()
    }

    /// The sequence of the next row.
    pub fn next_sequence(&self) -> i64 {
        self.newest()
            .map_or(1, |row| row.sequence.saturating_add(1))
    }

    /// Makes the change that a statement made to the table.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Insert(row) => {
                let in_order = self
                    .newest()
                    .is_none_or(|newest| newest.sequence < row.sequence);
                self.index.insert(row.version, self.rows.len());
                self.rows.push(row.clone());
                if !in_order {
                    self.arrange();
                }
            }
            Change::Update(row) => {
                if let Some(index) = self.index.get(&row.version) {
                    self.rows[*index].clone_from(row);
                }
            }
            Change::Delete { version } => {
                self.rows.retain(|row| row.version != *version);
                self.arrange();
            }
            Change::SetChain { sequence, chain } => {
                let row = self.rows.iter_mut().find(|row| row.sequence == *sequence);
                if let Some(row) = row {
                    row.chain = *chain;
                }
            }
        }
    }

    fn arrange(&mut self) {
        self.rows.sort_by_key(|row| row.sequence);
        self.index = self
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| (row.version, index))
            .collect();
    }
}

/// One change to the history table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A new row.
    Insert(Row),
    /// New content for the row of the same version.
    Update(Row),
    /// The row of a version is gone.
    Delete {
        /// The version's number, or a repeatable's key.
        version: i64,
    },
    /// Another chain for the row of a sequence.
    SetChain {
        /// Which row.
        sequence: i64,
        /// What it commits to now.
        chain: Chain,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RowState;
    use crate::fixtures::row;

    #[test]
    fn the_newest_row_is_the_one_with_the_highest_sequence_not_version() {
        let history = History::new([
            Row {
                version: 1,
                sequence: 5,
                ..row("7~1/4")
            },
            Row {
                version: 9,
                sequence: 4,
                ..row("7~1/4")
            },
        ]);
        assert_eq!(history.newest().map(|row| row.version), Some(1));
        assert_eq!(history.next_sequence(), 6);
        assert_eq!(History::default().next_sequence(), 1);
    }

    #[test]
    fn only_complete_rows_count_in_the_chain() {
        let applied = Row {
            state: RowState::Applied,
            link: 5,
            ..row("7~1/4")
        };
        let running = Row {
            version: 8,
            sequence: 4,
            link: 7,
            ..row("7~1/4")
        };
        assert_eq!(
            History::new([applied, running]).chain(),
            Chain::EMPTY.plus(5)
        );
    }

    #[test]
    fn a_change_does_to_a_history_what_its_statement_does_to_the_table() {
        let mut history = History::default();
        history.apply(&Change::Insert(row("7~1/4")));
        history.apply(&Change::Insert(Row {
            version: -1,
            sequence: 4,
            ..row("7~1/4")
        }));
        history.apply(&Change::Update(Row {
            statements_done: 4,
            ..row("7~1/4")
        }));
        history.apply(&Change::SetChain {
            sequence: 4,
            chain: Chain::EMPTY.plus(2),
        });
        assert_eq!(history.find(7).map(|row| row.statements_done), Some(4));
        assert_eq!(history.recorded_chain(), Chain::EMPTY.plus(2));
        history.apply(&Change::Delete { version: 7 });
        assert_eq!(history.rows().len(), 1);
    }
}
