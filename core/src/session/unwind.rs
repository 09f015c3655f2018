//! What happens when a step does not succeed: waiting, trying again, planning again, and the orderly way out.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use super::clock::parse_utc;
use super::locate::Fault;
use super::secret::{may_hold_secret, without_literals};
use super::speak::Topic;
use super::work::Subject;
use super::{
    Before, Class, Current, Event, Failure, FailureKind, Fate, Heard, Line, Op, Purpose, Record,
    Session, Waiting,
};
use crate::{Dialect, Interrupted, Label, LockKind, Script};

/// How long to sleep before an op is tried again: short at first, because most writers are quick.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Statements that do nothing where they wait for others in vain.
const DEFINITIONS: [&str; 5] = ["alter", "create", "drop", "rename", "truncate"];
/// A partial migration of another process makes progress at its own pace.
const PARTIAL_PAUSE: Duration = Duration::from_millis(100);

impl Session {
    /// Decides what a failed op means.
    pub(super) fn failed(
        &mut self,
        op: Op,
        line: Option<&Line>,
        class: Class,
        message: String,
    ) -> Heard {
        let (message, is_secret) = self.sayable(&op, message);
        if self.is_closing || op == Op::AskHolder {
            self.failed_in_cleanup(&op, class, message);
            return Heard::Noted;
        }
        if op == Op::Rollback && class == Class::NoTransaction {
            self.rolled_back();
            return Heard::Noted;
        }
        if op == Op::CreateLock {
            self.without_lock = Some(message);
            return Heard::Noted;
        }
        if matches!(op, Op::Claim | Op::Lock) && class.is_transient() && self.wait_for_lock() {
            return Heard::Noted;
        }
        let fault = Fault {
            class,
            message,
            is_secret,
        };
        match op {
            Op::Join(join) => self.join_failed(&join, line, fault),
            op => self.settle(op, name_of(line), fault),
        }
    }

    /// Decides what a failure means once it is known what failed.
    pub(super) fn settle(&mut self, op: Op, purpose: &'static str, fault: Fault) -> Heard {
        let Fault {
            class,
            message,
            is_secret,
        } = fault;
        if class == Class::Busy && self.may_repeat(&op) {
            if self.wait(op) {
                return Heard::Noted;
            }
            let waited = self.waited();
            self.fail(FailureKind::LockTimeout {
                waited,
                holder: None,
            });
            return Heard::Ended;
        }
        if class.is_transient() && self.may_start_over() {
            self.start_over(message);
            return Heard::Noted;
        }
        if let Op::Statement(index) = op
            && class.is_transient()
            && self.may_say_again(index)
        {
            self.say_again(index, message);
            return Heard::Noted;
        }
        self.is_blocked = class == Class::LockTimeout;
        let kind = self.kind_of(&op, purpose, class, message);
        self.is_in_doubt = matches!(op, Op::Record(_) | Op::Commit);
        self.fail(kind);
        match is_secret {
            true => Heard::Withheld,
            false => Heard::Ended,
        }
    }

    /// A failure's message as it may be said, and whether anything of it has to be kept back.
    fn sayable(&self, op: &Op, message: String) -> (String, bool) {
        let statements = self.current.iter().flat_map(|it| &it.work.statements);
        let meant: Vec<&str> = statements
            .enumerate()
            .filter(|(at, _)| match op {
                Op::Statement(index) => at == index,
                // What is checked last may be about any of them.
                Op::Commit => true,
                Op::Join(join) => join.closes || Some(*at) == join.statement,
                _ => false,
            })
            .map(|(_, statement)| statement.sql)
            .collect();
        match meant.iter().any(|sql| may_hold_secret(sql)) {
            false => (message, false),
            true => (without_literals(self.dialect(), &message, &meant), true),
        }
    }

    /// Ends the run: from here on its steps only clean up.
    pub(super) fn fail(&mut self, kind: FailureKind) {
        self.ops.clear();
        self.plan.clear();
        self.failure = Some(self.describe(kind));
    }

