//! Which statements of a final migration were edited.

use std::collections::BTreeSet;

use super::file::digests;
use super::{Direction, Line, Locked};
use crate::Span;

/// What happened to a statement, and where it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) kind: Kind,
    pub(super) file: String,
    /// `None` where nothing is left to point at.
    pub(super) span: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Changed,
    Added,
    /// So many are gone; the span is the statement that now stands there.
    RemovedBefore(usize),
    /// So many are gone at the end; the span is the last statement.
    RemovedAfter(usize),
    Moved,
    Emptied,
    DownAdded,
    DownRemoved,
}

impl Kind {
    /// The words under the caret.
    pub(super) fn label(self) -> String {
        match self {
            Self::Changed => "this statement was changed".to_owned(),
            Self::Added => "this statement was added".to_owned(),
            Self::RemovedBefore(1) => "a statement was removed before this one".to_owned(),
            Self::RemovedBefore(count) => {
                format!("{count} statements were removed before this one")
            }
            Self::RemovedAfter(1) => "a statement was removed behind this one".to_owned(),
            Self::RemovedAfter(count) => format!("{count} statements were removed behind this one"),
            Self::Moved => "from here, the statements stand in another order".to_owned(),
            Self::Emptied => "its statements were removed".to_owned(),
            Self::DownAdded => "the way down was added".to_owned(),
            Self::DownRemoved => "the way down was removed".to_owned(),
        }
    }
}

/// The edits of a migration against its line, in the order of the files. Empty where the digests do not show any: for Rust, and for
/// two statements that share their eight digits.
pub(super) fn edits(line: &Line, migration: &Locked) -> Vec<Edit> {
    let mut edits = direction(&digests(&line.up), &migration.up);
    match (&line.down, &migration.down) {
        (Some(old), Some(new)) => edits.extend(direction(&digests(old), new)),
        (None, None) => {}
        (None, Some(new)) => edits.push(Edit {
            kind: Kind::DownAdded,
            file: new.file.clone(),
            span: new.statements.first().map(|(_, span)| *span),
        }),
        (Some(_), None) => edits.push(Edit {
            kind: Kind::DownRemoved,
            file: migration.up.file.clone(),
            span: None,
        }),
    }
    edits
}

fn direction(old: &[&str], new: &Direction) -> Vec<Edit> {
    let statements = &new.statements;
    if statements.is_empty() && !old.is_empty() {
        return vec![Edit {
            kind: Kind::Emptied,
            file: new.file.clone(),
            span: None,
        }];
    }
    let prefix = old
        .iter()
        .zip(statements)
        .take_while(|(old, (new, _))| old == &new)
        .count();
    let suffix = old[prefix..]
        .iter()
        .rev()
        .zip(statements[prefix..].iter().rev())
        .take_while(|(old, (new, _))| old == &new)
        .count();
    let old = &old[prefix..old.len() - suffix];
    let middle = &statements[prefix..statements.len() - suffix];

    let edit = |kind: Kind, span: Option<Span>| Edit {
        kind,
        file: new.file.clone(),
        span,
    };
    let before: BTreeSet<&str> = old.iter().copied().collect();
    let after: BTreeSet<&str> = middle.iter().map(|(digest, _)| digest.as_str()).collect();
    let gone = old
        .iter()
        .filter(|digest| !after.contains(**digest))
        .count();
    let fresh: Vec<Span> = middle
        .iter()
        .filter(|(digest, _)| !before.contains(digest.as_str()))
        .map(|(_, span)| *span)
        .collect();
    if gone == 0 && fresh.is_empty() {
        let first = middle.first().or_else(|| statements.get(prefix));
        return match (old.len(), middle.len()) {
            (0, 0) => Vec::new(),
            // Copies of a statement that also stands elsewhere came or went.
            (more, less) if more > less => {
                let kind = Kind::RemovedBefore(more - less);
                vec![edit(kind, first.map(|(_, span)| *span))]
            }
            (less, more) if more > less => vec![edit(Kind::Added, first.map(|(_, span)| *span))],
            _ => vec![edit(Kind::Moved, first.map(|(_, span)| *span))],
        };
    }
    // What went and what came are paired in order: the first that came is the first that went, changed.
    let changed = gone.min(fresh.len());
    let mut edits: Vec<Edit> = fresh
        .iter()
        .enumerate()
        .map(|(index, span)| match index < changed {
            true => edit(Kind::Changed, Some(*span)),
            false => edit(Kind::Added, Some(*span)),
        })
        .collect();
    if gone > changed {
        let lost = |digest: &str| !after.contains(digest);
        let survivor = old
            .iter()
            .skip_while(|digest| !lost(digest))
            .find(|digest| !lost(digest));
        let behind = survivor
            .and_then(|survivor| middle.iter().find(|(digest, _)| digest == survivor))
            .or(statements.get(prefix + middle.len()));
        let removed = gone - changed;
        edits.push(match (behind, statements.last()) {
            (Some((_, span)), _) => edit(Kind::RemovedBefore(removed), Some(*span)),
            (None, last) => edit(Kind::RemovedAfter(removed), last.map(|(_, span)| *span)),
        });
    }
    edits
}
