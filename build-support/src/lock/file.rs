//! The lock as text.

use std::collections::BTreeMap;

use migratory_core::Version;

use super::digest::chain;
use super::{Direction, Line, Lock, Locked};
use crate::Span;
use crate::diagnostic::Diagnostic;
use crate::discover::LOCK_FILE;

const HEADER: &str = "\
# The migrations that are final, in the order in which they became final. Migratory writes this file; commit it.
# To make drafts final: `cargo migratory lock`, or `MIGRATORY_LOCK=update cargo build`.
";

/// Reads the text of a `migratory.lock`. Lines that cannot be read are reported and left out.
pub fn parse(text: &str) -> (Lock, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut lines = Vec::new();
    let mut markers = Vec::new();
    for (span, line) in lines_of(text) {
        if let Some(marker) = conflict_marker(line) {
            markers.push((marker, span));
        } else if !line.is_empty() && !line.starts_with('#') {
            match read(line, span) {
                Ok(line) => lines.push(line),
                Err(flaw) => found.push(broken(span, flaw)),
            }
        }
    }
    // Both sides of a conflict do not make a chain.
    match markers.is_empty() {
        true => found.extend(duplicates(text, &lines)),
        false => found.extend(conflicts(&markers)),
    }
    if found.is_empty() {
        found.extend(broken_chain(text, &lines));
    }
    let intact = found.is_empty();
    (Lock { lines, intact }, found)
}

/// The text of a lock whose lines are these migrations, in this order.
pub fn render(migrations: &[Locked]) -> String {
    write(migrations.iter().map(Line::of))
}

/// The text of the lock with all drafts made final: the old lines stay as they are, what has none is added in the order of versions.
/// A cosmetic edit is taken note of.
///
/// `None` where the old lock is not intact: rewriting it would lose what it says. Where [`check`](super::check()) or another stage
/// reports an error nothing should become final either; that is for the caller to see to.
pub fn update(old: Option<&Lock>, checked: &[Locked]) -> Option<String> {
    let old: &[Line] = match old {
        Some(lock) if !lock.intact => return None,
        Some(lock) => &lock.lines,
        None => &[],
    };
    let mut drafts: BTreeMap<Version, &Locked> = BTreeMap::new();
    for migration in checked {
        drafts.entry(migration.version).or_insert(migration);
    }
    let kept: Vec<Line> = old
        .iter()
        .map(|line| match drafts.remove(&line.version) {
            Some(migration) => line.refreshed(migration),
            None => line.clone(),
        })
        .collect();
    let added = drafts.into_values().map(Line::of);
    Some(write(kept.into_iter().chain(added)))
}

fn write(lines: impl Iterator<Item = Line>) -> String {
    let mut text = HEADER.to_owned();
    let mut above = String::new();
    for line in lines {
        let title = line.title();
        let down = line.down.map(|down| format!(" down:{down}"));
        above = chain(&above, &title, &line.checksum);
        text += &format!(
            "{title} {} raw:{} up:{}{} chain:{above}\n",
            line.checksum,
            line.raw,
            line.up,
            down.unwrap_or_default(),
        );
    }
    text
}

/// The digests of a direction as a line has them.
fn list(direction: &Direction) -> String {
    let digests: Vec<&str> = direction
        .statements
        .iter()
        .map(|(digest, _)| digest.as_str())
        .collect();
    match digests.is_empty() {
        true => NONE.to_owned(),
        false => digests.join(","),
    }
}

/// A list of digests, cut up.
pub(super) fn digests(list: &str) -> Vec<&str> {
    match list {
        NONE => Vec::new(),
        _ => list.split(',').collect(),
    }
}

const NONE: &str = "-";

impl Line {
    fn of(migration: &Locked) -> Self {
        Self {
            version: migration.version,
            name: migration.name.clone(),
            checksum: migration.checksum.clone(),
            raw: migration.raw.clone(),
            up: list(&migration.up),
            down: migration.down.as_ref().map(list),
            chain: String::new(),
            span: Span::default(),
        }
    }

    /// The line with the digest of the files as they are now, if the statements are still those that became final.
    fn refreshed(&self, migration: &Locked) -> Self {
        let mut line = self.clone();
        if self.name == migration.name && self.checksum == migration.checksum {
            line.raw.clone_from(&migration.raw);
        }
        line
    }
}

/// Each line without its end and the blanks around it, and the stretch it covers.
fn lines_of(text: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut offset = 0;
    text.split_inclusive('\n').map(move |whole| {
        let start = offset;
        offset += whole.len();
        let unmarked = whole.trim_start_matches('\u{feff}');
        let line = unmarked.trim();
        let indent = whole.len() - unmarked.trim_start().len();
        (Span::new(start + indent, start + indent + line.len()), line)
    })
}

#[derive(PartialEq, Eq)]
enum Marker {
    Start,
    Other,
}

fn conflict_marker(line: &str) -> Option<Marker> {
    if line.starts_with("<<<<<<<") {
        return Some(Marker::Start);
    }
    let others = ["=======", ">>>>>>>", "|||||||"];
    others
        .iter()
        .any(|marker| line.starts_with(marker))
        .then_some(Marker::Other)
}

/// One finding for each conflict; what is left of half a conflict is one as well.
fn conflicts(markers: &[(Marker, Span)]) -> Vec<Diagnostic> {
    let starts = markers
        .iter()
        .filter(|(marker, _)| *marker == Marker::Start);
    let starts: Vec<Diagnostic> = starts.map(|(_, span)| conflict(*span)).collect();
    match starts.is_empty() {
        true => vec![conflict(markers[0].1)],
        false => starts,
    }
}

