//! What a check leaves for the next one: what came of all migrations but the newest, and the state behind them.
//!
//! It holds as long as the files of these migrations are the same byte for byte, and so are the configuration and the tools. Nothing
//! here is needed: a cache that is missing, foreign or broken costs time, no more.
//!
//! A build waits for this, unoptimised, after every edit. So what later migrations leave as it is, such as generated code, is kept as
//! one piece, and an edit of the newest migration finds everything in place and writes nothing.

use std::path::PathBuf;

use migratory_core::content_digest;
use serde::{Deserialize, Serialize};

use super::state::Tables;
use super::{Checkup, Earlier, Progress, Prover, State};
use crate::catalog::Catalog;
use crate::discover::{Entry, EntryLayout, File, Source};
use crate::fs;

/// A folder that a check may keep its results in.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// The results as they lie on disk. The database lies in a file of its own, which SQLite reads by itself.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    /// What tools and configuration made them.
    stamp: u64,
    /// The first migrations, as their files were.
    #[serde(borrow)]
    migrations: Vec<Known<'a>>,
    /// What came of them.
    earlier: Earlier,
    /// The schema behind them.
    catalog: Catalog,
    /// Its tables.
    tables: Tables,
    /// How long the database's file is.
    length: u64,
}

/// A migration that was examined.
#[derive(Serialize, Deserialize)]
struct Known<'a> {
    version: (u64, u8),
    name: &'a str,
    #[serde(borrow)]
    up: KnownFile<'a>,
    down: Option<KnownFile<'a>>,
}

#[derive(Serialize, Deserialize)]
struct KnownFile<'a> {
    path: &'a str,
    text: &'a str,
    digest: u64,
}

const RESULTS: &str = "examined.bin";

impl Cache {
    /// A cache in that folder, which must exist and be ours alone.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Checks a directory, taking from the cache what still holds, and leaves the results in it.
    ///
    /// Of the migrations that the cache knows, only the [code](crate::codegen::Checked::earlier) comes back.
    pub fn check(&self, source: &Source) -> Checkup {
        let stamp = stamp(source);
        let resumed = self.resume(source, stamp);
        let mut progress = resumed.unwrap_or_else(|| Progress::start(source));
        let resumed = progress.count();
        loop {
            let count = progress.count();
            // The next check most likely edits the last migration, or adds one: then this is where it begins.
            if count > resumed && count + 1 == source.migrations.len() {
                self.keep(source, stamp, &mut progress);
            }
            if !progress.step(source) {
                break;
            }
        }
        let checkup = progress.conclude(source);
        // A build script is nearly done here. The system takes its memory back at once, and a schema piece by piece takes long.
        std::mem::forget(progress);
        checkup
    }

    /// What is kept, if the first migrations are still those that it is about.
    fn resume(&self, source: &Source, stamp: u64) -> Option<Progress> {
        let bytes = fs::read(&self.folder.join(RESULTS)).ok()?;
        let mut kept: Kept<'_> = postcard::from_bytes(&bytes).ok()?;
        let first = source.migrations.get(..kept.earlier.count)?;
        let mut known = kept.migrations.iter();
        let same = |entry: &Entry| known.next().is_some_and(|known| known.is(source, entry));
        if kept.stamp != stamp || !first.iter().all(same) {
            return None;
        }
        let database = self.database(kept.key());
        let dialect = source.config.dialect;
        let prover = Prover::load(dialect, &database, kept.length, &mut kept.catalog)?;
        Some(Progress {
            earlier: kept.earlier,
            examined: Vec::new(),
            state: State::resumed(prover, kept.catalog),
            tables: kept.tables,
        })
    }

    /// Keeps what was examined so far. Where it cannot be written down the next check takes longer.
    ///
    /// Findings on the prelude belong to no migration, so a state that has some is not kept.
    fn keep(&self, source: &Source, stamp: u64, progress: &mut Progress) {
        if !progress.state.prelude_findings().is_empty() {
            return;
        }
        progress.sum_up(source);
        progress.tables = progress.state.tables_by_digest();
        let first = &source.migrations[..progress.count()];
        let mut kept = Kept {
            stamp,
            migrations: first.iter().map(|entry| Known::of(source, entry)).collect(),
            earlier: progress.earlier.clone(),
            catalog: progress.state.catalog.clone(),
            tables: progress.tables.clone(),
            length: 0,
        };
        let database = self.database(kept.key());
        fs::remove_where(&self.folder, &|path| {
            path.extension().is_some_and(|extension| extension == "db")
        });
        let Some(length) = progress.state.prover.save(&database) else {
            return;
        };
        kept.length = length;
        if let Ok(bytes) = postcard::to_allocvec(&kept) {
            // The results go last: a database without results is never read.
            let _ = fs::write_if_changed(&self.folder.join(RESULTS), &bytes);
        }
    }

    fn database(&self, key: u64) -> PathBuf {
        self.folder.join(format!("{key:016x}.db"))
    }
}

impl Kept<'_> {
    /// Names the file of the database that belongs to it.
    fn key(&self) -> u64 {
        let files = self.migrations.iter().flat_map(|known| {
            let down = known.down.as_ref();
            [known.up.digest]
                .into_iter()
                .chain(down.map(|down| down.digest))
        });
        let bytes: Vec<u8> = files.flat_map(u64::to_be_bytes).collect();
        content_digest(&bytes) ^ self.stamp
    }
}

impl<'a> Known<'a> {
    fn of(source: &'a Source, entry: &'a Entry) -> Self {
        let (up, down) = files(source, entry);
        Self {
            version: version(entry),
            name: &entry.name,
            up: KnownFile::of(up),
            down: down.map(KnownFile::of),
        }
    }

    fn is(&self, source: &Source, entry: &Entry) -> bool {
        let (up, down) = files(source, entry);
        let same_down = match (&self.down, down) {
            (Some(known), Some(down)) => known.is(down),
            (known, down) => known.is_none() && down.is_none(),
        };
        self.version == version(entry) && self.name == entry.name && self.up.is(up) && same_down
    }
}

impl<'a> KnownFile<'a> {
    fn of(file: &'a File) -> Self {
        Self {
            path: &file.path,
            text: &file.text,
            digest: file.digest(),
        }
    }

    fn is(&self, file: &File) -> bool {
        let same = self.path == file.path && self.text == file.text;
        if same {
            file.know_digest(self.digest);
        }
        same
    }
}

/// What, besides the files of the migrations, the results depend on.
fn stamp(source: &Source) -> u64 {
    let made_by = (env!("CARGO_PKG_VERSION"), Prover::version(), fs::program());
    let of = (&source.root, &source.config);
    content_digest(format!("{made_by:?}{of:?}").as_bytes())
}

fn version(entry: &Entry) -> (u64, u8) {
    (entry.version.number(), entry.version.width())
}

fn files<'s>(source: &'s Source, entry: &Entry) -> (&'s File, Option<&'s File>) {
    match entry.layout {
        EntryLayout::Pair { up, down } => (source.file(up), Some(source.file(down))),
        other => (source.file(other.up()), None),
    }
}
