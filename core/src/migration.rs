use core::fmt;

use crate::{Chain, Checksum, Dialect, Script, Version};

/// One versioned migration, as the build checked it. Generated code makes it in one constant call.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    version: Version,
    name: &'static str,
    description: &'static str,
    checksum: Checksum,
    link: u64,
    up: Script,
    down: Down,
    transaction: TransactionMode,
    foreign_keys: ForeignKeys,
    timeouts: Timeouts,
}

impl Migration {
    /// A migration that runs in a transaction, with foreign keys as they are and no timeouts of its own.
    ///
    /// `name` is the file's name without version and extension, `checksum` the tagged text of [`Checksum`], `link` its
    /// share in the [`Chain`].
    pub const fn new(
        version: Version,
        name: &'static str,
        checksum: &'static str,
        link: u64,
        up: Script,
        down: Down,
    ) -> Self {
        Self {
            version,
            name,
            description: "",
            checksum: Checksum::new(checksum),
            link,
            up,
            down,
            transaction: TransactionMode::InTransaction,
            foreign_keys: ForeignKeys::Keep,
            timeouts: Timeouts::NONE,
        }
    }

    /// With the description of its header.
    pub const fn with_description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// With its statements run one by one outside a transaction.
    pub const fn without_transaction(mut self) -> Self {
        self.transaction = TransactionMode::NoTransaction;
        self
    }

    /// With SQLite's foreign keys off while it runs, and checked before it commits.
    pub const fn with_foreign_keys_off(mut self) -> Self {
        self.foreign_keys = ForeignKeys::Off;
        self
    }

    /// With timeouts of its own.
    pub const fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The version that orders it.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The file's name without version and extension.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the header of the file says of it; empty when it says nothing.
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// The checksum of its canonical statements.
    pub const fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// Its share in the [`Chain`].
    pub const fn link(&self) -> u64 {
        self.link
    }

    /// What brings it in.
    pub const fn up(&self) -> &Script {
        &self.up
    }

    /// What takes it out again.
    pub const fn down(&self) -> &Down {
        &self.down
    }

    /// Whether it runs in a transaction.
    pub const fn transaction(&self) -> TransactionMode {
        self.transaction
    }

    /// What it needs of SQLite's foreign keys.
    pub const fn foreign_keys(&self) -> ForeignKeys {
        self.foreign_keys
    }

    /// Its own timeouts.
    pub const fn timeouts(&self) -> Timeouts {
        self.timeouts
    }
}

/// As its file is called: `0007_add_email`.
impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.version, self.name)
    }
}

/// A migration that runs after the versioned ones, and again whenever its checksum changes.
#[derive(Clone, Copy, Debug)]
pub struct Repeatable {
    key: i64,
    name: &'static str,
    checksum: Checksum,
    link: u64,
    script: Script,
    transaction: TransactionMode,
    timeouts: Timeouts,
}

impl Repeatable {
    /// A repeatable migration. `key` is negative, derived from the name by
    /// [`repeatable_key_of`](crate::repeatable_key_of), and is what the history has for a version.
    pub const fn new(
        key: i64,
        name: &'static str,
        checksum: &'static str,
        link: u64,
        script: Script,
    ) -> Self {
        assert!(key < 0, "a repeatable's key is negative");
        Self {
            key,
            name,
            checksum: Checksum::new(checksum),
            link,
            script,
            transaction: TransactionMode::InTransaction,
            timeouts: Timeouts::NONE,
        }
    }

    /// With its statements run one by one outside a transaction.
    pub const fn without_transaction(mut self) -> Self {
        self.transaction = TransactionMode::NoTransaction;
        self
    }

    /// With timeouts of its own.
    pub const fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// What the history has for a version.
    pub const fn key(&self) -> i64 {
        self.key
    }

    /// The file's name without `R__` and extension.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The checksum of its canonical statements.
    pub const fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// Its share in the [`Chain`].
    pub const fn link(&self) -> u64 {
        self.link
    }

    /// What it runs.
    pub const fn script(&self) -> &Script {
        &self.script
    }

    /// Whether it runs in a transaction.
    pub const fn transaction(&self) -> TransactionMode {
        self.transaction
    }

    /// Its own timeouts.
    pub const fn timeouts(&self) -> Timeouts {
        self.timeouts
    }
}

/// As its file is called: `R__reporting_views`.
impl fmt::Display for Repeatable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R__{}", self.name)
    }
}

/// What takes a migration out again.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Down {
    /// There is no down file.
    Missing,
    /// The file declares that there is no way back.
    Irreversible,
    /// A script.
    Script(Script),
}

impl Down {
    /// SQL in the form [`pack`](crate::pack) gives it; `file` is the path that messages name.
    pub const fn sql(file: &'static str, packed: &'static str) -> Self {
        Self::Script(Script::sql(file, packed))
    }
}

/// Whether a migration runs in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionMode {
    /// All statements and the history row together, where the database can.
    InTransaction,
    /// Statement by statement, with the progress recorded after each.
    NoTransaction,
}

/// What a migration needs of SQLite's foreign keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForeignKeys {
    /// They stay as the connection has them.
    Keep,
    /// They are off while it runs: it rebuilds a table that others refer to.
    Off,
}

/// How long a migration may wait and run; `None` leaves what the connection has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timeouts {
    /// How long a statement may wait for a lock, in milliseconds.
    pub lock_ms: Option<u32>,
    /// How long a statement may run, in milliseconds.
    pub statement_ms: Option<u32>,
}

impl Timeouts {
    /// None of either kind.
    pub const NONE: Self = Self {
        lock_ms: None,
        statement_ms: None,
    };

