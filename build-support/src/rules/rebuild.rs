use std::collections::BTreeMap;

use crate::catalog::Step;
use crate::catalog::{Change, Object};
use crate::syntax::ir::{ObjectKind, Query};

/// A table that a script makes anew: its rows are copied, the old one goes, and another one has its name in the end.
///
/// SQLite changes little about a table in place, so this is how most changes of a table are written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// The table's name, before and after.
    pub table: String,
    /// In which order it is done.
    pub form: Form,
    /// The step that makes the table that stays.
    pub create: usize,
    /// The steps that copy rows, stage by stage: each stage reads what the stage before it wrote.
    pub stages: Vec<Vec<usize>>,
    /// The step that drops the old table.
    pub drop: usize,
}

/// In which order a table is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Make the new one, copy, drop the old one, rename the new one: SQLite's documented order.
    CopyThenSwap,
    /// Rename the old one out of the way, make the new one, copy, drop the old one.
    RenameFirst,
    /// Copy the rows to another table, drop the old one, make it again, copy the rows back.
    CopyAside,
}

/// The rebuilds among a script's steps.
pub fn rebuilds(steps: &[Step<'_>]) -> Vec<Rebuild> {
    if !steps.iter().any(|step| dropped(step).is_some()) {
        return Vec::new();
    }
    let mut tables = Tables::default();
    for (index, step) in steps.iter().enumerate() {
        tables.follow(step, index);
    }
    tables.rebuilt()
}

/// Whether a script has to run with foreign keys switched off: it rebuilds a table that others point at.
///
/// With foreign keys on, dropping the old table first deletes its rows, which cascades or fails.
pub fn needs_foreign_keys_off(steps: &[Step<'_>]) -> bool {
    rebuilds(steps).iter().any(|rebuild| {
        let step = &steps[rebuild.drop];
        dropped(step).is_some_and(|old| !step.before.children_of(old).is_empty())
    })
}

impl Rebuild {
    /// The old table as it was when it was dropped.
    pub fn old<'s>(&self, steps: &'s [Step<'_>]) -> Option<&'s Object> {
        dropped(&steps[self.drop])
    }

    /// The step at which the values of a column of the old table are left behind: the first stage of the copy that does not
    /// read it. `None` where they reach the new table.
    pub fn leaves_behind(&self, column: &str, steps: &[Step<'_>]) -> Option<usize> {
        let reads = |&step: &usize| {
            copied(&steps[step].change).is_some_and(|query| {
                query.star || query.columns.iter().any(|read| read.name.is(column))
            })
        };
        let mut stages = self.stages.iter();
        let stage = stages.find(|stage| !stage.iter().any(reads))?;
        stage.first().copied()
    }
}

/// The table that a step drops.
pub(super) fn dropped<'s>(step: &'s Step<'_>) -> Option<&'s Object> {
    match &step.change {
        Change::Drop {
            kind: ObjectKind::Table,
            object: Some(object),
            ..
        } => Some(object),
        _ => None,
    }
}

/// The query whose rows a step puts into a table.
fn copied<'s>(change: &'s Change<'_>) -> Option<&'s Query> {
    match change {
        Change::Insert(insert) => insert.query.as_ref(),
        Change::CreateTable(create) => create.query.as_ref(),
        _ => None,
    }
}

/// The tables that a script has named so far, by their present name in lower case.
#[derive(Default)]
struct Tables {
    live: BTreeMap<String, Live>,
    dropped: Vec<Dropped>,
}

#[derive(Clone, Default)]
struct Live {
    /// Its name before the script; `None` where the script made it.
    original: Option<String>,
    /// The step that made it.
    made: usize,
    /// Whose rows it holds, and by which stages of copying they came.
    holds: Vec<(String, Vec<Vec<usize>>)>,
}

struct Dropped {
    original: String,
    name: String,
    step: usize,
}

impl Tables {
    fn follow(&mut self, step: &Step<'_>, index: usize) {
        match &step.change {
            Change::CreateTable(create) => {
                let live = Live {
                    made: index,
                    ..Live::default()
                };
                let name = create.name.name.text.to_ascii_lowercase();
                self.live.insert(name.clone(), live);
                self.copy(&name, create.query.as_ref(), step, index);
            }
            Change::Insert(insert) => {
                let name = insert.table.name.text.to_ascii_lowercase();
                self.copy(&name, insert.query.as_ref(), step, index);
            }
            Change::RenameTable { table, to } => {
                let live = self.take(&table.name.text, step);
                self.live.insert(to.text.to_ascii_lowercase(), live);
            }
            Change::Drop {
                kind: ObjectKind::Table,
                name,
                ..
            } => {
                let live = self.take(&name.name.text, step);
                if let Some(original) = live.original {
                    self.dropped.push(Dropped {
                        original,
                        name: name.name.text.to_ascii_lowercase(),
                        step: index,
                    });
                }
            }
            _ => {}
        }
    }

    fn copy(&mut self, to: &str, query: Option<&Query>, step: &Step<'_>, index: usize) {
        let Some(query) = query else { return };
        let mut target = self.take(to, step);
        for read in &query.tables {
            let from = read.name.text.to_ascii_lowercase();
            if from == to {
                continue;
            }
            let source = self.take(&from, step);
            for (original, stages) in &source.holds {
                target.receive(original, stages, index);
            }
            self.live.insert(from, source);
        }
        self.live.insert(to.to_owned(), target);
    }

    /// Takes a table out of the list; one that was not named before is as the script found it.
    fn take(&mut self, name: &str, step: &Step<'_>) -> Live {
        let name = name.to_ascii_lowercase();
        self.live.remove(&name).unwrap_or_else(|| {
            let found = step.before.find(None, &name, ObjectKind::Table);
            let original = found.map(|object| object.name.to_ascii_lowercase());
            Live {
                holds: original.iter().map(|name| (name.clone(), vec![])).collect(),
                original,
                made: 0,
            }
        })
    }

    fn rebuilt(&self) -> Vec<Rebuild> {
        let rebuilt = self.dropped.iter().filter_map(|dropped| {
            let stays = self.live.get(&dropped.original)?;
            let mut holds = stays.holds.iter();
            let (_, stages) = holds.find(|(original, _)| *original == dropped.original)?;
            let form = if dropped.name != dropped.original {
                Form::RenameFirst
            } else if stays.made < dropped.step {
                Form::CopyThenSwap
            } else {
                Form::CopyAside
            };
            stays.original.is_none().then(|| Rebuild {
                table: dropped.original.clone(),
                form,
                create: stays.made,
                stages: stages.clone(),
                drop: dropped.step,
            })
        });
        rebuilt.collect()
    }
}

impl Live {
    fn receive(&mut self, original: &str, stages: &[Vec<usize>], step: usize) {
        let known = self.holds.iter_mut().find(|(name, _)| name == original);
        match known {
            Some((_, known)) if known.len() == stages.len() + 1 => {
                known
                    .last_mut()
                    .into_iter()
                    .for_each(|stage| stage.push(step));
            }
            Some(_) => {}
            None => {
                let mut stages = stages.to_vec();
                stages.push(vec![step]);
                self.holds.push((original.to_owned(), stages));
            }
        }
    }
}
