use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use migratory_core::{
    Event, Goal, History, Lock, Migrations, Options, Outcome, Plan, Policy, Report, Resolution,
    Session, Status, Timeouts, Verdict, Version, status, verify,
};

use crate::Target;
use crate::target::{Request, Watch};

/// A run with settings.
///
/// A goal says where the run is to end, and without one it is the newest migration: [`to`](Self::to), [`down_to`](Self::down_to),
/// [`down_all`](Self::down_all), [`redo`](Self::redo), [`baseline`](Self::baseline), [`resolve`](Self::resolve). Then comes one verb:
/// [`apply`](Self::apply) goes there, [`plan`](Self::plan) says how it would, [`status`](Self::status) and [`verify`](Self::verify) look at what is.
///
/// A runner without a verb does nothing, and the compiler says so (F56):
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// fn start(migrations: migratory::Migrations) {
///     migrations.runner().dry_run();
/// }
/// ```
#[must_use = "a runner does nothing until it gets a verb"]
pub struct Runner<'r> {
    migrations: Migrations,
    options: Options,
    watch: Watch<'r>,
}

impl<'r> Runner<'r> {
    pub(crate) fn new(migrations: Migrations) -> Self {
        Self {
            migrations,
            options: Options::default(),
            watch: None,
        }
    }

    /// Up to this version and no further. It never goes down, and leaves repeatable migrations alone.
    pub fn to(self, version: impl Into<Version>) -> Self {
        self.goal(Goal::UpTo(version.into()))
    }

    /// Down to this version, which stays.
    pub fn down_to(self, version: impl Into<Version>) -> Self {
        self.goal(Goal::DownTo(version.into()))
    }

    /// Everything down.
    pub fn down_all(self) -> Self {
        self.goal(Goal::AllDown)
    }

    /// The newest applied migration down, and up again.
    pub fn redo(self) -> Self {
        self.goal(Goal::Redo)
    }

    /// Everything up to this version recorded as applied and not run: for a database that was migrated by other means.
    pub fn baseline(self, version: impl Into<Version>) -> Self {
        self.goal(Goal::Baseline(version.into()))
    }

    /// The migration that stands in part brought to an end, and nothing else.
    ///
    /// A run refuses a database in which a migration was interrupted outside of a transaction: what the statement left behind that was
    /// being run, it does not guess. Whoever has looked says how it goes on:
    ///
    /// | | it was going up | it was going down |
    /// |---|---|---|
    /// | [`Continue`](Resolution::Continue) | the statement that was being run, and those behind it; it is applied | the same of its way down; it is gone |
    /// | [`GoUp`](Resolution::GoUp) | all of its way up, from the first statement | the same |
    /// | [`GoDown`](Resolution::GoDown) | all of its way down, from the first statement | the same |
    /// | [`MarkDone`](Resolution::MarkDone) | recorded as applied, nothing is run | recorded as gone, nothing is run |
    /// | [`MarkUndone`](Resolution::MarkUndone) | recorded as gone, nothing is run | recorded as applied, nothing is run |
    ///
    /// With nothing to resolve it is refused.
    pub fn resolve(self, resolution: Resolution) -> Self {
        self.goal(Goal::Resolve(resolution))
    }

    /// Lets [`apply`](Self::apply) only report what it would do. It takes no lock and writes nothing.
    pub fn dry_run(mut self) -> Self {
        self.options.dry_run = true;
        self
    }

    /// Tells of every step while the run is under way.
    pub fn on_event(mut self, watch: impl FnMut(&Event) + Send + 'r) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    /// What to do about a history that does not fit. Without it the run is refused.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = policy;
        self
    }

