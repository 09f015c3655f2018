//! What two states of a schema differ in, structurally: the order of columns, quotes, letter case and white space do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::facts::facts;
use super::{Catalog, Key, Object};

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

/// What `second` differs in from `first`. Temporary objects, and those that are not fully known, do not count.
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
                lines.extend(compare(&facts(a, first), &facts(b, second)));
            }
            (Some(a), None) => lines.push(Line::Missing(a.title())),
            (None, Some(b)) => lines.push(Line::Extra(b.title())),
            (None, None) => {}
        }
    }
    lines
}

/// A cheap test before both are taken apart.
fn is_unchanged(first: &Rc<Object>, second: &Rc<Object>) -> bool {
    let same_text = !first.is_modelled() && first.sql == second.sql && first.kind == second.kind;
    same_text || Rc::ptr_eq(first, second)
}

fn compare(first: &BTreeMap<String, String>, second: &BTreeMap<String, String>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (what, from) in first {
        match second.get(what) {
            None => lines.push(Line::Missing(join(what, from))),
            Some(to) if to != from => lines.push(Line::Changed {
                what: what.clone(),
                from: or_nothing(from),
                to: or_nothing(to),
            }),
            Some(_) => {}
        }
    }
    let extra = second.iter().filter(|(what, _)| !first.contains_key(*what));
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
