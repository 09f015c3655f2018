//! One database, and the connections to it.

mod parts;
mod transaction;

use std::time::Duration;

use migratory_core::{
    Class, Dialect, Lock, Migrations, Moment, Options, Place, Purpose, Reply, Row, Session, Step,
    Value,
};

use crate::family::Family;
use crate::lease::{Asked, Lease};
use crate::state::{State, Write, scope_of};
use parts::Part;

/// A database of one of three families: what is committed, who holds the lock, and what each connection has open.
#[derive(Clone, Debug)]
pub struct World {
    dialect: Dialect,
    /// Whether runs lock by a row.
    locks_a_row: bool,
    /// What every connection sees.
    pub committed: State,
    /// How often that changed.
    revision: u64,
    lock: Option<usize>,
    /// The row that is the lock, if its table is there.
    lease: Option<Lease>,
    /// The run that every owner of the row is.
    runs: u128,
    connections: Vec<Connection>,
    /// Whose step is being performed.
    speaker: usize,
    now: Duration,
}

/// What a connection has of its own. A server forgets it at disconnect.
#[derive(Clone, Debug)]
struct Connection {
    transaction: Option<Transaction>,
    /// Whether foreign keys were enforced when it was opened.
    had_foreign_keys: bool,
    foreign_keys: bool,
    has_timeouts: bool,
    /// A statement set something in the session.
    is_touched: bool,
    /// Until when the server waits for the lock on its behalf.
    waits_until: Option<Duration>,
    /// Who its newest run is, as the row of the lock says it.
    owner: String,
}

#[derive(Clone, Debug)]
struct Transaction {
    view: State,
    log: Vec<Write>,
    /// The lock's row as this transaction wrote it. Until it ends, the row is locked.
    lease: Option<Lease>,
    /// PostgreSQL: after an error only a rollback is heard.
    is_aborted: bool,
    /// PostgreSQL: all statements of a migration are done, and the savepoint behind them is set.
    is_marked: bool,
    /// PostgreSQL: a rollback takes settings back as well.
    was_touched: bool,
}

type Answer<T> = Result<T, (Class, String)>;

/// What SQLite's `foreign_key_check` finds before and after any migration here.
const VIOLATIONS: i64 = 2;
/// How long the lock is held that is a row.
const LEASE: Duration = Duration::from_secs(1);
/// How long somebody waits for it: until the leases of two that died are over.
const PATIENCE: Duration = Duration::from_secs(8);
/// The schema that a connection looks into first when it is opened.
const HOME: &str = "home";

impl World {
    /// An empty database.
    pub fn new(family: Family) -> Self {
        Self {
            dialect: family.dialect,
            locks_a_row: family.locks_a_row,
            committed: State::default(),
            revision: 0,
            lock: None,
            lease: None,
            runs: 0,
            connections: Vec::new(),
            speaker: 0,
            now: Duration::ZERO,
        }
    }

    /// Opens a connection.
    pub fn connect(&mut self, foreign_keys: bool) -> usize {
        self.connections.push(Connection {
            transaction: None,
            had_foreign_keys: foreign_keys,
            foreign_keys,
            has_timeouts: false,
            is_touched: false,
            waits_until: None,
            owner: String::new(),
        });
        self.connections.len() - 1
    }

    /// A run on this connection, with the lock of this family.
    pub fn session(
        &mut self,
        connection: usize,
        migrations: &Migrations,
        mut options: Options,
    ) -> Session {
        if self.locks_a_row {
            self.runs += 1;
            self.connections[connection].owner = format!("{:032x}", self.runs);
            options.lock = Lock::Table {
                owner: self.runs,
                lease: LEASE,
            };
            options.lock_timeout = PATIENCE;
        }
        Session::new(migrations, options)
    }

    /// Counts the changes of what is committed: the same number means that nothing changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// The connection is gone: the server rolls back, and releases what the session had.
    pub fn disconnect(&mut self, connection: usize) {
        let had = &mut self.connections[connection];
        had.transaction = None;
        had.waits_until = None;
        had.has_timeouts = false;
        had.is_touched = false;
        had.foreign_keys = had.had_foreign_keys;
        // The row that is a lock stays as it is: nobody has it on a connection any more.
        had.owner.clear();
        self.lock = self.lock.filter(|holder| *holder != connection);
    }

