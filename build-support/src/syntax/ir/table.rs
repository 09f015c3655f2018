use serde::{Deserialize, Serialize};

use super::{Expr, Ident, List, ObjectName};
use crate::Span;

/// A table's definition, column constraints lifted to the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// In order.
    pub columns: List<Column>,
    /// `PRIMARY KEY`.
    pub primary_key: Option<Key>,
    /// `UNIQUE` constraints.
    pub uniques: List<Key>,
    /// `FOREIGN KEY` and `REFERENCES`.
    pub foreign_keys: List<ForeignKey>,
    /// `CHECK` constraints.
    pub checks: List<Check>,
    /// `EXCLUDE` constraints (PostgreSQL).
    pub exclusions: List<Exclusion>,
    /// `AUTOINCREMENT` (SQLite).
    pub autoincrement: bool,
    /// `STRICT` (SQLite).
    pub strict: bool,
    /// `WITHOUT ROWID` (SQLite).
    pub without_rowid: bool,
    /// The module of a virtual table (SQLite).
    pub module: Option<String>,
    /// The tables it inherits from, or the one it is a partition of (PostgreSQL).
    pub parents: Vec<ObjectName>,
    /// Whether it is divided into partitions.
    pub partitioned: bool,
    /// Whether it is a partition of its parent.
    pub is_partition: bool,
    /// `ENGINE`, `CHARSET`, `COLLATE`, `COMMENT` (MySQL): name in small letters, value as written.
    pub options: Vec<(String, String)>,
}

impl Table {
    /// The column of that name, case aside.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.is(name))
    }
}

/// A column's definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type as written, one space between words; empty where none was. In a modelled catalog, as the server prints it.
    pub type_name: String,
    /// Its type taken apart, where the adapter does that.
    pub data_type: Option<DataType>,
    /// `NOT NULL`, also as part of a primary key written at the column where the dialect has it so.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expr>,
    /// `GENERATED ALWAYS AS (...)`.
    pub generated: Option<Generated>,
    /// `GENERATED ... AS IDENTITY` (PostgreSQL).
    pub identity: Option<Identity>,
    /// `AUTO_INCREMENT` (MySQL).
    pub auto_increment: bool,
    /// `ON UPDATE` (MySQL).
    pub on_update: Option<Expr>,
    /// `COLLATE`.
    pub collation: Option<Ident>,
}

impl Column {
    /// A column of which only name and type are written.
    pub fn new(name: Ident, type_name: impl Into<String>) -> Self {
        Self {
            name,
            type_name: type_name.into(),
            ..Self::default()
        }
    }
}

/// A type, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataType {
    /// Where it stands.
    pub span: Span,
    /// The schema before it.
    pub schema: Option<Ident>,
    /// Its name as written, in small letters unless quoted, one space between words, without arguments: `timestamp with time zone`,
    /// `character varying`, `int`.
    pub name: String,
    /// Whether the name was quoted: then `"char"` is not `char`.
    pub quoted: bool,
    /// What stands in parentheses: a length, precision and scale, the members of a MySQL `ENUM` or `SET` without their quotes.
    pub arguments: Vec<String>,
    /// How many dimensions of array it has.
    pub dimensions: u8,
    /// `UNSIGNED` (MySQL).
    pub unsigned: bool,
    /// `ZEROFILL` (MySQL).
    pub zerofill: bool,
    /// `CHARACTER SET` (MySQL).
    pub charset: Option<String>,
}

impl std::fmt::Display for DataType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", schema.text)?;
        }
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(","))?;
        }
        for _ in 0..self.dimensions {
            f.write_str("[]")?;
        }
        for (set, word) in [(self.unsigned, " unsigned"), (self.zerofill, " zerofill")] {
            f.write_str(if set { word } else { "" })?;
        }
        Ok(())
    }
}

/// A generated column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generated {
    /// What it is computed from.
    pub expr: Expr,
    /// `STORED` rather than `VIRTUAL`.
    pub stored: bool,
}

/// Who gives an identity column its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// `ALWAYS`.
    Always,
    /// `BY DEFAULT`.
    ByDefault,
}

/// A primary or unique key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// Its columns.
    pub columns: Vec<Ident>,
    /// Where it stands.
    pub span: Span,
    /// Whether it was written at its column.
    pub inline: bool,
    /// The index it takes over: `USING INDEX` (PostgreSQL); then the columns are the index's.
    pub using_index: Option<Ident>,
}

/// A foreign key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// The columns that point.
    pub columns: Vec<Ident>,
    /// The table they point at.
    pub parent: ObjectName,
    /// The columns they point at; empty means the parent's primary key.
    pub parent_columns: Vec<Ident>,
    /// `ON DELETE`.
    pub on_delete: ReferenceAction,
    /// `ON UPDATE`.
    pub on_update: ReferenceAction,
    /// Where it stands.
    pub span: Span,
    /// Whether it was written at its column.
    pub inline: bool,
    /// `NOT VALID` (PostgreSQL): rows that are there already were not looked at.
    pub not_valid: bool,
}

/// What a foreign key does to child rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceAction {
    /// `NO ACTION`, also where nothing is written.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

impl std::fmt::Display for ReferenceAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        })
    }
}

/// A `CHECK` constraint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// Its condition.
    pub expr: Expr,
    /// The column it was written at.
    pub column: Option<Ident>,
    /// `NOT VALID` (PostgreSQL).
    pub not_valid: bool,
}

/// An `EXCLUDE` constraint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// What it compares; a plain column is an [`ExprKind::Column`](super::ExprKind::Column).
    pub columns: Vec<Expr>,
    /// Where it stands.
    pub span: Span,
}
