use std::ops::Deref;

use migratory_core::{
    Dialect, Migration, Migrations as List, Plan, Repeatable, Report, Status, Verdict,
};

use crate::{Runner, Target};

/// All migrations of one directory, with the verbs that run them: the `MIGRATIONS` that the macro generates.
///
/// The verbs here are those of a [`Runner`] with nothing set. What they give follows from the connection: a [`Result`] where
/// its client blocks.
#[derive(Clone, Copy, Debug)]
#[must_use = "migrations do nothing until they are applied"]
pub struct Migrations {
    list: List,
    table: Option<&'static str>,
    schema: Option<&'static str>,
    is_locked_in_table: bool,
}

impl Migrations {
    /// A list in the order of its versions.
    ///
    /// # Panics
    ///
    /// If the versions do not ascend; in a static list this is a compile error.
    pub const fn new(
        dialect: Dialect,
        versioned: &'static [Migration],
        repeatable: &'static [Repeatable],
    ) -> Self {
        Self::of(List::new(dialect, versioned, repeatable))
    }

    /// A list whose versioned migrations are made when somebody first asks for one, as [`migratory_core::Migrations::deferred`].
    pub const fn deferred(
        dialect: Dialect,
        versioned: fn() -> &'static [Migration],
        repeatable: &'static [Repeatable],
        head: u64,
    ) -> Self {
        Self::of(List::deferred(dialect, versioned, repeatable, head))
    }

    /// With a scope of its own, so that several crates of one application can share a history table.
    pub const fn with_scope(mut self, scope: &'static str) -> Self {
        self.list = self.list.with_scope(scope);
        self
    }

    /// With another name for the history table, as `table` in `migratory.toml` gives it.
    pub const fn with_table(mut self, name: &'static str) -> Self {
        self.table = Some(name);
        self
    }

    /// With a schema for the history table, as `schema` in `migratory.toml` gives it.
    pub const fn with_schema(mut self, name: &'static str) -> Self {
        self.schema = Some(name);
        self
    }

    /// With a lock that is a row of a table, as `lock = "table"` in `migratory.toml` asks for.
    pub const fn with_table_lock(mut self) -> Self {
        self.is_locked_in_table = true;
        self
    }

    /// A run with settings: where it is to end, what it does about a history that does not fit, who watches.
    pub fn runner<'r>(&self) -> Runner<'r> {
        let mut runner = Runner::new(self.list);
        if let Some(table) = self.table {
            runner = runner.table(table);
        }
        if self.is_locked_in_table {
            runner = runner.table_lock(Runner::LEASE);
        }
        match self.schema {
            Some(schema) => runner.schema(schema),
            None => runner,
        }
    }

    const fn of(list: List) -> Self {
        Self {
            list,
            table: None,
            schema: None,
            is_locked_in_table: false,
        }
    }

    /// Applies everything that is pending. With nothing to do it is one query and no write.
    ///
    /// # Errors
    ///
    /// Why the run was refused or failed, and what still stands.
    pub fn apply<'c, C: Target>(&self, connection: &'c mut C) -> C::Output<'c, Report> {
        self.runner().apply(connection)
    }

    /// What [`apply`](Self::apply) would do. It only reads.
    ///
    /// # Errors
    ///
    /// Why the run would be refused, or why the history cannot be read.
    pub fn plan<'c, C: Target>(&self, connection: &'c mut C) -> C::Output<'c, Plan> {
        self.runner().plan(connection)
    }

    /// Where every migration stands. It only reads.
    ///
    /// # Errors
    ///
    /// Why the history cannot be read.
    pub fn status<'c, C: Target>(&self, connection: &'c mut C) -> C::Output<'c, Vec<Status>> {
        self.runner().status(connection)
    }

    /// Whether the database is where this program wants it. It only reads.
    ///
    /// # Errors
    ///
    /// Why the history cannot be read.
    pub fn verify<'c, C: Target>(&self, connection: &'c mut C) -> C::Output<'c, Verdict> {
        self.runner().verify(connection)
    }
}

impl Deref for Migrations {
    type Target = List;

    fn deref(&self) -> &List {
        &self.list
    }
}

impl From<List> for Migrations {
    fn from(list: List) -> Self {
        Self::of(list)
    }
}
