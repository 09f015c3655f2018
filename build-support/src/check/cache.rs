//! What a check leaves for the next one: results by content, and the state of the database behind the last migrations.
//!
//! A result holds as long as its files and those of every migration before it are the same byte for byte, and so are the
//! configuration and the tools. Nothing here is needed: a cache that is missing, foreign or broken costs time, no more.

use std::path::{Path, PathBuf};

use migratory_core::content_digest;
use serde::{Deserialize, Serialize};

use super::state::Columns;
use super::{Checkup, Examined, Progress, State};
use crate::catalog::Catalog;
use crate::discover::{Entry, EntryLayout, Source};
use crate::engine::Engine;
use crate::fs;

/// A folder that a check may keep its results in.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// The results as they lie on disk.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// What tools and configuration made them.
    stamp: u64,
    examined: Vec<(u64, Examined)>,
    snapshots: Vec<Snapshot>,
    columns: Columns,
}

/// The state behind some migration; database and catalog lie in files of their own, since most are never read.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Snapshot {
    /// How many migrations lie behind it.
    after: usize,
    /// The key of the last of them, which names its files.
    key: u64,
    /// How long the database's file is: SQLite takes an empty one for an empty database.
    length: u64,
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
    pub fn check(&self, source: &Source) -> Checkup {
        let stamp = stamp(source);
        let keys = keys(source, stamp);
        let (mut progress, resumed) = self.resume(source, &keys, self.load(stamp));
        let mut snapshots = Vec::new();
        loop {
            let after = progress.examined.len();
            // The next check most likely edits the last migration, or adds one: then this is where it begins.
            if after > 0 && after + 1 == keys.len() {
                let kept = resumed.filter(|snapshot| snapshot.after == after);
                let fresh = || self.snapshot(after, keys[after - 1], &progress.state);
                snapshots.extend(kept.or_else(fresh));
            }
            if !progress.step(source) {
                break;
            }
        }
        progress.look_up_columns();
        let examined = keys
            .iter()
            .copied()
            .zip(progress.examined.iter().cloned())
            .collect();
        // Findings on the prelude belong to no migration, so a state that has some is not kept.
        if progress.state.prelude_findings().is_empty() {
            self.store(&Stored {
                stamp,
                examined,
                snapshots,
                columns: progress.columns.clone(),
            });
        }
        progress.conclude(source)
    }

    /// The longest stretch of results that still hold and end at a state that was kept, with that state's files.
    fn resume(
        &self,
        source: &Source,
        keys: &[u64],
        stored: Option<Stored>,
    ) -> (Progress, Option<Snapshot>) {
        let Some(mut stored) = stored else {
            return (Progress::start(source), None);
        };
        let same = keys
            .iter()
            .zip(&stored.examined)
            .take_while(|(key, (examined, _))| *key == examined)
            .count();
        let fitting = stored
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.after <= same);
        let last = fitting.max_by_key(|snapshot| snapshot.after).copied();
        let state = last.and_then(|snapshot| Some((snapshot, self.load_state(snapshot)?)));
        let Some((snapshot, state)) = state else {
            return (Progress::start(source), None);
        };
        stored.examined.truncate(snapshot.after);
        let progress = Progress {
            examined: stored.examined.into_iter().map(|(_, one)| one).collect(),
            state,
            columns: stored.columns,
        };
        (progress, Some(snapshot))
    }

    fn load(&self, stamp: u64) -> Option<Stored> {
        let bytes = fs::read(&self.folder.join(RESULTS)).ok()?;
        let stored: Stored = postcard::from_bytes(&bytes).ok()?;
        (stored.stamp == stamp).then_some(stored)
    }

    /// The results go last: a state without results is never read.
    fn store(&self, stored: &Stored) {
        let Ok(bytes) = postcard::to_allocvec(stored) else {
            return;
        };
        if fs::write_if_changed(&self.folder.join(RESULTS), &bytes).is_ok() {
            let kept = |path: &Path| {
                let mut snapshots = stored.snapshots.iter();
                path.ends_with(RESULTS)
                    || snapshots.any(|snapshot| {
                        path == self.database(snapshot.key) || path == self.catalog(snapshot.key)
                    })
            };
            fs::remove_where(&self.folder, &|path| !kept(path));
        }
    }

    /// Keeps a state; `None` where it cannot be written down, and then the next check takes longer.
    fn snapshot(&self, after: usize, key: u64, state: &State) -> Option<Snapshot> {
        let (database, catalog) = (self.database(key), self.catalog(key));
        fs::remove_where(&self.folder, &|path| path == database);
        state.engine.save(&database).ok()?;
        let bytes = postcard::to_allocvec(&state.catalog).ok()?;
        fs::write_if_changed(&catalog, &bytes).ok()?;
        let length = fs::length(&database)?;
        Some(Snapshot { after, key, length })
    }

    fn load_state(&self, snapshot: Snapshot) -> Option<State> {
        let database = self.database(snapshot.key);
        if fs::length(&database)? != snapshot.length {
            return None;
        }
        let bytes = fs::read(&self.catalog(snapshot.key)).ok()?;
        let mut catalog: Catalog = postcard::from_bytes(&bytes).ok()?;
        let engine = Engine::load(&database, &mut catalog).ok()?;
        Some(State::resumed(engine, catalog))
    }

    fn database(&self, key: u64) -> PathBuf {
        self.folder.join(format!("{key:016x}.db"))
    }

    fn catalog(&self, key: u64) -> PathBuf {
        self.folder.join(format!("{key:016x}.catalog"))
    }
}

/// What, besides the files of the migrations, the results depend on.
fn stamp(source: &Source) -> u64 {
    let made_by = (env!("CARGO_PKG_VERSION"), Engine::version(), fs::program());
    content_digest(format!("{made_by:?}{:?}", source.config).as_bytes())
}

/// A key for each migration that commits to its files and to every migration before it.
fn keys(source: &Source, stamp: u64) -> Vec<u64> {
    let mut key = stamp;
    let keys = source.migrations.iter().map(|entry| {
        let mut text = format!("{key} {}_{}", entry.version, entry.name);
        for file in files(entry) {
            let file = source.file(file);
            text += &format!(" {} {}", file.path, content_digest(file.text.as_bytes()));
        }
        key = content_digest(text.as_bytes());
        key
    });
    keys.collect()
}

fn files(entry: &Entry) -> Vec<crate::discover::FileId> {
    match entry.layout {
        EntryLayout::Pair { up, down } => vec![up, down],
        other => vec![other.up()],
    }
}
