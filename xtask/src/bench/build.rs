use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::crates::Crates;
use super::measure::{Cost, cost, interleaved, median, rustc_cpu};
use super::report::Row;

/// Builds everything once and makes all but the newest migration final, as in a project that is being worked on.
pub(super) fn prepare(crates: &Crates) -> Result<(), String> {
    crates.remove_migration(crates.files)?;
    cost(crates.build("ours")?.env("MIGRATORY_LOCK", "update"))?;
    crates.put_migration(crates.files, "")?;
    for name in ["ours", "hand"] {
        cost(&mut crates.build(name)?)?;
    }
    Ok(())
}

/// rustc on the crate that holds the macro, with the build script's result fresh.
pub(super) fn fresh_expansion(crates: &Crates, runs: usize) -> Result<Row, String> {
    let rustc = |name: &'static str| {
        move |index: usize| {
            touch(&crates.folder(name).join("src/lib.rs"), index)?;
            let _ = std::fs::remove_file(crates.log());
            cost(&mut crates.build(name)?)?;
            let log = std::fs::read_to_string(crates.log())
                .map_err(|error| format!("rustc was not called for `{name}`: {error}"))?;
            rustc_cpu(&log, name).ok_or_else(|| format!("rustc was not called for `{name}`"))
        }
    };
    let (ours, base) = interleaved(runs, rustc("ours"), rustc("hand"))?;
    Ok(Row {
        letter: 'a',
        what: "rustc of the crate with the macro, build script fresh (CPU)".to_owned(),
        ours: milliseconds(ours),
        base: Some(milliseconds(base)),
        target: 1.5,
    })
}

/// The newest migration is edited, then `cargo build`.
pub(super) fn edited_migration(crates: &Crates, runs: usize) -> Result<Row, String> {
    let mut edits = 0;
    let mut edit = || {
        edits += 1;
        crates.put_migration(
            crates.files,
            &format!("\nCREATE TABLE edit_{edits} (id INTEGER PRIMARY KEY);\n"),
        )
    };
    let (mut ours, mut base): (Vec<Cost>, Vec<Cost>) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        edit()?;
        ours.push(cost(&mut crates.build("ours")?)?);
        base.push(cost(&mut crates.build("hand")?)?);
    }
    let middle = |costs: &[Cost], of: fn(&Cost) -> Duration| median(costs.iter().map(of).collect());
    let wall = (
        middle(&ours, |cost| cost.wall)?,
        middle(&base, |cost| cost.wall)?,
    );
    Ok(Row {
        letter: 'b',
        what: format!(
            "`cargo build` after an edit of the newest migration (CPU; wall {:.0} and {:.0} ms)",
            milliseconds(wall.0),
            milliseconds(wall.1)
        ),
        ours: milliseconds(middle(&ours, |cost| cost.cpu)?),
        base: Some(milliseconds(middle(&base, |cost| cost.cpu)?)),
        target: 2.0,
    })
}

/// The build script alone, unoptimised: from nothing, and with one file more than its cache knows.
pub(super) fn build_script(crates: &Crates, runs: usize) -> Result<Vec<Row>, String> {
    cost(&mut crates.build("ours")?)?;
    let program = build_script_of(&crates.target().join("debug/build"), "ours-")?;
    let out = crates.folder("ours").join("out");
    let (mut nothing, mut one) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        crates.remove_migration(crates.files)?;
        let _ = std::fs::remove_dir_all(&out);
        std::fs::create_dir_all(&out)
            .map_err(|error| format!("failed to create a folder: {error}"))?;
        nothing.push(cost(&mut script(crates, &program, &out))?.cpu);
        crates.put_migration(crates.files, "")?;
        one.push(cost(&mut script(crates, &program, &out))?.cpu);
    }
    let row = |what: &str, cpu: Vec<Duration>, target: f64| -> Result<Row, String> {
        Ok(Row {
            letter: 'c',
            what: what.to_owned(),
            ours: milliseconds(median(cpu)?),
            base: None,
            target,
        })
    };
    Ok(vec![
        row(
            "build script from nothing (CPU, unoptimised)",
            nothing,
            5000.0,
        )?,
        row(
            "build script with one new file (CPU, unoptimised)",
            one,
            300.0,
        )?,
    ])
}

/// The build script as cargo would call it.
fn script(crates: &Crates, program: &Path, out: &Path) -> Command {
    let folder = crates.folder("ours");
    let mut command = Command::new(program);
    command
        .current_dir(&folder)
        .env("CARGO_MANIFEST_DIR", &folder)
        .env("CARGO_PKG_NAME", "ours")
        .env("OUT_DIR", out)
        .env("PROFILE", "debug")
        .env("DEBUG", "true")
        .env("OPT_LEVEL", "0")
        .env_remove("CI");
    command
}

/// The newest program among the build scripts of a crate.
fn build_script_of(folder: &Path, prefix: &str) -> Result<PathBuf, String> {
    let name = format!("build-script-build{}", std::env::consts::EXE_SUFFIX);
    std::fs::read_dir(folder)
        .map_err(|error| format!("failed to read folder `{}`: {error}", folder.display()))?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(&name))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
        .ok_or_else(|| format!("no build script in `{}`", folder.display()))
}

/// Changes a file so that cargo calls rustc again.
fn touch(path: &Path, index: usize) -> Result<(), String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("failed to read file `{}`: {error}", path.display()))?;
    let kept = text.lines().filter(|line| !line.starts_with("// run "));
    let text = kept.collect::<Vec<_>>().join("\n") + &format!("\n// run {index}\n");
    super::measure::write(path, &text)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
