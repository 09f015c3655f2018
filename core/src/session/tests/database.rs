use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::session::{Class, Joined, Moment, Purpose, Reply, Step};
use crate::{History, Row, Value, fixtures};

/// As much of a database as a conversation can notice.
pub(super) struct Database {
    pub(super) rows: Option<History>,
    pub(super) marker: i64,
    pub(super) foreign_keys: bool,
    /// What a rollback goes back to.
    pub(super) before: Option<(Option<History>, i64)>,
    pub(super) locked: bool,
    /// How often timeouts of the session were set and not restored.
    pub(super) timeouts: i32,
    /// Whether a statement set something in the session.
    pub(super) is_touched: bool,
    /// How often the lock is still ours when we ask, where it can be lost.
    pub(super) keeps_lock: u32,
    pub(super) is_cluster: bool,
    /// How often the lock is not free.
    pub(super) busy_lock: u32,
    /// How many rows lose their parent in the first migration that runs.
    pub(super) violations: i64,
    /// What other processes apply before our next look at the newest row.
    pub(super) meanwhile: Vec<String>,
    /// The statement of the last message was done, and what stood behind it was not.
    pub(super) marks: bool,
    pub(super) faults: Vec<(String, Class)>,
    pub(super) seen: BTreeMap<String, usize>,
    pub(super) now: Moment,
}

impl Database {
    pub(super) fn perform(&mut self, step: Step<'_>) -> Reply {
        self.now.elapsed += Duration::from_millis(1);
        if let Step::Execute {
            sql,
            purpose: Purpose::Joined(joined),
            ..
        } = step
        {
            return self.perform_parts(sql, joined);
        }
        if let Some(class) = self.fault(&step) {
            return fault(class);
        }
        match step {
            Step::Execute { sql, purpose, .. } => self.execute(sql, purpose),
            Step::Query { sql, purpose, .. } => self.query(sql, purpose),
            Step::Wait(pause) => {
                self.now.elapsed += pause;
                self.now.utc_ms += pause.as_millis() as i64;
                Reply::Done
            }
            Step::Call { .. } | Step::Done => Reply::Done,
        }
    }

    /// One behind the other, up to the first that fails.
    fn perform_parts(&mut self, sql: &str, joined: Joined<'_>) -> Reply {
        self.marks = false;
        let texts: Vec<&str> = sql.split("; ").map(str::trim).collect();
        let statement = match joined.end {
            Some(_) => texts.iter().rev().nth(3),
            None => texts.last(),
        };
        let begin = joined.begins.then_some((texts[0], Purpose::Begin));
        let record = joined
            .record
            .map(|change| (texts[0], Purpose::Record(change)));
        let statement = joined
            .statement
            .and_then(|place| Some((*statement?, Purpose::Statement(place))));
        let end = joined.end.map(|change| (sql, Purpose::Record(change)));
        let commit = joined.end.map(|_| ("COMMIT", Purpose::Commit));
        let parts = [begin, record, statement, end, commit];
        for (sql, purpose) in parts.into_iter().flatten() {
            let step = Step::Execute {
                sql,
                values: &[],
                purpose,
            };
            if let Some(class) = self.fault(&step) {
                if purpose == Purpose::Commit {
                    (self.rows, self.marker) = self.before.take().expect("a transaction");
                }
                return fault(class);
            }
            if let failed @ Reply::Failed { .. } = self.execute(sql, purpose) {
                return failed;
            }
            self.marks = matches!(purpose, Purpose::Statement(_));
        }
        Reply::Done
    }

    fn execute(&mut self, sql: &str, purpose: Purpose<'_>) -> Reply {
        match purpose {
            Purpose::Begin => self.begin(),
            Purpose::Commit => self.commit(),
            Purpose::Rollback => match self.before.take() {
                Some((rows, marker)) => (self.rows, self.marker) = (rows, marker),
                None => {
                    return Reply::Failed {
                        class: Class::NoTransaction,
                        message: "no transaction".into(),
                    };
                }
            },
            Purpose::Unlock => self.locked = false,
            Purpose::CreateTable => self.rows = Some(self.rows.take().unwrap_or_default()),
            // By then a migration has nothing to say any more, or its name is a full one.
            Purpose::Record(change) => {
                assert!(!self.is_touched || sql.contains("home"), "{sql}");
                drop(self.rows.as_mut().expect("the table").apply(change));
            }
            Purpose::Locate if self.before.is_none() => return fault(Class::NoTransaction),
            Purpose::Locate if !self.marks => return fault(Class::Other),
            Purpose::WriteMarker => {
                self.marker = sql["PRAGMA user_version = ".len()..]
                    .parse()
                    .expect("a number")
            }
            Purpose::ForeignKeys => {
                assert!(
                    self.before.is_none(),
                    "foreign keys cannot be switched in a transaction"
                );
                self.foreign_keys = sql.ends_with("ON");
            }
            Purpose::Timeouts if !sql.contains("LOCAL") => self.timeouts += 1,
            Purpose::Session => {
                self.timeouts = 0;
                self.is_touched = false;
            }
            // SQLite has no such settings, and nobody reads them.
            Purpose::Statement(_) => {
                self.is_touched |= sql.contains("set") && self.seen.contains_key("session");
            }
            _ => {}
        }
        Reply::Done
    }

