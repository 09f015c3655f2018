//! What a database holds, and what a statement does to it.

use std::collections::BTreeMap;

use migratory_core::{Change, History, Row, Value};

/// Everything that a transaction can change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The history table by scope, if there is one.
    pub table: Option<BTreeMap<String, History>>,
    /// SQLite's `user_version`.
    pub marker: i64,
    /// How often each statement ran.
    pub ran: BTreeMap<String, u32>,
    /// How often the rows of a child table were deleted by a rebuild of their parent.
    pub lost_children: u32,
}

/// One change of a state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Write {
    CreateTable,
    Change { scope: String, change: Box<Change> },
    Marker(i64),
    Run { text: String, foreign_keys: bool },
}

impl State {
    /// The history of one scope; empty if there is no table.
    pub fn history(&self, scope: &str) -> History {
        self.scope(scope).cloned().unwrap_or_default()
    }

    /// How often a statement ran.
    pub fn count(&self, text: &str) -> u32 {
        self.ran.get(text).copied().unwrap_or(0)
    }

    pub(crate) fn scope(&self, scope: &str) -> Option<&History> {
        self.table.as_ref()?.get(scope)
    }

    pub(crate) fn write(&mut self, write: &Write) -> Result<(), String> {
        match write {
            Write::CreateTable => drop(self.table.get_or_insert_default()),
            Write::Change { scope, change } => return self.change(scope, change),
            Write::Marker(value) => self.marker = *value,
            Write::Run { text, foreign_keys } => {
                *self.ran.entry(text.clone()).or_default() += 1;
                if *foreign_keys && text.ends_with("rebuild") {
                    self.lost_children += 1;
                }
            }
        }
        Ok(())
    }

    fn change(&mut self, scope: &str, change: &Change) -> Result<(), String> {
        let Some(table) = &mut self.table else {
            return Err("there is no history table".into());
        };
        let history = table.entry(scope.into()).or_default();
        if let Change::Insert(row) = change {
            let taken =
                |other: &Row| other.version == row.version || other.sequence == row.sequence;
            if history.rows().iter().any(taken) {
                return Err(format!("version {} or its sequence is taken", row.version));
            }
        }
        // As in SQL, a change to a row that is not there changes nothing.
        history.apply(change);
        Ok(())
    }
}

/// The scope of a change, after a look at whether its bound values say the same as the change itself.
pub(crate) fn scope_of(change: &Change, values: &[Value]) -> String {
    let text = |index: usize| values[index].text().expect("a scope").to_string();
    match change {
        Change::Insert(row) => {
            assert_eq!(Row::from_values(values).as_ref(), Ok(row));
            text(0)
        }
        Change::Update(row) => {
            let mut values = values.to_vec();
            values.rotate_right(2);
            assert_eq!(Row::from_values(&values).as_ref(), Ok(row));
            row.scope.clone()
        }
        Change::Progress {
            version,
            done,
            applied_at,
            execution_ms,
        } => {
            assert_eq!(values[0].integer(), Some(*done));
            assert_eq!(values[1].text(), Some(applied_at.as_str()));
            assert_eq!(values[2].integer(), Some(*execution_ms));
            assert_eq!(values[4].integer(), Some(*version));
            text(3)
        }
        Change::Delete { version } => {
            assert_eq!(values[1].integer(), Some(*version));
            text(0)
        }
        Change::SetChain { sequence, chain } => {
            assert_eq!(values[0].text(), Some(chain.to_string().as_str()));
            assert_eq!(values[2].integer(), Some(*sequence));
            text(1)
        }
        other => panic!("an unknown change: {other:?}"),
    }
}
