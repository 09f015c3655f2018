//! A directory on disk, through every stage: where reading and checking meet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use migratory_core::{Dialect, Version, content_digest};

use crate::catalog::Catalog;
use crate::codegen::{self, Checked, Proof};
use crate::diagnostic::Diagnostic;
use crate::discover::{
    CHECKS, COMPILED, CONFIG_FILE, Config, Entry, EntryLayout, File, FileId, Source, discover,
};
use crate::lock::{self, Direction, Line, Lock, Locked, Seal, Strictness};
use crate::parity::Side;
use crate::syntax::parse;
use crate::{fs, rules};

/// How a directory is inspected.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much a draft matters.
    pub strictness: Strictness,
    /// A folder of ours alone, which exists, to keep results in.
    pub cache: Option<PathBuf>,
}

/// Everything that is known of a directory.
#[derive(Debug)]
pub struct Inspection {
    /// The directory as it was found; `None` where it could not be read.
    pub source: Option<Source>,
    /// What code is generated from, where nothing found is an error.
    pub checked: Checked,
    /// Everything found.
    pub diagnostics: Vec<Diagnostic>,
    /// The directories of the same application in other dialects that it was held against.
    pub twins: Vec<Twin>,
}

/// A directory of the same application in another dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// Relative to the package.
    pub directory: String,
    /// Its files, relative to the directory that it was held against.
    pub files: Vec<String>,
}

/// Reads a directory and takes it through every stage up to the lock. `directory` is relative to `package`, and is what messages print.
pub fn inspect(package: &Path, directory: &str, options: &Options) -> Inspection {
    let raw = match fs::read_directory(&package.join(directory), directory) {
        Ok(raw) => raw,
        Err(error) => return unreadable(directory, &error),
    };
    let (source, mut diagnostics) = discover(raw, now());
    diagnostics.extend(unknown_levels(&source.config));
    let (mut checked, end, found) = check(&source, options);
    diagnostics.extend(found);
    let (twins, found) = compare_twins(package, &source, &end);
    diagnostics.extend(found);
    let (locked, found) = locked(&source, options);
    checked.locked = locked;
    diagnostics.extend(found);
    Inspection {
        source: Some(source),
        checked,
        diagnostics,
        twins,
    }
}

impl Inspection {
    /// Whether nothing found is an error.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The text of a file by its path in the directory.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.source.as_ref()?.text(path)
    }

    /// Version and name of every migration that the lock has, whether its files are there or not.
    pub fn finals(&self) -> Vec<(Version, String)> {
        let source = self.source.as_ref();
        let file = source.and_then(|source| Some(source.file(source.lock?)));
        let lines = file.map(|file| lock::parse(&file.text).0.lines);
        let finals = lines.into_iter().flatten();
        finals.map(|line| (line.version, line.name)).collect()
    }

    /// The text of a lock file in which every migration is final; `None` where the lock as it is cannot be kept.
    pub fn updated_lock(&self) -> Option<String> {
        let source = self.source.as_ref()?;
        let lock = source
            .lock
            .map(|lock| lock::parse(&source.file(lock).text).0);
        let entries = source.migrations.iter();
        let locked: Vec<Locked> = entries.map(|entry| locked_of(source, entry)).collect();
        lock::update(lock.as_ref(), &locked)
    }
}

fn unknown_levels(config: &Config) -> Vec<Diagnostic> {
    let mut found = rules::unknown_levels(config, lock::CHECKS);
    found.extend(config.fixed_levels(lock::CHECKS));
    found
}

fn check(source: &Source, options: &Options) -> (Checked, Catalog, Vec<Diagnostic>) {
    if !COMPILED.contains(&source.config.dialect) {
        // There is nothing that could be checked, and the configuration's reading said so.
        return (nothing(&source.root), Catalog::default(), Vec::new());
    }
    let checkup = match &options.cache {
        Some(folder) => crate::check::Cache::new(folder).check(source),
        None => crate::check::check(source),
    };
    (checkup.checked, checkup.end, checkup.diagnostics)
}

/// Holds the directory against those of the same application in other dialects.
fn compare_twins(package: &Path, source: &Source, end: &Catalog) -> (Vec<Twin>, Vec<Diagnostic>) {
    let (mut twins, mut found) = (Vec::new(), Vec::new());
    if source.config.parity.is_empty() {
        return (twins, found);
    }
    let side = Side::new(source, end);
    for (path, asked) in &source.config.parity {
        let directory = below(&source.root, path);
        match twin(package, &directory) {
            Ok(other) => {
                let checkup = crate::check::check(&other);
                found.extend(side.compare(&Side::new(&other, &checkup.end), *asked));
                let files = other
                    .files
                    .iter()
                    .map(|file| format!("{path}/{}", file.path));
                twins.push(Twin {
                    files: files.collect(),
                    directory,
                });
            }
            Err(reason) => found.push(
                Diagnostic::error(
                    "parity",
                    format!("cannot compare with `{directory}`: {reason}"),
                )
                .at(CONFIG_FILE, *asked, "not compared"),
            ),
        }
    }
    (twins, source.config.adjust(CHECKS, found))
}

/// Reads a directory in another dialect; what is wrong with it alone is told where it is built.
fn twin(package: &Path, directory: &str) -> Result<Source, String> {
    let raw = fs::read_directory(&package.join(directory), directory)
        .map_err(|error| error.cause().to_string())?;
    let (source, _) = discover(raw, now());
    let dialect = source.config.dialect;
    match COMPILED.contains(&dialect) {
        true => Ok(source),
        false => Err(format!("the dialect `{}` is not compiled in", dialect)),
    }
}

