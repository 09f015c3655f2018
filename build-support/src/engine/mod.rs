//! The fourth stage on SQLite: every statement runs on a real SQLite in memory, and the catalog is read back from it.
//!
//! The engine is the truth: what it accepts is right, what it refuses becomes a [`Diagnostic`] in our words. It is fenced: no
//! file, no `ATTACH`, no extension, and a budget that ends an endless query. What only the application has (its functions,
//! collations and virtual table modules) is replaced by a stand-in; such a run is [`Outcome::Partial`], no error.
//!
//! After an error the replay goes on with the statements before it in effect. What the failed statement would have made or
//! changed is marked incomplete in the catalog, and later statements that stumble over it are partial: one fault, one error.

mod complaint;
mod explain;
mod fence;
mod mentions;
mod readback;
mod readers;
mod replay;
mod reverse;
mod stand_in;
mod unproven;
mod words;

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::catalog::{Catalog, Key, Later, Origin, Partial, Script};
use crate::diagnostic::Diagnostic;
use crate::syntax::ir::{Body, Statement, TransactionControl};
use crate::syntax::nests_deeply;
use readback::Known;
use unproven::{mark_missing, mark_unfinished};
use words::Words;

pub use replay::replay_script;
pub use reverse::reverse_script;

/// SQLite in memory, with the state of the database after the statements that ran.
pub struct Engine {
    connection: Connection,
    budget: fence::Budget,
    main: Known,
    temp: Known,
    /// Functions and collations of the application, declared or stood in for.
    functions: BTreeSet<String>,
    collations: BTreeSet<String>,
    /// Those of them that nobody declared: what they compute is not known.
    stand_ins: BTreeSet<String>,
    /// Objects that changed since the last [`Engine::take_touched`].
    touched: BTreeSet<Key>,
    /// Tables that were to be made under a name that was taken, and whose right name is not known.
    unplaced: usize,
    /// How many scripts ran.
    scripts: u64,
    /// How much of the schema the script at work has made SQLite read again.
    read_again: usize,
    /// A copy to try scripts on, kept from the last trial.
    copy: Option<Box<reverse::Copy>>,
}

/// Where a statement stands, for messages.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The file, relative to the migrations directory.
    pub file: &'a Rc<str>,
    /// The file's text.
    pub text: &'a str,
    /// Where an object of that name is made later in the history.
    pub later: Option<&'a Later<'a>>,
}

/// What came of a statement.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It ran, and the catalog shows what it did.
    Done,
    /// It did not run, or not in full, and that proves nothing against it.
    Partial(Partial),
    /// The engine refuses it.
    Failed(Box<Diagnostic>),
}

/// How SQLite refused a statement.
#[derive(Debug)]
struct Refusal {
    message: String,
    /// Offset of the token in question, in bytes of the statement.
    offset: Option<usize>,
    interrupted: bool,
    denied: bool,
}

impl Engine {
    /// An empty database.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot even open a database in memory.
    pub fn new() -> rusqlite::Result<Self> {
        let (connection, budget) = fence::open()?;
        Ok(Self {
            connection,
            budget,
            main: Known::default(),
            temp: Known::default(),
            functions: BTreeSet::new(),
            collations: BTreeSet::new(),
            stand_ins: BTreeSet::new(),
            touched: BTreeSet::new(),
            unplaced: 0,
            scripts: 0,
            read_again: 0,
            copy: None,
        })
    }

