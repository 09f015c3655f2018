use alloc::string::{String, ToString};
use core::fmt;

use crate::{Migration, Migrations, Repeatable, Row, Version};

/// What messages call a migration: `0007_add_email`, or `R__reporting_views` for a repeatable one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// The version; `None` for a repeatable migration.
    pub version: Option<Version>,
    /// The file's name without version and extension.
    pub name: String,
}

impl Label {
    /// The label of a row, its version spelled as wide as those of the list.
    pub fn of_row(row: &Row, migrations: &Migrations) -> Self {
        let width = migrations.latest().map_or(0, Version::width);
        let version = u64::try_from(row.version)
            .ok()
            .map(|number| Version::new(number, width));
        Self {
            version,
            name: row.name.clone(),
        }
    }
}

impl From<&Migration> for Label {
    fn from(migration: &Migration) -> Self {
        Self {
            version: Some(migration.version()),
            name: migration.name().into(),
        }
    }
}

impl From<&Repeatable> for Label {
    fn from(repeatable: &Repeatable) -> Self {
        Self {
            version: None,
            name: repeatable.name().into(),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{version}_{}", self.name),
            None => write!(f, "R__{}", self.name),
        }
    }
}

/// How many of many are named.
pub(crate) const SHOWN: usize = 8;

/// Labels in one line, at most so many of them that the line stays readable.
pub(crate) fn list<'a>(labels: impl ExactSizeIterator<Item = &'a Label>) -> String {
    let total = labels.len();
    let mut text = String::new();
    for (index, label) in labels.take(SHOWN).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&label.to_string());
    }
    if total > SHOWN {
        text.push_str(&alloc::format!(" and {} more", total - SHOWN));
    }
    text
}