    /// A failure of this kind, at this point.
    pub(super) fn describe(&mut self, kind: FailureKind) -> Failure {
        let fate = match (&self.current, &kind) {
            (None, _) => Fate::None,
            (Some(current), FailureKind::TransactionEnded { .. }) => {
                Fate::Ended(current.work.label.clone())
            }
            (Some(current), FailureKind::TransactionLeftOpen { .. }) => {
                Fate::LeftOpen(current.work.label.clone())
            }
            (Some(current), _) if current.is_recorded => Fate::Partial {
                label: current.work.label.clone(),
                direction: current.work.direction(),
                done: current.done,
                total: current.work.total,
            },
            (Some(current), _) if current.work.is_whole && self.held.transaction => {
                Fate::RolledBack(current.work.label.clone())
            }
            (Some(_), _) => Fate::None,
        };
        Failure {
            kind: Box::new(kind),
            report: self.report(),
            fate,
            invalid_indexes: Vec::new(),
            blockers: Vec::new(),
            cleanup: Vec::new(),
        }
    }

    /// Gives back what is held. Each op speaks only if there is something to give back.
    pub(super) fn close(&mut self) {
        self.is_closing = true;
        self.waiting = None;
        self.ops
            .extend([Op::Rollback, Op::RestoreSession, Op::RestoreDatabase]);
        if self.is_blocked {
            self.ops.push_back(Op::AskBlockers);
        }
        let kind = self.failure.as_ref().map(Failure::kind);
        if matches!(kind, Some(FailureKind::Migration { .. })) {
            self.ops.push_back(Op::FindInvalidIndexes);
        }
        if let Some(message) = self.reason_on_record() {
            self.ops.push_back(Op::Record(Record::Error { message }));
        }
        self.ops.extend([Op::ForeignKeysOn, Op::Unlock]);
    }

    /// What the row of a migration that stands in part is to say of why: then nobody waits for it, and its progress is the
    /// one of the report.
    fn reason_on_record(&self) -> Option<String> {
        let failure = self.failure.as_ref()?;
        match (failure.kind(), failure.fate()) {
            // The row may be another one's by now.
            (FailureKind::LockLost, _) => None,
            (FailureKind::Migration { message, .. }, Fate::Partial { .. }) => Some(message.clone()),
            (kind, Fate::Partial { .. }) => Some(kind.to_string()),
            _ => None,
        }
    }

    /// An op of the cleanup failed: that is reported, and the others go on.
    pub(super) fn cleanup_failed(&mut self, what: &str, message: &str) {
        let message = format!("{what}: {message}");
        let label = self.label_in_doubt();
        match &mut self.failure {
            Some(failure) => {
                failure.fate = label.map_or(failure.fate.clone(), Fate::Unknown);
                failure.cleanup.push(message);
            }
            None => {
                self.outcome = None;
                let mut failure = self.describe(FailureKind::Cleanup);
                failure.cleanup.push(message);
                self.failure = Some(failure);
            }
        }
    }

    /// Puts an op back, behind a pause; `false` if the time to wait is over.
    pub(super) fn wait(&mut self, op: Op) -> bool {
        let limit = self.lock_timeout();
        if self.waiting.is_none() {
            self.events.push(Event::Waiting { at_most: limit });
        }
        let now = self.now.elapsed;
        let waiting = self.waiting.get_or_insert(Waiting {
            since: now,
            turns: 0,
        });
        let waited = now.saturating_sub(waiting.since);
        if waited >= limit {
            return false;
        }
        let pause = FIRST_PAUSE
            .saturating_mul(1 << waiting.turns.min(10))
            .min(LONGEST_PAUSE)
            .min(limit - waited);
        waiting.turns += 1;
        self.ops.push_front(op);
        self.ops.push_front(Op::Wait(pause));
        true
    }

    /// Tries the lock again, behind a pause; `false` if the time to wait is over.
    pub(super) fn wait_for_lock(&mut self) -> bool {
        self.ops.retain(|op| *op != Op::Lock);
        self.ops.push_front(Op::Lock);
        self.wait(Op::Claim)
    }