    /// The version of SQLite that proves, as `3.50`.
    pub fn version() -> &'static str {
        let version = rusqlite::version();
        version.rsplit_once('.').map_or(version, |(short, _)| short)
    }

    /// Says that the application registers this function; it is stood in for without a word.
    ///
    /// # Errors
    ///
    /// Where SQLite does not take the name.
    pub fn declare_function(&mut self, name: &str) -> rusqlite::Result<()> {
        fence::stand_in_function(&self.connection, name)?;
        self.functions.insert(name.to_ascii_lowercase());
        Ok(())
    }

    /// Says that the application registers this collation; it is stood in for without a word.
    ///
    /// # Errors
    ///
    /// Where SQLite does not take the name.
    pub fn declare_collation(&mut self, name: &str) -> rusqlite::Result<()> {
        fence::stand_in_collation(&self.connection, name)?;
        self.collations.insert(name.to_ascii_lowercase());
        Ok(())
    }

    /// Writes the database to a file, for a cache; temporary objects are left out.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub fn save(&self, path: &Path) -> rusqlite::Result<()> {
        let mut file = Connection::open(path)?;
        Backup::new(&self.connection, &mut file)?.step(-1)?;
        Ok(())
    }

    /// Takes the database from a file that [`Engine::save`] wrote. `catalog` is the one that belongs to it.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or is no such database.
    pub fn load(path: &Path, catalog: &mut Catalog) -> rusqlite::Result<Self> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = Connection::open_with_flags(path, flags)?;
        // It is read from its first page to its last, and pages are small: without this each would be a call of the system.
        file.execute_batch("PRAGMA mmap_size = 1073741824")?;
        let engine = Self::copy_of(&file)?;
        catalog.forget_temporary();
        Ok(engine)
    }

    /// A second engine with the same database, to try something on; temporary objects are left out of both values.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy it.
    pub fn fork(&self) -> rusqlite::Result<Self> {
        let mut fork = Self::copy_of(&self.connection)?;
        for name in &self.functions {
            fork.declare_function(name)?;
        }
        for name in &self.collations {
            fork.declare_collation(name)?;
        }
        fork.stand_ins = self.stand_ins.clone();
        Ok(fork)
    }

    /// Runs one statement, and brings the catalog up to what the engine then holds.
    pub fn run(
        &mut self,
        place: Place<'_>,
        statement: &Statement,
        catalog: &mut Catalog,
    ) -> Outcome {
        let origin = Origin {
            file: place.file.clone(),
            line: statement.line,
            span: statement.span,
        };
        let partial = |reason: String| {
            let at = origin.clone();
            Outcome::Partial(Partial { at, reason })
        };
        if matches!(statement.body, Body::Vacuum) {
            // It changes neither schema nor rows; VACUUM INTO would write a file.
            return Outcome::Done;
        }
        if nests_deeply(statement.span.of(place.text)) {
            catalog.mark_incomplete();
            // SQLite 3.46 to 3.51 go down as far as the statement does, and end the process where the stack ends.
            return partial(
                "it is nested too deeply to be run on the stack of a thread".to_owned(),
            );
        }
        self.read_again += fence::cost_of_altering(statement, catalog);
        if self.read_again > fence::MOST_READ_AGAIN {
            // What it would have done is open.
            catalog.mark_incomplete();
            return partial(
                "each `ALTER TABLE` makes SQLite read the whole schema again, and there are too many of them in this file to run them all"
                    .to_owned(),
            );
        }
        let before = catalog.clone();
        let ran = self.step_with_stand_ins(statement.span.of(place.text));
        match ran {
            Ok(()) => {
                self.read_back(statement, &origin, catalog);
                match self.stand_in_used(place.text, statement.span) {
                    Some(name) => partial(format!(
                        "`{name}` is not part of SQLite; where the application has it, what it computes is not known here"
                    )),
                    None => Outcome::Done,
                }
            }
            Err(refusal) => {
                // A refused statement may have ended the transaction around it; the engine says what is left.
                self.read_back(statement, &origin, catalog);
                let words = Words::of(place.text, statement.span);
                let reason = self
                    .excuse(&refusal, &words, &before)
                    .or_else(|| self.is_unplaced(&refusal.message, &before));
                mark_unfinished(&words, &origin, reason.is_some(), catalog);
                if reason.is_none() {
                    mark_missing(&refusal.message, place, &origin, catalog);
                    self.count_unplaced(&refusal.message, &words);
                }
                match reason {
                    Some(reason) => partial(reason),
                    None => Outcome::Failed(Box::new(explain::explain(&explain::Refused {
                        engine: self,
                        catalog: &before,
                        place,
                        statement,
                        words: &words,
                        message: &refusal.message,
                        offset: refusal.offset,
                        interrupted: refusal.interrupted,
                    }))),
                }
            }
        }
    }

    /// The catalog as the engine holds it, read in full; who made what is not known.
    ///
    /// # Errors
    ///
    /// Where the engine cannot read its own schema.
    pub fn read_whole(&self) -> rusqlite::Result<Catalog> {
        let mut catalog = Catalog::default();
        for schema in [readback::MAIN, crate::catalog::TEMP] {
            for object in self.objects(schema)? {
                catalog.insert(object);
            }
        }
        Ok(catalog)
    }

    /// The objects that changed since this was last asked.
    pub fn take_touched(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.touched)
    }

    /// Whether the statement would do nothing but open or end a transaction.
    pub(crate) fn is_transaction_boundary(statement: &Statement, text: &str) -> bool {
        match statement.body {
            Body::Transaction(TransactionControl::Begin | TransactionControl::Commit) => true,
            Body::Transaction(TransactionControl::Rollback) => {
                !Words::of(text, statement.span).mentions("TO")
            }
            _ => false,
        }
    }

    /// Prepares for a script. What can fail here on a healthy database shows again at the first statement.
    fn open_script(&mut self, in_transaction: bool, foreign_keys_off: bool) {
        self.scripts += 1;
        self.read_again = 0;
        if foreign_keys_off {
            let _ = self.control("PRAGMA foreign_keys = OFF");
        }
        if in_transaction {
            let _ = self.control("BEGIN");
        }
    }

    /// The first row that points at nothing: its table, and the table it points at.
    ///
    /// A foreign key that fits no key of its parent makes the check itself fail; a rule looks for those.
    fn dangling_row(&self) -> Option<(String, String)> {
        self.budget.refill();
        let mut check = self.connection.prepare("PRAGMA foreign_key_check").ok()?;
        let row = check.query_row([], |row| Ok((row.get(0)?, row.get(2)?)));
        row.ok()
    }

    /// Ends a script: commits what is open, and puts every setting back.
    ///
    /// On a refused commit everything since the beginning is undone, and the words of the refusal come back.
    fn close_script(&mut self, settings_changed: bool) -> Result<(), String> {
        let mut ended = Ok(());
        if !self.connection.is_autocommit()
            && let Err(refusal) = self.control("COMMIT")
        {
            let _ = self.control("ROLLBACK");
            ended = Err(refusal.message);
            for (schema, known) in [
                (readback::MAIN, &mut self.main),
                (crate::catalog::TEMP, &mut self.temp),
            ] {
                *known = Known::read(&self.connection, schema).unwrap_or_default();
            }
        }
        if settings_changed {
            let _ = self.control(
                "PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF; PRAGMA ignore_check_constraints = OFF; PRAGMA writable_schema = RESET; PRAGMA recursive_triggers = OFF",
            );
        }
        ended
    }

    /// Whether a refused statement ended the transaction around it; a new one is begun for the rest.
    fn transaction_was_lost(&mut self) -> bool {
        let lost = self.connection.is_autocommit();
        if lost {
            let _ = self.control("BEGIN");
        }
        lost
    }

    fn copy_of(source: &Connection) -> rusqlite::Result<Self> {
        let mut copy = Self::new()?;
        Backup::new(source, &mut copy.connection)?.step(-1)?;
        copy.main = Known::read(&copy.connection, readback::MAIN)?;
        Ok(copy)
    }

    fn step(&mut self, sql: &str) -> Result<(), Refusal> {
        self.budget.refill();
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        };
        let ran = run().map_err(Refusal::from);
        self.budget.refill();
        ran
    }

    /// Executes our own statements around a script.
    fn control(&self, sql: &str) -> Result<(), Refusal> {
        self.budget.refill();
        self.connection.execute_batch(sql).map_err(Refusal::from)
    }

    /// The columns of a table or view as the engine sees them now.
    pub(crate) fn columns_of(&self, name: &str) -> Vec<String> {
        let sql = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1";
        let columns = self.connection.prepare(sql).and_then(|mut statement| {
            let rows = statement.query_map([name], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<Vec<String>>>()
        });
        // A view that is broken itself has no columns to offer.
        columns.unwrap_or_default()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        let code = error.sqlite_error_code();
        let (message, offset) = match error {
            Error::SqlInputError { msg, offset, .. } => (msg, usize::try_from(offset).ok()),
            Error::SqliteFailure(_, Some(message)) => (message, None),
            other => (other.to_string(), None),
        };
        let denied = code == Some(ErrorCode::AuthorizationForStatementDenied)
            || message.starts_with("not authorized");
        Self {
            message,
            offset,
            interrupted: code == Some(ErrorCode::OperationInterrupted),
            denied,
        }
    }
}

/// The finding for a script that leaves a row that points at nothing, which foreign keys switched off let pass.
fn explain_dangling(script: &Script<'_>, child: &str, parent: &str) -> Diagnostic {
    let last = script.statements.last().map(|statement| statement.span);
    let span = last.map(|span| Words::of(script.text, span).headline());
    let message = format!("rows of `{child}` point at rows of `{parent}` that do not exist");
    Diagnostic::error("constraint-failed", message)
        .at(script.file, span, "found at the end of the script")
        .note(format!(
            "executed on SQLite {}: `PRAGMA foreign_key_check`, as is done before the commit of a table rebuild",
            Engine::version()
        ))
}

/// The finding for a script whose commit is refused: a constraint that was put off until then.
fn explain_commit(script: &Script<'_>, message: &str) -> Diagnostic {
    let last = script.statements.last().map(|statement| statement.span);
    let span = last.map(|span| Words::of(script.text, span).headline());
    Diagnostic::error(
        "constraint-failed",
        format!("the script cannot be committed: {message}"),
    )
    .at(script.file, span, "refused at the end of the script")
    .note(format!("executed on SQLite {}", Engine::version()))
}
