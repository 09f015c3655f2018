//! Our own syntax tree: what a statement says about the schema and the data, whichever parser read it.
//!
//! It keeps what the catalog and the rules ask for, each name with its span, and nothing else. A statement that the
//! adapter cannot interpret is [`Body::Unknown`]: never an error, never silence.

mod alter;
mod create;
mod expression;
mod list;
mod name;
mod table;

use crate::Span;

pub use alter::{AlterAction, ColumnChange, ConstraintKind, NewType, Position, TypeChange};
pub use create::{
    CreateIndex, CreatePolicy, CreateRoutine, CreateSequence, CreateTable, CreateTrigger,
    CreateType, CreateView, Domain, Like, RoutineKind, TypeKind,
};
pub use expression::{
    ColumnRef, Expr, ExprKind, NameSource, NameSourceKind, Output, Query, Scope, ScopedColumn,
};
pub use list::{Iter, List};
pub use name::{Ident, ObjectName, Quote};
pub use table::{
    Check, Column, DataType, Exclusion, ForeignKey, Generated, Identity, Key, ReferenceAction,
    Table,
};

/// A statement with its place in the file.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its first to its last token, without the terminator.
    pub span: Span,
    /// Line of its start, from 1.
    pub line: u32,
    /// What it says.
    pub body: Body,
    /// Where its column names are looked up, outermost first. Empty where the engine looks them up (SQLite), where the statement has
    /// none, and where the adapter could not tell.
    pub scopes: Vec<Scope>,
}

impl Statement {
    /// A statement whose column names are not looked up.
    pub fn new(span: Span, line: u32, body: Body) -> Self {
        Self {
            span,
            line,
            body,
            scopes: Vec::new(),
        }
    }
}

