use migratory_core::Dialect;

use crate::syntax::ir::ObjectKind;

/// How a catalog finds an object: schema and name as the dialect folds them, and the name space they are in.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Key {
    /// The folded schema; empty for the default one.
    pub schema: String,
    /// The folded name.
    pub name: String,
    /// What it shares its name space with.
    pub space: Space,
    /// The table that the name space belongs to, where each table has its own; else empty.
    pub table: String,
}

/// Kinds of objects of which no two may have one name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Space {
    /// Tables, views, sequences; indexes too, but on MySQL.
    Relation,
    /// Triggers; on PostgreSQL each table has its own.
    Trigger,
    /// Indexes on MySQL; each table has its own.
    Index,
    /// Enums, composite types, domains.
    Type,
    /// Functions and procedures; on PostgreSQL the name has the argument types with it.
    Routine,
    /// Schemas.
    Schema,
    /// Extensions.
    Extension,
    /// Policies; each table has its own.
    Policy,
    /// Events.
    Event,
}

/// How many bytes of a name PostgreSQL keeps.
const LONGEST: usize = 63;

/// How a dialect compares names.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum Naming {
    /// Without case, for ASCII letters: SQLite.
    #[default]
    Folded,
    /// Letter by letter; the adapter has folded what the dialect folds: PostgreSQL.
    Exact,
    /// Tables and what contains them letter by letter, as on a server on Linux; what is in them without case: MySQL.
    Mixed,
}

impl Naming {
    /// How that dialect does it.
    pub fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Postgres => Self::Exact,
            Dialect::Mysql => Self::Mixed,
            _ => Self::Folded,
        }
    }

    /// The key of a name of that kind; `table` is the one it belongs to.
    pub fn key(self, schema: Option<&str>, name: &str, kind: ObjectKind, table: &str) -> Key {
        let space = self.space(kind);
        let is_in_table = match space {
            Space::Index | Space::Policy => true,
            Space::Trigger => self == Self::Exact,
            _ => false,
        };
        let schema = schema.unwrap_or_default();
        Key {
            schema: match self {
                Self::Folded if schema.eq_ignore_ascii_case("main") => String::new(),
                Self::Folded => schema.to_ascii_lowercase(),
                Self::Exact if schema == "public" => String::new(),
                Self::Exact | Self::Mixed => schema.to_owned(),
            },
            name: self.fold(name, space),
            space,
            table: match is_in_table {
                true => self.fold(table, Space::Relation),
                false => String::new(),
            },
        }
    }

    /// A name of that name space, so that equal text is the same name.
    pub fn fold(self, name: &str, space: Space) -> String {
        let exact = match self {
            Self::Folded => false,
            Self::Exact => true,
            Self::Mixed => matches!(space, Space::Relation | Space::Trigger | Space::Schema),
        };
        match exact {
            true => self.clip(name).to_owned(),
            false => name.to_ascii_lowercase(),
        }
    }

    /// As much of a name as the server keeps.
    pub fn clip(self, name: &str) -> &str {
        match self {
            Self::Exact if name.len() <= LONGEST => name,
            Self::Exact => {
                let mut ends = (0..=LONGEST).rev();
                let end = ends.find(|&end| name.is_char_boundary(end));
                &name[..end.unwrap_or_default()]
            }
            Self::Folded | Self::Mixed => name,
        }
    }

    /// Whether two names of columns, constraints or labels are one.
    pub fn is_same(self, first: &str, second: &str) -> bool {
        match self {
            // All columns of a table are compared so: most pairs differ in their length.
            Self::Exact if first.len().max(second.len()) <= LONGEST => first == second,
            Self::Exact => self.clip(first) == self.clip(second),
            Self::Folded | Self::Mixed => first.eq_ignore_ascii_case(second),
        }
    }

    fn space(self, kind: ObjectKind) -> Space {
        match kind {
            ObjectKind::Trigger => Space::Trigger,
            ObjectKind::Index if self == Self::Mixed => Space::Index,
            ObjectKind::Type | ObjectKind::Domain => Space::Type,
            ObjectKind::Function | ObjectKind::Procedure => Space::Routine,
            ObjectKind::Schema => Space::Schema,
            ObjectKind::Extension => Space::Extension,
            ObjectKind::Policy => Space::Policy,
            ObjectKind::Event => Space::Event,
            _ => Space::Relation,
        }
    }
}

impl Key {
    /// The key that sorts before all others.
    pub(super) fn first() -> Self {
        Self {
            schema: String::new(),
            name: String::new(),
            space: Space::Relation,
            table: String::new(),
        }
    }

    /// The key of a name of that kind on SQLite; `main` is the default schema.
    pub fn new(schema: Option<&str>, name: &str, kind: ObjectKind) -> Self {
        Naming::Folded.key(schema, name, kind, "")
    }
}