    /// What a connection has that it had not when it was opened; empty if it can go back to a pool.
    pub fn left_on(&self, connection: usize) -> Vec<&'static str> {
        let had = &self.connections[connection];
        [
            (had.transaction.is_some(), "a transaction"),
            (self.lock == Some(connection), "the lock"),
            (self.holds_row(connection), "the row of the lock"),
            (had.foreign_keys != had.had_foreign_keys, "foreign keys"),
            (had.has_timeouts, "timeouts"),
            (had.is_touched, "settings of the session"),
        ]
        .into_iter()
        .filter_map(|(left, what)| left.then_some(what))
        .collect()
    }

    /// The time, for a run that began at `since`.
    pub fn moment(&self, since: Duration) -> Moment {
        Moment {
            elapsed: self.now.saturating_sub(since),
            utc_ms: 1_767_323_045_000 + self.now.as_millis() as i64,
        }
    }

    /// The time since the world began.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Lets time pass.
    pub fn pass(&mut self, duration: Duration) {
        self.now += duration;
    }

    /// Performs a step; `None` if the connection has to wait inside the server, and is to ask again later.
    pub fn perform(&mut self, connection: usize, step: Step<'_>) -> Option<Reply> {
        self.speaker = connection;
        self.pass(Duration::from_millis(1));
        if self.waits_for_row(&step) {
            return None;
        }
        let answer = match step {
            Step::Execute {
                sql,
                values,
                purpose,
            } => self.execute(sql, values, purpose).map(|()| Reply::Done),
            Step::Query {
                sql,
                values,
                purpose,
            } => {
                if purpose == Purpose::Lock && self.waits_for_lock(values) {
                    return None;
                }
                self.query(sql, values, purpose).map(Reply::Rows)
            }
            // A function opens transactions of its own, and its connection waits for the others.
            Step::Call { .. } if self.is_write_locked() => return None,
            Step::Call { function, .. } => match function.call(self).at_once() {
                Ok(()) => Ok(Reply::Done),
                Err(error) => Err((Class::Other, error.to_string())),
            },
            Step::Wait(_) | Step::Done => Ok(Reply::Done),
        };
        Some(answer.unwrap_or_else(|(class, message)| {
            self.after_error(false, class);
            Reply::Failed { class, message }
        }))
    }

    /// Fails a step without performing it, as a server of this family does.
    /// Of a message, the part that the class fits does: the commit is what meets another transaction.
    pub fn fail(&mut self, connection: usize, step: Step<'_>, class: Class) -> Reply {
        self.speaker = connection;
        self.pass(Duration::from_millis(1));
        let is_commit = match step {
            Step::Execute {
                sql,
                purpose: Purpose::Joined(joined),
                ..
            } => {
                let failed = match class {
                    Class::Serialization if joined.end.is_some() => Part::Commit,
                    Class::MissingTable if joined.end.is_some() => Part::End,
                    Class::MissingTable if joined.record.is_some() => Part::Record,
                    _ if joined.statement.is_some() => Part::Statement,
                    _ => Part::End,
                };
                self.perform_parts(sql, joined, Some(failed))
                    .expect("what stands before it does not fail");
                failed == Part::Commit
            }
            Step::Execute { purpose, .. } => purpose == Purpose::Commit,
            _ => false,
        };
        self.after_error(is_commit, class);
        Reply::Failed {
            class,
            message: "a fault".into(),
        }
    }

    /// Ends a connection's transaction behind its back, as SQLite does when the disk is full.
    pub fn roll_back_behind(&mut self, connection: usize) {
        self.connections[connection].transaction = None;
    }

    /// What the Rust function that is being called writes.
    ///
    /// # Errors
    ///
    /// If the connection takes no statement just now.
    pub fn run_for_a_function(&mut self, text: String) -> Result<(), String> {
        self.run(text).map_err(|(_, message)| message)
    }

    fn execute(&mut self, sql: &str, values: &[Value], purpose: Purpose<'_>) -> Answer<()> {
        match purpose {
            Purpose::Begin => self.begin(),
            Purpose::Commit => self.commit(),
            Purpose::Rollback => self.roll_back(),
            Purpose::CreateTable => self.write(Write::CreateTable),
            Purpose::CreateLock => {
                self.heard()?;
                assert!(self.connection().transaction.is_none(), "{sql}");
                self.lease.get_or_insert_default();
                Ok(())
            }
            Purpose::Lock | Purpose::Renew | Purpose::Unlock => self.change_row(sql, purpose),
            Purpose::Record(change) => {
                self.assert_found(sql);
                self.write(Write::Change {
                    scope: scope_of(change, values),
                    change: Box::new(change.clone()),
                })
            }
            Purpose::WriteMarker => {
                let (_, value) = sql.split_once("= ").expect("a value");
                self.write(Write::Marker(value.parse().expect("a number")))
            }
            Purpose::Statement(place) => {
                self.assert_placed(place);
                self.run(sql.into())
            }
            Purpose::Joined(joined) => self.perform_parts(sql, joined, None),
            Purpose::Locate => self.look_for_mark(),
            Purpose::ForeignKeys => {
                let had = self.connection();
                // SQLite ignores the switch inside a transaction, without a word.
                if had.transaction.is_none() {
                    had.foreign_keys = sql.ends_with("ON");
                }
                Ok(())
            }
            Purpose::Timeouts => {
                self.heard()?;
                if !sql.contains("LOCAL") {
                    self.connection().has_timeouts = true;
                }
                Ok(())
            }
            Purpose::Session => {
                self.heard()?;
                let had = self.connection();
                had.has_timeouts = false;
                had.is_touched = false;
                Ok(())
            }
            other => panic!("`{}` is not executed", other.as_str()),
        }
    }

    fn query(
        &mut self,
        sql: &str,
        values: &[Value],
        purpose: Purpose<'_>,
    ) -> Answer<Vec<Vec<Value>>> {
        self.heard()?;
        let connection = self.speaker;
        let number = |number: i64| vec![vec![number.into()]];
        Ok(match purpose {
            Purpose::ReadMarker => number(self.view().marker),
            Purpose::Probe | Purpose::Recheck => {
                let words = |row: &Row| {
                    let chain = row.chain.to_string();
                    vec![chain.into(), row.sequence.into(), row.state.as_str().into()]
                };
                self.rows(values)?.last().map(words).into_iter().collect()
            }
            Purpose::ReadHistory => self.rows(values)?.iter().map(Row::values).collect(),
            Purpose::Lock | Purpose::Renew if self.locks_a_row => {
                // MySQL has done it before, and only asks.
                if self.dialect == Dialect::Postgres && !self.is_row_locked() {
                    self.change_row(sql, purpose)?;
                }
                let is_ours = self.row()?.is_of(&Asked::of(sql));
                number(is_ours.into())
            }
            Purpose::Lock => {
                assert_ne!(self.lock, Some(connection), "the lock is taken twice");
                let is_free = self.lock.is_none();
                self.lock = self.lock.or(Some(connection));
                number(is_free.into())
            }
            Purpose::LockHolder => vec![vec![format!("connection {:?}", self.lock).into()]],
            Purpose::Unlock => {
                let is_ours = self.lock == Some(connection);
                self.lock = self.lock.filter(|_| !is_ours);
                number(is_ours.into())
            }
            Purpose::Blockers => Vec::new(),
            Purpose::Locate => {
                let version = values[1].integer().expect("a version");
                let rows = self.rows(values)?;
                let row = rows.iter().find(|row| row.version == version);
                row.map(|row| vec![row.statements_done.into()])
                    .into_iter()
                    .collect()
            }
            Purpose::ForeignKeys => number(self.connection().foreign_keys.into()),
            Purpose::ForeignKeyCheck => vec![vec![
                "child".into(),
                "parent".into(),
                VIOLATIONS.into(),
                1.into(),
            ]],
            Purpose::Session if self.dialect == Dialect::Mysql => {
                let mut row: Vec<Value> = vec!["7".into(); 13];
                row.push(HOME.into());
                vec![row]
            }
            Purpose::Session => [
                ("lock_timeout", "7s"),
                ("session_authorization", "sim"),
                ("role", "none"),
                ("schema", HOME),
            ]
            .map(|(name, value)| vec![name.into(), value.into()])
            .to_vec(),
            other => panic!("`{}` is no query", other.as_str()),
        })
    }

    /// MySQL waits for a lock inside the server, up to the number of seconds that is bound last.
    fn waits_for_lock(&mut self, values: &[Value]) -> bool {
        let is_taken = self.lock.is_some_and(|holder| holder != self.speaker);
        let now = self.now;
        let seconds = match self.dialect {
            Dialect::Mysql => values.last().and_then(Value::integer).unwrap_or(0),
            _ => 0,
        };
        let had = self.connection();
        let limit = now + Duration::from_secs(seconds.max(0) as u64);
        let until = *had.waits_until.get_or_insert(limit);
        let waits = is_taken && now < until;
        if !waits {
            had.waits_until = None;
        }
        waits
    }

    /// Waits for the transaction that wrote the lock's row. PostgreSQL's question whether it is free skips a row that is locked.
    fn waits_for_row(&self, step: &Step<'_>) -> bool {
        let (Step::Execute { purpose, .. } | Step::Query { purpose, .. }) = step else {
            return false;
        };
        let writes = match (step, purpose) {
            (_, Purpose::Unlock) | (Step::Execute { .. }, Purpose::Lock | Purpose::Renew) => true,
            (_, Purpose::Renew) => self.dialect == Dialect::Postgres,
            _ => false,
        };
        self.locks_a_row && writes && self.is_row_locked()
    }

    fn is_row_locked(&self) -> bool {
        let others = self.connections.iter().enumerate();
        others
            .filter(|(index, _)| *index != self.speaker)
            .filter_map(|(_, other)| other.transaction.as_ref())
            .any(|transaction| transaction.lease.is_some())
    }

    fn change_row(&mut self, sql: &str, purpose: Purpose<'_>) -> Answer<()> {
        self.heard()?;
        let (mut row, asked, now) = (self.row()?, Asked::of(sql), self.now);
        let was_ours = row.is_of(&asked);
        match purpose {
            Purpose::Lock => row.claim(&asked, now),
            Purpose::Renew => row.renew(&asked, now),
            _ => row.give_back(&asked),
        }
        let is_changed = was_ours || row.is_of(&asked);
        match &mut self.connection().transaction {
            Some(transaction) if is_changed => transaction.lease = Some(row),
            None if is_changed => self.lease = Some(row),
            _ => {}
        }
        Ok(())
    }

    /// The lock's row as the speaker sees it.
    fn row(&self) -> Answer<Lease> {
        let transaction = self.connections[self.speaker].transaction.as_ref();
        let own = transaction.and_then(|it| it.lease.clone());
        own.or(self.lease.clone())
            .ok_or_else(|| (Class::MissingTable, "there is no table of the lock".into()))
    }

    fn holds_row(&self, connection: usize) -> bool {
        let owner = &self.connections[connection].owner;
        let row = self.lease.as_ref();
        !owner.is_empty() && row.is_some_and(|row| row.is_held_by(owner, self.now))
    }

    fn run(&mut self, text: String) -> Answer<()> {
        self.heard()?;
        if self.dialect != Dialect::Sqlite && text.ends_with("set") {
            self.connection().is_touched = true;
        }
        let foreign_keys = self.connection().foreign_keys && self.dialect == Dialect::Sqlite;
        self.write(Write::Run { text, foreign_keys })
    }

    fn write(&mut self, write: Write) -> Answer<()> {
        self.heard()?;
        let is_definition = matches!(write, Write::Run { .. } | Write::CreateTable);
        if self.dialect == Dialect::Mysql && is_definition {
            self.commit()?;
        }
        let failed = |message| (Class::Other, message);
        if let Some(transaction) = &mut self.connection().transaction {
            transaction.view.write(&write).map_err(failed)?;
            transaction.log.push(write);
            return Ok(());
        }
        if self.is_write_locked() {
            return Err(busy());
        }
        self.revision += 1;
        self.committed.write(&write).map_err(failed)
    }

    /// Whether the server listens to anything but a rollback.
    fn heard(&mut self) -> Answer<()> {
        match &self.connection().transaction {
            Some(transaction) if transaction.is_aborted => {
                Err((Class::Other, "the transaction is aborted".into()))
            }
            _ => Ok(()),
        }
    }

    /// SQLite has one writer at a time.
    fn is_write_locked(&self) -> bool {
        let others = self.connections.iter().enumerate();
        self.dialect == Dialect::Sqlite
            && others
                .filter(|(index, _)| *index != self.speaker)
                .any(|(_, other)| other.transaction.is_some())
    }

    fn rows(&mut self, values: &[Value]) -> Answer<Vec<Row>> {
        let scope = values[0].text().expect("a scope").to_string();
        let view = self.view();
        if view.table.is_none() {
            return Err((Class::MissingTable, "there is no history table".into()));
        }
        Ok(view
            .scope(&scope)
            .map(|history| history.rows().to_vec())
            .unwrap_or_default())
    }

    fn view(&mut self) -> &State {
        match &self.connections[self.speaker].transaction {
            Some(transaction) => &transaction.view,
            None => &self.committed,
        }
    }

    fn connection(&mut self) -> &mut Connection {
        &mut self.connections[self.speaker]
    }

    /// Where names are looked up elsewhere, the history table is found by its full name.
    fn assert_found(&mut self, sql: &str) {
        let is_found = !self.connection().is_touched || sql.contains(HOME);
        assert!(is_found, "{sql}");
    }

    /// A statement comes with its place in a file.
    fn assert_placed(&self, place: Place<'_>) {
        assert!(place.index < place.total, "{place:?}");
        assert!(!place.file.is_empty() && place.line > 0, "{place:?}");
    }
}

fn busy() -> (Class, String) {
    (Class::Busy, "the database is locked".into())
}
