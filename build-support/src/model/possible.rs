//! Code that may run: the statements in it and in the routines that it calls, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use super::Work;
use super::effects::{Call, Effects, Head};
use super::worlds::Effect;
use crate::catalog::{Definition, Key};
use crate::syntax::ir::ObjectKind;

/// How often the statements of code are gone through for what they do to each other.
const PASSES: usize = 4;

/// How many statements of code are followed one by one.
const MOST_FOLLOWED: usize = 200;

/// How many calls are followed into routines.
const MOST_CALLS: usize = 1000;

/// Code that may run, with that of the routines it calls.
#[derive(Default)]
struct Running {
    code: Vec<Effects>,
    /// The calls that were followed: the routine, and what was passed to it.
    seen: BTreeSet<(Key, Vec<Option<String>>)>,
    /// How many calls there are to routines, those that were seen before among them.
    calls: usize,
    /// Whether it may do anything.
    is_open: bool,
}

impl Running {
    /// Whether no statement runs twice, nor before one that stands above it.
    fn runs_straight(&self) -> bool {
        let with_statements = self.code.iter().filter(|code| !code.heads.is_empty());
        let repeats = self.code.iter().any(|code| code.repeats);
        with_statements.count() <= 1 && self.calls <= 1 && !repeats
    }
}

impl Work<'_, '_> {
    /// Code whose statements may run: each of them or not, and in any order and any number of times where it has loops or calls.
    pub(super) fn may_run(&mut self, code: Effects) {
        let mut running = Running {
            is_open: code.is_dynamic,
            code: vec![code],
            ..Running::default()
        };
        self.follow_calls(&mut running);
        if !self.run_until_stable(&mut running) {
            for code in &running.code {
                for head in &code.heads {
                    self.suffer_head(head, code);
                }
            }
        }
        if running.is_open {
            self.lose_track();
        }
    }

    /// The routines that code calls may run, and not the code itself.
    pub(super) fn may_run_called(&mut self, code: Effects) {
        let heads = Vec::new();
        self.may_run(Effects {
            heads,
            is_dynamic: false,
            ..code
        });
    }

    /// Lets the statements happen or not until that changes nothing any more; `false` where that takes too long.
    fn run_until_stable(&mut self, running: &mut Running) -> bool {
        let runs_straight = running.runs_straight();
        for pass in 0..PASSES {
            let heads = running.code.iter().flat_map(|code| &code.heads);
            let followed = heads.filter(|head| head.text.is_some()).count();
            if followed > MOST_FOLLOWED {
                return false;
            }
            let mut is_stable = runs_straight || pass > 0 || followed == 0;
            for code in &running.code {
                for head in &code.heads {
                    let is_more = self.may_do(head, code);
                    is_stable &= runs_straight || !is_more;
                }
            }
            // A routine may have been made by code just now.
            is_stable &= !self.follow_calls(running);
            if is_stable {
                return true;
            }
        }
        false
    }

    /// Lets a statement happen or not. Whether more is in doubt now.
    fn may_do(&mut self, head: &Head, code: &Effects) -> bool {
        match self.may_alter(head) {
            Effect::Vague => {
                self.suffer_head(head, code);
                false
            }
            Effect::Nothing => false,
            Effect::Doubt => true,
        }
    }

    /// Adds the code of the routines that are called, each once for what is passed to it. Whether there was any.
    fn follow_calls(&mut self, running: &mut Running) -> bool {
        let before = running.code.len();
        let mut place = 0;
        while place < running.code.len() {
            let calls = running.code[place].calls.clone();
            self.follow(&calls, running);
            place += 1;
        }
        running.code.len() > before
    }

    fn follow(&self, calls: &[Call], running: &mut Running) {
        let folded = |name: &str| name.to_ascii_lowercase();
        let mut called: BTreeMap<String, Vec<&Call>> = BTreeMap::new();
        for call in calls {
            let name = folded(&call.name.name.text);
            called.entry(name).or_default().push(call);
        }
        if called.is_empty() {
            return;
        }
        for routine in self.catalog.objects() {
            if !matches!(routine.kind, ObjectKind::Function | ObjectKind::Procedure) {
                continue;
            }
            let bare = routine.name.split('(').next().unwrap_or_default();
            for call in called.get(&folded(bare)).into_iter().flatten() {
                running.calls += 1;
                let is_new = running.seen.insert((routine.key(), call.arguments.clone()));
                if !is_new {
                    continue;
                }
                match routine.definition() {
                    // What it does, or how deep it goes, nobody can tell.
                    _ if running.seen.len() > MOST_CALLS => return running.is_open = true,
                    Definition::Unknown => running.is_open = true,
                    _ if routine.sql.is_empty() => {}
                    _ => {
                        let code = Effects::of_call(self.dialect, &routine.sql, &call.arguments);
                        running.is_open |= code.is_dynamic;
                        running.code.push(code);
                    }
                }
            }
        }
    }

    pub(super) fn is_unknown_routine(&self, call: &Call) -> bool {
        let mut objects = self.catalog.objects();
        !objects.any(|object| {
            let bare = object.name.split('(').next().unwrap_or_default();
            matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure)
                && self.catalog.naming().is_same(bare, &call.name.name.text)
        })
    }
}