    /// The server-side wait of the next try for the lock: none at first, then what is left of the time.
    pub(super) fn lock_wait_seconds(&self) -> u64 {
        match self.waiting {
            None => 0,
            Some(_) => self
                .lock_timeout()
                .saturating_sub(self.waited())
                .as_millis()
                .div_ceil(1000) as u64,
        }
    }

    pub(super) fn hear_holder(&mut self, holder: Option<&str>) {
        let waited = self.waited();
        self.fail(FailureKind::LockTimeout {
            waited,
            holder: holder.map(Into::into),
        });
    }

    /// Somebody else changed the history since the plan was made: it is read again, in the transaction that found out.
    pub(super) fn replan(&mut self) {
        self.ops.clear();
        self.plan.clear();
        self.current = None;
        if self.held.foreign_keys {
            self.ops
                .extend([Op::Rollback, Op::ForeignKeysOn, Op::Begin]);
        }
        self.ops
            .extend([Op::ReadHistory, Op::ReadMarker, Op::Decide]);
    }

    /// Where the lock is not held between the statements of a migration, one that is under way may belong to a process that
    /// is alive: it made progress not long ago, and nothing has stopped it.
    pub(super) fn is_alive(&self, partial: &Interrupted) -> bool {
        let age = parse_utc(&partial.since).map(|since| self.now.utc_ms.abs_diff(since));
        self.dialect().capabilities().lock == LockKind::Transaction
            && partial.error.is_none()
            && age.is_some_and(|age| Duration::from_millis(age) < self.options.lock_timeout)
    }

    /// Whether such a process is still waited for.
    pub(super) fn is_patient(&self) -> bool {
        self.patient_since
            .is_none_or(|since| self.now.elapsed.saturating_sub(since) < self.options.lock_timeout)
    }

    pub(super) fn wait_for_partial(&mut self) {
        if self.patient_since.is_none() {
            self.patient_since = Some(self.now.elapsed);
            self.events.push(Event::Waiting {
                at_most: self.options.lock_timeout,
            });
        }
        self.ops.extend([
            Op::Rollback,
            Op::Wait(PARTIAL_PAUSE),
            Op::Begin,
            Op::ReadHistory,
            Op::ReadMarker,
            Op::Decide,
        ]);
    }

    /// The migration of which it is not known whether its last change came about: the step failed, and what followed it
    /// failed as well, so it may be the connection that is gone.
    fn label_in_doubt(&self) -> Option<Label> {
        let current = self.current.as_ref().filter(|_| self.is_in_doubt)?;
        Some(current.work.label.clone())
    }

    /// A step was said and its reply will not come: what it may have done has to be given back.
    pub(super) fn assume_performed(&mut self) {
        let Some(op) = self.ops.front().filter(|_| self.line.is_some()).cloned() else {
            return;
        };
        match op {
            Op::Begin => self.held.transaction = true,
            Op::Join(join) => {
                self.held.transaction |= join.before == Before::Begin;
                let changes = matches!(join.before, Before::Record(_)) && !self.held.transaction;
                self.is_in_doubt = join.closes || changes;
            }
            Op::Claim | Op::Lock => self.held.lock = true,
            Op::ForeignKeysOff => self.held.foreign_keys = true,
            Op::Commit => self.is_in_doubt = true,
            Op::Record(_) => self.is_in_doubt = !self.held.transaction,
            _ => {}
        }
    }

    /// A commit was under way when the run was given up. Not every database can say afterwards that it had happened: some
    /// take the rollback of no transaction for a success.
    pub(super) fn doubt_abandoned(&mut self) {
        let label = self.label_in_doubt();
        if let (Some(failure), Some(label)) = (&mut self.failure, label) {
            failure.fate = Fate::Unknown(label);
        }
    }

