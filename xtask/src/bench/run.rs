use std::process::Stdio;

use super::Options;
use super::crates::Crates;
use super::report::Row;
use crate::step::cargo;

/// What is measured at run time: its name in the program's output, what it is, and its target ratio.
const MEASURED: &[(char, &str, &str, f64)] = &[
    (
        'd',
        "apply",
        "apply to a fresh file; `execute_batch` with history rows",
        1.2,
    ),
    (
        'e',
        "nothing",
        "nothing to do, from opening the file; one indexed SELECT",
        1.2,
    ),
    (
        'e',
        "marker",
        "nothing to do where `user_version` is ours; a bare `PRAGMA user_version`",
        1.5,
    ),
];

/// Builds the program with optimisation, runs it and reads its figures.
pub(super) fn run_time(crates: &Crates, options: &Options) -> Result<Vec<Row>, String> {
    let data = crates.folder("run").join("data");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data)
        .map_err(|error| format!("failed to create a folder: {error}"))?;
    let mut command = cargo(&crates.folder("run"));
    command
        .args(["run", "--quiet", "--release", "--"])
        .arg(&data)
        .arg(options.runs.to_string())
        .env("CARGO_TARGET_DIR", crates.target())
        // A release build wants every migration final; what is measured here has no lock file.
        .env_remove("CI")
        .stderr(Stdio::inherit());
    let output = command
        .output()
        .map_err(|error| format!("failed to start cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the run-time benchmark: {}", output.status));
    }
    rows(&String::from_utf8_lossy(&output.stdout), options)
}

/// Reads lines of `name ours base`, in microseconds.
fn rows(output: &str, options: &Options) -> Result<Vec<Row>, String> {
    MEASURED
        .iter()
        .filter(|(letter, ..)| options.wants(*letter))
        .map(|(letter, name, what, target)| {
            let figures = output
                .lines()
                .find_map(|line| line.strip_prefix(name)?.trim().split_once(' '))
                .and_then(|(ours, base)| {
                    Some((ours.parse::<f64>().ok()?, base.parse::<f64>().ok()?))
                });
            let (ours, base) =
                figures.ok_or_else(|| format!("no figures for `{name}` in\n{output}"))?;
            Ok(Row {
                letter: *letter,
                what: (*what).to_owned(),
                ours: ours / 1000.0,
                base: Some(base / 1000.0),
                target: *target,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_the_program_become_rows() {
        let output = "apply 2000.5 1000.25\nnothing 30 20\nmarker 3 2\n";
        let found = rows(output, &Options::default()).unwrap();
        let ours: Vec<f64> = found.iter().map(|row| row.ours).collect();
        assert_eq!(ours, [2.0005, 0.03, 0.003]);
        assert!(rows("apply x y\n", &Options::default()).is_err());
    }
}