    /// These, and where one is missing that of the others.
    pub fn or(self, others: Self) -> Self {
        Self {
            lock_ms: self.lock_ms.or(others.lock_ms),
            statement_ms: self.statement_ms.or(others.statement_ms),
        }
    }
}

/// All migrations of one directory: the static list that the macro generates.
#[derive(Clone, Copy, Debug)]
#[must_use = "migrations do nothing until they are applied"]
pub struct Migrations {
    dialect: Dialect,
    scope: &'static str,
    versioned: Versioned,
    repeatable: &'static [Repeatable],
    head: Chain,
}

/// Where the versioned migrations are.
#[derive(Clone, Copy, Debug)]
enum Versioned {
    Listed(&'static [Migration]),
    Deferred(fn() -> &'static [Migration]),
}

impl Migrations {
    /// The scope of a program that has only one list of migrations.
    pub const DEFAULT_SCOPE: &'static str = "main";

    /// A list in the order of its versions. In a static the chain is summed up at compile time.
    ///
    /// # Panics
    ///
    /// If the versions do not ascend; in a static list this is a compile error.
    pub const fn new(
        dialect: Dialect,
        versioned: &'static [Migration],
        repeatable: &'static [Repeatable],
    ) -> Self {
        let mut head = Chain::EMPTY;
        let mut index = 0;
        while index < versioned.len() {
            let ascends = index == 0
                || versioned[index - 1].version.number() < versioned[index].version.number();
            assert!(ascends, "versions ascend");
            head = head.plus(versioned[index].link);
            index += 1;
        }
        index = 0;
        while index < repeatable.len() {
            head = head.plus(repeatable[index].link);
            index += 1;
        }
        Self {
            dialect,
            scope: Self::DEFAULT_SCOPE,
            versioned: Versioned::Listed(versioned),
            repeatable,
            head,
        }
    }

    /// A list whose versioned migrations are made when somebody first asks for one; a run that has nothing to do never does.
    ///
    /// `versioned` must give the same list every time, with ascending versions, and `head` must be the sum of the links of all
    /// migrations, repeatable ones included.
    pub const fn deferred(
        dialect: Dialect,
        versioned: fn() -> &'static [Migration],
        repeatable: &'static [Repeatable],
        head: u64,
    ) -> Self {
        Self {
            dialect,
            scope: Self::DEFAULT_SCOPE,
            versioned: Versioned::Deferred(versioned),
            repeatable,
            head: Chain::EMPTY.plus(head),
        }
    }

    /// With a scope of its own, so that several crates of one application can share a history table.
    pub const fn with_scope(mut self, scope: &'static str) -> Self {
        self.scope = scope;
        self
    }

    /// The database family it is written for.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its part of the history table.
    pub const fn scope(&self) -> &'static str {
        self.scope
    }

    /// The versioned migrations, in order.
    pub fn versioned(&self) -> &'static [Migration] {
        match self.versioned {
            Versioned::Listed(list) => list,
            Versioned::Deferred(list) => list(),
        }
    }

    /// The repeatable migrations, in the order they run.
    pub const fn repeatable(&self) -> &'static [Repeatable] {
        self.repeatable
    }

    /// The chain of a database where everything is applied.
    pub const fn head(&self) -> Chain {
        self.head
    }

    /// The newest version.
    pub fn latest(&self) -> Option<Version> {
        self.versioned().last().map(Migration::version)
    }

    /// The migration of a version.
    pub fn find(&self, version: Version) -> Option<&'static Migration> {
        let versioned = self.versioned();
        let index = versioned
            .binary_search_by_key(&version, Migration::version)
            .ok()?;
        Some(&versioned[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    static VERSIONED: [Migration; 3] =
        [migration(1, 10), migration(2, 20), migration(10, u64::MAX)];
    static REPEATABLE: [Repeatable; 1] = [Repeatable::new(
        -5,
        "views",
        "sha256:dd",
        3,
        Script::sql("R__views.sql", ""),
    )];
    static MIGRATIONS: Migrations = Migrations::new(Dialect::Sqlite, &VERSIONED, &REPEATABLE);

    const fn migration(number: u64, link: u64) -> Migration {
        Migration::new(
            Version::new(number, 4),
            "step",
            "sha256:aa",
            link,
            Script::sql("step.sql", ""),
            Down::Missing,
        )
    }

    #[test]
    fn the_head_commits_to_versioned_and_repeatable_migrations() {
        assert_eq!(
            MIGRATIONS.head(),
            [10, 20, u64::MAX, 3].into_iter().collect()
        );
    }

    #[test]
    fn a_migration_is_found_by_its_number_alone() {
        let found = MIGRATIONS.find(Version::new(10, 1)).unwrap();
        assert_eq!(found.to_string(), "0010_step");
        assert!(MIGRATIONS.find(Version::new(3, 4)).is_none());
        assert_eq!(MIGRATIONS.latest(), Some(Version::new(10, 4)));
    }

    #[test]
    fn a_deferred_list_is_made_when_it_is_asked_for() {
        fn never() -> &'static [Migration] {
            panic!("nobody asked")
        }
        let deferred = Migrations::deferred(Dialect::Sqlite, never, &[], 7).with_scope("x");
        assert_eq!((deferred.head().value(), deferred.scope()), (7, "x"));
        let deferred = Migrations::deferred(Dialect::Sqlite, || &VERSIONED, &[], 7);
        assert_eq!(deferred.versioned().len(), 3);
        assert_eq!(deferred.latest(), Some(Version::new(10, 4)));
    }

    #[test]
    #[should_panic(expected = "versions ascend")]
    fn a_list_out_of_order_does_not_compile() {
        static TWICE: [Migration; 2] = [migration(2, 1), migration(2, 1)];
        let _ = Migrations::new(Dialect::Sqlite, &TWICE, &[]);
    }
}
