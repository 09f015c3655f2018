use super::Change;
use crate::syntax::ir::ObjectKind;

/// What the changes do, a line each, for people: ``adds column `users.email` ``. Rows come last, each table once.
pub fn summary<'a>(changes: impl IntoIterator<Item = &'a Change<'a>>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for change in changes {
        let (list, line) = match change {
            Change::Insert(_) | Change::Update(_) | Change::Delete { .. } => {
                (&mut rows, line(change))
            }
            _ => (&mut lines, line(change)),
        };
        if let Some(line) = line
            && !list.contains(&line)
        {
            list.push(line);
        }
    }
    lines.append(&mut rows);
    lines
}

fn line(change: &Change<'_>) -> Option<String> {
    Some(match change {
        Change::CreateTable(create) => format!("creates table `{}`", create.name.name.text),
        Change::CreateVirtualTable { name, .. } => format!("creates table `{}`", name.name.text),
        Change::CreateIndex(create) => {
            let name = create.name.as_ref().map_or("", |name| &name.name.text);
            format!("creates index `{name}` on `{}`", create.table.name.text)
        }
        Change::CreateView(create) => format!("creates view `{}`", create.name.name.text),
        Change::CreateTrigger(create) => format!("creates trigger `{}`", create.name.name.text),
        Change::Drop { kind, name, .. } => format!("drops {kind} `{}`", name.name.text),
        Change::RenameTable { table, to } => {
            format!("renames table `{}` to `{}`", table.name.text, to.text)
        }
        Change::AddColumn { table, column, .. } => {
            format!("adds column `{}.{}`", table.name.text, column.name.text)
        }
        Change::DropColumn { table, column } => {
            format!("drops column `{}.{}`", table.name.text, column.text)
        }
        Change::RenameColumn { table, from, to } => {
            format!(
                "renames column `{}.{}` to `{}`",
                table.name.text, from.text, to.text
            )
        }
        Change::AlterTable { table, .. } => {
            format!("alters {} `{}`", ObjectKind::Table, table.name.text)
        }
        Change::Create { kind, name } => format!("creates {kind} `{name}`"),
        Change::AlterType { name, .. } => format!("alters type `{}`", name.name.text),
        Change::Rename { kind, name, to } => {
            format!("renames {kind} `{}` to `{}`", name.name.text, to.text)
        }
        Change::Truncate { table, .. } => format!("empties `{}`", table.name.text),
        Change::Block => "runs a block of code that was not read".to_owned(),
        Change::Insert(insert) => format!("inserts rows into `{}`", insert.table.name.text),
        Change::Update(update) => format!("updates rows of `{}`", update.table.name.text),
        Change::Delete { table, .. } => format!("deletes rows of `{}`", table.name.text),
        Change::Unknown => "runs a statement that was not read".to_owned(),
        _ => return None,
    })
}
