//! What nobody can tell of a table, where the rest of it is known.

use std::collections::BTreeMap;
use std::fmt;

use super::{Naming, Space};

/// A part of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum Part {
    /// The column of that folded name.
    Column(String),
    /// The primary key.
    PrimaryKey,
    /// The constraint of that folded name.
    Constraint(String),
}

/// How far a part is in doubt.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[non_exhaustive]
pub enum Doubt {
    /// It is there, and may look otherwise.
    Shape,
    /// It may be there or not; and if it is, it may look otherwise.
    Presence,
}

/// The parts of a table that are in doubt. A column that may be there stands in the table's definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Doubts(BTreeMap<Part, Doubt>);

impl Part {
    /// The column of that name.
    pub fn column(naming: Naming, name: &str) -> Self {
        Self::Column(folded(naming, name))
    }

    /// The constraint of that name.
    pub fn constraint(naming: Naming, name: &str) -> Self {
        Self::Constraint(folded(naming, name))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => write!(f, "column {name}"),
            Self::PrimaryKey => f.write_str("primary key"),
            Self::Constraint(name) => write!(f, "constraint {name}"),
        }
    }
}

impl Doubts {
    /// How far that part is in doubt; `None` where it is certain.
    pub fn of(&self, part: &Part) -> Option<Doubt> {
        self.0.get(part).copied()
    }

    /// Whether that part may be missing.
    pub fn may_lack(&self, part: &Part) -> bool {
        self.of(part) == Some(Doubt::Presence)
    }

    /// Whether any column may be missing.
    pub fn may_lack_columns(&self) -> bool {
        let mut parts = self.iter();
        parts.any(|(part, doubt)| matches!(part, Part::Column(_)) && doubt == Doubt::Presence)
    }

    /// Whether no part is in doubt.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every part in doubt.
    pub fn iter(&self) -> impl Iterator<Item = (&Part, Doubt)> {
        self.0.iter().map(|(part, doubt)| (part, *doubt))
    }

    /// Says that a part is in doubt. Doubt of its presence is the graver one, and stays.
    pub fn raise(&mut self, part: Part, doubt: Doubt) {
        let known = self.0.entry(part).or_insert(doubt);
        *known = doubt.max(*known);
    }

    /// Says that a part is there, however it looks.
    pub fn confirm(&mut self, part: &Part) {
        if let Some(doubt) = self.0.get_mut(part) {
            *doubt = Doubt::Shape;
        }
    }

    /// Says that a part is certain: there as its definition says, or gone.
    pub fn settle(&mut self, part: &Part) {
        self.0.remove(part);
    }

    /// Takes every doubt of another table's parts over.
    pub fn join(&mut self, other: &Self) {
        for (part, doubt) in other.iter() {
            self.raise(part.clone(), doubt);
        }
    }
}

/// Columns are compared as constraints are, and both as indexes: without case but on PostgreSQL.
fn folded(naming: Naming, name: &str) -> String {
    naming.fold(name, Space::Index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_doubt_stays_until_the_part_is_settled() {
        let id = || Part::column(Naming::Mixed, "ID");
        let mut doubts = Doubts::default();
        doubts.raise(id(), Doubt::Presence);
        doubts.raise(id(), Doubt::Shape);
        assert!(doubts.may_lack(&Part::column(Naming::Mixed, "id")));
        doubts.confirm(&id());
        assert_eq!(doubts.of(&id()), Some(Doubt::Shape));
        doubts.settle(&id());
        doubts.confirm(&id());
        assert!(doubts.is_empty());
    }
}
