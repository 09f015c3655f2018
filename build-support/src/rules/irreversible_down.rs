#![doc = include_str!("irreversible_down.md")]

use super::{Group, Reporter, Rule, ScriptContext};
use crate::diagnostic::Level;

/// Nothing says how to undo a migration.
pub(super) struct IrreversibleDown;

impl Rule for IrreversibleDown {
    fn name(&self) -> &'static str {
        "irreversible-down"
    }

    fn group(&self) -> Group {
        Group::History
    }

    fn page(&self) -> &'static str {
        include_str!("irreversible_down.md")
    }

    fn level(&self) -> Level {
        Level::Allow
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        if !script.one_way {
            return;
        }
        report
            .at_file()
            .message(format!("`{}` has no way down", script.migration))
            .help("write a down script")
            .help("where there is no way back, say so in the header: `-- migratory: irreversible`");
    }
}
