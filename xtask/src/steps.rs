use std::path::Path;
use std::process::Command;

use crate::step::{Action, Outcome, Step, cargo, succeed};
use crate::{diesel, mysql, readme, servers, tidy};

const FORMAT: Step = Step {
    name: "format",
    action: Action::Cargo(&["fmt", "--all", "--check"], &[]),
};

const CLIPPY: Step = Step {
    name: "clippy",
    action: Action::Cargo(
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    ),
};

pub(crate) const TIDY: Step = Step {
    name: "tidy",
    action: Action::Call(tidy::run),
};

const EACH_DIALECT: Step = Step {
    name: "each dialect",
    action: Action::Call(each_dialect),
};

const EACH_DRIVER: Step = Step {
    name: "each driver",
    action: Action::Call(each_driver),
};

const WASM: Step = Step {
    name: "core on wasm",
    action: Action::Call(core_on_wasm),
};

const DOCS: Step = Step {
    name: "docs",
    action: Action::Cargo(
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    ),
};

const README: Step = Step {
    name: "readme",
    action: Action::Call(readme::run),
};

const NEIGHBOURS: Step = Step {
    name: "neighbours",
    action: Action::Call(neighbours),
};

const SERVERS: Step = Step {
    name: "servers",
    action: Action::Call(servers::run),
};

const TEST: Step = Step {
    name: "test",
    action: Action::Test(&["--workspace", "--no-fail-fast"], &[]),
};

/// A test that has no server fails.
const TEST_WITH_SERVERS: Step = Step {
    name: "test",
    action: Action::Test(
        &["--workspace", "--no-fail-fast"],
        &[("MIGRATORY_TESTS_NEED_SERVERS", "1")],
    ),
};

const DIESEL: Step = Step {
    name: "diesel",
    action: Action::Call(diesel::run),
};

/// A library that is missing is a failure.
const DIESEL_WHOLE: Step = Step {
    name: "diesel",
    action: Action::Call(diesel::run_whole),
};

/// Where MySQL cannot be had it is not run, under CI as well: that it can be is not in our hands.
const MYSQL: Step = Step {
    name: "mysql",
    action: Action::Call(mysql::run),
};

pub(crate) const MYSQL_WITH_LONG: Step = Step {
    name: "mysql",
    action: Action::Call(mysql::run_with_long),
};

/// A test that lacks another server fails.
const MYSQL_WHOLE: Step = Step {
    name: "mysql",
    action: Action::Call(mysql::run_whole),
};

/// Everything that has to pass before a change goes in; the quick steps first, the tests last so that a log ends with their counts.
pub(crate) fn ci() -> Vec<Step> {
    vec![
        FORMAT,
        TIDY,
        CLIPPY,
        EACH_DIALECT,
        // Some drivers need a C library to compile.
        SERVERS,
        EACH_DRIVER,
        WASM,
        DOCS,
        README,
        NEIGHBOURS,
        DIESEL_WHOLE,
        MYSQL_WHOLE,
        TEST_WITH_SERVERS,
    ]
}

/// Every test. SQLite is compiled in; PostgreSQL and MariaDB are installed where that is possible.
pub(crate) fn test() -> Vec<Step> {
    vec![SERVERS, DIESEL, MYSQL, TEST]
}

/// The pages of every crate.
pub(crate) fn docs() -> Vec<Step> {
    vec![DOCS]
}

/// A user compiles the dialects that were asked for, and no other.
fn each_dialect(root: &Path) -> Result<Outcome, String> {
    let dialects = ["", "sqlite", "postgres", "mysql"];
    for dialect in dialects {
        let package = ["check", "-p", "migratory-build", "--no-default-features"];
        succeed(cargo(root).args(package).args(["--features", dialect]))?;
    }
    Ok(Outcome::Passed("none, and each alone".to_owned()))
}

/// The features of `migratory` that are drivers, and the packages that each may bring beside its dialect's.
const DRIVERS: &[(&str, &[&str])] = &[
    ("diesel-mysql", &["diesel", "mysqlclient-sys"]),
    ("diesel-postgres", &["diesel", "pq-sys"]),
    ("diesel-sqlite", &["diesel", "libsqlite3-sys"]),
    ("mysql", &["mysql"]),
    ("mysql_async", &["mysql_async"]),
    ("postgres", &["postgres", "tokio-postgres"]),
    ("rusqlite", &["libsqlite3-sys", "rusqlite"]),
    ("sqlx-mysql", &["sqlx-mysql"]),
    ("sqlx-postgres", &["sqlx-postgres"]),
    ("sqlx-sqlite", &["libsqlite3-sys", "sqlx-sqlite"]),
    ("tokio-postgres", &["tokio-postgres"]),
];

/// Packages that are clients, or parts of one.
const CLIENTS: &[&str] = &[
    "diesel",
    "libsqlite3-sys",
    "mysql",
    "mysql_async",
    "mysqlclient-sys",
    "postgres",
    "pq-sys",
    "rusqlite",
    "sqlx-mysql",
    "sqlx-postgres",
    "sqlx-sqlite",
    "tokio-postgres",
];

/// Nobody compiles a client that was not asked for, and each driver is complete alone.
fn each_driver(root: &Path) -> Result<Outcome, String> {
    if let Some(library) = diesel::missing().next() {
        return Err(library.not_here());
    }
    for (driver, packages) in [("", &[] as &[&str])].iter().chain(DRIVERS) {
        let alone = [
            "-p",
            "migratory",
            "--no-default-features",
            "--features",
            driver,
        ];
        let denied = ["--", "-D", "warnings"];
        succeed(cargo(root).arg("clippy").args(alone).args(denied))?;
        let tree = ["--edges", "normal", "--prefix", "none", "--format", "{p}"];
        let output = cargo(root).arg("tree").args(alone).args(tree).output();
        let output = output.map_err(|error| format!("failed to start cargo tree: {error}"))?;
        let tree = String::from_utf8_lossy(&output.stdout);
        let names = tree.lines().filter_map(|line| line.split(' ').next());
        let mut clients: Vec<&str> = names.filter(|name| CLIENTS.contains(name)).collect();
        clients.sort_unstable();
        clients.dedup();
        if clients != *packages {
            return Err(format!(
                "`{driver}` compiles {clients:?}, and not {packages:?}"
            ));
        }
    }
    Ok(Outcome::Passed("none, and each alone".to_owned()))
}

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What builds there does no I/O.
fn core_on_wasm(root: &Path) -> Result<Outcome, String> {
    let installed = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    if !installed {
        return Ok(Outcome::NotRun(format!(
            "target {WASM_TARGET} is not installed"
        )));
    }
    succeed(cargo(root).args(["build", "-p", "migratory-core", "--target", WASM_TARGET]))?;
    Ok(Outcome::Passed(String::new()))
}

/// F11: each crate of `tests/neighbours` shares its graph with another user of SQLite: it must resolve as locked, build and run.
fn neighbours(root: &Path) -> Result<Outcome, String> {
    let folder = root.join("tests/neighbours");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .map_err(|error| format!("failed to read folder `tests/neighbours`: {error}"))?
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let target = root.join("target/neighbours");
    for name in &names {
        println!("{name}");
        succeed(
            cargo(&folder.join(name))
                .args(["run", "--quiet", "--locked"])
                .env("CARGO_TARGET_DIR", &target),
        )
        .map_err(|problem| format!("tests/neighbours/{name}: {problem}"))?;
    }
    Ok(Outcome::Passed(names.join(", ")))
}
