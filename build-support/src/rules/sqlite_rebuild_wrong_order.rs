#![doc = include_str!("sqlite_rebuild_wrong_order.md")]

use super::rebuild::dropped;
use super::{Form, Group, Reporter, Rule, ScriptContext};
use crate::catalog::Change;
use migratory_core::Dialect;

/// A table is renamed out of the way first, and what points at it follows.
pub(super) struct SqliteRebuildWrongOrder;

impl Rule for SqliteRebuildWrongOrder {
    fn name(&self) -> &'static str {
        "sqlite-rebuild-wrong-order"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_rebuild_wrong_order.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        for rebuild in script.rebuilds() {
            let step = &script.steps[rebuild.drop];
            let Some(old) = dropped(step).filter(|_| rebuild.form == Form::RenameFirst) else {
                continue;
            };
            // Whatever else the script does to them, this is where they point in the end.
            let children = script.after.children_of(old);
            let mut followers: Vec<String> = children
                .iter()
                .map(|(child, _)| format!("table `{}`", child.name))
                .collect();
            followers.dedup();
            let views = script.after.views_of(old);
            followers.extend(views.map(|view| format!("view `{}`", view.name)));
            if followers.is_empty() {
                continue;
            }
            let rename = script.steps.iter().find(
                |step| matches!(&step.change, Change::RenameTable { to, .. } if to.is(&old.name)),
            );
            report
                .at(rename.unwrap_or(step).span)
                .message(format!(
                    "renaming `{}` first makes {} point at `{}`",
                    rebuild.table,
                    followers.join(", "),
                    old.name
                ))
                .label("references follow the old table")
                .note(format!("`{}` is dropped afterwards, and they point at nothing", old.name))
                .help(format!(
                    "create the new table under another name, copy, drop `{0}`, then rename the new one to `{0}`",
                    rebuild.table
                ));
        }
    }
}