    fn failed_in_cleanup(&mut self, op: &Op, class: Class, message: String) {
        let label =
            |current: &Option<Current>| current.as_ref().map(|current| current.work.label.clone());
        match op {
            Op::AskHolder => return self.hear_holder(None),
            // Not everybody may see what others do.
            Op::AskBlockers => return,
            Op::Rollback => {
                self.rolled_back();
                let ended = class == Class::NoTransaction;
                if let (Some(failure), Some(label)) = (&mut self.failure, label(&self.current)) {
                    match (&failure.fate, ended) {
                        (Fate::RolledBack(_), true) => failure.fate = Fate::Ended(label),
                        (Fate::RolledBack(_), false) => failure.fate = Fate::Unknown(label),
                        _ => {}
                    }
                }
                if ended {
                    return;
                }
            }
            Op::Unlock => self.held.lock = false,
            Op::ForeignKeysOn => self.held.foreign_keys = false,
            Op::RestoreSession => self.held.session = false,
            Op::RestoreDatabase => self.held.database = false,
            Op::Record(_) => self.keep_to_the_record(),
            _ => {}
        }
        self.cleanup_failed(name_in_cleanup(op), &message);
    }

    /// The progress could not be recorded any more, so the report says what the history says.
    fn keep_to_the_record(&mut self) {
        let Some(Subject::One(identity)) = self.current.as_ref().map(|it| &it.work.subject) else {
            return;
        };
        if let (Some(Fate::Partial { done, .. }), Some(row)) = (
            self.failure.as_mut().map(|failure| &mut failure.fate),
            self.history.find(identity.key),
        ) {
            *done = usize::try_from(row.statements_done).unwrap_or(0);
        }
    }

    /// Whether an op did nothing when the database was busy, so that it can simply be said again.
    fn may_repeat(&self, op: &Op) -> bool {
        match op {
            Op::Begin | Op::Commit | Op::Look | Op::ReadHistory | Op::Recheck | Op::ReadMarker => {
                true
            }
            Op::Call => false,
            _ => !self.held.transaction,
        }
    }

    /// Whether the migration at hand can be rolled back and run again.
    fn may_start_over(&self) -> bool {
        self.held.transaction
            && self.current.as_ref().is_some_and(|current| {
                let is_rust = matches!(current.work.script, Some(Script::Rust(_)));
                current.work.is_whole && !is_rust && current.attempt < self.options.attempts
            })
    }

    fn start_over(&mut self, reason: String) {
        let pause = self.next_attempt(reason);
        if let Some(current) = &mut self.current {
            current.done = current.work.first;
        }
        self.ops.clear();
        self.ops.extend([Op::Rollback, Op::Wait(pause), Op::Again]);
    }

    /// Whether a statement that waited for others in vain did nothing, and can be said again by itself: outside of a transaction, its own
    /// as well as one that a statement before it may have begun. On MySQL rows may be in a table that knows no transactions, and stay.
    fn may_say_again(&self, index: usize) -> bool {
        let Some(current) = self.current.as_ref().filter(|_| !self.held.transaction) else {
            return false;
        };
        let mut so_far = current.work.statements.iter().take(index + 1);
        let is_definition = self.statement_at(index).is_some_and(|it| {
            let word = it
                .sql
                .trim_start()
                .split(|it: char| !it.is_ascii_alphabetic())
                .next();
            word.is_some_and(|word| DEFINITIONS.iter().any(|it| it.eq_ignore_ascii_case(word)))
        });
        current.attempt < self.options.attempts
            && so_far.all(|statement| !statement.touches_session)
            && (is_definition || self.dialect() == Dialect::Postgres)
    }

    fn say_again(&mut self, index: usize, reason: String) {
        let pause = self.next_attempt(reason);
        let again = [
            Op::Wait(pause),
            Op::FindLeftIndex(index),
            Op::Statement(index),
        ];
        again
            .into_iter()
            .rev()
            .for_each(|op| self.ops.push_front(op));
    }