/// What a statement says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body {
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `CREATE VIRTUAL TABLE`.
    CreateVirtualTable {
        /// The new table.
        name: ObjectName,
        /// The module after `USING`.
        module: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`.
    CreateView(Box<CreateView>),
    /// `CREATE TRIGGER`.
    CreateTrigger(Box<CreateTrigger>),
    /// `CREATE SCHEMA`; on MySQL `CREATE DATABASE`.
    CreateSchema {
        /// The new schema.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE SEQUENCE`.
    CreateSequence(Box<CreateSequence>),
    /// `CREATE TYPE`, `CREATE DOMAIN`.
    CreateType(Box<CreateType>),
    /// `CREATE FUNCTION` and its like.
    CreateRoutine(Box<CreateRoutine>),
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// The extension.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `SCHEMA`.
        schema: Option<Ident>,
    },
    /// `CREATE POLICY`.
    CreatePolicy(Box<CreatePolicy>),
    /// `CREATE EVENT` (MySQL).
    CreateEvent {
        /// The new event.
        name: ObjectName,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ALTER TABLE`, `ALTER INDEX`, `ALTER VIEW`, `ALTER SEQUENCE`, with each of its actions.
    AlterTable {
        /// What the statement calls it: a table, but PostgreSQL takes `ALTER TABLE` for other relations too.
        kind: ObjectKind,
        /// The table.
        table: ObjectName,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `ONLY`.
        only: bool,
        /// What is done to it, in order.
        actions: Vec<AlterAction>,
    },
    /// `RENAME TABLE` (MySQL): old and new names, in order.
    RenameTables(Vec<(ObjectName, ObjectName)>),
    /// `ALTER TYPE`, `ALTER DOMAIN`.
    AlterType {
        /// The type.
        name: ObjectName,
        /// What is done to it, in order.
        changes: Vec<TypeChange>,
    },
    /// `ALTER ... RENAME TO` of what is no relation and no type: a schema, a trigger, a policy, a routine.
    Rename {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: ObjectName,
        /// The table it belongs to, where it belongs to one.
        table: Option<ObjectName>,
        /// The argument types of a routine, where they are written.
        arguments: Option<Vec<DataType>>,
        /// Its new name.
        to: Ident,
    },
    /// `COMMENT ON`: without a trace in the schema, but what it is on has to be there.
    Comment {
        /// What it is.
        kind: ObjectKind,
        /// Its name; for a column the table's.
        name: ObjectName,
        /// The column, or the table's part of that name.
        part: Option<Ident>,
    },
    /// `DROP TABLE`, `DROP INDEX`, ...
    Drop {
        /// What kind of object goes.
        kind: ObjectKind,
        /// Which ones.
        names: Vec<ObjectName>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// The table after `ON`, for triggers, policies and MySQL's indexes.
        table: Option<ObjectName>,
        /// The argument types of a routine, where they are written; there is one name then.
        arguments: Option<Vec<DataType>>,
    },
    /// `INSERT` or `REPLACE`.
    Insert(Box<Insert>),
    /// `UPDATE`.
    Update(Box<Update>),
    /// `DELETE`.
    Delete {
        /// The table.
        table: ObjectName,
        /// `WHERE`.
        filter: Option<Expr>,
        /// Whether a `LIMIT` bounds it.
        limited: bool,
    },
    /// `TRUNCATE`.
    Truncate {
        /// The tables.
        tables: Vec<ObjectName>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `SELECT`, `VALUES`, `WITH ... SELECT`.
    Query(Query),
    /// `BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`, `RELEASE`.
    Transaction(TransactionControl),
    /// `PRAGMA`.
    Pragma {
        /// Its name.
        name: Ident,
        /// The value, as written, where one is set or passed.
        value: Option<String>,
    },
    /// `SET` of a session's setting.
    Set {
        /// Its name in small letters, such as `search_path` or `foreign_key_checks`.
        name: String,
        /// What it is set to, each without quotes; empty for `DEFAULT`.
        values: Vec<String>,
        /// `LOCAL`: until the transaction ends.
        local: bool,
    },
    /// `SET` of several settings at once, in order (MySQL).
    Settings(Vec<Setting>),
    /// `USE` (MySQL).
    Use {
        /// The database.
        schema: Ident,
    },
    /// A block of statements in another language, such as `DO`: not checked.
    Block {
        /// Its text's stretch of the file, quotes included.
        body: Span,
    },
    /// `VACUUM`.
    Vacuum,
    /// `ATTACH` or `DETACH`.
    Attach,
    /// `ANALYZE`, `REINDEX`, `GRANT`, `LOCK TABLE`: understood, and without a trace in the schema.
    Maintenance,
    /// Something that the adapter cannot interpret; it may touch anything.
    Unknown {
        /// Why, for the message.
        reason: String,
    },
}

/// `INSERT` or `REPLACE`.
#[derive(Clone, Debug, Default)]
pub struct Insert {
    /// The table that gets rows.
    pub table: ObjectName,
    /// The columns, where they are written.
    pub columns: Vec<Ident>,
    /// The query of `INSERT ... SELECT`; `None` with `VALUES` or `DEFAULT VALUES`.
    pub query: Option<Query>,
    /// `REPLACE` or `INSERT OR REPLACE`.
    pub replace: bool,
    /// How many values each row of `VALUES` has, where that was counted and all rows agree.
    pub width: Option<usize>,
}

/// One of the settings of a `SET`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Its name in small letters, without its scope; a variable of the user keeps its `@`.
    pub name: String,
    /// What it is set to, each without quotes; empty for `DEFAULT`.
    pub values: Vec<String>,
}

/// `UPDATE`.
#[derive(Clone, Debug)]
pub struct Update {
    /// The table.
    pub table: ObjectName,
    /// Each column with its new value.
    pub assignments: Vec<(Ident, Expr)>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// Whether a `FROM` or `LIMIT` bounds it.
    pub limited: bool,
}

/// Kinds of schema objects.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ObjectKind {
    /// A table, virtual ones included.
    Table,
    /// An index.
    Index,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// A materialized view.
    MaterializedView,
    /// A sequence.
    Sequence,
    /// A type: an enum, a composite type, a range. Domains have a kind of their own.
    Type,
    /// A domain.
    Domain,
    /// A function or aggregate.
    Function,
    /// A procedure.
    Procedure,
    /// A schema; on MySQL a database.
    Schema,
    /// An extension.
    Extension,
    /// A policy of row security.
    Policy,
    /// An event (MySQL).
    Event,
    /// A constraint of a table or domain, where a statement names one alone.
    Constraint,
    /// Something that the catalog does not hold: a role, a language, a text search configuration.
    Other,
}

impl ObjectKind {
    /// The article before its name.
    pub fn article(self) -> &'static str {
        match self {
            Self::Index | Self::Extension | Self::Event | Self::Other => "an",
            _ => "a",
        }
    }

    /// Whether it belongs to a table, and goes with it.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::Index | Self::Trigger | Self::Policy | Self::Constraint
        )
    }

    /// Whether queries can read it as a table.
    pub fn is_table_like(self) -> bool {
        matches!(self, Self::Table | Self::View | Self::MaterializedView)
    }
}

impl std::fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Index => "index",
            Self::View => "view",
            Self::Trigger => "trigger",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Policy => "policy",
            Self::Event => "event",
            Self::Constraint => "constraint",
            Self::Other => "object",
        })
    }
}

/// Statements that steer a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionControl {
    /// `BEGIN`.
    Begin,
    /// `COMMIT` or `END`.
    Commit,
    /// `ROLLBACK`, also to a savepoint.
    Rollback,
    /// `SAVEPOINT`.
    Savepoint,
    /// `RELEASE`.
    Release,
}
