mod clock;
mod event;
mod failure;
mod indexes;
mod listen;
mod locate;
mod op;
mod options;
mod record;
mod report;
mod secret;
mod speak;
mod step;
#[cfg(test)]
mod tests;
mod unwind;
mod work;

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::dialect::{Lease, SessionState, fnv1a};
use crate::plan::interrupted;
use crate::{
    Action, Chain, Change, Dialect, Goal, History, Label, LockKind, Migration, Migrations, Plan,
    Refusal, Table, Value, plan,
};
use locate::Unlocated;
use op::{Before, Join, Op, Record};
use speak::Line;
use work::{Ground, Work, apart, layout};

pub use event::Event;
pub use failure::{Failure, FailureKind, Fate};
pub use options::{Lock, Options};
pub use report::{Deed, Entry, Outcome, Report};
pub use step::{Class, Heard, Joined, Moment, Place, Purpose, Reply, Step};

/// A run as a conversation: [`step`](Session::step) says what is next, [`reply`](Session::reply) takes what came of it.
///
/// The session decides, and a driver performs. After [`Step::Done`], [`finish`](Session::finish) says how it ended. On
/// every way to that end open transactions are rolled back, locks released and settings restored by further steps.
#[derive(Debug)]
#[must_use = "a session does nothing until its steps are performed"]
pub struct Session {
    migrations: Migrations,
    options: Options,
    table: Table,
    /// The same, as the history is changed through it.
    records: Table,
    /// The lock, where it is a row.
    lease: Option<Lease>,
    /// The state of the session, once a migration is to run that may change it.
    session_state: Option<SessionState>,
    mode: Mode,
    /// What is to be said next, in order. The first is the one that waits for its reply.
    ops: VecDeque<Op>,
    /// The first op in words.
    line: Option<Line>,
    now: Moment,
    waiting: Option<Waiting>,
    /// When the run began to wait for a partial migration of another process.
    patient_since: Option<Duration>,
    /// Why the lock's table could not be created.
    without_lock: Option<String>,
    history: History,
    has_table: bool,
    marker: Marker,
    plan: VecDeque<Action>,
    steps: usize,
    current: Option<Current>,
    held: Held,
    entries: Vec<Entry>,
    events: Vec<Event>,
    outcome: Option<Outcome>,
    failure: Option<Failure>,
    is_closing: bool,
    /// What failed, until it is known which part of its message.
    unlocated: Option<Unlocated>,
    /// Whether the last change failed in a way that leaves open if it came about.
    is_in_doubt: bool,
    /// Whether somebody else kept the lock that the failed step waited for.
    is_blocked: bool,
}

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Run,
    DryRun,
    Read,
}

/// A wait in progress.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    since: Duration,
    turns: u32,
}

/// Whether SQLite's `user_version` is ours to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Theirs,
    /// Ours, with this value.
    Ours(i64),
}

/// What has to be given back.
#[derive(Clone, Debug, Default)]
struct Held {
    lock: bool,
    transaction: bool,
    /// What the open transaction did to the history, to be undone if it is rolled back.
    undo: Vec<Change>,
    /// Whether the open transaction created the history table.
    created_table: bool,
    /// What the marker is again if the open transaction is rolled back.
    marker: Option<Marker>,
    /// Foreign keys were on, and are off.
    foreign_keys: bool,
    /// Settings of the session may not be what they were.
    session: bool,
    /// The same of the database that is looked into first.
    database: bool,
}

/// The migration at hand.
#[derive(Clone, Debug)]
struct Current {
    work: Work,
    action: Action,
    started: Duration,
    attempt: u32,
    /// Whether its row says that it was begun.
    is_recorded: bool,
    done: usize,
    violations: Vec<Vec<Value>>,
    /// The indexes that were not valid before it.
    invalid_indexes: Vec<String>,
}

