//! The tests that generated code lists: each verifies in the test run what the build promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use migratory_core::{Down, Version, content_digest};

use super::rehearsal::{self, Rehearsed};
use crate::Migrations;

/// What the build embedded and found.
#[derive(Debug)]
pub struct Facts {
    /// The embedded list.
    pub migrations: &'static Migrations,
    /// The package's folder when it was compiled; the one that cargo tells the test is preferred.
    pub package: &'static str,
    /// The migrations directory in it.
    pub directory: &'static str,
    /// How far the build executed the history.
    pub proof: Proof,
    /// A line for each file that the build read: 16 hex digits of its content digest, a space, its path in the directory.
    pub files: &'static str,
    /// A line for each embedded migration that is final: version and name, a space, its checksum as `migratory.lock` has it.
    pub locked: &'static str,
}

/// How far the build executed the history.
#[derive(Debug)]
pub enum Proof {
    /// All of it: up, down, up again.
    Executed {
        /// The engine.
        engine: &'static str,
    },
    /// Not all of it.
    Partial {
        /// The engine.
        engine: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// None of it.
    Modelled,
}

/// A promise that does not hold. A test shows it as its text.
pub struct Failure(String);

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Vec<String>> for Failure {
    fn from(lines: Vec<String>) -> Self {
        Self(lines.join("\n"))
    }
}

/// The embedded migrations are those of the files on disk, under the same names and in the order of their versions.
///
/// # Errors
///
/// Each migration that is on one side only.
pub fn order(facts: &Facts) -> Result<(), Failure> {
    let mut on_disk: Vec<(Version, String)> = files_on_disk(facts)?
        .into_keys()
        .filter_map(|path| migration_of(&path))
        .collect();
    on_disk.sort();
    on_disk.dedup();
    let embedded = facts.migrations.versioned();
    let embedded: Vec<_> = embedded
        .iter()
        .map(|m| (m.version(), m.to_string()))
        .collect();
    if embedded == on_disk {
        return Ok(());
    }
    let only = |these: &[(Version, String)], those: &[(Version, String)], what: &str| {
        let missing = these.iter().filter(|name| !those.contains(name));
        missing
            .map(|(_, name)| format!("{name} {what}"))
            .collect::<Vec<_>>()
    };
    let mut lines = vec![format!(
        "the embedded migrations are not those of {}:",
        facts.directory
    )];
    lines.extend(only(&embedded, &on_disk, "is embedded and not on disk"));
    lines.extend(only(&on_disk, &embedded, "is on disk and not embedded"));
    lines.push(REBUILD.to_owned());
    Err(lines.into())
}

/// The lock file's lines are the embedded migrations that are final, each with its checksum.
///
/// # Errors
///
/// Each line that is not; or that the lock file is gone.
pub fn lock(facts: &Facts) -> Result<(), Failure> {
    let had_lock = embedded_files(facts).contains_key(LOCK);
    let path = directory(facts).join(LOCK);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !had_lock => {
            println!(
                "{}/{LOCK} does not exist: no migration is final",
                facts.directory
            );
            return Ok(());
        }
        Err(error) => return Err(Failure(failed(&path, &error))),
    };
    let embedded: BTreeMap<&str, &str> = facts
        .locked
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    let mut final_ones = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(title), Some(checksum)) = (words.next(), words.next()) else {
            continue;
        };
        final_ones.insert(title);
        match embedded.get(title) {
            None => wrong.push(format!("{title} is final and not embedded")),
            Some(embedded) if *embedded != checksum => {
                wrong.push(format!("the embedded {title} is not the one that is final"));
            }
            Some(_) => {}
        }
    }
    let gone = embedded.keys().filter(|title| !final_ones.contains(*title));
    wrong.extend(
        gone.map(|title| format!("{title} was final when it was embedded, and is no longer")),
    );
    verdict(wrong)
}

/// The history runs from nothing to its end, on an empty database in memory where a driver is compiled in that has one.
///
/// # Errors
///
/// The first migration that does not run; or, where nothing can run them here, each file that is no longer the one that the
/// build executed.
pub fn replay(facts: &Facts) -> Result<(), Failure> {
    match rehearsal::replay(facts.migrations) {
        Rehearsed::Done => Ok(()),
        Rehearsed::Failed(words) => Err(Failure(words)),
        Rehearsed::Impossible(reason) => {
            println!("{reason}; the build executed {}", facts.proof);
            unchanged(facts, |_| true)
        }
    }
}