fn conflict(span: Span) -> Diagnostic {
    Diagnostic::error("broken-lock", format!("`{LOCK_FILE}` has an unresolved merge conflict"))
        .at(LOCK_FILE, span, "two branches added a migration here")
        .help(format!(
            "keep the lines of the branch that is released and delete those of the other, then run {COMMAND}: it adds the other migrations below"
        ))
}

pub(super) const COMMAND: &str = "`cargo migratory lock` (or `MIGRATORY_LOCK=update cargo build`)";

fn broken(span: Span, flaw: String) -> Diagnostic {
    Diagnostic::error(
        "broken-lock",
        format!("a line of `{LOCK_FILE}` cannot be read: {flaw}"),
    )
    .at(LOCK_FILE, span, "this line")
    .help("restore the file from version control")
}

fn duplicates(text: &str, lines: &[Line]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<Version, &Line> = BTreeMap::new();
    let mut found = Vec::new();
    for line in lines {
        let Some(earlier) = first.get(&line.version) else {
            first.insert(line.version, line);
            continue;
        };
        let message = format!("version {} has two lines in `{LOCK_FILE}`", line.version);
        let (number, _) = earlier.span.line_column(text);
        found.push(
            Diagnostic::error("broken-lock", message)
                .at(LOCK_FILE, line.title_span(), "the second")
                .note(format!("the first, in line {number}, is `{}`", earlier.title()))
                .help("if two branches took one version, delete the line of the one that is not released, give its files the next version, and lock it again"),
        );
    }
    found
}

/// The first line whose chain value does not follow from the line above it; those below it follow from a wrong value.
fn broken_chain(text: &str, lines: &[Line]) -> Option<Diagnostic> {
    let values = || std::iter::once("").chain(lines.iter().map(|line| line.chain.as_str()));
    let follows =
        |line: &Line, above: &str| line.chain == chain(above, &line.title(), &line.checksum);
    let (index, (_, line)) = values()
        .zip(lines)
        .enumerate()
        .find(|(_, (above, line))| !follows(line, above))?;
    let (number, _) = line.span.line_column(text);
    let diagnostic = Diagnostic::error(
        "broken-lock",
        format!("the chain of `{LOCK_FILE}` breaks at line {number}"),
    )
    .at(
        LOCK_FILE,
        line.title_span(),
        "does not follow from the lines above",
    );
    let merged = values().take(index).position(|above| follows(line, above));
    let diagnostic = match merged {
        Some(0) => diagnostic.note(format!("`{}` was locked as the first migration: this is a merge of two branches", line.title())),
        Some(position) => diagnostic.note(format!(
            "`{}` was locked right after `{}`: this is a merge of two branches, or lines were moved",
            line.title(),
            lines[position - 1].title()
        )),
        None => diagnostic.note("the line was edited by hand, or lines above it were removed or reordered"),
    };
    Some(diagnostic.help(format!(
        "restore the file from version control; after a merge, delete this line and those below it, then run {COMMAND}: it adds the migrations again"
    )))
}

impl Line {
    /// The stretch of version and name at the start of the line.
    pub(super) fn title_span(&self) -> Span {
        Span::new(self.span.start, self.span.start + self.title().len())
    }
}

fn read(text: &str, span: Span) -> Result<Line, String> {
    // A lock is read in every build, unoptimised: nothing here looks at more than single bytes.
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let title = words.next().unwrap_or("");
    let (version, name) = title
        .split_once('_')
        .and_then(|(version, name)| Some((Version::parse(version)?, name)))
        .filter(|(_, name)| !name.is_empty())
        .ok_or_else(|| {
            format!("`{title}` is no version and name, such as `0001_initial_schema`")
        })?;
    let checksum = words.next().unwrap_or("");
    let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        let known = ["raw", "up", "down", "chain"].contains(&key);
        if !known || fields.insert(key, value).is_some() {
            return Err(format!("`{word}` does not belong there"));
        }
    }
    let field = |key: &str| {
        fields
            .get(key)
            .copied()
            .ok_or_else(|| format!("`{key}:` is missing"))
    };
    Ok(Line {
        version,
        name: name.to_owned(),
        checksum: read_checksum(checksum)?,
        raw: hexadecimal("raw", field("raw")?, 16)?,
        up: read_list("up", field("up")?)?,
        down: fields
            .get("down")
            .map(|down| read_list("down", down))
            .transpose()?,
        chain: hexadecimal("chain", field("chain")?, 16)?,
        span,
    })
}

fn read_checksum(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some(("sha256", digits)) => {
            hexadecimal("sha256", digits, 64)?;
            Ok(text.to_owned())
        }
        Some((tag, _)) if !["raw", "up", "down", "chain"].contains(&tag) => Err(format!(
            "`{tag}` is no checksum that this version of Migratory knows"
        )),
        _ => Err("the checksum is missing".to_owned()),
    }
}

fn read_list(key: &str, text: &str) -> Result<String, String> {
    let valid = text == NONE || (text.len() + 1).is_multiple_of(9) && are_digits(text, b',');
    match valid {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{key}:` takes 8 hexadecimal digits in small letters for each statement, not `{text}`"
        )),
    }
}

fn hexadecimal(key: &str, text: &str, length: usize) -> Result<String, String> {
    match text.len() == length && are_digits(text, b'0') {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{key}:` takes {length} hexadecimal digits in small letters, not `{text}`"
        )),
    }
}

fn are_digits(text: &str, or: u8) -> bool {
    for byte in text.as_bytes() {
        if !matches!(byte, b'0'..=b'9' | b'a'..=b'f') && *byte != or {
            return false;
        }
    }
    true
}