impl Session {
    /// A run, or with [`Options::dry_run`] what a run would do.
    pub fn new(migrations: &Migrations, options: Options) -> Self {
        let mode = if options.dry_run {
            Mode::DryRun
        } else {
            Mode::Run
        };
        let first = match options.goal {
            Goal::Latest if has_marker(migrations, &options) => Op::ReadMarkerFirst,
            Goal::Latest | Goal::UpTo(_) => Op::Probe,
            _ => Op::Look,
        };
        Self::beginning_with(first, mode, migrations, options)
    }

    /// Reads the history for [`status`](crate::status), [`verify`](crate::verify) and [`plan`](crate::plan()): one
    /// query, no lock, no write. A database without history table has an empty history.
    pub fn read(migrations: &Migrations, options: Options) -> Self {
        Self::beginning_with(Op::Look, Mode::Read, migrations, options)
    }

    /// What to do next. Asked twice without a reply between, it says the same twice.
    pub fn step(&mut self) -> Step<'_> {
        self.prepare();
        self.spoken()
    }

    /// Takes what came of the last step, and when.
    pub fn reply(&mut self, reply: Reply, at: Moment) -> Heard {
        self.now = at;
        let line = self.line.take();
        let Some(op) = self.ops.pop_front() else {
            return Heard::Noted;
        };
        let heard = self.listen(op, line, reply);
        self.prepare();
        heard
    }

    /// The events since the last call.
    pub fn events(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.events.drain(..)
    }

    /// Says who applies, unless the options do. To find that out takes time, so a driver does it when there is something
    /// to do: at [`Event::Started`].
    pub fn identify(&mut self, who: impl FnOnce() -> String) {
        if self.options.applied_by.is_empty() {
            self.options.applied_by = who();
        }
    }

    /// Gives the run up: the steps that still come only clean up. For a driver whose caller went away.
    pub fn abandon(&mut self) {
        if self.outcome.is_none() && self.failure.is_none() {
            self.assume_performed();
            self.line = None;
            self.is_closing = false;
            self.fail(FailureKind::Abandoned);
            self.doubt_abandoned();
        }
    }

    /// Whether a lock, a transaction or a changed setting is on the connection just now.
    pub fn holds_anything(&self) -> bool {
        self.held.lock
            || self.held.transaction
            || self.held.foreign_keys
            || self.held.session
            || self.held.database
    }

    /// How the run ended.
    ///
    /// # Errors
    ///
    /// Why it failed and what still stands; [`FailureKind::Abandoned`] if it had not come to [`Step::Done`].
    // Once in a run: its size does not matter.
    #[allow(clippy::result_large_err)]
    pub fn finish(mut self) -> Result<Outcome, Failure> {
        match (self.failure.take(), self.outcome.take()) {
            (Some(failure), _) => Err(failure),
            (None, Some(outcome)) => Ok(outcome),
            (None, None) => Err(self.describe(FailureKind::Abandoned)),
        }
    }

    fn beginning_with(first: Op, mode: Mode, migrations: &Migrations, options: Options) -> Self {
        let table = Table::new(
            migrations.dialect(),
            options.schema.as_deref(),
            &options.table,
        );
        let lease = match options.lock {
            Lock::Session => None,
            Lock::Table { owner, lease } => Lease::new(&table, owner, lease),
        };
        Self {
            migrations: *migrations,
            lease,
            records: table.clone(),
            table,
            session_state: None,
            options,
            mode,
            ops: VecDeque::from([first]),
            line: None,
            now: Moment::default(),
            waiting: None,
            patient_since: None,
            without_lock: None,
            history: History::default(),
            has_table: false,
            marker: Marker::Theirs,
            plan: VecDeque::new(),
            steps: 0,
            current: None,
            held: Held::default(),
            entries: Vec::new(),
            events: Vec::new(),
            outcome: None,
            failure: None,
            is_closing: false,
            unlocated: None,
            is_in_doubt: false,
            is_blocked: false,
        }
    }

    /// Thinks until there is something to say.
    fn prepare(&mut self) {
        while self.line.is_none() {
            self.line = self.next_line();
        }
    }

    /// The next op in words; `None` if it was one that only the session itself needs.
    fn next_line(&mut self) -> Option<Line> {
        let Some(op) = self.ops.front().cloned() else {
            return self.advance();
        };
        let line = match op {
            Op::Decide | Op::Complete | Op::Again => None,
            _ => self.speak(&op),
        };
        if line.is_none() {
            self.ops.pop_front();
            match op {
                Op::Decide => self.decide(),
                Op::Complete => self.complete(),
                Op::Again => self.lay_out(),
                Op::ReadSession => self.hold_session(),
                Op::Join(join) => self.take_apart(&join),
                _ => {}
            }
        }
        line
    }

    /// Nothing more was laid out: the next migration begins, or the run is closed, or it is over.
    fn advance(&mut self) -> Option<Line> {
        if self.failure.is_none()
            && self.outcome.is_none()
            && let Some(action) = self.plan.pop_front()
        {
            self.begin(action);
            return None;
        }
        if !self.is_closing {
            self.close();
            return None;
        }
        if self.failure.is_none() && self.outcome.is_none() {
            self.outcome = Some(Outcome::Ran(self.report()));
        }
        Some(Line::Done)
    }

    /// What is known of the history without a lock. Only a plan with nothing to do is trusted; anything else is looked at
    /// again under the lock.
    fn consider(&mut self) {
        if self.mode == Mode::Read {
            self.outcome = Some(Outcome::Read(core::mem::take(&mut self.history)));
            return;
        }
        match (self.mode, self.make_plan()) {
            (Mode::DryRun, Ok(plan)) => self.outcome = Some(Outcome::WouldRun(plan)),
            (Mode::DryRun, Err(refusal)) => self.fail(FailureKind::Refused(refusal)),
            (_, Ok(plan)) if plan.is_empty() => self.nothing_to_do(),
            _ => self.lock(),
        }
    }

    fn nothing_to_do(&mut self) {
        self.outcome = Some(match self.mode {
            Mode::DryRun => Outcome::WouldRun(Plan::nothing(
                self.migrations.versioned().last().map(Label::from),
            )),
            _ => Outcome::Ran(self.report()),
        });
    }

    fn lock(&mut self) {
        match self.migrations.dialect().capabilities().lock {
            LockKind::Transaction => {
                self.ops
                    .extend([Op::Begin, Op::ReadHistory, Op::ReadMarker, Op::Decide])
            }
            LockKind::Advisory | LockKind::Named => {
                self.ops
                    .extend([Op::Claim, Op::Lock, Op::ReadHistory, Op::Decide])
            }
        }
    }

    /// Whether what is set for the session is set for all that follows: not where a pooler hands out another connection of the
    /// server for each transaction.
    fn has_session(&self) -> bool {
        self.lease.is_none() || self.dialect() != Dialect::Postgres
    }

    /// Makes the plan, with the lock held and the history just read.
    fn decide(&mut self) {
        let is_first = self.steps == 0;
        if self.options.goal == Goal::Redo && !self.entries.is_empty() {
            return self.fail(FailureKind::Changed);
        }
        if let Some(partial) = interrupted(&self.migrations, &self.history)
            && self.is_alive(&partial)
        {
            return match self.is_patient() {
                true => self.wait_for_partial(),
                false => self.fail(FailureKind::Refused(Refusal::Partial(partial.into()))),
            };
        }
        let plan = match self.make_plan() {
            Ok(plan) => plan,
            Err(refusal) => return self.fail(FailureKind::Refused(refusal)),
        };
        self.patient_since = None;
        self.plan = plan.into_actions().into();
        self.steps = self.entries.len() + self.plan.len();
        match (is_first, self.plan.is_empty()) {
            (_, true) => {}
            (true, _) => self.events.push(Event::Started { steps: self.steps }),
            (false, _) => self.events.push(Event::Replanned),
        }
        // Where the lock is a transaction, the table is created in the one that the first migration has.
        if self.migrations.dialect().capabilities().lock != LockKind::Transaction
            && !self.plan.is_empty()
        {
            self.ops.push_back(Op::CreateTable);
        }
    }

    fn begin(&mut self, action: Action) {
        let work = Work::new(
            action.clone(),
            self.migrations.dialect().capabilities(),
            self.options.timeouts,
        );
        let (label, direction) = (work.label.clone(), work.direction());
        if work.has_ignored_timeout(self.migrations.dialect().capabilities(), self.has_session()) {
            self.events.push(Event::TimeoutIgnored {
                label: label.clone(),
            });
        }
        let (first, step) = (work.first, self.steps - self.plan.len());
        self.events.push(Event::Applying {
            label,
            direction,
            step,
            steps: self.steps,
        });
        self.current = Some(Current {
            work,
            action,
            started: self.now.elapsed,
            attempt: 1,
            is_recorded: false,
            done: first,
            violations: Vec::new(),
            invalid_indexes: Vec::new(),
        });
        self.lay_out();
    }

    fn lay_out(&mut self) {
        let Some(current) = &self.current else { return };
        let capabilities = self.migrations.dialect().capabilities();
        self.ops.extend(layout(
            &current.work,
            Ground {
                capabilities,
                is_open: self.held.transaction,
                may_lose_lock: self.lease.is_some(),
            },
        ));
    }

    fn take_apart(&mut self, join: &Join) {
        let parts = self.current.iter().flat_map(|it| apart(&it.work, join));
        for op in parts.collect::<Vec<Op>>().into_iter().rev() {
            self.ops.push_front(op);
        }
    }

    fn complete(&mut self) {
        let Some(Current {
            work,
            action,
            started,
            ..
        }) = self.current.take()
        else {
            return;
        };
        let took = self.now.elapsed.saturating_sub(started);
        if let Action::Baseline(covered) = action {
            let labels = covered.into_iter().map(Label::from);
            self.events
                .extend(labels.clone().map(|label| Event::Skipped { label }));
            let entry = |label| Entry {
                label,
                what: Deed::Baselined,
                took,
            };
            self.entries.extend(labels.map(entry));
            return;
        }
        let direction = work.direction();
        let label = work.label.clone();
        self.events.push(match work.deed.is_run() {
            false => Event::Skipped { label },
            true => Event::Applied {
                label,
                direction,
                took,
            },
        });
        self.entries.push(Entry {
            label: work.label,
            what: work.deed,
            took,
        });
    }

    /// What was done so far, handed out once.
    fn report(&mut self) -> Report {
        Report {
            entries: core::mem::take(&mut self.entries),
            elapsed: self.now.elapsed,
            is_dry: false,
        }
    }

    fn make_plan(&self) -> Result<Plan, Refusal> {
        plan(
            &self.migrations,
            &self.history,
            self.options.goal,
            self.options.policy,
        )
    }

    /// The chain of a database that is where the goal wants it, if that can be known from the list alone.
    fn chain_of_goal(&self) -> Option<Chain> {
        match self.options.goal {
            Goal::Latest => Some(self.migrations.head()),
            Goal::UpTo(version) => {
                let covered = self
                    .migrations
                    .versioned()
                    .iter()
                    .filter(|migration| migration.version() <= version);
                self.migrations
                    .find(version)
                    .map(|_| covered.map(Migration::link).collect())
            }
            _ => None,
        }
    }

    /// What `user_version` holds for a chain.
    ///
    /// Another table or scope has other markers: the same list may be applied a second time beside itself.
    fn marker_of(&self, chain: Chain) -> i64 {
        let is_usual =
            self.options.table == Table::DEFAULT_NAME && self.scope() == Migrations::DEFAULT_SCOPE;
        let salt = if is_usual {
            0
        } else {
            fnv1a(format!("{}\0{}", self.options.table, self.scope()).as_bytes())
        };
        chain.plus(salt).marker()
    }

    fn scope(&self) -> Cow<'_, str> {
        match &self.options.scope {
            Some(scope) => scope.as_str().into(),
            None => self.migrations.scope().into(),
        }
    }

    fn dialect(&self) -> Dialect {
        self.migrations.dialect()
    }
}

/// Whether `user_version` can speak for the history: it is the main database's, and another schema has another.
fn has_marker(migrations: &Migrations, options: &Options) -> bool {
    migrations.dialect().capabilities().has_marker && options.schema.is_none()
}
