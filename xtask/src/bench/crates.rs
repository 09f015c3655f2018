use std::path::{Path, PathBuf};
use std::process::Command;

use super::history;
use super::measure::{RUSTC_LOG, write};
use crate::step::cargo;

/// The workspace that is measured, under `target/bench`: `ours` holds the macro, `hand` the list a person would write, `run` the run time.
pub(super) struct Crates {
    folder: PathBuf,
    pub(super) files: usize,
}

impl Crates {
    /// Writes the crates anew; what cargo built of their dependencies is kept.
    pub(super) fn write(root: &Path, files: usize) -> Result<Self, String> {
        let crates = Self {
            folder: root.join("target/bench"),
            files,
        };
        for name in ["ours", "hand", "run"] {
            let folder = crates.folder(name);
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .map_err(|error| format!("failed to remove `{}`: {error}", folder.display()))?;
            }
        }
        // The same versions of everything as in the workspace.
        let lock = crates.folder.join("Cargo.lock");
        if !lock.exists() {
            let text = std::fs::read_to_string(root.join("Cargo.lock"))
                .map_err(|error| format!("failed to read file `Cargo.lock`: {error}"))?;
            write(&lock, &text)?;
        }
        crates.put("Cargo.toml", WORKSPACE)?;
        crates.put("ours/Cargo.toml", OURS)?;
        crates.put("ours/build.rs", BUILD_SCRIPT)?;
        crates.put("ours/src/lib.rs", OURS_CODE)?;
        crates.put("hand/Cargo.toml", HAND)?;
        crates.put("hand/src/lib.rs", &hand_code(files))?;
        crates.put("run/Cargo.toml", RUN)?;
        crates.put("run/build.rs", BUILD_SCRIPT)?;
        crates.put("run/src/main.rs", RUN_CODE)?;
        crates.put("run/src/by_hand.rs", &hand_code(files))?;
        for number in 1..=files {
            crates.put_migration(number, "")?;
        }
        Ok(crates)
    }

    /// The folder of one of the crates.
    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where cargo puts what it builds.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Where the stand-in for rustc notes what it measured.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("rustc.log")
    }

    /// Writes the same migration into every crate, with a line more at its end.
    pub(super) fn put_migration(&self, number: usize, more: &str) -> Result<(), String> {
        let (name, mut sql) = history::migration(number);
        sql += more;
        for of in ["ours", "hand", "run"] {
            self.put(&format!("{of}/migrations/{name}"), &sql)?;
        }
        Ok(())
    }

    /// Removes a migration from the crate that holds the macro.
    pub(super) fn remove_migration(&self, number: usize) -> Result<(), String> {
        let path = self
            .folder("ours")
            .join("migrations")
            .join(history::migration(number).0);
        std::fs::remove_file(&path)
            .map_err(|error| format!("failed to remove file `{}`: {error}", path.display()))
    }

    /// `cargo build` of one of the crates.
    pub(super) fn build(&self, name: &str) -> Result<Command, String> {
        let this =
            std::env::current_exe().map_err(|error| format!("no path to this program: {error}"))?;
        let mut command = cargo(&self.folder);
        command
            .args(["build", "-p", name])
            .env("CARGO_TARGET_DIR", self.target())
            .env("RUSTC_WORKSPACE_WRAPPER", this)
            .env(RUSTC_LOG, self.log())
            .env_remove("CI");
        Ok(command)
    }

    fn put(&self, path: &str, text: &str) -> Result<(), String> {
        write(&self.folder.join(path), text)
    }
}

fn hand_code(files: usize) -> String {
    let mut code = String::from("pub static MIGRATIONS: &[(&str, &str)] = &[\n");
    for number in 1..=files {
        let (name, _) = history::migration(number);
        let stem = name.trim_end_matches(".sql");
        code += &format!("    (\"{stem}\", include_str!(\"../migrations/{name}\")),\n");
    }
    code + "];\n"
}

const WORKSPACE: &str = r#"
[workspace]
resolver = "3"
members = ["ours", "hand", "run"]

[profile.dev]
debug = "line-tables-only"
"#;

const OURS: &str = r#"
[package]
name = "ours"
version = "0.0.0"
edition = "2024"

[dependencies]
migratory = { path = "../../../runtime", features = ["rusqlite"] }

[build-dependencies]
migratory-build = { path = "../../../build-support" }
"#;

const HAND: &str = r#"
[package]
name = "hand"
version = "0.0.0"
edition = "2024"
"#;

const RUN: &str = r#"
[package]
name = "run"
version = "0.0.0"
edition = "2024"

[dependencies]
migratory = { path = "../../../runtime", features = ["rusqlite"] }
rusqlite = { version = "*", features = ["bundled"] }

[build-dependencies]
migratory-build = { path = "../../../build-support" }
"#;

const BUILD_SCRIPT: &str = "fn main() {\n    migratory_build::migrations(\"migrations\");\n}\n";

const OURS_CODE: &str = "migratory::migrations!(\"migrations\");\n";

const RUN_CODE: &str = include_str!("run_main.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_by_hand_has_a_pair_for_every_file() {
        let code = hand_code(12);
        assert_eq!(code.matches("include_str!").count(), 12);
        assert!(code.contains(
            "(\"0005_add_readings_5\", include_str!(\"../migrations/0005_add_readings_5.sql\")),"
        ));
    }
}
