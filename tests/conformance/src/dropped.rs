use std::time::{Duration, Instant};

use migratory::{Dialect, Error};
use migratory_core::Refusal;
use servers::{Counter, NotHere};

use crate::{AsyncClient, Files, Lock, Place, RustFunctions, Witness};

/// Drops a run at every point where it waits (F45): no lock stays and no open transaction, the next run goes on where it is
/// possible, and says so where it is not.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If something stays.
pub fn dropped<C: AsyncClient>(lock: Lock) -> Result<(), NotHere> {
    let mut files = Files::new(
        C::DIALECT,
        RustFunctions(|name| panic!("there is no {name}")),
    );
    for line in LIST.lines() {
        match line.strip_prefix("+ ") {
            Some(name) => files.begin(name),
            None => files.line(line),
        }
    }
    let migrations = files.migrations();
    // Where no lock is held between statements, what stands in part may be another process's, which is waited for.
    let patience = match C::DIALECT {
        Dialect::Sqlite => Duration::from_secs(2),
        _ => PATIENCE,
    };
    let mut polls = 0;
    loop {
        let place = Place::new(C::DIALECT)?;
        // An answer that came at once would be no point to drop the run at.
        let mut client = match C::DIALECT {
            Dialect::Sqlite => C::connect(&place),
            _ => {
                let counter = Counter::far_before(place.database().port(), DISTANCE);
                C::connect(&place.by_way_of(counter.port()))
            }
        };
        let mut witness = Witness::new(C::DIALECT, &place);
        let run = client.apply_for(lock.of(migrations.runner()), polls);
        if let Some(report) = run {
            assert_eq!(report.expect("nobody dropped it").entries().len(), 3);
            break;
        }
        if !C::GIVES_BACK {
            drop(client);
            client = C::connect(&place);
        }
        nothing_is_held(C::DIALECT, lock, &mut witness, polls);
        if C::DIALECT == Dialect::Sqlite {
            let kept = client.execute(FAIL_WITHOUT_PATIENCE);
            assert_eq!(kept, Ok(()), "after {polls} polls");
        }
        // Another process, and the one that dropped it.
        let runner = || lock.of(migrations.runner()).lock_timeout(patience);
        let said = verdict(C::connect(&place).apply(runner()), polls);
        assert_eq!(
            verdict(client.apply(runner()), polls),
            said,
            "after {polls} polls"
        );
        polls += 1;
    }
    // Were there fewer, hardly anything would have been shown.
    assert!(polls > 10, "a run is polled only {polls} times");
    Ok(())
}

/// Migrations whose steps are of every kind.
const LIST: &str = "\
+ 0001_users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY);
INSERT INTO users VALUES (1);
+ 0002_more.sql no-transaction
INSERT INTO users VALUES (2);
INSERT INTO users VALUES (3);
+ 0003_tags.sql
CREATE TABLE tags (id INTEGER PRIMARY KEY);
";

/// A run sets the busy timeout aside for a moment; without it, or with another, this is an integer overflow.
const FAIL_WITHOUT_PATIENCE: &str =
    "SELECT abs(-9223372036854775807 - (timeout <> 5000)) FROM pragma_busy_timeout";

const DISTANCE: Duration = Duration::from_millis(4);

const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until the server has done what the drop sent.
fn nothing_is_held(dialect: Dialect, lock: Lock, witness: &mut Witness, polls: usize) {
    let is_free = |witness: &mut Witness| match lock {
        Lock::OfSession => true,
        // There is no row before the first claim.
        Lock::InTable => !matches!(
            witness.look("SELECT count(*) FROM migratory_history_lock WHERE expires > 0").as_deref(),
            Ok(count) if count != "0"
        ),
    };
    let sql = match dialect {
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_stat_activity a JOIN pg_database d ON d.oid = a.datid AND d.datname = current_database() \
             WHERE a.state LIKE 'idle in transaction%' \
             OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory')"
        }
        Dialect::Mysql => {
            "SELECT count(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p \
             ON p.id = t.trx_mysql_thread_id WHERE p.db = database()"
        }
        // The next run would wait for it.
        _ => return,
    };
    let until = Instant::now() + PATIENCE;
    while witness.look(sql).as_deref() != Ok("0") || !is_free(witness) {
        assert!(
            Instant::now() < until,
            "after {polls} polls something is held"
        );
        // MariaDB shows what it saw when it was asked last, if that is less than a tenth of a second ago.
        std::thread::sleep(Duration::from_millis(120));
    }
}

/// Whether all is applied now or something stands in part.
fn verdict(result: Result<migratory::Report, Error>, polls: usize) -> &'static str {
    match result {
        Ok(_) => "applied",
        Err(error) if matches!(error.refusal(), Some(Refusal::Partial(_))) => "partial",
        Err(error) => panic!("after {polls} polls: {error}"),
    }
}