/// A path from a directory, without `..` where a folder stands before it.
fn below(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The final migrations, a line each, and what the lock says of all of them.
fn locked(source: &Source, options: &Options) -> (String, Vec<Diagnostic>) {
    let strictness = options.strictness;
    let adjust = |found| source.config.adjust(lock::CHECKS, found);
    let Some(file) = source.lock.map(|lock| source.file(lock)) else {
        let first = source.migrations.iter().take(1);
        let first: Vec<Locked> = first.map(|entry| locked_of(source, entry)).collect();
        return (String::new(), adjust(lock::check(None, &first, strictness)));
    };
    let seal = options.cache.as_ref().map(|folder| folder.join(SEAL));
    if let Some((lines, drafts)) = seal.as_ref().and_then(|seal| sealed(source, file, seal)) {
        let nothing = Lock {
            lines: Vec::new(),
            intact: true,
        };
        let found = lock::check(Some((&nothing, &file.text)), &drafts, strictness);
        return (lines, adjust(found));
    }
    let (lock, mut found) = lock::parse(&file.text);
    let locked = compared_with(&lock, source);
    let compared = lock::check(Some((&lock, &file.text)), &locked, strictness);
    found.extend(adjust(compared));
    let lines = lines(&lock, &locked);
    let whole = Seal::of(source, (&lock, file), &locked, (&lines, stamp()));
    if let Some((path, bytes)) = seal.zip(whole.and_then(|seal| postcard::to_allocvec(&seal).ok()))
    {
        // Without it the next build takes longer.
        let _ = fs::write_if_changed(&path, &bytes);
    }
    (lines, found)
}

/// Where the lock is remembered, in the folder of the cache.
const SEAL: &str = "lock.bin";

/// The lines of the final migrations, and the drafts, where nothing else happened since the lock was last read.
fn sealed(source: &Source, file: &File, seal: &Path) -> Option<(String, Vec<Locked>)> {
    let bytes = fs::read(seal).ok()?;
    let seal: Seal<'_> = postcard::from_bytes(&bytes).ok()?;
    let drafts = seal.drafts(source, file, stamp())?.iter();
    let drafts = drafts.map(|entry| locked_of(source, entry)).collect();
    Some((seal.lines.to_owned(), drafts))
}

fn stamp() -> u64 {
    let made_by = (env!("CARGO_PKG_VERSION"), fs::program());
    content_digest(format!("{made_by:?}").as_bytes())
}

/// Every migration as the lock looks at it.
fn compared_with(lock: &Lock, source: &Source) -> Vec<Locked> {
    let lines: BTreeMap<Version, &Line> =
        lock.lines.iter().map(|line| (line.version, line)).collect();
    let locked = source.migrations.iter().map(|entry| {
        let line = lines.get(&entry.version).copied();
        let same = line.and_then(|line| unchanged(source, entry, line));
        same.unwrap_or_else(|| locked_of(source, entry))
    });
    locked.collect()
}

fn lines(lock: &Lock, locked: &[Locked]) -> String {
    let titles: BTreeSet<String> = lock.lines.iter().map(Line::title).collect();
    let mut lines = String::new();
    for locked in locked {
        let title = locked.title();
        if titles.contains(&title) {
            lines += &format!("{title} {}\n", locked.checksum);
        }
    }
    lines
}

fn locked_of(source: &Source, entry: &Entry) -> Locked {
    Locked::of(source, entry, &parse(source, entry).parsed)
}

/// What the lock has of a migration whose files are as they were when it became final: parsing it again would tell nothing new.
fn unchanged(source: &Source, entry: &Entry, line: &Line) -> Option<Locked> {
    let file = |id: FileId| source.file(id);
    let (up, down) = match entry.layout {
        EntryLayout::Pair { up, down } => (file(up), Some(file(down))),
        other => (file(other.up()), None),
    };
    let raw = lock::raw_digest([Some(up), down].into_iter().flatten());
    let same = line.raw == raw && line.name == entry.name;
    let direction = |file: &File| Direction {
        file: file.path.clone(),
        statements: Vec::new(),
    };
    same.then(|| Locked {
        version: entry.version,
        name: entry.name.clone(),
        checksum: line.checksum.clone(),
        raw,
        up: direction(up),
        down: down.map(direction),
    })
}

/// The directory as it was asked for: the rest of its path is the machine's.
fn unreadable(directory: &str, error: &fs::Error) -> Inspection {
    let diagnostic = match error.is_not_found() {
        true => Diagnostic::error("unreadable-file", format!("there is no folder `{directory}`"))
            .help("make it beside the package's Cargo.toml, or correct the path, which is relative to that file"),
        false => Diagnostic::error("unreadable-file", format!("failed to read folder `{directory}`"))
            .note(error.cause().to_string()),
    };
    Inspection {
        source: None,
        checked: nothing(directory),
        diagnostics: vec![diagnostic],
        twins: Vec::new(),
    }
}

/// What is known of a directory that nobody could check.
fn nothing(directory: &str) -> Checked {
    let config = Config::new(Dialect::Sqlite);
    Checked {
        directory: directory.to_owned(),
        dialect: config.dialect,
        scope: config.scope,
        table: config.table,
        schema: config.schema,
        table_lock: config.table_lock,
        earlier: codegen::Written::default(),
        migrations: Vec::new(),
        repeatables: Vec::new(),
        tables: Vec::new(),
        files: Vec::new(),
        proof: Proof::Modelled,
        locked: String::new(),
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
