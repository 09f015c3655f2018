//! Small packages on disk that use Migratory, and cargo to run on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Who checks the migrations of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// The macro alone.
    Macro,
    /// A build script, whose result the macro takes.
    BuildScript,
}

/// A package with two migrations and a program that lists what was embedded.
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
}

/// What cargo gave.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    /// What went to both outputs.
    pub(crate) text: String,
}

const MAIN: &str = r#"
mod db {
    migratory::migrations!("migrations");
}

fn main() {
    println!("scope {}", db::MIGRATIONS.scope());
    for migration in db::MIGRATIONS.versioned() {
        let down = match migration.down() {
            migratory::Down::Script(_) => " and back",
            _ => "",
        };
        println!("{migration}: {}{down}", migration.up().len());
    }
}
"#;

const BUILD: &str = r#"
fn main() {
    migratory_build::migrations("migrations");
}
"#;

impl Package {
    /// A fresh package. All packages share a target directory, so each needs a name of its own.
    pub(crate) fn new(name: &str, wiring: Wiring) -> Self {
        let name = match wiring {
            Wiring::Macro => format!("{name}-macro"),
            Wiring::BuildScript => format!("{name}-build-script"),
        };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        let package = Self { folder };
        package.write("Cargo.toml", &manifest(&name, wiring));
        // The versions that are used here are there without a network.
        let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
        package.write("Cargo.lock", &lock);
        package.write("src/main.rs", MAIN);
        if wiring == Wiring::BuildScript {
            package.write("build.rs", BUILD);
        }
        package.write(
            "migrations/0001_initial.sql",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        );
        package.write(
            "migrations/0002_add_email.up.sql",
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
        );
        package
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.join(path)).unwrap();
        assert!(text.contains(from), "{path} holds no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.folder.join(from), self.folder.join(to)).unwrap();
    }

    /// Makes a file or folder look as if it had not been touched for years, as a copy that keeps times does.
    pub(crate) fn age(&self, path: &str) {
        let years = Duration::from_secs(5 * 365 * 24 * 3600);
        let file = fs::File::open(self.folder.join(path)).unwrap();
        file.set_modified(SystemTime::now() - years).unwrap();
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Said {
        self.cargo_with(arguments, &[])
    }

    /// Cargo with variables of its own, and none of those that change what a build demands.
    pub(crate) fn cargo_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--offline", "--color", "never", "--target-dir"])
            .arg(target())
            .current_dir(&self.folder)
            .env_remove("CI")
            .env_remove("MIGRATORY_LOCK")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let both = [output.stdout, output.stderr].concat();
        Said {
            success: output.status.success(),
            text: String::from_utf8_lossy(&both).into_owned(),
        }
    }

    /// The list that the program prints, after a build that has to succeed.
    pub(crate) fn run(&self) -> Vec<String> {
        let said = self.cargo(&["run"]);
        assert!(said.success, "{}", said.text);
        let lines = said.text.lines();
        lines
            .filter(|line| line.starts_with("scope") || line.starts_with("00"))
            .map(str::to_owned)
            .collect()
    }

    /// The names of the failed tests of a test run.
    pub(crate) fn failed_tests(&self) -> (Vec<String>, String) {
        let said = self.cargo(&["test"]);
        let lines = said.text.lines();
        let failed = lines.filter_map(|line| line.strip_prefix("    "));
        let mut failed: Vec<String> = failed
            .filter(|line| line.contains("::migrations::") && !line.contains(' '))
            .map(str::to_owned)
            .collect();
        failed.sort();
        failed.dedup();
        assert_eq!(said.success, failed.is_empty(), "{}", said.text);
        (failed, said.text)
    }
}

fn manifest(name: &str, wiring: Wiring) -> String {
    let path = |folder: &str| workspace().join(folder).display().to_string();
    let build = match wiring {
        Wiring::Macro => String::new(),
        Wiring::BuildScript => format!(
            "[build-dependencies]\nmigratory-build = {{ path = {:?} }}\n",
            path("build-support")
        ),
    };
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
        [dependencies]\nmigratory = {{ path = {:?}, features = [\"rusqlite\"] }}\n\
        rusqlite = {{ version = \">=0.32, <0.42\", default-features = false, features = [\"bundled\", \"hooks\", \"trace\"] }}\n\n\
        {build}\n[profile.dev]\ndebug = \"line-tables-only\"\n",
        path("runtime")
    )
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The workspace's own target directory: its dependencies need not be compiled again.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}
