use std::collections::{BTreeMap, BTreeSet};

use migratory_core::Version;

use super::difference::{Edit, edits};
use super::file::COMMAND;
use super::{Line, Lock, Locked};
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::{LOCK_FILE, is_sequential};

/// How much a draft matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// On a developer's machine drafts are the ordinary case: a note.
    Development,
    /// In a release build and under `CI` a draft beside a lock is an error.
    Release,
}

impl Strictness {
    /// The strictness of a build: `profile` is Cargo's `PROFILE`, `ci` the variable `CI`.
    pub fn of(profile: Option<&str>, ci: Option<&str>) -> Self {
        let under_ci = ci.is_some_and(|value| !matches!(value, "" | "0" | "false"));
        match under_ci || profile == Some("release") {
            true => Self::Release,
            false => Self::Development,
        }
    }
}

/// Compares the checked migrations with the lock: what is final must stand as it did. `text` is the lock's text, for its line numbers.
///
/// Of a lock that is not [intact](Lock::intact) only edits are told: what its unreadable lines hold cannot be missed.
pub fn check(
    lock: Option<(&Lock, &str)>,
    checked: &[Locked],
    strictness: Strictness,
) -> Vec<Diagnostic> {
    let Some((lock, text)) = lock else {
        return missing(checked).into_iter().collect();
    };
    let mut comparison = Comparison::new(lock, text, checked);
    let mut found: Vec<Diagnostic> = lock
        .lines
        .iter()
        .filter_map(|line| comparison.line(line))
        .collect();
    if lock.intact {
        for draft in comparison.drafts() {
            let out_of_order = comparison.out_of_order(draft);
            // The note would say nothing more; the error holds even where the policy allows the order.
            if out_of_order.is_none() || strictness == Strictness::Release {
                found.extend(comparison.draft(draft, strictness));
            }
            found.extend(out_of_order);
        }
    }
    found
}

fn missing(checked: &[Locked]) -> Option<Diagnostic> {
    let first = checked.first()?;
    Some(
        Diagnostic::new(
            Level::Warn,
            "missing-lock",
            format!(
                "there is no `{LOCK_FILE}`: an edit of a released migration would go unnoticed"
            ),
        )
        .note(format!(
            "every migration is a draft, from `{}` on",
            first.title()
        ))
        .help(format!(
            "to make them final, run {COMMAND}, and commit the file"
        )),
    )
}

struct Comparison<'a> {
    lock: &'a Lock,
    text: &'a str,
    checked: &'a [Locked],
    by_version: BTreeMap<Version, Vec<&'a Locked>>,
    final_versions: BTreeSet<Version>,
    final_titles: BTreeSet<(Version, &'a str)>,
    /// Migrations that are final ones under another version.
    renumbered: BTreeSet<Version>,
    /// The last version of all, final or not.
    last: Version,
}

impl<'a> Comparison<'a> {
    fn new(lock: &'a Lock, text: &'a str, checked: &'a [Locked]) -> Self {
        let final_versions: BTreeSet<Version> =
            lock.lines.iter().map(|line| line.version).collect();
        let last = checked
            .iter()
            .map(|migration| migration.version)
            .chain(final_versions.iter().copied())
            .max()
            .unwrap_or(Version::new(0, 4));
        let mut by_version: BTreeMap<Version, Vec<&Locked>> = BTreeMap::new();
        for migration in checked {
            by_version
                .entry(migration.version)
                .or_default()
                .push(migration);
        }
        Self {
            lock,
            text,
            checked,
            by_version,
            final_versions,
            final_titles: lock
                .lines
                .iter()
                .map(|line| (line.version, line.name.as_str()))
                .collect(),
            renumbered: BTreeSet::new(),
            last,
        }
    }

    /// What became of a final migration.
    fn line(&mut self, line: &Line) -> Option<Diagnostic> {
        // Two files of one version are a finding of their own; the one with the final name is compared.
        let same_version = self
            .by_version
            .get(&line.version)
            .map_or(&[][..], Vec::as_slice);
        let same = same_version
            .iter()
            .find(|migration| migration.name == line.name);
        if let Some(migration) = same {
            return match migration.checksum == line.checksum {
                true => self.cosmetic(line, migration),
                false => Some(self.edited(line, migration)),
            };
        }
        if !self.lock.intact {
            return None;
        }
        match same_version.first().copied() {
            Some(other) if other.checksum == line.checksum => Some(self.renamed(line, other)),
            other => Some(match self.moved(line) {
                Some(there) => self.renamed(line, there),
                None => self.removed(line, other),
            }),
        }
    }

