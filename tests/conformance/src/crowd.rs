use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migratory::{Dialect, Migrations, State};
use servers::NotHere;

use crate::{Client, Files, Lock, Place, RustFunctions, Witness};

/// The database that a child is to migrate.
const CHILD: &str = "MIGRATORY_TEST_CHILD";

/// Set where its lock is to be a row of a table.
const IN_TABLE: &str = "MIGRATORY_TEST_CHILD_IN_TABLE";

/// Prints for the parent that a child is about to apply, and waits for a line from it.
const READY: &str = "ready";

/// How many migrations the list has after the one that makes the table they write to.
const COUNT: usize = 12;

/// How many statements each of them has.
const STATEMENTS: usize = 3;

/// Eight processes start at once: each migration is applied by one of them (F43).
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If one fails, or something was done twice or not at all.
pub fn eight_at_once<C: Client>(lock: Lock) -> Result<(), NotHere> {
    let place = Place::new(C::DIALECT)?;
    meet(&[place.url()], lock);
    each_was_applied_once(C::DIALECT, &place);
    Ok(())
}

/// Lets eight processes apply at once, each by one of the ways that lead to a database, in turn.
///
/// # Panics
///
/// If one fails.
pub fn meet(ways: &[String], lock: Lock) {
    let ways = ways.iter().cycle().take(8);
    let mut children: Vec<Child> = ways.map(|url| start_child(url, lock)).collect();
    children.iter_mut().for_each(let_go);
    for child in children {
        let output = child.wait_with_output().expect("the child ends");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
}

/// Looks at what eight that met did.
///
/// # Panics
///
/// If something was done twice or not at all.
pub fn each_was_applied_once(dialect: Dialect, place: &Place) {
    let mut witness = Witness::new(dialect, place);
    let expected: Vec<String> = (0..COUNT * STATEMENTS).map(|it| it.to_string()).collect();
    assert_eq!(done(&mut witness), expected);
    let rows = witness.look("SELECT count(*) FROM migratory_history WHERE state = 'applied'");
    assert_eq!(rows, Ok((COUNT + 1).to_string()));
}

/// A process dies at any moment: what the history says was done was done once, of what it says is not done at most the next
/// statement was, and nothing keeps the next run from saying so (F40, F53).
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If the history does not tell the truth.
pub fn killed<C: Client>(lock: Lock) -> Result<(), NotHere> {
    drop(Place::new(C::DIALECT)?);
    let mut met = 0;
    // A lock in a table outlives the process, for a while.
    let (distance, least) = match lock {
        Lock::OfSession => (3, 3),
        Lock::InTable => (8, 1),
    };
    for events in (1..COUNT * (STATEMENTS + 2)).step_by(distance) {
        let place = Place::new(C::DIALECT)?;
        let mut child = start_child(&place.url(), lock);
        let_go(&mut child);
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        // It goes on while this hears of it, so the kill meets it anywhere.
        let heard = output.lines().take(events).count();
        assert_eq!(heard, events, "the child ends before its time");
        child.kill().expect("a child can be killed");
        child.wait().expect("the child ends");
        let stands = assert_true_history::<C>(&place, lock);
        met += usize::from(0 < stands && stands < COUNT * STATEMENTS);
    }
    // Were they all before or after, nothing would have been shown.
    assert!(met >= least, "only {met} kills met a run");
    Ok(())
}

/// What a child does; in the parent there is nothing to do.
///
/// # Panics
///
/// If its run fails.
pub fn be_a_child<C: Client>() {
    let Ok(url) = std::env::var(CHILD) else {
        return;
    };
    let mut client = C::connect(&Place::lent(url));
    println!("\n{READY}");
    std::io::stdin()
        .read_line(&mut String::new())
        .expect("the parent says go");
    let lock = match std::env::var(IN_TABLE) {
        Ok(_) => Lock::InTable,
        Err(_) => Lock::OfSession,
    };
    let runner = lock.of(list(C::DIALECT).runner());
    let report = client.apply(runner.on_event(|event| println!("{event}")));
    let _ = report.expect("the run succeeds");
}

/// Compares history and effects, and counts the effects.
fn assert_true_history<C: Client>(place: &Place, lock: Lock) -> usize {
    let mut client = C::connect(place);
    let mut witness = Witness::new(C::DIALECT, place);
    // Where the lock is the transaction, one that stands in part may be under way: it is waited for.
    let patience = match lock {
        Lock::OfSession => Duration::from_millis(300),
        Lock::InTable => Duration::from_secs(20),
    };
    let runner = lock.of(list(C::DIALECT).runner()).lock_timeout(patience);
    let result = client.apply(runner);
    let statuses = client
        .status(list(C::DIALECT).runner())
        .expect("the history can be read");
    let done = done(&mut witness);
    let mut expected = Vec::new();
    let mut in_doubt = None;
    for (index, status) in statuses.iter().skip(1).enumerate() {
        let first = index * STATEMENTS;
        match status.state {
            State::Applied => expected.extend(first..first + STATEMENTS),
            State::Partial { done, .. } => {
                let done = usize::try_from(done).expect("a count");
                expected.extend(first..first + done);
                in_doubt = Some(first + done);
            }
            _ => {}
        }
    }
    let mut found: Vec<usize> = done
        .iter()
        .map(|it| it.parse().expect("a number"))
        .collect();
    found.retain(|statement| Some(*statement) != in_doubt);
    assert_eq!(found, expected, "the history says {statuses:?}");
    assert!(
        done.len() <= found.len() + 1,
        "a statement ran twice: {done:?}"
    );
    let is_partial = statuses
        .iter()
        .any(|it| matches!(it.state, State::Partial { .. }));
    assert_eq!(result.is_ok(), !is_partial, "{result:?}");
    done.len()
}

/// The statements that were done, each as often as it was.
fn done(witness: &mut Witness) -> Vec<String> {
    let rows = witness.look("SELECT number FROM done ORDER BY number");
    rows.unwrap_or_default().lines().map(Into::into).collect()
}

/// A table, and migrations each of which writes a row per statement to it; every second one without a transaction.
fn list(dialect: Dialect) -> Migrations {
    let mut files = Files::new(dialect, RustFunctions(|name| panic!("there is no {name}")));
    files.begin("0001_done.sql");
    files.line("CREATE TABLE done (number INTEGER);");
    for index in 0..COUNT {
        let option = if index % 2 == 0 {
            ""
        } else {
            " no-transaction"
        };
        files.begin(&format!("{:04}_rows.sql{option}", index + 2));
        for statement in 0..STATEMENTS {
            files.line(&format!(
                "INSERT INTO done VALUES ({});",
                index * STATEMENTS + statement
            ));
        }
    }
    files.migrations()
}

fn start_child(url: &str, lock: Lock) -> Child {
    let test = std::env::current_exe().expect("the test binary");
    let mut child = Command::new(test)
        .args(["--exact", "be_a_child", "--nocapture"])
        .env(CHILD, url)
        .envs((lock == Lock::InTable).then_some((IN_TABLE, "1")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test binary starts");
    let mut said = BufReader::new(child.stdout.as_mut().expect("a pipe")).lines();
    assert!(
        said.any(|line| line.expect("text") == READY),
        "the child does not get ready"
    );
    child
}

fn let_go(child: &mut Child) {
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"go\n").expect("the child listens");
}
