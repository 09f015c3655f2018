#![doc = include_str!("if_not_exists_no_op.md")]

use std::collections::BTreeSet;

use super::context::made;
use super::{Context, Group, Reporter, Rule};
use crate::catalog::{Change, Line, Object, difference_among};
use crate::diagnostic::Level;
use crate::syntax::ir::{Body, ObjectKind, ObjectName};

/// `IF NOT EXISTS` passes over an object with another definition.
pub(super) struct IfNotExistsNoOp;

impl Rule for IfNotExistsNoOp {
    fn name(&self) -> &'static str {
        "if-not-exists-no-op"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("if_not_exists_no_op.md")
    }

    /// On a database that came another way the object may be missing, and then the guard has its use.
    fn level(&self) -> Level {
        Level::Warn
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::CreateNothing {
            kind,
            name,
            existing,
        } = change
        else {
            return;
        };
        let lines = differences(*kind, name, existing, context);
        if lines.is_empty() {
            return;
        }
        let object = &existing.name;
        let finding = report
            .at(name.span())
            .message(if existing.kind == *kind {
                format!("{kind} `{object}` exists already, and is another one")
            } else {
                format!(
                    "`{object}` exists already, as {} {}",
                    article(existing.kind),
                    existing.kind
                )
            })
            .label("does nothing")
            .notes(made(existing));
        let lines: Vec<String> = lines.iter().map(|line| format!("\n  {line}")).collect();
        let finding = if existing.kind == *kind {
            finding.note(format!("against the one that exists:{}", lines.concat()))
        } else {
            finding
        };
        finding
            .help("say what is to change: `ALTER TABLE`, or `DROP` and `CREATE` without the guard");
    }
}

/// What the definition that is written here would change.
fn differences(
    kind: ObjectKind,
    name: &ObjectName,
    existing: &Object,
    context: &Context<'_>,
) -> Vec<Line> {
    let Some(wanted) = wanted(kind, name, existing, context) else {
        return Vec::new();
    };
    let before = &context.step.before;
    let mut after = before.clone();
    let key = existing.key();
    after.insert(wanted);
    difference_among(before, &after, &BTreeSet::from([key]))
}

/// The object that the statement would make, with its SQL as SQLite would keep it.
fn wanted(
    kind: ObjectKind,
    name: &ObjectName,
    existing: &Object,
    context: &Context<'_>,
) -> Option<Object> {
    let statement = context.script.statement_of(context.step)?;
    let (what, table) = match &statement.body {
        // What a query would give is not known without running it.
        Body::CreateTable(create) if create.query.is_some() => return None,
        Body::CreateTable(_) => ("TABLE", &name.name.text),
        Body::CreateIndex(index) if index.unique => ("UNIQUE INDEX", &index.table.name.text),
        Body::CreateIndex(index) => ("INDEX", &index.table.name.text),
        Body::CreateView(_) => ("VIEW", &name.name.text),
        Body::CreateTrigger(trigger) => ("TRIGGER", &trigger.table.name.text),
        _ => return None,
    };
    let rest = context
        .script
        .text
        .get(name.name.span.start..statement.span.end)?;
    let schema = existing.schema.as_deref();
    let sql = format!("CREATE {what} {rest}");
    let object = Object::new(kind, schema, &existing.name, table, sql);
    Some(object.defined_by(&statement.body))
}

fn article(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Index => "an",
        _ => "a",
    }
}
