use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::discover::LOCK_FILE;
use crate::fs::{self, Error};
use crate::inspect::{Options, inspect};
use crate::lock::Strictness;
use crate::outcome::{Handover, Outcome, VERSION, normal};

/// Checks a migrations directory from a build script and leaves the result for `migratory::migrations!`.
///
/// `directory` is relative to the package's `Cargo.toml`. Warnings are printed here; errors are said by the macro, at the place that
/// invokes it. With `MIGRATORY_LOCK=update` in the environment, all migrations become final if none has an error.
///
/// ```no_run
/// migratory_build::migrations("migrations");
/// ```
pub fn migrations(directory: &str) {
    let directory = match normal(directory) {
        Ok(directory) => directory,
        Err(error) => return fail(&error),
    };
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let Some((package, out_dir)) = folder("CARGO_MANIFEST_DIR").zip(folder("OUT_DIR")) else {
        return fail(
            "migratory_build::migrations is for build scripts: cargo sets CARGO_MANIFEST_DIR and OUT_DIR there",
        );
    };
    let handover = Handover::new(&directory);
    match run(&package, &directory, &handover, &out_dir) {
        Ok(outcome) => print!("{}", instructions(&outcome, &handover, &directory)),
        Err(error) => fail(&error.to_string()),
    }
}

fn run(
    package: &Path,
    directory: &str,
    handover: &Handover,
    out_dir: &Path,
) -> Result<Outcome, Error> {
    let variable = |name| std::env::var(name).ok();
    let cache = out_dir.join(handover.cache());
    fs::create_folder(&cache)?;
    let options = Options {
        strictness: Strictness::of(variable("PROFILE").as_deref(), variable("CI").as_deref()),
        cache: Some(cache),
    };
    if variable("MIGRATORY_LOCK").as_deref() == Some("update") {
        update_lock(package, directory, &options)?;
    }
    let outcome = Outcome::new(&inspect(package, directory, &options));
    hand_over(&outcome, handover, out_dir)?;
    Ok(outcome)
}

/// Makes all drafts final where nothing is wrong; what is wrong is told as always.
fn update_lock(package: &Path, directory: &str, options: &Options) -> Result<(), Error> {
    // A draft is what this is for, so that it must not stand in the way.
    let lenient = Options {
        strictness: Strictness::Development,
        ..options.clone()
    };
    let inspection = inspect(package, directory, &lenient);
    if let Some(lock) = inspection.updated_lock().filter(|_| inspection.is_sound()) {
        let path = package.join(directory).join(LOCK_FILE);
        fs::write_if_changed(&path, lock.as_bytes())?;
    }
    Ok(())
}

/// Leaves the result where the macro looks for it.
fn hand_over(outcome: &Outcome, handover: &Handover, out_dir: &Path) -> Result<(), Error> {
    let json = serde_json::to_vec(outcome).unwrap_or_default();
    fs::write_if_changed(&out_dir.join(handover.outcome()), &json)?;
    fs::write_if_changed(&out_dir.join(handover.code()), outcome.code.as_bytes())?;
    fs::write_if_changed(&out_dir.join(handover.schema()), outcome.schema.as_bytes())?;
    Ok(())
}

/// What cargo is told: when to run the build script again, what to warn of, and that there is a result.
fn instructions(outcome: &Outcome, handover: &Handover, directory: &str) -> String {
    let mut lines = String::new();
    let mut line = |instruction: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "cargo::{instruction}={value}");
    };
    // Cargo looks at everything below a folder; naming the files as well would make it look at each of them twice.
    line("rerun-if-changed", directory);
    for twin in &outcome.twins {
        line("rerun-if-changed", twin);
    }
    for variable in ["MIGRATORY_LOCK", "CI"] {
        line("rerun-if-env-changed", variable);
    }
    line("rustc-env", &format!("{}={VERSION}", handover.variable()));
    for warning in &outcome.warnings {
        for text in warning.lines() {
            line("warning", text);
        }
    }
    for note in &outcome.notes {
        lines.push_str(note);
        lines.push('\n');
    }
    lines
}

fn fail(message: &str) {
    println!("cargo::error={message}");
}
