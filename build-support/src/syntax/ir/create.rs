use serde::{Deserialize, Serialize};

use super::{Check, Column, DataType, Expr, Ident, List, ObjectKind, ObjectName, Query, Table};
use crate::Span;

/// `CREATE TABLE`.
#[derive(Clone, Debug, Default)]
pub struct CreateTable {
    /// The new table.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE` (MariaDB).
    pub or_replace: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Its columns and constraints; empty columns with `AS SELECT`, and for those that come from other tables.
    pub table: Table,
    /// The query of `AS SELECT`.
    pub query: Option<Query>,
    /// `LIKE`.
    pub like: Vec<Like>,
    /// Indexes that are written in it (MySQL).
    pub indexes: Vec<CreateIndex>,
    /// Whether it is a foreign table (PostgreSQL).
    pub foreign: bool,
}

/// `LIKE` of a `CREATE TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// The table whose columns are taken over.
    pub table: ObjectName,
    /// What else is taken over, in small letters: `defaults`, `constraints`, `indexes`, `identity`, `generated`, `comments`, `storage`,
    /// `statistics`, or `all` (also what MySQL does).
    pub including: Vec<String>,
    /// What is not, after `including all`.
    pub excluding: Vec<String>,
}

/// `CREATE INDEX`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateIndex {
    /// The new index; dialects may leave its name out.
    pub name: Option<ObjectName>,
    /// Its table.
    pub table: ObjectName,
    /// `UNIQUE`.
    pub unique: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// What it orders by; a plain column is an [`ExprKind::Column`](super::ExprKind::Column).
    pub columns: Vec<Expr>,
    /// `WHERE` of a partial index.
    pub filter: Option<Expr>,
    /// `USING`, in small letters: `btree`, `gin`, `hash`; on MySQL also `fulltext` and `spatial`.
    pub method: Option<String>,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `ONLY`.
    pub only: bool,
    /// In a modelled catalog, whether MySQL made it by itself for a foreign key.
    pub implicit: bool,
}

/// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateView {
    /// The new view.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// Its column names, where they are written; in a modelled catalog all of them, where they are known.
    pub columns: Vec<Ident>,
    /// What it shows.
    pub query: Query,
    /// In a modelled catalog, the query with one blank between its tokens.
    pub text: String,
}

/// `CREATE TRIGGER`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateTrigger {
    /// The new trigger.
    pub name: ObjectName,
    /// The table or view it watches.
    pub table: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Tables that its body reads or writes.
    pub tables: Vec<ObjectName>,
    /// The columns of `UPDATE OF`.
    pub columns: Vec<Ident>,
    /// The function it calls (PostgreSQL).
    pub function: Option<ObjectName>,
}

/// `CREATE SEQUENCE`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateSequence {
    /// The new sequence.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `AS`.
    pub data_type: Option<DataType>,
    /// `OWNED BY`: table and column.
    pub owner: Option<(ObjectName, Ident)>,
}

/// `CREATE TYPE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateType {
    /// The new type.
    pub name: ObjectName,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypeKind {
    /// `AS ENUM`, with each label's place.
    Enum(Vec<(String, Span)>),
    /// `AS (...)`.
    Composite(Vec<Column>),
    /// `CREATE DOMAIN`.
    Domain(Box<Domain>),
    /// A range, a base type, a shell.
    Other,
}

impl TypeKind {
    /// What the catalog calls it.
    pub fn object_kind(&self) -> ObjectKind {
        match self {
            Self::Domain(_) => ObjectKind::Domain,
            _ => ObjectKind::Type,
        }
    }
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// What it stands for.
    pub data_type: DataType,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expr>,
    /// `CHECK`.
    pub checks: List<Check>,
}

/// `CREATE FUNCTION`, `CREATE PROCEDURE`, `CREATE AGGREGATE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateRoutine {
    /// The new routine.
    pub name: ObjectName,
    /// What it is.
    pub kind: RoutineKind,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS` (MariaDB).
    pub if_not_exists: bool,
    /// The types of what is passed in, in order, without `OUT` and `TABLE` parameters. They tell it from others of its name on
    /// PostgreSQL.
    pub arguments: Vec<DataType>,
    /// How many of them have a default.
    pub defaults: usize,
    /// What it gives back.
    pub returns: Option<DataType>,
    /// `LANGUAGE`, in small letters.
    pub language: Option<String>,
    /// Its body's stretch of the file, quotes included.
    pub body: Option<Span>,
}

/// Kinds of routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoutineKind {
    /// `FUNCTION`.
    Function,
    /// `PROCEDURE`.
    Procedure,
    /// `AGGREGATE`.
    Aggregate,
}

impl RoutineKind {
    /// What the catalog calls it.
    pub fn object_kind(self) -> ObjectKind {
        match self {
            Self::Procedure => ObjectKind::Procedure,
            Self::Function | Self::Aggregate => ObjectKind::Function,
        }
    }
}

/// `CREATE POLICY`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreatePolicy {
    /// Its name.
    pub name: Ident,
    /// The table it guards.
    pub table: ObjectName,
    /// `USING` and `WITH CHECK`.
    pub conditions: Vec<Expr>,
}
