use serde::{Deserialize, Serialize};

use super::{DataType, Ident, ObjectName};
use crate::Span;

/// An expression, summed up: its text and the names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Types it casts to.
    pub casts: Vec<DataType>,
    /// What kind of value it is where that shows at once.
    pub kind: ExprKind,
}

/// What an expression is at first sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRef {
    /// Table or alias before it.
    pub qualifier: Option<Ident>,
    /// Its name.
    pub name: Ident,
}

/// A query, summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Its place in [`Statement::scopes`](super::Statement::scopes), where the adapter fills those.
    pub scope: Option<usize>,
}

/// Where a statement's column names are looked up: a `SELECT`, or the statement itself around its subqueries.
///
/// A name is looked up in the sources of its scope, then in those of the scopes around it. Adapters for dialects without an engine in
/// the build fill [`Statement::scopes`](super::Statement::scopes) with every scope of a statement; the outermost is the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The scope around it, by its place in the list, which is always before this one's.
    pub parent: Option<usize>,
    /// What its names may come from.
    pub sources: Vec<NameSource>,
    /// The column names that are looked up here.
    pub columns: Vec<ScopedColumn>,
    /// Its result columns, in order. For `UNION` and its like those of the first branch.
    pub outputs: Vec<Output>,
}

/// A column name in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopedColumn {
    /// The name as it is mentioned.
    pub column: ColumnRef,
    /// Whether it may also name a result column of the scope, as in `ORDER BY`, `GROUP BY` and MySQL's `HAVING`.
    pub may_be_output: bool,
}

/// What column names may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSource {
    /// What it is called in the statement: its alias, or the table's own name.
    pub alias: Option<Ident>,
    /// Its column names, where the alias lists them: `AS t (a, b)`.
    pub columns: Vec<Ident>,
    /// What it is.
    pub kind: NameSourceKind,
}

/// What kind of thing column names come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameSourceKind {
    /// A table or view.
    Table(ObjectName),
    /// A subquery or common table expression, by its place in the list of scopes.
    Query(usize),
    /// A function, a `VALUES` list or something else whose columns are not known: every name may come from it.
    Opaque,
}

/// A result column of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// `*`, or `t.*` with its qualifier.
    Star(Option<Ident>),
    /// A column alone, under its own name or an alias.
    Column {
        /// Which one.
        column: ColumnRef,
        /// The name it gets, where one is written.
        alias: Option<Ident>,
    },
    /// Another expression, under the name it has where that is known.
    Other(Option<Ident>),
}
