//! The connection itself: in memory, and fenced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::limits::Limit;

use crate::catalog::Catalog;
use crate::syntax::ir::{AlterAction, Body, Statement};

/// How many instructions of SQLite's machine pass between two looks at the budget.
const INSTRUCTIONS_A_TICK: i32 = 10_000;

/// How many ticks a statement may take: a second or two on an unoptimised build.
const TICKS: u32 = 3_000;

/// Largest value and statement, in bytes.
const LONGEST_VALUE: i32 = 64 << 20;

/// How much of the schema the `ALTER TABLE`s of a script may make SQLite read again, as [`cost_of_altering`] counts: it reads all of it after
/// each, which takes some seconds here where nothing is optimised.
pub(super) const MOST_READ_AGAIN: usize = 32 << 20;

/// What it costs SQLite to read the schema again for a statement: about one for a byte of its SQL.
pub(super) fn cost_of_altering(statement: &Statement, catalog: &Catalog) -> usize {
    const OF_AN_OBJECT: usize = 25;
    let Body::AlterTable { actions, .. } = &statement.body else {
        return 0;
    };
    let adds = |action: &AlterAction| matches!(action, AlterAction::AddColumn { .. });
    // For a new name each object is read three times more, to see whether it mentions the old one.
    let times = if actions.iter().all(adds) { 1 } else { 4 };
    let objects = catalog.objects();
    let size: usize = objects.map(|object| object.sql.len() + OF_AN_OBJECT).sum();
    size * times
}

/// What a statement may still use up.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<AtomicU32>);

impl Budget {
    /// Gives the next statement its full allowance.
    pub(super) fn refill(&self) {
        self.0.store(TICKS, Ordering::Relaxed);
    }

    fn tick(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

/// An empty database in memory that can reach nothing outside.
pub(super) fn open() -> rusqlite::Result<(Connection, Budget)> {
    let mut connection = Connection::open_in_memory()?;
    let budget = fence_in(&mut connection)?;
    Ok((connection, budget))
}

fn fence_in(connection: &mut Connection) -> rusqlite::Result<Budget> {
    connection.execute_batch(
        "PRAGMA page_size = 512; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = ON;",
    )?;
    let budget = Budget::default();
    budget.refill();
    let ticking = budget.clone();
    // Over the supported range of rusqlite these return either nothing or a result that cannot fail on an open connection.
    let _ = connection.progress_handler(INSTRUCTIONS_A_TICK, Some(move || ticking.tick()));
    let _ = connection.authorizer(Some(|context: rusqlite::hooks::AuthContext<'_>| {
        if reaches_out(&context.action) {
            Authorization::Deny
        } else {
            Authorization::Allow
        }
    }));
    let _ = connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE);
    let _ = connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0);
    Ok(budget)
}

/// Whether an action leaves the database in memory or changes the process.
fn reaches_out(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => true,
        AuthAction::Function { function_name } => {
            function_name.eq_ignore_ascii_case("load_extension")
        }
        AuthAction::Pragma { pragma_name, .. } => [
            "data_store_directory",
            "hard_heap_limit",
            "mmap_size",
            "soft_heap_limit",
            "temp_store",
            "temp_store_directory",
            "threads",
        ]
        .iter()
        .any(|name| pragma_name.eq_ignore_ascii_case(name)),
        _ => false,
    }
}

/// Makes a function that only the application has: any number of arguments, and always NULL.
pub(super) fn stand_in_function(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(name, -1, flags, |_| Ok(None::<i64>))
}

/// Makes a collation that only the application has: it compares bytes.
pub(super) fn stand_in_collation(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.create_collation(name, |left: &str, right: &str| left.cmp(right))
}