    /// How long to wait for other processes. Without it a minute.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// How long the statements of a migration may wait for locks, and how long each may run, where its file asks for nothing else
    /// (`-- migratory: timeout(lock="5s", statement="10m")`). Without it as long as the server lets them.
    ///
    /// A migration that waited for a lock in vain is rolled back and tried again, five times at most; outside of a transaction that is
    /// the one statement, where it surely did nothing. Then the error names the transactions that were open. SQLite's locks are waited for
    /// as long as the lock timeout of the migration says, and neither SQLite nor MySQL limits how long a statement runs: then
    /// [`Event::TimeoutIgnored`] says so.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.options.timeouts = timeouts;
        self
    }

    /// How long a lock in a table lasts where `lock = "table"` in `migratory.toml` asks for one: a minute.
    pub const LEASE: Duration = Duration::from_secs(60);

    /// A lock that is a row of a table beside the history, `<history>_lock`, in place of a lock of the session: behind a pooler that hands
    /// out another connection of the server for each transaction (PgBouncer, `pool_mode = transaction`), and on a cluster each node of
    /// which has locks of its own (Galera). SQLite needs neither.
    ///
    /// It is held for the time of the lease, in whole seconds of the server's clock, and again with every statement, so the lock of a process
    /// that died is free when that time is over, and so is that of a future that was dropped where the client closes the connection
    /// (`mysql_async`, `sqlx-mysql`). In a transaction of PostgreSQL nobody takes it before that ends. Where a single statement
    /// outside of a transaction lasts longer than the lease, another run may take the lock: it finds the migration begun, refuses to go on,
    /// and runs nothing.
    ///
    /// Without a session of its own, a run on PostgreSQL sets no timeouts for statements outside of a transaction and says so
    /// ([`Event::TimeoutIgnored`]).
    pub fn table_lock(mut self, lease: Duration) -> Self {
        self.options.lock = Lock::Table {
            owner: unique(),
            lease,
        };
        self
    }

    /// Another name for the history table. Without it `migratory_history`.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.options.table = name.into();
        self
    }

    /// The schema of the history table; on SQLite the name of an attached database. Without it where the connection looks first.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.options.schema = Some(name.into());
        self
    }

    /// Another part of the history table than the list's own.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.options.scope = Some(scope.into());
        self
    }

    /// Who applies, for the history. Without it the user and the host of this process.
    pub fn applied_by(mut self, who: impl Into<String>) -> Self {
        self.options.applied_by = who.into();
        self
    }

    /// Goes to the goal.
    ///
    /// # Errors
    ///
    /// Why the run was refused or failed, and what still stands.
    pub fn apply<'c, C: Target>(self, connection: &'c mut C) -> C::Output<'c, Report>
    where
        'r: 'c,
    {
        connection.perform(self.request(Outcome::into_report))
    }

    /// What [`apply`](Self::apply) would do. It only reads.
    ///
    /// # Errors
    ///
    /// Why the run would be refused, or why the history cannot be read.
    pub fn plan<'c, C: Target>(self, connection: &'c mut C) -> C::Output<'c, Plan>
    where
        'r: 'c,
    {
        connection.perform(self.dry_run().request(Outcome::into_plan))
    }

    /// Where every migration stands. It only reads.
    ///
    /// # Errors
    ///
    /// Why the history cannot be read.
    pub fn status<'c, C: Target>(self, connection: &'c mut C) -> C::Output<'c, Vec<Status>>
    where
        'r: 'c,
    {
        connection.perform(self.reading(status))
    }

    /// Whether the database is where this program wants it. It only reads.
    ///
    /// # Errors
    ///
    /// Why the history cannot be read.
    pub fn verify<'c, C: Target>(self, connection: &'c mut C) -> C::Output<'c, Verdict>
    where
        'r: 'c,
    {
        connection.perform(self.reading(verify))
    }

    fn goal(mut self, goal: Goal) -> Self {
        self.options.goal = goal;
        self
    }

    fn request<T>(self, finish: fn(Outcome) -> T) -> Request<'r, T>
    where
        T: 'r,
    {
        Request {
            writes: !self.options.dry_run,
            dialect: self.migrations.dialect(),
            session: Session::new(&self.migrations, self.options),
            watch: self.watch,
            finish: Box::new(finish),
        }
    }

    fn reading<T>(self, finish: fn(&Migrations, &History) -> T) -> Request<'r, T>
    where
        T: 'r,
    {
        let list = self.migrations;
        Request {
            writes: false,
            dialect: list.dialect(),
            session: Session::read(&list, self.options),
            watch: self.watch,
            finish: Box::new(move |outcome| finish(&list, &outcome.into_history())),
        }
    }
}

impl fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A number that no other run has: the standard library seeds its hash tables with random numbers of the system, and never twice alike.
fn unique() -> u128 {
    let random = || u128::from(RandomState::new().hash_one(std::process::id()));
    random() << 64 | random()
}
