//! The fifth stage: what is allowed. One rule is one `.rs`, one `.md` and one line in [`RULES`].

use migratory_core::Dialect;

use crate::Span;
use crate::catalog::{Catalog, Change};
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::Config;
use crate::syntax::ir::{ObjectName, Statement};

/// Every rule there is.
pub const RULES: &[&dyn Rule] = &[];

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
        matches!(self.group(), Group::Transactional | Group::Correctness)
    }

    /// Looks at one change.
    fn check(&self, _change: &Change<'_>, _context: &Context<'_>, _report: &mut Reporter<'_>) {}

    /// Looks at a whole script once all its statements ran.
    fn check_script(&self, _script: &ScriptContext<'_>, _report: &mut Reporter<'_>) {}
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
}

/// A change that was made, as [`Rule::check_script`] sees it.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// What was done.
    pub change: Change<'a>,
    /// Where it stands in the file.
    pub span: Span,
    /// Index of its statement in [`ScriptContext::statements`].
    pub statement: usize,
    /// The schema before it.
    pub before: Catalog,
    /// The schema after it.
    pub after: Catalog,
}

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

/// A change with what stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The script it belongs to, as far as it ran; `after` is the state after this change.
    pub script: &'a ScriptContext<'a>,
    /// The change itself with the schema before and after.
    pub step: &'a Step<'a>,
}

impl Context<'_> {
    /// Whether the table was made earlier in the same script: nobody has data in it or reads it yet.
    pub fn created_here(&self, table: &ObjectName) -> bool {
        self.script.before.table(table).is_none()
    }
}

/// Takes the findings of one rule on one script.
#[derive(Debug)]
pub struct Reporter<'a> {
    file: &'a str,
    rule: &'static str,
    level: Level,
    found: &'a mut Vec<Diagnostic>,
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.name() == name)
}
