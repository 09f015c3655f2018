#![doc = include_str!("rename_table.md")]

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::syntax::ir::Ident;

/// A table gets another name while the application uses the old one.
pub(super) struct RenameTable;

impl Rule for RenameTable {
    fn name(&self) -> &'static str {
        "rename-table"
    }

    fn group(&self) -> Group {
        Group::Breaking
    }

    fn page(&self) -> &'static str {
        include_str!("rename_table.md")
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let Change::RenameTable { table, to } = change else {
            return;
        };
        let old = &table.name.text;
        if context.created_here(table) || context.is_temporary(table) || stays(old, context) {
            return;
        }
        let Ident { text: new, .. } = to;
        report
            .at(to.span)
            .message(format!("table `{old}` is renamed to `{new}`"))
            .label("running code asks for the old name")
            .help(format!("create a view with the old name in the same script: `CREATE VIEW {old} AS SELECT * FROM {new}`"))
            .help("or keep the name in the database and change it in the code only");
    }
}

/// Whether something answers to the old name at the end of the script.
fn stays(name: &str, context: &Context<'_>) -> bool {
    let kind = crate::syntax::ir::ObjectKind::Table;
    context.script.after.find(None, name, kind).is_some()
}
