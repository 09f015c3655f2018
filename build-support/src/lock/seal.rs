use migratory_core::content_digest;
use serde::{Deserialize, Serialize};

use super::{Lock, Locked};
use crate::discover::{Entry, EntryLayout, File, Source};

/// What is remembered of a lock that held: it is intact, and its lines are the first migrations, each as it became final.
///
/// As long as neither the lock nor these migrations are edited nothing more can be said of them, and reading a thousand lines again
/// would cost more than anything else in a build that has one new migration to check.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seal<'a> {
    /// What made it.
    stamp: u64,
    /// The lock's text.
    text: &'a str,
    /// How many migrations it has.
    count: usize,
    /// A digest of them.
    migrations: u64,
    /// Their lines for the generated code.
    pub lines: &'a str,
}

impl<'a> Seal<'a> {
    /// The seal of a lock, if there is nothing to say of the migrations that it has. `lines` are theirs in the generated code.
    pub fn of(
        source: &Source,
        (lock, file): (&Lock, &'a File),
        locked: &[Locked],
        (lines, stamp): (&'a str, u64),
    ) -> Option<Self> {
        let first = source.migrations.get(..lock.lines.len())?;
        let mut both = lock.lines.iter().zip(locked);
        let held = both.all(|(line, locked)| {
            let same = line.checksum == locked.checksum && line.raw == locked.raw;
            same && line.title() == locked.title()
        });
        (lock.intact && held && follows(source, first.len())).then(|| Self {
            stamp,
            text: &file.text,
            count: first.len(),
            migrations: digest(source, first),
            lines,
        })
    }

    /// The migrations that the lock does not have, where all it has is as it was.
    pub fn drafts<'s>(&self, source: &'s Source, lock: &File, stamp: u64) -> Option<&'s [Entry]> {
        let (first, drafts) = source.migrations.split_at_checked(self.count)?;
        let same = self.stamp == stamp && self.text == lock.text;
        let held = same && follows(source, self.count) && self.migrations == digest(source, first);
        held.then_some(drafts)
    }
}

/// Whether the migrations behind the first ones are later than all of these.
fn follows(source: &Source, count: usize) -> bool {
    match source.migrations.get(count) {
        Some(draft) => source.migrations[..count]
            .last()
            .is_some_and(|last| last.version < draft.version),
        None => count > 0,
    }
}

fn digest(source: &Source, first: &[Entry]) -> u64 {
    let mut bytes = Vec::new();
    for entry in first {
        let file = |id| source.file(id).digest().to_be_bytes();
        bytes.extend(entry.version.number().to_be_bytes());
        bytes.push(entry.version.width());
        bytes.extend_from_slice(entry.name.as_bytes());
        bytes.push(0);
        bytes.extend(file(entry.layout.up()));
        if let EntryLayout::Pair { down, .. } = entry.layout {
            bytes.extend(file(down));
        }
    }
    content_digest(&bytes)
}
