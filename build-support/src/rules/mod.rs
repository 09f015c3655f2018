//! The fifth stage: what is allowed. One rule is one `.rs`, one `.md` and one line in [`RULES`].

use migratory_core::Dialect;

use crate::catalog::Change;
use crate::diagnostic::Level;

mod check;
mod context;
mod judge;
mod rebuild;
mod report;
mod session;

mod constraint_checks_left_off;
mod delete_without_where;
mod drop_and_recreate;
mod drop_column;
mod drop_table;
mod if_not_exists_no_op;
mod irreversible_down;
mod non_transactional_statement;
mod rename_column;
mod rename_table;
mod replace_into;
mod sqlite_add_column_forbidden;
mod sqlite_add_column_if_not_exists;
mod sqlite_add_column_nonconstant_default;
mod sqlite_add_column_not_null;
mod sqlite_autoincrement_reset;
mod sqlite_dangling_foreign_key;
mod sqlite_defer_fk_not_enough;
mod sqlite_drop_column_referenced;
mod sqlite_feature_version;
mod sqlite_missing_fk_check;
mod sqlite_pragma_in_transaction;
mod sqlite_rebuild_cascades;
mod sqlite_rebuild_drops_column;
mod sqlite_rebuild_loses_objects;
mod sqlite_rebuild_wrong_order;
mod sqlite_string_for_column;
mod transaction_nesting;
mod uncommitted_transaction;
mod update_without_where;

pub use check::{CHECKS, Check, Known, known, names, unknown_name};
pub use context::{Context, ScriptContext};
pub use judge::{Verdict, Waived, judge, level, unknown_levels};
pub use rebuild::{Form, Rebuild, needs_foreign_keys_off, rebuilds};
pub use report::{Finding, Reporter};
pub use sqlite_dangling_foreign_key::dangles;

/// Every rule there is.
pub const RULES: &[&dyn Rule] = &[
    &constraint_checks_left_off::ConstraintChecksLeftOff,
    &delete_without_where::DeleteWithoutWhere,
    &drop_and_recreate::DropAndRecreate,
    &drop_column::DropColumn,
    &drop_table::DropTable,
    &if_not_exists_no_op::IfNotExistsNoOp,
    &irreversible_down::IrreversibleDown,
    &non_transactional_statement::NonTransactionalStatement,
    &rename_column::RenameColumn,
    &rename_table::RenameTable,
    &replace_into::ReplaceInto,
    &sqlite_add_column_forbidden::SqliteAddColumnForbidden,
    &sqlite_add_column_if_not_exists::SqliteAddColumnIfNotExists,
    &sqlite_add_column_nonconstant_default::SqliteAddColumnNonconstantDefault,
    &sqlite_add_column_not_null::SqliteAddColumnNotNull,
    &sqlite_autoincrement_reset::SqliteAutoincrementReset,
    &sqlite_dangling_foreign_key::SqliteDanglingForeignKey,
    &sqlite_defer_fk_not_enough::SqliteDeferFkNotEnough,
    &sqlite_drop_column_referenced::SqliteDropColumnReferenced,
    &sqlite_feature_version::SqliteFeatureVersion,
    &sqlite_missing_fk_check::SqliteMissingFkCheck,
    &sqlite_pragma_in_transaction::SqlitePragmaInTransaction,
    &sqlite_rebuild_cascades::SqliteRebuildCascades,
    &sqlite_rebuild_drops_column::SqliteRebuildDropsColumn,
    &sqlite_rebuild_loses_objects::SqliteRebuildLosesObjects,
    &sqlite_rebuild_wrong_order::SqliteRebuildWrongOrder,
    &sqlite_string_for_column::SqliteStringForColumn,
    &transaction_nesting::TransactionNesting,
    &uncommitted_transaction::UncommittedTransaction,
    &update_without_where::UpdateWithoutWhere,
];

/// One thing that can go wrong in a migration.
pub trait Rule: Sync {
    /// Its name, as `allow(...)` spells it.
    fn name(&self) -> &'static str;

    /// Its group, which gives its default level.
    fn group(&self) -> Group;

    /// Its page: the documentation and the test.
    fn page(&self) -> &'static str;

    /// Its level where that differs from its group's.
    fn level(&self) -> Level {
        self.group().level()
    }

    /// The dialects it knows.
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql]
    }

    /// Whether it looks at scripts that go down as well.
    fn goes_down(&self) -> bool {
        matches!(
            self.group(),
            Group::Transactional | Group::Correctness | Group::DataDependent
        )
    }

    /// Looks at one change.
    fn check(&self, _change: &Change<'_>, _context: &Context<'_>, _report: &mut Reporter<'_>) {}

    /// Looks at a whole script once all its statements ran.
    fn check_script(&self, _script: &ScriptContext<'_>, _report: &mut Reporter<'_>) {}

    /// The way out, where the engine refuses a statement with these words and that is what this rule is about: then the
    /// finding bears the rule's name. It cannot be allowed, since the statement fails.
    fn rejection(&self, _words: &str, _statement: &str) -> Option<&'static str> {
        None
    }
}

/// The rule that the engine's refusal of a statement belongs to, and the way out.
pub fn rejection(words: &str, statement: &str) -> Option<(&'static dyn Rule, &'static str)> {
    let mut rules = RULES.iter().copied();
    rules.find_map(|rule| rule.rejection(words, statement).map(|help| (rule, help)))
}

/// Groups of rules that share a default level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Data is lost.
    Destructive,
    /// The running application breaks.
    Breaking,
    /// Other sessions wait.
    Blocking,
    /// Works on an empty database and fails on a full one.
    DataDependent,
    /// Transactions, re-runs, statements that cannot work where they stand.
    Transactional,
    /// Accepted by the engine, and wrong for certain.
    Correctness,
    /// Edited, removed, renamed, out of order.
    History,
    /// Design and taste.
    Style,
}

impl Group {
    /// Every group.
    pub const ALL: &[Self] = &[
        Self::Destructive,
        Self::Breaking,
        Self::Blocking,
        Self::DataDependent,
        Self::Transactional,
        Self::Correctness,
        Self::History,
        Self::Style,
    ];

    /// Its default level.
    pub fn level(self) -> Level {
        match self {
            Self::Destructive
            | Self::DataDependent
            | Self::Transactional
            | Self::Correctness
            | Self::History => Level::Deny,
            Self::Breaking | Self::Blocking => Level::Warn,
            Self::Style => Level::Allow,
        }
    }

    /// Its name, as `allow(...)` and `[levels]` spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Destructive => "destructive",
            Self::Breaking => "breaking",
            Self::Blocking => "blocking",
            Self::DataDependent => "data-dependent",
            Self::Transactional => "transactional",
            Self::Correctness => "correctness",
            Self::History => "history",
            Self::Style => "style",
        }
    }
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.name() == name)
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
