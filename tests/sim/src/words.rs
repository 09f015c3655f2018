//! Lists of migrations and options of a run, out of short words.

use std::any::Any;
use std::time::Duration;

use migratory_core::{
    CallResult, Called, Choice, Dialect, Down, Goal, Migration, Migrations, Options, Repeatable,
    Resolution, RustCall, Script, Statement, Timeouts, Version, pack,
};

use crate::random::mixed;
use crate::world::World;

/// A list out of words such as `1 2n 3fr Rviews.n`.
///
/// A number is a version with two statements each way. Flags: `-` no down, `n` no transaction, `f` a rebuild with foreign
/// keys off, `r` a Rust function each way, `t` timeouts of its own, `s` an up that sets
/// something in the session, `!` another content under the same number. `R` begins a
/// repeatable, whose flags follow a dot.
pub fn migrations(dialect: Dialect, words: &str) -> Migrations {
    let (repeatable, versioned): (Vec<&str>, Vec<&str>) = words
        .split_whitespace()
        .partition(|word| word.starts_with('R'));
    let versioned: Vec<Migration> = versioned.into_iter().map(migration).collect();
    let repeatable: Vec<Repeatable> = repeatable.into_iter().map(repeatable_of).collect();
    Migrations::new(dialect, versioned.leak(), repeatable.leak())
}

/// Options out of words such as `down=1 out-of-order`.
pub fn options(words: &str) -> Options {
    let mut options = Options {
        // Long beside a step, short beside the patience of a test.
        lock_timeout: Duration::from_secs(2),
        applied_by: "sim@nowhere".into(),
        ..Options::default()
    };
    for word in words.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, "0"));
        let version = Version::parse(value).expect("a version");
        match name {
            "latest" => options.goal = Goal::Latest,
            "up" => options.goal = Goal::UpTo(version),
            "down" => options.goal = Goal::DownTo(version),
            "all-down" => options.goal = Goal::AllDown,
            "redo" => options.goal = Goal::Redo,
            "baseline" => options.goal = Goal::Baseline(version),
            "continue" => options.goal = Goal::Resolve(Resolution::Continue),
            "mark-done" => options.goal = Goal::Resolve(Resolution::MarkDone),
            "mark-undone" => options.goal = Goal::Resolve(Resolution::MarkUndone),
            "go-up" => options.goal = Goal::Resolve(Resolution::GoUp),
            "go-down" => options.goal = Goal::Resolve(Resolution::GoDown),
            "out-of-order" => options.policy.out_of_order = Choice::Allow,
            "missing" => options.policy.missing = Choice::Allow,
            "newer" => options.policy.newer = Choice::Allow,
            other => panic!("no option is called {other}"),
        }
    }
    options
}

/// What a script does to the world, one text for each of its statements.
pub(crate) fn texts(script: &Script, rust: &str) -> Vec<String> {
    match script {
        Script::Sql(sql) => sql.statements().map(|it| it.sql.to_string()).collect(),
        _ => vec![rust.to_string()],
    }
}

/// What the Rust function of a version leaves in the world.
pub(crate) fn rust_text(direction: &str, number: u64) -> String {
    format!("{direction} {number} in Rust")
}

fn migration(word: &str) -> Migration {
    let end = word
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(word.len());
    let (number, flags) = (word[..end].parse().expect("a version"), &word[end..]);
    let has = |flag| flags.contains(flag);
    let set = if has('s') { " set" } else { "" };
    let rebuild = if has('f') { " rebuild" } else { "" };
    let script = |direction: &str, call: RustCall| match has('r') {
        true => Script::rust(leak(format!("{number}.rs")), call),
        false => sql(
            format!("{number}.{direction}.sql"),
            &[
                (1, format!("{direction} {number} a{set}")),
                (4, format!("{direction} {number} b{rebuild}")),
            ],
        ),
    };
    let (up, down) = calls(number);
    let down = match has('-') {
        true => Down::Missing,
        false => Down::Script(script("down", down)),
    };
    let link = mixed(number << 1 | u64::from(has('!')));
    let mut migration = Migration::new(
        Version::new(number, 4),
        "step",
        leak(format!("sha256:{link:x}")),
        link,
        script("up", up),
        down,
    );
    if has('n') {
        migration = migration.without_transaction();
    }
    if has('f') {
        migration = migration.with_foreign_keys_off();
    }
    if has('t') {
        migration = migration.with_timeouts(TIMEOUTS);
    }
    migration
}

const TIMEOUTS: Timeouts = Timeouts {
    lock_ms: Some(1000),
    statement_ms: Some(60_000),
};

fn repeatable_of(word: &str) -> Repeatable {
    let (name, flags) = word[1..].split_once('.').unwrap_or((&word[1..], ""));
    let key = -name.bytes().map(i64::from).sum::<i64>();
    let link = mixed(key as u64 ^ u64::from(flags.contains('!')));
    let statements = [
        (1, format!("repeat {name} a")),
        (2, format!("repeat {name} b")),
    ];
    let repeatable = Repeatable::new(
        key,
        leak(name.into()),
        leak(format!("sha256:{link:x}")),
        link,
        sql(format!("R__{name}.sql"), &statements),
    );
    match flags.contains('n') {
        true => repeatable.without_transaction(),
        false => repeatable,
    }
}

fn sql(file: String, statements: &[(u32, String)]) -> Script {
    let statements = statements.iter().map(|(line, sql)| Statement {
        sql,
        line: *line,
        transactional: true,
        touches_session: sql.ends_with("set"),
    });
    Script::sql(leak(file), leak(pack(statements)))
}

/// A function pointer cannot capture its version, so there is one for each.
fn calls(number: u64) -> (RustCall, RustCall) {
    const CALLS: [(RustCall, RustCall); 9] = [
        (up::<1>, down::<1>),
        (up::<2>, down::<2>),
        (up::<3>, down::<3>),
        (up::<4>, down::<4>),
        (up::<5>, down::<5>),
        (up::<6>, down::<6>),
        (up::<7>, down::<7>),
        (up::<8>, down::<8>),
        (up::<9>, down::<9>),
    ];
    CALLS[number as usize - 1]
}

fn up<const NUMBER: u64>(world: &mut (dyn Any + Send)) -> Called<'_> {
    Called::Ended(call(world, rust_text("up", NUMBER)))
}

fn down<const NUMBER: u64>(world: &mut (dyn Any + Send)) -> Called<'_> {
    Called::Ended(call(world, rust_text("down", NUMBER)))
}

fn call(world: &mut (dyn Any + Send), text: String) -> CallResult {
    let world = world.downcast_mut::<World>().ok_or("not the world")?;
    Ok(world.run_for_a_function(text)?)
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