/// Every migration that has a way down goes down, and up again.
///
/// # Errors
///
/// The first one that does not; or, where nothing can run them here, each file that is no longer the one that the build
/// executed.
pub fn reversibility(facts: &Facts) -> Result<(), Failure> {
    let all = facts.migrations.versioned();
    let reversible: Vec<String> = all
        .iter()
        .filter(|migration| matches!(migration.down(), Down::Script(_)))
        .map(ToString::to_string)
        .collect();
    println!(
        "{} of {} migrations have a way down",
        reversible.len(),
        all.len()
    );
    match rehearsal::reverse(facts.migrations) {
        Rehearsed::Done => Ok(()),
        Rehearsed::Failed(words) => Err(Failure(words)),
        Rehearsed::Impossible(reason) => {
            println!("{reason}; the build executed {}", facts.proof);
            unchanged(facts, |path| {
                migration_of(path).is_some_and(|(_, title)| reversible.contains(&title))
            })
        }
    }
}

/// What was embedded is what is on disk. Cargo goes by modification times, so it can miss a file with an old one.
///
/// # Errors
///
/// Each file that was edited, is gone or is new.
pub fn freshness(facts: &Facts) -> Result<(), Failure> {
    let on_disk = files_on_disk(facts)?;
    let embedded = embedded_files(facts);
    let mut wrong = differences(facts, &embedded, &on_disk);
    let new = on_disk
        .keys()
        .filter(|path| !embedded.contains_key(path.as_str()));
    wrong.extend(new.map(|path| format!("{}/{path} is new since the build", facts.directory)));
    if !wrong.is_empty() {
        wrong.push(REBUILD.to_owned());
    }
    verdict(wrong)
}

const LOCK: &str = "migratory.lock";
const CONFIG: &str = "migratory.toml";
const REBUILD: &str = "touch the file that invokes migrations!, or build.rs, and build again";

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executed { engine } => write!(f, "all of it on {engine}"),
            Self::Partial { engine, reason } => write!(f, "part of it on {engine} ({reason})"),
            Self::Modelled => {
                f.write_str("none of it; it was checked against a model of the schema")
            }
        }
    }
}

fn unchanged(facts: &Facts, concerns: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let mut embedded = embedded_files(facts);
    embedded.retain(|path, _| concerns(path));
    verdict(differences(facts, &embedded, &files_on_disk(facts)?))
}

fn verdict(wrong: Vec<String>) -> Result<(), Failure> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.into())
    }
}

/// Each embedded file that is gone or another one.
fn differences(
    facts: &Facts,
    embedded: &BTreeMap<&str, u64>,
    on_disk: &BTreeMap<String, u64>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, digest) in embedded {
        let what = match on_disk.get(*path) {
            None => "is gone since the build",
            Some(found) if found != digest => "was edited since the build",
            Some(_) => continue,
        };
        wrong.push(format!("{}/{path} {what}", facts.directory));
    }
    wrong
}

fn embedded_files(facts: &Facts) -> BTreeMap<&'static str, u64> {
    let lines = facts.files.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter_map(|(digest, path)| Some((path, u64::from_str_radix(digest, 16).ok()?)))
        .collect()
}

fn directory(facts: &Facts) -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| PathBuf::from(facts.package), PathBuf::from);
    package.join(facts.directory)
}

/// Every file of the directory that can have a part in the history, with the digest of its contents.
fn files_on_disk(facts: &Facts) -> Result<BTreeMap<String, u64>, Failure> {
    let embedded = embedded_files(facts);
    let mut found = BTreeMap::new();
    walk(&directory(facts), "", &mut |path, file| {
        if has_part(&path) || embedded.contains_key(path.as_str()) {
            let bytes = std::fs::read(file).map_err(|error| failed(file, &error))?;
            found.insert(path, content_digest(&bytes));
        }
        Ok(())
    })
    .map_err(Failure)?;
    Ok(found)
}

fn walk(
    folder: &Path,
    prefix: &str,
    visit: &mut dyn FnMut(String, &Path) -> Result<(), String>,
) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?.path();
        let name = entry
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = format!("{prefix}{name}");
        if entry.is_dir() {
            walk(&entry, &format!("{path}/"), visit)?;
        } else {
            visit(path, &entry)?;
        }
    }
    Ok(())
}

fn has_part(path: &str) -> bool {
    let extension = Path::new(path).extension().unwrap_or_default();
    path == CONFIG
        || path == LOCK
        || extension.eq_ignore_ascii_case("sql")
        || extension.eq_ignore_ascii_case("rs")
}

/// The versioned migration that a file belongs to, by its name: `0002_add_email` for `0002_add_email.up.sql`.
fn migration_of(path: &str) -> Option<(Version, String)> {
    let endings = [".up.sql", ".down.sql", ".sql", ".rs"];
    let name = endings
        .iter()
        .find_map(|ending| path.strip_suffix(ending))?;
    let (version, _) = name.split_once('_')?;
    Some((Version::parse(version)?, name.to_owned()))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("failed to read `{}`: {error}", path.display())
}
