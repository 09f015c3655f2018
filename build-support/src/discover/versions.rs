//! Files to migrations: which files belong together.

use std::collections::{BTreeMap, BTreeSet};

use migratory_core::Version;

use super::name::Part;
use super::proposal::Numbering;
use super::{Entry, EntryLayout, File, FileId};
use crate::diagnostic::Diagnostic;

/// A file with a version in its name.
#[derive(Clone, Debug)]
pub(super) struct Versioned {
    pub(super) version: Version,
    pub(super) name: String,
    pub(super) part: Part,
    pub(super) file: FileId,
}

/// The migrations, sorted by version. Where a version has two migrations of different names both are listed, so that nothing is missing
/// when the later files are looked at.
pub(super) fn assemble(
    found: Vec<Versioned>,
    files: &[File],
    now: u64,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let groups = by_version(found);
    let all: Vec<Entry> = groups
        .iter()
        .flat_map(|group| group.entries.clone())
        .collect();
    let mut report = Report {
        files,
        entries: &all,
        numbering: Numbering::of(&all, now),
    };
    let mut diagnostics = Vec::new();
    for group in &groups {
        diagnostics.extend(report.duplicate(&group.entries));
        diagnostics.extend(
            group
                .orphans
                .iter()
                .map(|down| report.orphan(down, &group.entries)),
        );
    }
    let mut seen = BTreeSet::new();
    let entries = all
        .iter()
        .filter(|entry| seen.insert((entry.version, entry.name.as_str())))
        .cloned()
        .collect();
    (entries, diagnostics)
}

/// The files of one version.
struct Group {
    entries: Vec<Entry>,
    orphans: Vec<Versioned>,
}

fn by_version(found: Vec<Versioned>) -> Vec<Group> {
    let mut groups: BTreeMap<Version, Vec<Versioned>> = BTreeMap::new();
    for versioned in found {
        groups.entry(versioned.version).or_default().push(versioned);
    }
    groups.into_values().map(pair).collect()
}

/// Joins each up with the down that has the same spelling.
fn pair(group: Vec<Versioned>) -> Group {
    let (mut downs, others): (Vec<_>, Vec<_>) = group
        .into_iter()
        .partition(|versioned| versioned.part == Part::Down);
    let mut entries = Vec::new();
    for other in others {
        let layout = match other.part {
            Part::Rust => EntryLayout::Rust(other.file),
            Part::Up => match downs
                .iter()
                .position(|down| spelling(down) == spelling(&other))
            {
                Some(index) => EntryLayout::Pair {
                    up: other.file,
                    down: downs.remove(index).file,
                },
                None => EntryLayout::UpOnly(other.file),
            },
            Part::Whole | Part::Down => EntryLayout::Single(other.file),
        };
        entries.push(Entry {
            version: other.version,
            name: other.name,
            layout,
        });
    }
    Group {
        entries,
        orphans: downs,
    }
}

fn spelling(versioned: &Versioned) -> (u8, &str) {
    (versioned.version.width(), &versioned.name)
}

struct Report<'a> {
    files: &'a [File],
    entries: &'a [Entry],
    numbering: Numbering,
}

impl Report<'_> {
    fn path(&self, file: FileId) -> &str {
        &self.files[file.0].path
    }

    /// One finding for all migrations of a version.
    fn duplicate(&mut self, of_version: &[Entry]) -> Option<Diagnostic> {
        let [first, .., last] = of_version else {
            return None;
        };
        let help = self.way_out(first, last);
        let paths: Vec<String> = of_version
            .iter()
            .map(|entry| format!("`{}`", self.path(entry.layout.up())))
            .collect();
        let message = format!(
            "version {} is used by {}",
            first.version.number(),
            paths.join(" and ")
        );
        let mut diagnostic = Diagnostic::error("duplicate-version", message)
            .at(self.path(last.layout.up()), None, "")
            .help(help);
        if first.version.width() != last.version.width() {
            let (left, right) = (first.version, last.version);
            diagnostic = diagnostic.note(format!("`{left}` and `{right}` are the same number"));
        }
        Some(diagnostic)
    }

    fn way_out(&mut self, first: &Entry, last: &Entry) -> String {
        if let (Some(stem), true) = (last.name.strip_suffix("_up"), first.name.ends_with("_down")) {
            let version = last.version;
            return format!(
                "a pair is spelt `{version}_{stem}.up.sql` and `{version}_{stem}.down.sql`"
            );
        }
        if first.name != last.name {
            let next = self.numbering.next();
            let path = self.path(last.layout.up());
            let renamed = path.replacen(&last.version.to_string(), &next, 1);
            return format!(
                "rename the one that is not released yet, such as `{path}` to `{renamed}`"
            );
        }
        let is_rust = |entry: &Entry| matches!(entry.layout, EntryLayout::Rust(_));
        let is_single = |entry: &Entry| matches!(entry.layout, EntryLayout::Single(_));
        if is_single(first) == is_single(last) && is_rust(first) == is_rust(last) {
            return "keep one of them".to_owned();
        }
        if is_rust(first) != is_rust(last) {
            return "a migration is either SQL or Rust: keep one of the two, or give the other a version of its own".to_owned();
        }
        "a migration is one `.sql` file, or a pair of `.up.sql` and `.down.sql`: keep one of the two".to_owned()
    }

    fn orphan(&self, down: &Versioned, of_version: &[Entry]) -> Diagnostic {
        let path = self.path(down.file);
        let up = path.replace(".down.sql", ".up.sql");
        Diagnostic::error("orphan-down", format!("`{path}` has no `{up}` beside it"))
            .at(path, None, "")
            .help(self.partner(down, of_version))
    }

    /// What the down was probably meant for.
    fn partner(&self, down: &Versioned, of_version: &[Entry]) -> String {
        let open = |entry: &&Entry| matches!(entry.layout, EntryLayout::UpOnly(_));
        let renamed = |entry: &Entry| {
            let path = self.path(entry.layout.up());
            let wanted = path.replace(".up.sql", ".down.sql");
            format!("if it belongs to `{path}`, rename it to `{wanted}`")
        };
        if let Some(entry) = of_version.iter().find(open) {
            return renamed(entry);
        }
        match of_version.first().map(|entry| entry.layout) {
            Some(EntryLayout::Rust(file)) => {
                let file = self.path(file);
                format!("the way down of a Rust migration is `pub fn down` in `{file}`")
            }
            Some(EntryLayout::Single(file)) => {
                let file = self.path(file);
                let up = file.replace(".sql", ".up.sql");
                format!(
                    "rename `{file}` to `{up}`, or move the way down into it behind a line `-- migratory: down`"
                )
            }
            Some(_) => "remove it: that version has its way down already".to_owned(),
            None => match self
                .entries
                .iter()
                .filter(open)
                .find(|entry| entry.name == down.name)
            {
                Some(entry) => renamed(entry),
                None => "write the file that goes up, or remove this one".to_owned(),
            },
        }
    }
}
