//! What a person's word settles: how often a statement counts as run, whatever ran.

use std::collections::BTreeMap;

use migratory_core::{Resolution, RowState};

use crate::state::State;

/// What is added to the counts of statements that were run in part, because somebody said how they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<String, i64>);

impl Ledger {
    /// How often a statement counts as run.
    pub(crate) fn count(&self, state: &State, text: &str) -> u32 {
        let settled = self.0.get(text).copied().unwrap_or(0);
        let count = i64::from(state.count(text)) + settled;
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Lets statements count as run so often.
    fn settle(&mut self, state: &State, texts: &[String], count: u32) {
        for text in texts {
            let settled = i64::from(count) - i64::from(state.count(text));
            self.0.insert(text.clone(), settled);
        }
    }

    /// What holds once a migration in this state is resolved so: its ways, and how often each had run as a whole before.
    pub(crate) fn resolved(
        &self,
        state: &State,
        (row, done): (RowState, usize),
        (ups, downs): (&[String], &[String]),
        (up, down): (u32, u32),
        resolution: Resolution,
    ) -> Self {
        use Resolution::{Continue, GoDown, GoUp, MarkDone, MarkUndone};
        let mut ledger = self.clone();
        let (way, before, is_up) = match row {
            RowState::Running => (ups, up, true),
            _ => (downs, down, false),
        };
        // What was begun counts as all of it, or as none, or from where it goes on.
        match (resolution, is_up) {
            (MarkDone, _) | (GoDown, true) | (GoUp, false) => {
                ledger.settle(state, way, before + 1);
            }
            (MarkUndone, _) | (GoUp, true) | (GoDown, false) => ledger.settle(state, way, before),
            (Continue, _) => ledger.settle(state, &way[done..], before),
            other => panic!("an unknown resolution: {other:?}"),
        }
        ledger
    }
}
