//! Our own syntax tree: what a statement says about the schema and the data, whichever parser read it.
//!
//! It keeps what the catalog and the rules ask for, each name with its span, and nothing else. A statement that the
//! adapter cannot interpret is [`Body::Unknown`]: never an error, never silence.

use crate::Span;

/// A name as written, unquoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name without its quotes.
    pub text: String,
    /// Where it stands; empty for names that no text spells out.
    pub span: Span,
    /// How it was quoted.
    pub quote: Quote,
}

impl Ident {
    /// Whether both name the same object where case does not count (ASCII).
    pub fn is(&self, other: &str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

/// How a name was quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quote {
    /// Not at all.
    #[default]
    None,
    /// `"name"`: on SQLite it may turn into a string.
    Double,
    /// `` `name` ``.
    Backtick,
    /// `[name]`.
    Bracket,
    /// `'name'`: a string where a name was meant.
    Single,
}

/// A name with the schema before it, where one was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// `main` of `main.users`.
    pub schema: Option<Ident>,
    /// `users` of `main.users`.
    pub name: Ident,
}

impl ObjectName {
    /// The whole stretch it covers.
    pub fn span(&self) -> Span {
        self.schema
            .as_ref()
            .map_or(self.name.span, |schema| schema.span.cover(self.name.span))
    }
}

/// An expression, summed up: its text and the names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expr {
    /// Where it stands in the file.
    pub span: Span,
    /// Its text, as the adapter prints it.
    pub text: String,
    /// Columns it mentions, without those of subqueries.
    pub columns: Vec<ColumnRef>,
    /// Functions it calls.
    pub functions: Vec<Ident>,
    /// Tables its subqueries read.
    pub tables: Vec<ObjectName>,
    /// What kind of value it is where that shows at once.
    pub kind: ExprKind,
}

/// What an expression is at first sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExprKind {
    /// A literal other than NULL, with its sign.
    Literal,
    /// NULL.
    Null,
    /// `CURRENT_TIMESTAMP`, `CURRENT_DATE`, `CURRENT_TIME`.
    CurrentTime,
    /// A column alone.
    Column,
    /// A condition that is always true as written: `1`, `TRUE`, `1 = 1`. Elsewhere these are a `Literal` or `Other`.
    AlwaysTrue,
    /// Anything else.
    #[default]
    Other,
}

/// A column as an expression mentions it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRef {
    /// Table or alias before it.
    pub qualifier: Option<Ident>,
    /// Its name.
    pub name: Ident,
}

/// A statement with its place in the file.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its first to its last token, without the terminator.
    pub span: Span,
    /// Line of its start, from 1.
    pub line: u32,
    /// What it says.
    pub body: Body,
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
    /// `ALTER TABLE`, with each of its actions.
    AlterTable {
        /// The table.
        table: ObjectName,
        /// What is done to it, in order.
        actions: Vec<AlterAction>,
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
    /// `VACUUM`.
    Vacuum,
    /// `ATTACH` or `DETACH`.
    Attach,
    /// `ANALYZE`, `REINDEX`: understood, and without a trace in the schema.
    Maintenance,
    /// Something that the adapter cannot interpret; it may touch anything.
    Unknown {
        /// Why, for the message.
        reason: String,
    },
}

/// `CREATE TABLE`.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// The new table.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Its columns and constraints; empty columns with `AS SELECT`.
    pub table: Table,
    /// The query of `AS SELECT`.
    pub query: Option<Query>,
}

/// A table's definition, column constraints lifted to the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// In order.
    pub columns: Vec<Column>,
    /// `PRIMARY KEY`.
    pub primary_key: Option<Key>,
    /// `UNIQUE` constraints.
    pub uniques: Vec<Key>,
    /// `FOREIGN KEY` and `REFERENCES`.
    pub foreign_keys: Vec<ForeignKey>,
    /// `CHECK` constraints.
    pub checks: Vec<Check>,
    /// `AUTOINCREMENT`.
    pub autoincrement: bool,
    /// `STRICT`.
    pub strict: bool,
    /// `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// The module of a virtual table.
    pub module: Option<String>,
}

impl Table {
    /// The column of that name, case aside.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.is(name))
    }
}

/// A column's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type as written, one space between words; empty where none was.
    pub type_name: String,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expr>,
    /// `GENERATED ALWAYS AS`.
    pub generated: Option<Generated>,
    /// `COLLATE`.
    pub collation: Option<Ident>,
}

/// A generated column.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// What it is computed from.
    pub expr: Expr,
    /// `STORED` rather than `VIRTUAL`.
    pub stored: bool,
}

/// A primary or unique key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// Its columns.
    pub columns: Vec<Ident>,
    /// Where it stands.
    pub span: Span,
    /// Whether it was written at its column.
    pub inline: bool,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
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
}

/// What a foreign key does to child rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its constraint name.
    pub name: Option<Ident>,
    /// Its condition.
    pub expr: Expr,
    /// The column it was written at.
    pub column: Option<Ident>,
}

/// `CREATE INDEX`.
#[derive(Clone, Debug)]
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
    /// What it orders by; a plain column is an [`ExprKind::Column`].
    pub columns: Vec<Expr>,
    /// `WHERE` of a partial index.
    pub filter: Option<Expr>,
}

/// `CREATE VIEW`.
#[derive(Clone, Debug)]
pub struct CreateView {
    /// The new view.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Its column names, where they are written.
    pub columns: Vec<Ident>,
    /// What it shows.
    pub query: Query,
}

/// `CREATE TRIGGER`.
#[derive(Clone, Debug)]
pub struct CreateTrigger {
    /// The new trigger.
    pub name: ObjectName,
    /// The table or view it watches.
    pub table: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Tables that its body reads or writes.
    pub tables: Vec<ObjectName>,
}

/// A query, summed up.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Where it stands.
    pub span: Span,
    /// Every table it reads, its subqueries' and common table expressions' included, without the latter's own names.
    pub tables: Vec<ObjectName>,
    /// The result columns of its first `SELECT`; `None` where a star stands among them.
    pub outputs: Option<Vec<Expr>>,
    /// Whether a star stands among the outputs of its first `SELECT`.
    pub star: bool,
    /// Columns it mentions anywhere.
    pub columns: Vec<ColumnRef>,
    /// Whether a `WHERE`, `LIMIT`, `GROUP BY` or `DISTINCT` may drop rows.
    pub filtered: bool,
}

/// `INSERT` or `REPLACE`.
#[derive(Clone, Debug)]
pub struct Insert {
    /// The table that gets rows.
    pub table: ObjectName,
    /// The columns, where they are written.
    pub columns: Vec<Ident>,
    /// The query of `INSERT ... SELECT`; `None` with `VALUES` or `DEFAULT VALUES`.
    pub query: Option<Query>,
    /// `REPLACE` or `INSERT OR REPLACE`.
    pub replace: bool,
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

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AlterAction {
    /// `RENAME TO`.
    RenameTable {
        /// The new name.
        to: Ident,
    },
    /// `ADD COLUMN`: a table of one column, with the constraints written at it.
    AddColumn {
        /// The column and its constraints.
        table: Box<Table>,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        column: Ident,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `ALTER COLUMN`, `ADD CONSTRAINT`, `DROP CONSTRAINT` and whatever has no variant of its own.
    Other {
        /// Its text.
        text: String,
        /// Where it stands.
        span: Span,
    },
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
}

impl std::fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Index => "index",
            Self::View => "view",
            Self::Trigger => "trigger",
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
