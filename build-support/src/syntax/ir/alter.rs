use super::{CreateIndex, DataType, Expr, Ident, Identity, ObjectName, Table};
use crate::Span;

/// One action of `ALTER TABLE`, or of another statement that alters a relation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AlterAction {
    /// `RENAME TO`.
    RenameTable {
        /// The new name.
        to: Ident,
    },
    /// `SET SCHEMA`; also MySQL's `RENAME TO` into another database.
    SetSchema {
        /// The schema it moves to.
        schema: Ident,
    },
    /// `ADD COLUMN`: a table of one column, with the constraints written at it.
    AddColumn {
        /// The column and its constraints.
        table: Box<Table>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `FIRST`, `AFTER` (MySQL).
        position: Option<Position>,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        column: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `ALTER COLUMN`.
    AlterColumn {
        /// The column.
        column: Ident,
        /// What changes in it.
        change: Box<ColumnChange>,
    },
    /// MySQL's `CHANGE` and `MODIFY`, which say all of a column anew.
    RedefineColumn {
        /// The column as it was called.
        from: Ident,
        /// A table of one column, with the constraints written at it.
        table: Box<Table>,
        /// `FIRST`, `AFTER`.
        position: Option<Position>,
        /// `IF EXISTS` (MariaDB).
        if_exists: bool,
    },
    /// `ADD CONSTRAINT`, named or not: a table that has nothing but the constraint.
    AddConstraint {
        /// The constraint.
        table: Box<Table>,
        /// `IF NOT EXISTS` (MariaDB).
        if_not_exists: bool,
        /// Where it stands.
        span: Span,
    },
    /// `DROP CONSTRAINT`, and MySQL's `DROP PRIMARY KEY`, `DROP FOREIGN KEY`, `DROP CHECK`.
    DropConstraint {
        /// Its name; `None` with `DROP PRIMARY KEY`.
        name: Option<Ident>,
        /// What it is, where the statement says so.
        kind: Option<ConstraintKind>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
        /// Where it stands.
        span: Span,
    },
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint {
        /// Its name.
        name: Ident,
    },
    /// `ADD INDEX`, `ADD UNIQUE` where that makes an index, `ADD FULLTEXT` (MySQL).
    AddIndex(Box<CreateIndex>),
    /// `DROP INDEX`, `DROP KEY` (MySQL).
    DropIndex {
        /// The index.
        name: Ident,
        /// `IF EXISTS` (MariaDB).
        if_exists: bool,
    },
    /// `RENAME INDEX` (MySQL).
    RenameIndex {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `INHERIT`.
    Inherit {
        /// The parent.
        parent: ObjectName,
    },
    /// `NO INHERIT`.
    Disinherit {
        /// The parent.
        parent: ObjectName,
    },
    /// `ATTACH PARTITION`; of an index, the partition's index.
    AttachPartition {
        /// The table that becomes a partition.
        partition: ObjectName,
    },
    /// `DETACH PARTITION`.
    DetachPartition {
        /// The partition.
        partition: ObjectName,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `OWNED BY` of a sequence; `None` is `OWNED BY NONE`.
    OwnedBy {
        /// Table and column.
        column: Option<(ObjectName, Ident)>,
    },
    /// What leaves columns, keys and constraints as they are: owner, storage, `ENGINE`, `AUTO_INCREMENT`, row security, switched triggers.
    Options {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
    /// What the adapter cannot interpret; the table is no longer fully known.
    Other {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

impl AlterAction {
    /// The place a message should point at; `None` where that is the table.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::AddConstraint { span, .. }
            | Self::DropConstraint { span, .. }
            | Self::Options { span, .. }
            | Self::Other { span, .. } => Some(*span),
            Self::AlterColumn { column, .. } | Self::DropColumn { column, .. } => Some(column.span),
            Self::RenameTable { to } => Some(to.span),
            Self::SetSchema { schema } => Some(schema.span),
            Self::AddColumn { table, .. } => table.columns.first().map(|column| column.name.span),
            Self::RenameColumn { from, .. }
            | Self::RedefineColumn { from, .. }
            | Self::RenameConstraint { from, .. }
            | Self::RenameIndex { from, .. } => Some(from.span),
            Self::ValidateConstraint { name } | Self::DropIndex { name, .. } => Some(name.span),
            Self::AddIndex(index) => index.name.as_ref().map(ObjectName::span),
            Self::Inherit { parent } | Self::Disinherit { parent } => Some(parent.span()),
            Self::AttachPartition { partition } | Self::DetachPartition { partition, .. } => {
                Some(partition.span())
            }
            Self::OwnedBy { .. } => None,
        }
    }
}

/// What changes in a column.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ColumnChange {
    /// `SET DATA TYPE`.
    Type(Box<NewType>),
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `SET DEFAULT`.
    SetDefault(Expr),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `ADD GENERATED ... AS IDENTITY`, `SET GENERATED`.
    SetIdentity(Identity),
    /// `DROP IDENTITY`.
    DropIdentity {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `DROP EXPRESSION`.
    DropExpression {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// What leaves the column's definition as it is: statistics, storage, compression, sequence options.
    Options,
}

/// The type that a column gets.
#[derive(Clone, Debug)]
pub struct NewType {
    /// The type.
    pub data_type: DataType,
    /// The type as written, one space between words.
    pub type_name: String,
    /// `COLLATE`.
    pub collation: Option<Ident>,
    /// `USING`.
    pub using: Option<Expr>,
}

/// Where a new column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// `FIRST`.
    First,
    /// `AFTER`.
    After(Ident),
}

/// Kinds of constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `FOREIGN KEY`.
    ForeignKey,
    /// `CHECK`.
    Check,
    /// `UNIQUE`.
    Unique,
}

/// What `ALTER TYPE` and `ALTER DOMAIN` do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TypeChange {
    /// `ADD VALUE`.
    AddValue {
        /// The new label.
        value: String,
        /// Its place in the file.
        span: Span,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `BEFORE` (`true`) or `AFTER` (`false`) another label.
        beside: Option<(bool, String)>,
    },
    /// `RENAME VALUE`.
    RenameValue {
        /// The old label, with its place.
        from: (String, Span),
        /// The new label.
        to: String,
    },
    /// `RENAME TO`.
    Rename {
        /// The new name.
        to: Ident,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// The schema it moves to.
        schema: Ident,
    },
    /// An action on the attributes of a composite type, as on the columns of a table.
    Attribute(AlterAction),
    /// `SET NOT NULL`, `DROP NOT NULL` of a domain.
    NotNull(bool),
    /// `SET DEFAULT`, `DROP DEFAULT` of a domain.
    Default(Option<Expr>),
    /// Constraints of a domain, as of a table.
    Constraint(AlterAction),
    /// Owner and its like, which leave the type as it is.
    Options,
}