    /// The same statements in a migration that is not final itself.
    fn moved(&mut self, line: &Line) -> Option<&'a Locked> {
        let there = self.checked.iter().find(|migration| {
            let title = (migration.version, migration.name.as_str());
            migration.checksum == line.checksum && !self.final_titles.contains(&title)
        })?;
        self.renumbered.insert(there.version);
        Some(there)
    }

    fn cosmetic(&self, line: &Line, migration: &Locked) -> Option<Diagnostic> {
        (line.raw != migration.raw).then(|| {
            Diagnostic::new(
                Level::Note,
                "cosmetic-edit",
                format!(
                    "comments or white space of `{}` were edited since it became final",
                    line.title()
                ),
            )
            .at(&migration.up.file, None, "")
            .note("its statements are the same: databases that have it are not concerned")
            .help(format!("{COMMAND} takes note of it"))
        })
    }

    fn edited(&self, line: &Line, migration: &Locked) -> Diagnostic {
        let title = line.title();
        // Of a migration in Rust only the whole is known.
        let is_rust = migration.up.file.ends_with(".rs");
        let edits = match is_rust {
            true => Vec::new(),
            false => edits(line, migration),
        };
        let mut diagnostic = Diagnostic::error(
            "edited-migration",
            format!("`{title}` is final, and was edited"),
        );
        diagnostic = match edits.split_first() {
            Some((first, others)) => others.iter().take(3).fold(
                diagnostic.at(&first.file, first.span, first.kind.label()),
                |diagnostic, edit: &Edit| {
                    diagnostic.related(&edit.file, edit.span, edit.kind.label())
                },
            ),
            None => diagnostic.at(&migration.up.file, None, ""),
        };
        if edits.len() > 4 {
            diagnostic = diagnostic.note(format!("there are {} more edits", edits.len() - 4));
        }
        for edit in edits.iter().filter(|edit| edit.span.is_none()) {
            diagnostic = diagnostic.note(edit.kind.label());
        }
        diagnostic
            .note(self.since(line))
            .note("databases that have it keep what the old statements did")
            .help(format!("restore it, and write the change as a new migration{}", self.such_as("")))
            .help(format!("if no database of anybody else has it, delete its line and those below it in `{LOCK_FILE}`: it is a draft again"))
    }

    fn renamed(&self, line: &Line, migration: &Locked) -> Diagnostic {
        let (before, now) = (line.title(), migration.title());
        let mut diagnostic = Diagnostic::error(
            "renamed-migration",
            format!("`{before}` is final, and was renamed to `{now}`"),
        )
        .at(&migration.up.file, None, "")
        .note(self.since(line));
        if line.version != migration.version {
            diagnostic = diagnostic.note(format!(
                "databases that have it as version {} would run it again as version {}",
                line.version, migration.version
            ));
        }
        let taken = self
            .by_version
            .get(&line.version)
            .and_then(|there| there.first());
        let is_final = |other: &Locked| {
            let mut lines = self.lock.lines.iter();
            lines.any(|line| line.checksum == other.checksum)
        };
        // A final one that stands there has to go back to its own place.
        if let Some(other) = taken.filter(|other| !is_final(other)) {
            diagnostic = diagnostic.help(self.own_version(other));
        }
        let mut files = vec![&migration.up.file];
        files.extend(migration.down.as_ref().map(|down| &down.file));
        files.dedup();
        files.into_iter().fold(diagnostic, |diagnostic, file| {
            diagnostic.help(format!(
                "rename `{file}` to `{}`",
                file.replacen(&now, &before, 1)
            ))
        })
    }

    /// A final migration without its file; `taken` is another one that has its version now.
    fn removed(&self, line: &Line, taken: Option<&Locked>) -> Diagnostic {
        let title = line.title();
        let diagnostic = Diagnostic::error(
            "removed-migration",
            format!("`{title}` is final, and its file is missing"),
        );
        let Some(other) = taken else {
            return diagnostic
                .at(LOCK_FILE, line.title_span(), "no file belongs to this line")
                .help("restore the file from version control");
        };
        diagnostic
            .at(&other.up.file, None, "")
            .note(self.since(line))
            .note(format!(
                "its version is that of `{}` now, which is another migration",
                other.title()
            ))
            .help(format!("restore the file of `{title}`"))
            .help(self.own_version(other))
    }

    fn own_version(&self, migration: &Locked) -> String {
        format!(
            "give `{}` a version of its own{}",
            migration.up.file,
            self.such_as(&migration.name)
        )
    }

    /// What is neither final nor a final migration under another version.
    fn drafts(&self) -> Vec<&'a Locked> {
        self.checked
            .iter()
            .filter(|migration| {
                let version = migration.version;
                !self.final_versions.contains(&version) && !self.renumbered.contains(&version)
            })
            .collect()
    }

    fn out_of_order(&self, draft: &Locked) -> Option<Diagnostic> {
        let later = self.final_versions.range(draft.version..).next()?;
        let later = self.lock.lines.iter().find(|line| line.version == *later)?;
        let title = draft.title();
        Some(
            Diagnostic::error(
                "out-of-order-migration",
                format!("`{title}` sorts before `{}`, which is final", later.title()),
            )
            .at(&draft.up.file, None, "")
            .note(self.since(later))
            .note("databases that have the later one would run this one after it, others before it")
            .help(format!(
                "give it a version behind all that are final{}",
                self.such_as(&draft.name)
            )),
        )
    }

    fn draft(&self, draft: &Locked, strictness: Strictness) -> Option<Diagnostic> {
        let title = draft.title();
        let (level, message) = match strictness {
            Strictness::Development => (
                Level::Note,
                format!("`{title}` is a draft: it may still be edited"),
            ),
            Strictness::Release => (
                Level::Deny,
                format!("`{title}` is a draft, which neither a release build nor `CI` takes"),
            ),
        };
        Some(
            Diagnostic::new(level, "draft-migration", message)
                .at(&draft.up.file, None, "")
                .help(format!("to make it final, run {COMMAND}")),
        )
    }

    fn since(&self, line: &Line) -> String {
        let (number, _) = line.span.line_column(self.text);
        format!(
            "`{}` is final since line {number} of `{LOCK_FILE}`",
            line.title()
        )
    }

    /// An example of a name with the next version, where versions are counted and not dated.
    fn such_as(&self, name: &str) -> String {
        let last = self.last;
        let next = last.number().saturating_add(1).min(Version::MAX);
        let next = Version::new(next, last.width());
        match (is_sequential(last), name) {
            (true, "") => format!(" with version {next}"),
            (true, name) => format!(", such as `{next}_{name}`"),
            (false, "") => String::new(),
            (false, _) => format!(", later than {last}"),
        }
    }
}
