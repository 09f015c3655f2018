//! What the README shows is done: its commands are run, the crate that it describes is built.

mod page;

use std::path::Path;

use crate::step::{Outcome, cargo};
use page::{Session, files, same_but_for_times, sessions};

/// Commands that `ci` runs as steps of its own.
const RUN_ELSEWHERE: &[&str] = &["cargo xtask test", "cargo xtask ci"];

/// Runs every command of the README in a clean folder, and the crate that it describes.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    let page = std::fs::read_to_string(root.join("README.md"))
        .map_err(|error| format!("failed to read file `README.md`: {error}"))?;
    let folder = clean_folder(root, "target/readme/commands")?;
    let mut run = 0;
    for session in sessions(&page) {
        if !RUN_ELSEWHERE.contains(&session.command.as_str()) {
            show(&folder, &session)?;
            run += 1;
        }
    }
    if run == 0 {
        return Err("the README shows no command".to_owned());
    }
    described_crate(root, &page)?;
    Ok(Outcome::Passed(format!(
        "{run} commands and the crate it describes"
    )))
}

/// Runs a command and compares what it prints with what the README says it prints.
fn show(folder: &Path, session: &Session) -> Result<(), String> {
    println!("$ {}", session.command);
    let printed = output(folder, &session.command, None)?;
    if same_but_for_times(&printed, &session.output) {
        return Ok(());
    }
    Err(format!(
        "`{}` prints\n\n{printed}\nwhere the README says\n\n{}",
        session.command, session.output
    ))
}

/// Builds the crate whose files the README shows, and runs it twice: the second time there is nothing to do.
fn described_crate(root: &Path, page: &str) -> Result<(), String> {
    let folder = clean_folder(root, "target/readme/crate")?;
    for (path, text) in files(page) {
        let text = match path.as_str() {
            "Cargo.toml" => text + HERE,
            _ => text,
        };
        let path = folder.join(path);
        let fail = |error| format!("failed to write file `{}`: {error}", path.display());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(fail)?;
        }
        std::fs::write(&path, text).map_err(fail)?;
    }
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))
        .map_err(|error| format!("failed to copy file `Cargo.lock`: {error}"))?;
    println!("the crate of the README");
    let target = root.join("target");
    let first = output(&folder, "cargo run --quiet", Some(&target))?;
    let second = output(&folder, "cargo run --quiet", Some(&target))?;
    if first.contains(NOTHING) || !second.contains(NOTHING) {
        return Err(format!(
            "the README's crate prints first\n\n{first}\nand then\n\n{second}"
        ));
    }
    Ok(())
}

const NOTHING: &str = "nothing to do";

/// What makes the README's manifest name the crates of this workspace.
const HERE: &str = r#"
[workspace]

[patch.crates-io]
migratory = { path = "../../../runtime" }
migratory-build = { path = "../../../build-support" }
"#;

/// Runs one line of words and gives what it writes to standard output; the rest goes to the terminal.
fn output(folder: &Path, command: &str, target: Option<&Path>) -> Result<String, String> {
    let mut words = command.split_whitespace();
    if words.next() != Some("cargo") {
        return Err(format!("`{command}`: only cargo commands are run"));
    }
    let mut process = cargo(folder);
    process.args(words).stderr(std::process::Stdio::inherit());
    if let Some(target) = target {
        process.env("CARGO_TARGET_DIR", target);
    }
    let output = process
        .output()
        .map_err(|error| format!("failed to start `{command}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{command}`: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn clean_folder(root: &Path, path: &str) -> Result<std::path::PathBuf, String> {
    let folder = root.join(path);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .map_err(|error| format!("failed to remove folder `{path}`: {error}"))?;
    }
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("failed to create folder `{path}`: {error}"))?;
    Ok(folder)
}