    /// Counts an attempt, and says how long to sleep before it.
    fn next_attempt(&mut self, reason: String) -> Duration {
        let Some(current) = &mut self.current else {
            return FIRST_PAUSE;
        };
        let pause = FIRST_PAUSE
            .saturating_mul(1 << current.attempt.min(10))
            .min(LONGEST_PAUSE);
        current.attempt += 1;
        self.events.push(Event::Retrying {
            label: current.work.label.clone(),
            reason,
        });
        pause
    }

    /// Whoever had the lock is perhaps still there.
    pub(super) fn hear_blockers(&mut self, blockers: Vec<String>) {
        if let Some(failure) = &mut self.failure {
            failure.blockers = blockers;
        }
    }

    fn kind_of(
        &self,
        op: &Op,
        purpose: &'static str,
        class: Class,
        message: String,
    ) -> FailureKind {
        let index = match op {
            Op::Commit | Op::Statement(_) | Op::Call if class == Class::NoTransaction => {
                return FailureKind::TransactionEnded {
                    label: self.label(),
                    place: self.noticed_at(op),
                };
            }
            _ if class == Class::InTransaction => return FailureKind::InTransaction,
            _ if class == Class::OpenTransaction => {
                return FailureKind::TransactionLeftOpen {
                    label: self.label(),
                };
            }
            Op::Statement(index) => *index,
            Op::Call => 0,
            Op::Claim | Op::Lock if class == Class::MissingTable => {
                return self.without_lock_table(message);
            }
            _ => {
                return FailureKind::Step { purpose, message };
            }
        };
        let place = self.place(index);
        FailureKind::Migration {
            label: place.label.clone(),
            direction: place.direction,
            file: place.file.into(),
            line: place.line,
            index,
            total: place.total,
            message,
        }
    }

    /// Why the lock's table is not there, if its creation said; else how that was noticed.
    fn without_lock_table(&self, noticed: String) -> FailureKind {
        let refused = self.without_lock.clone().unwrap_or_default();
        FailureKind::Step {
            purpose: Purpose::CreateLock.as_str(),
            message: if refused.is_empty() { noticed } else { refused },
        }
    }

    fn label(&self) -> Option<Label> {
        let current = self.current.as_ref()?;
        Some(current.work.label.clone())
    }

    /// Where the op is that broke the rules of its transaction.
    fn noticed_at(&self, op: &Op) -> Option<String> {
        match op {
            Op::Statement(index) => {
                let place = self.place(*index);
                Some(format!("{}:{}", place.file, place.line))
            }
            Op::Call => Some(self.place(0).file.into()),
            _ => None,
        }
    }

    fn waited(&self) -> Duration {
        self.waiting.map_or(Duration::ZERO, |waiting| {
            self.now.elapsed.saturating_sub(waiting.since)
        })
    }

    /// A migration's own limit counts where the run itself does the waiting; elsewhere the server keeps to it.
    fn lock_timeout(&self) -> Duration {
        let own = self
            .current
            .as_ref()
            .and_then(|current| current.work.timeouts.lock_ms);
        match (own, self.dialect().capabilities().lock) {
            (Some(ms), LockKind::Transaction) => Duration::from_millis(u64::from(ms)),
            _ => self.options.lock_timeout,
        }
    }
}

fn name_of(line: Option<&Line>) -> &'static str {
    match line {
        Some(Line::Execute { topic, .. } | Line::Query { topic, .. }) => match topic {
            Topic::Plain(purpose) => purpose.as_str(),
            Topic::Statement { .. } | Topic::Joined { .. } => "statement",
            Topic::Record(change) => Purpose::Record(change).as_str(),
        },
        Some(Line::Call) => "call",
        Some(Line::Wait(_)) => "wait",
        Some(Line::Done) | None => "done",
    }
}

fn name_in_cleanup(op: &Op) -> &'static str {
    match op {
        Op::Rollback => "rolling back",
        Op::Unlock => "releasing the lock",
        Op::ForeignKeysOn => "switching foreign keys on again",
        Op::FindInvalidIndexes => "looking for invalid indexes",
        Op::RestoreSession => "restoring the settings of the session",
        Op::RestoreDatabase => "going back to the database",
        _ => "recording the error",
    }
}
