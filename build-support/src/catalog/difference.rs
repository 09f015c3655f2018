//! What two states of a schema differ in, structurally: the order of columns, quotes, letter case and white space do not count.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::facts::facts;
use super::wording::loose;
use super::{Catalog, Definition, Key, Naming, Object};

/// One difference between two schemas. Its `Display` is a line such as `- table users` or `+ index users_email`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// The first has it, the second has not.
    Missing(String),
    /// The second has it, the first has not.
    Extra(String),
    /// Both have it, and it is not the same.
    Changed {
        /// What.
        what: String,
        /// How it is in the first.
        from: String,
        /// How it is in the second.
        to: String,
    },
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "- {what}"),
            Self::Extra(what) => write!(f, "+ {what}"),
            Self::Changed { what, from, to } => write!(f, "~ {what}: {from} -> {to}"),
        }
    }
}

/// What `second` differs in from `first`. Temporary objects, those that are not fully known, and parts that are in doubt, do not count.
pub fn difference(first: &Catalog, second: &Catalog) -> Vec<Line> {
    let objects = first.objects().chain(second.objects());
    let keys: BTreeSet<Key> = objects.map(|object| object.key()).collect();
    difference_among(first, second, &keys)
}

/// The same for some objects only, where the others are known to be equal.
pub fn difference_among(first: &Catalog, second: &Catalog, keys: &BTreeSet<Key>) -> Vec<Line> {
    let mut lines = Vec::new();
    for key in keys {
        let (a, b) = (first.get(key), second.get(key));
        let is_open = |object: Option<&Rc<Object>>| {
            object.is_some_and(|object| object.incomplete || !object.counts())
        };
        if is_open(a) || is_open(b) {
            continue;
        }
        match (a, b) {
            (Some(a), Some(b)) if is_unchanged(a, b) => {}
            (Some(a), Some(b)) => {
                let manner = Manner::of(a, b);
                if is_reprinted(a, b) {
                    continue;
                }
                // What is in doubt in one of them says nothing of the other.
                let (a, b) = (a.doubting(&b.doubts), b.doubting(&a.doubts));
                lines.extend(compare(&facts(&a, first), &facts(&b, second), manner));
            }
            (Some(a), None) if !is_of_open_table(a, second) => {
                lines.push(Line::Missing(a.title()));
            }
            (None, Some(b)) if !is_of_open_table(b, first) => lines.push(Line::Extra(b.title())),
            _ => {}
        }
    }
    lines
}

/// A cheap test before both are taken apart.
fn is_unchanged(first: &Rc<Object>, second: &Rc<Object>) -> bool {
    let same_text = !first.is_modelled() && first.sql == second.sql && first.kind == second.kind;
    same_text || Rc::ptr_eq(first, second)
}

/// Whether an object belongs to a table that is not fully known: then it may be there as well.
fn is_of_open_table(object: &Object, catalog: &Catalog) -> bool {
    if !object.is_modelled() {
        return false;
    }
    match object.definition() {
        Definition::Sequence(sequence) => sequence
            .owner
            .as_ref()
            .and_then(|(table, _)| catalog.table(table))
            .is_some_and(|table| table.incomplete),
        _ => false,
    }
}

/// Whether one of two views is a copy of what a server printed, and the other one is not: a server spells out names, and follows those
/// that were changed, so that their texts cannot be compared. Its literals have casts.
fn is_reprinted(first: &Object, second: &Object) -> bool {
    let is_printed = |object: &Object| match object.definition() {
        Definition::View(view) => Some(view.text.contains("' ::")),
        _ => None,
    };
    first.is_modelled()
        && second.is_modelled()
        && is_printed(first)
            .zip(is_printed(second))
            .is_some_and(|(a, b)| a != b)
}

/// How two texts are told apart.
#[derive(Clone, Copy)]
enum Manner {
    /// Letter by letter: both were printed by one engine.
    Exact,
    /// By what they mean, as far as that shows: both are as somebody wrote them.
    Loose(Naming),
}

impl Manner {
    fn of(first: &Object, second: &Object) -> Self {
        match first.is_modelled() && second.is_modelled() {
            true => Self::Loose(first.naming()),
            false => Self::Exact,
        }
    }

    fn text<'t>(self, text: &'t str) -> Cow<'t, str> {
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::Loose(naming) => Cow::Owned(loose(naming, text)),
        }
    }
}

fn compare(
    first: &BTreeMap<String, String>,
    second: &BTreeMap<String, String>,
    manner: Manner,
) -> Vec<Line> {
    let by_text = |facts: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let facts = facts.iter();
        facts
            .map(|(what, detail)| (manner.text(what).into_owned(), detail.clone()))
            .collect()
    };
    let (firsts, seconds) = (by_text(first), by_text(second));
    let mut lines = Vec::new();
    for (what, from) in first {
        match seconds.get(&*manner.text(what)) {
            None => lines.push(Line::Missing(join(what, from))),
            Some(to) if manner.text(to) != manner.text(from) => lines.push(Line::Changed {
                what: what.clone(),
                from: or_nothing(from),
                to: or_nothing(to),
            }),
            Some(_) => {}
        }
    }
    let extra = second.iter();
    let extra = extra.filter(|(what, _)| !firsts.contains_key(&*manner.text(what)));
    lines.extend(extra.map(|(what, detail)| Line::Extra(join(what, detail))));
    lines
}

fn join(what: &str, detail: &str) -> String {
    if detail.is_empty() {
        what.to_owned()
    } else {
        format!("{what} {detail}")
    }
}

fn or_nothing(detail: &str) -> String {
    if detail.is_empty() {
        "nothing".to_owned()
    } else {
        detail.to_owned()
    }
}