    fn begin(&mut self) {
        assert!(self.before.is_none(), "a transaction in a transaction");
        self.before = Some((self.rows.clone(), self.marker));
    }

    fn commit(&mut self) {
        let was_open = self.before.take().is_some();
        assert!(was_open, "a commit without a transaction");
    }

    fn query(&mut self, sql: &str, purpose: Purpose<'_>) -> Reply {
        let looks_again = match purpose {
            Purpose::Recheck => true,
            Purpose::ReadHistory => self.before.is_some() && self.seen["read history"] > 2,
            _ => false,
        };
        if looks_again && !self.meanwhile.is_empty() {
            let words = self.meanwhile.remove(0);
            self.rows = Some(fixtures::history(&words));
            self.before = self
                .before
                .take()
                .map(|(_, marker)| (self.rows.clone(), marker));
        }
        let missing = || Reply::Failed {
            class: Class::MissingTable,
            message: "no table".into(),
        };
        Reply::Rows(match purpose {
            Purpose::ReadMarker => vec![vec![self.marker.into()]],
            Purpose::Probe | Purpose::Recheck => {
                let Some(rows) = &self.rows else {
                    return missing();
                };
                let words = |row: &Row| {
                    vec![
                        row.chain.to_string().into(),
                        row.sequence.into(),
                        row.state.as_str().into(),
                    ]
                };
                rows.newest().into_iter().map(words).collect()
            }
            Purpose::ReadHistory => {
                let Some(rows) = &self.rows else {
                    return missing();
                };
                rows.rows().iter().map(Row::values).collect()
            }
            Purpose::Locate => {
                let rows = self.rows.as_ref().expect("the table");
                let newest = rows.newest().into_iter();
                newest.map(|row| vec![row.statements_done.into()]).collect()
            }
            Purpose::Lock => {
                self.locked = self.busy_lock == 0;
                self.busy_lock = self.busy_lock.saturating_sub(1);
                let answers = [self.locked, false, self.is_cluster];
                vec![answers.map(|it| i64::from(it).into()).to_vec()]
            }
            Purpose::Renew => {
                assert!(self.locked, "a lock that nobody holds is held longer");
                assert!(!self.is_touched || sql.contains("home"), "{sql}");
                self.locked = self.keeps_lock > 0;
                self.keeps_lock = self.keeps_lock.saturating_sub(1);
                // No row is a no, too.
                let kept = self.locked.then(|| vec![1.into()]);
                kept.into_iter().collect()
            }
            Purpose::Blockers => vec![vec!["process 8".into()]],
            Purpose::LockHolder => vec![vec!["process 7".into()]],
            Purpose::Unlock => vec![vec![i64::from(core::mem::take(&mut self.locked)).into()]],
            Purpose::ForeignKeys => vec![vec![i64::from(self.foreign_keys).into()]],
            Purpose::ForeignKeyCheck => {
                // Two rows were without a parent before anybody came.
                let count = if self.seen["foreign key check"] > 1 {
                    2 + self.violations
                } else {
                    2
                };
                vec![vec![
                    "child".into(),
                    "parent".into(),
                    count.into(),
                    9.into(),
                ]]
            }
            Purpose::Session if sql.contains("@@") => {
                let mut row: Vec<Value> = vec!["0".into(); 13];
                row.push("home".into());
                vec![row]
            }
            Purpose::Session => [
                ("search_path", "app"),
                ("session_authorization", "me"),
                ("role", "none"),
                ("schema", "home"),
                ("lock_schema", "home"),
            ]
            .map(|(name, value)| vec![name.into(), value.into()])
            .to_vec(),
            _ => vec![],
        })
    }

    /// A fault is `purpose#n=class` or `text of a statement=class`; without `#n` it is the first.
    fn fault(&mut self, step: &Step<'_>) -> Option<Class> {
        let name = match step {
            Step::Execute {
                sql,
                purpose: Purpose::Statement(_),
                ..
            } => (*sql).into(),
            Step::Execute { purpose, .. } | Step::Query { purpose, .. } => {
                purpose.as_str().to_string()
            }
            Step::Call { .. } => "call".into(),
            Step::Wait(_) | Step::Done => return None,
        };
        let count = self.seen.entry(name.clone()).or_insert(0);
        *count += 1;
        let (first, nth) = (name.clone(), format!("{name}#{count}"));
        let every = format!("{name}#*");
        let matches =
            |fault: &str| (fault == first && *count == 1) || fault == nth || fault == every;
        self.faults
            .iter()
            .find(|(fault, _)| matches(fault))
            .map(|(_, class)| *class)
    }

    pub(super) fn assert_released(&self, text: &str, at_first: &Self) {
        assert!(self.before.is_none(), "a transaction is open after\n{text}");
        assert!(!self.locked, "the lock is held after\n{text}");
        assert_eq!(
            self.foreign_keys, at_first.foreign_keys,
            "foreign keys are not as before after\n{text}"
        );
        assert!(
            !self.is_touched,
            "the session is not as before after\n{text}"
        );
        assert_eq!(self.timeouts, 0, "timeouts are not as before after\n{text}");
    }
}

fn fault(class: Class) -> Reply {
    Reply::Failed {
        class,
        message: "a fault".into(),
    }
}
