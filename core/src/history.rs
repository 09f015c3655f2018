use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::replace;

use crate::{Chain, Row};

/// What the database says was applied, in one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// By ascending sequence.
    rows: Vec<Row>,
    /// Where in `rows` a version is.
    index: BTreeMap<i64, usize>,
    /// The sum of the rows' shares.
    sum: Chain,
}

impl History {
    /// A history of these rows.
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Self {
        let mut history = Self {
            rows: rows.into_iter().collect(),
            ..Self::default()
        };
        history.sum = history.rows.iter().map(Row::share).collect();
        history.arrange_unless(false);
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

    /// The chain that the newest row should have: the sum over all rows, of which only complete ones count with their links.
    ///
    /// It differs from the recorded one only when somebody changed the table by hand.
    pub fn chain(&self) -> Chain {
        self.sum
    }

    /// The sequence of the next row.
    pub fn next_sequence(&self) -> i64 {
        self.newest()
            .map_or(1, |row| row.sequence.saturating_add(1))
    }

    /// Makes the change that a statement made to the table, and gives the change that undoes it; `None` if there was no
    /// such row.
    pub fn apply(&mut self, change: &Change) -> Option<Change> {
        match change {
            Change::Insert(row) => {
                self.insert(row.clone());
                Some(Change::Delete {
                    version: row.version,
                })
            }
            Change::Update(row) => {
                let slot = &mut self.rows[*self.index.get(&row.version)?];
                self.sum = self.sum.minus(slot.share()).plus(row.share());
                Some(Change::Update(replace(slot, row.clone())))
            }
            Change::Progress {
                version,
                done,
                applied_at,
                execution_ms,
            } => {
                let row = &mut self.rows[*self.index.get(version)?];
                let undo = Change::Update(row.clone());
                row.statements_done = *done;
                row.applied_at.clone_from(applied_at);
                row.execution_ms = *execution_ms;
                Some(undo)
            }
            Change::Delete { version } => {
                let row = self.rows.remove(self.index.remove(version)?);
                self.sum = self.sum.minus(row.share());
                self.arrange_unless(
                    self.newest()
                        .is_none_or(|newest| newest.sequence < row.sequence),
                );
                Some(Change::Insert(row))
            }
            Change::SetChain { sequence, chain } => {
                let row = self
                    .rows
                    .iter_mut()
                    .rev()
                    .find(|row| row.sequence == *sequence)?;
                let chain = replace(&mut row.chain, *chain);
                Some(Change::SetChain {
                    sequence: *sequence,
                    chain,
                })
            }
        }
    }

    fn insert(&mut self, row: Row) {
        let in_order = self
            .newest()
            .is_none_or(|newest| newest.sequence < row.sequence);
        self.sum = self.sum.plus(row.share());
        self.index.insert(row.version, self.rows.len());
        self.rows.push(row);
        self.arrange_unless(in_order);
    }

    fn arrange_unless(&mut self, in_order: bool) {
        if !in_order {
            self.rows.sort_by_key(|row| row.sequence);
            self.index = self
                .rows
                .iter()
                .enumerate()
                .map(|(index, row)| (row.version, index))
                .collect();
        }
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
    /// So many statements of the migration of a row are done. It has a change of its own because it comes after every statement.
    Progress {
        /// The version's number, or a repeatable's key.
        version: i64,
        /// How many statements.
        done: i64,
        /// When the last of them was done.
        applied_at: String,
        /// How long it took so far.
        execution_ms: i64,
    },
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
    fn a_row_under_way_is_in_the_chain_but_not_as_its_link() {
        let applied = Row {
            state: RowState::Applied,
            link: 5,
            ..row("7~1/4")
        };
        let superseded = Row {
            version: 6,
            state: RowState::Superseded,
            sequence: 3,
            ..applied.clone()
        };
        for state in [RowState::Running, RowState::Reverting] {
            let under_way = Row {
                version: 8,
                sequence: 4,
                state,
                ..applied.clone()
            };
            let without = History::new([applied.clone(), superseded.clone()]).chain();
            let with = History::new([applied.clone(), superseded.clone(), under_way]).chain();
            assert_eq!(without, Chain::EMPTY.plus(5));
            assert_ne!(with, without);
            assert_ne!(with, without.plus(5));
        }
    }

    #[test]
    fn a_change_does_to_a_history_what_its_statement_does_to_the_table() {
        let mut history = History::default();
        let repeatable = Row {
            sequence: 4,
            ..row("Rviews")
        };
        let changes = [
            Change::Insert(Row {
                sequence: 3,
                ..row("7~1/4")
            }),
            Change::Insert(repeatable.clone()),
            Change::Insert(Row {
                sequence: 1,
                ..row("2")
            }),
            Change::Progress {
                version: 7,
                done: 3,
                applied_at: "2026-01-02T03:04:06.000Z".into(),
                execution_ms: 9,
            },
            Change::Update(Row {
                sequence: 3,
                ..row("7")
            }),
            Change::SetChain {
                sequence: 4,
                chain: Chain::EMPTY.plus(2),
            },
            Change::Delete {
                version: repeatable.version,
            },
            Change::Delete { version: 2 },
        ];
        let mut before = Vec::new();
        for change in &changes {
            before.push(history.clone());
            let undo = history.apply(change).unwrap();
            assert_eq!(
                History::new(history.rows().iter().cloned()),
                history,
                "after {change:?}"
            );
            let mut undone = history.clone();
            undone.apply(&undo);
            assert_eq!(undone, before[before.len() - 1], "undoing {change:?}");
        }
        assert_eq!(
            history,
            History::new([Row {
                sequence: 3,
                ..row("7")
            }])
        );
    }

    #[test]
    fn a_change_to_a_row_that_is_not_there_changes_nothing() {
        let mut history = History::new([row("1")]);
        let before = history.clone();
        for change in [
            Change::Update(row("2")),
            Change::Progress {
                version: 2,
                done: 1,
                applied_at: String::new(),
                execution_ms: 1,
            },
            Change::Delete { version: 2 },
            Change::SetChain {
                sequence: 9,
                chain: Chain::EMPTY,
            },
        ] {
            assert_eq!(history.apply(&change), None);
        }
        assert_eq!(history, before);
    }
}
