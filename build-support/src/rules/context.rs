use std::rc::Rc;

use migratory_core::Dialect;

use super::rebuild::{Rebuild, rebuilds};
use crate::catalog::{Catalog, Change, Object, Step};
use crate::discover::Config;
use crate::syntax::ir::{ObjectKind, ObjectName, Statement, Table};

/// A script as a whole.
#[derive(Clone, Debug)]
pub struct ScriptContext<'a> {
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// The directory's policy.
    pub config: &'a Config,
    /// The file, relative to the migrations directory.
    pub file: &'a str,
    /// The file's text.
    pub text: &'a str,
    /// Its name as a migration.
    pub migration: &'a str,
    /// Whether it goes down.
    pub down: bool,
    /// Whether it goes up and nothing says how to go down again, nor that there is no way.
    pub one_way: bool,
    /// Whether the runtime puts a transaction around it.
    pub in_transaction: bool,
    /// Its statements.
    pub statements: &'a [Statement],
    /// Every change, in order.
    pub steps: &'a [Step<'a>],
    /// The schema before the first statement.
    pub before: &'a Catalog,
    /// The schema after the last statement.
    pub after: &'a Catalog,
}

impl<'a> ScriptContext<'a> {
    /// The table rebuilds it holds.
    pub fn rebuilds(&self) -> Vec<Rebuild> {
        rebuilds(self.steps)
    }

    /// The name that a table had before the script, followed back from a step through its renames; `None` where the script made it.
    pub fn original_name(&self, table: &str, step: usize) -> Option<String> {
        let mut name = table.to_owned();
        for earlier in self.steps[..step].iter().rev() {
            match &earlier.change {
                Change::RenameTable { table, to } if to.is(&name) => {
                    name.clone_from(&table.name.text);
                }
                Change::CreateTable(create) if create.name.name.is(&name) => return None,
                Change::CreateVirtualTable { name: made, .. } if made.name.is(&name) => {
                    return None;
                }
                _ => {}
            }
        }
        self.before
            .find(None, &name, ObjectKind::Table)
            .map(|_| name)
    }

    /// The table as it was before the script, where it existed then; `step` is where it is named.
    pub fn original_table(&self, table: &ObjectName, step: usize) -> Option<&'a Rc<Object>> {
        let name = self.original_name(&table.name.text, step)?;
        let schema = table.schema.as_ref().map(|schema| schema.text.as_str());
        self.before.find(schema, &name, ObjectKind::Table)
    }

    /// Whether a later statement takes the table away, or its name, so that what its rows hold now is not what stays.
    pub fn dropped_later(&self, table: &str, step: usize) -> bool {
        let later = &self.steps[step + 1..];
        later.iter().any(|later| match &later.change {
            Change::Drop { kind, name, .. } => *kind == ObjectKind::Table && name.name.is(table),
            _ => false,
        })
    }

    /// The statement that a step belongs to.
    pub fn statement_of(&self, step: &Step<'_>) -> Option<&'a Statement> {
        self.statements.get(step.statement)
    }

    /// The text of a statement.
    pub fn text_of(&self, step: &Step<'_>) -> &'a str {
        self.statement_of(step)
            .map_or("", |statement| statement.span.of(self.text))
    }
}

/// A change with what stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The script it belongs to.
    pub script: &'a ScriptContext<'a>,
    /// The change itself with the schema before and after.
    pub step: &'a Step<'a>,
    /// Its place in [`ScriptContext::steps`].
    pub index: usize,
    /// The table rebuilds of the script.
    pub rebuilds: &'a [Rebuild],
}

impl<'a> Context<'a> {
    /// Whether the script itself made the table, under this or another name: nobody has data in it or reads it yet.
    pub fn created_here(&self, table: &ObjectName) -> bool {
        self.script
            .original_name(&table.name.text, self.index)
            .is_none()
    }

    /// Whether the table lives for the connection only.
    pub fn is_temporary(&self, table: &ObjectName) -> bool {
        self.step
            .before
            .table(table)
            .is_some_and(|object| object.is_temporary())
    }

    /// The table as it is right before the change.
    pub fn table(&self, name: &ObjectName) -> Option<&'a Rc<Object>> {
        self.step.before.table(name)
    }

    /// The definition of the table right before the change.
    pub fn definition(&self, name: &ObjectName) -> Option<&'a Rc<Table>> {
        self.table(name).and_then(|object| object.as_table())
    }

    /// The names of a table's columns right before the change, where they are known.
    pub fn columns(&self, name: &ObjectName) -> Option<Vec<String>> {
        self.step.before.columns(self.table(name)?)
    }

    /// Whether an earlier statement of the script added the column.
    pub fn column_added_here(&self, table: &ObjectName, column: &str) -> bool {
        self.script.steps[..self.index].iter().any(|earlier| {
            matches!(&earlier.change, Change::AddColumn { table: to, column: added, .. }
                if to.name.is(&table.name.text) && added.name.is(column))
        })
    }

    /// Whether dropping the table here is part of a rebuild, which keeps its rows.
    pub fn rebuilt(&self) -> bool {
        self.rebuilds
            .iter()
            .any(|rebuild| rebuild.drop == self.index)
    }

    /// Whether a later statement of the script makes a table of that name.
    pub fn table_comes_back(&self, table: &ObjectName) -> bool {
        self.later().any(|later| match &later.change {
            Change::CreateTable(create) => create.name.name.is(&table.name.text),
            _ => false,
        })
    }

    /// Whether a later statement of the script adds a column of that name to the table.
    pub fn column_comes_back(&self, table: &ObjectName, column: &str) -> bool {
        self.later().any(|later| {
            matches!(&later.change, Change::AddColumn { table: to, column: added, .. }
                if to.name.is(&table.name.text) && added.name.is(column))
        })
    }

    fn later(&self) -> impl Iterator<Item = &'a Step<'a>> {
        self.script.steps[self.index + 1..].iter()
    }

    /// Whether an earlier statement of the script read the table's rows into another one.
    pub fn copied_before(&self, table: &ObjectName) -> bool {
        self.script.steps[..self.index]
            .iter()
            .any(|earlier| reads(&earlier.change, &table.name.text))
    }
}

/// Whether a change puts rows of the table into another table.
fn reads(change: &Change<'_>, table: &str) -> bool {
    let query = match change {
        Change::Insert(insert) if !insert.table.name.is(table) => insert.query.as_ref(),
        Change::CreateTable(create) => create.query.as_ref(),
        _ => None,
    };
    query.is_some_and(|query| query.tables.iter().any(|read| read.name.is(table)))
}

/// Where an object was made, as a note says it.
pub(super) fn made(object: &Object) -> Option<String> {
    let origin = object.origin.as_ref()?;
    let (name, file, line) = (&object.name, &origin.file, origin.line);
    Some(format!("`{name}` was created in {file}:{line}"))
}
