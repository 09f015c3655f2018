//! From `squawk-syntax`'s tree to our syntax tree.
//!
//! The tree has every token of the text in it, so that places come straight from it. What stands in the nodes of a statement is
//! described in that crate's `postgresql.ungram`.
//!
//! The grammar is a gate: what it refuses is a syntax error. Of what it takes these are unknown: tables `OF` a type, `CREATE SCHEMA` with
//! elements in it, `SET SCHEMA` of routines and extensions, `DROP OWNED`, `IMPORT FOREIGN SCHEMA`, property graphs, and what is nested
//! deeper than anybody writes, or holds more than a thousand joins in one `FROM`. Rules, and the options of routines, aggregates and policies, leave no trace in the catalog. Bodies in
//! PL/pgSQL and other languages are not checked.
//!
//! The parser takes most of the time: where nothing is optimised, about seven seconds for a megabyte of a dump, a fifth of that where it
//! is. That grows with the text and no faster, but where a tree is deep and its nodes are small: `rowan` keeps those in a table and looks
//! at each down to its leaves whenever that grows, so that 1,000 joins took 0.8 seconds and 10,000 took 62. Hence the bounds above.

mod alter;
mod create;
mod expression;
mod gate;
mod object;
mod query;
mod rows;
mod scope;
mod setting;
mod table;
mod trace;
mod tree;
mod types;

use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use self::scope::Common;
use self::tree::Source;
use super::SyntaxError;
use super::Token;
use super::ir::{Body, Scope, Statement, TransactionControl};
use crate::Span;

/// Parses one statement: `span` is its stretch of `text`, without the terminator, `line` the line it starts in, and `tokens` are those
/// of that stretch.
///
/// # Errors
///
/// If PostgreSQL's grammar refuses the statement.
pub fn parse(
    text: &str,
    span: Span,
    line: u32,
    tokens: &[Token],
) -> Result<Statement, SyntaxError> {
    let source = Source {
        text,
        start: span.start,
    };
    let read = gate::guarded(text, tokens, || {
        let parsed = SourceFile::parse(span.of(text));
        let root = parsed.syntax_node();
        gate::verdict(source, tokens, &parsed)?;
        Ok(read(source, &root))
    });
    let (body, scopes) = match read {
        Some(read) => read?,
        None => (unknown("it is nested too deeply to be read"), Vec::new()),
    };
    Ok(Statement {
        scopes,
        ..Statement::new(span, line, body)
    })
}

fn read(source: Source<'_>, root: &SyntaxNode) -> (Body, Vec<Scope>) {
    let mut walk = Walk {
        source,
        scopes: Vec::new(),
        common: Vec::new(),
        finished: None,
        is_nested: false,
        depth: 0,
        too_deep: false,
    };
    let mut statements = root
        .children()
        .filter(|node| node.kind() != SyntaxKind::EMPTY_STMT);
    let Some(statement) = statements.next() else {
        // A comment alone, or nothing.
        return (Body::Maintenance, Vec::new());
    };
    if statements.next().is_some() {
        let body = unknown("more than one statement stands where one was expected");
        return (body, Vec::new());
    }
    let body = walk
        .statement(&statement)
        .unwrap_or_else(|| unknown("the adapter does not know it"));
    if walk.too_deep {
        return (unknown("it is nested too deeply to be read"), Vec::new());
    }
    (body, walk.scopes)
}

fn unknown(reason: &str) -> Body {
    Body::Unknown {
        reason: reason.to_owned(),
    }
}

/// Walks a statement's tree.
struct Walk<'a> {
    source: Source<'a>,
    /// The statement's scopes so far.
    scopes: Vec<Scope>,
    /// The common table expressions in sight, innermost last.
    common: Vec<Common>,
    /// Where the `WITH` starts that a compound query has read for its first operand.
    finished: Option<usize>,
    /// Whether a query's scopes are being filled: what is in it is not summed up then, which would read it once more at each level.
    is_nested: bool,
    depth: usize,
    too_deep: bool,
}

impl Walk<'_> {
    /// What a statement says; `None` where that cannot be told.
    fn statement(&mut self, node: &SyntaxNode) -> Option<Body> {
        match node.kind() {
            SyntaxKind::CREATE_TABLE | SyntaxKind::CREATE_FOREIGN_TABLE => self.create_table(node),
            SyntaxKind::CREATE_TABLE_AS | SyntaxKind::SELECT_INTO => self.create_table_as(node),
            SyntaxKind::CREATE_INDEX => self.create_index(node),
            SyntaxKind::CREATE_VIEW | SyntaxKind::CREATE_MATERIALIZED_VIEW => {
                self.create_view(node)
            }
            SyntaxKind::CREATE_TRIGGER => self.create_trigger(node),
            SyntaxKind::CREATE_POLICY => self.create_policy(node),
            SyntaxKind::CREATE_SCHEMA => self.create_schema(node),
            SyntaxKind::CREATE_EXTENSION => self.create_extension(node),
            SyntaxKind::CREATE_SEQUENCE => self.create_sequence(node),
            SyntaxKind::CREATE_TYPE => self.create_type(node),
            SyntaxKind::CREATE_DOMAIN => self.create_domain(node),
            SyntaxKind::CREATE_FUNCTION
            | SyntaxKind::CREATE_PROCEDURE
            | SyntaxKind::CREATE_AGGREGATE => self.create_routine(node),
            SyntaxKind::ALTER_TABLE
            | SyntaxKind::ALTER_FOREIGN_TABLE
            | SyntaxKind::ALTER_INDEX
            | SyntaxKind::ALTER_VIEW
            | SyntaxKind::ALTER_MATERIALIZED_VIEW
            | SyntaxKind::ALTER_SEQUENCE => self.alter_relation(node),
            SyntaxKind::ALTER_TYPE => self.alter_type(node),
            SyntaxKind::ALTER_DOMAIN => self.alter_domain(node),
            SyntaxKind::ALTER_SCHEMA
            | SyntaxKind::ALTER_TRIGGER
            | SyntaxKind::ALTER_POLICY
            | SyntaxKind::ALTER_FUNCTION
            | SyntaxKind::ALTER_PROCEDURE
            | SyntaxKind::ALTER_ROUTINE
            | SyntaxKind::ALTER_AGGREGATE
            | SyntaxKind::ALTER_EXTENSION => self.alter_object(node),
            SyntaxKind::COMMENT_ON => self.comment(node),
            _ => self
                .drop_objects(node)
                .or_else(|| self.rows_or_session(node)),
        }
    }

    fn rows_or_session(&mut self, node: &SyntaxNode) -> Option<Body> {
        let transaction = |control| Some(Body::Transaction(control));
        match node.kind() {
            kind if expression::is_query(kind) => Some(Body::Query(self.query(node, None))),
            SyntaxKind::INSERT => self.insert(node),
            SyntaxKind::UPDATE => self.update(node),
            SyntaxKind::DELETE => self.delete(node),
            SyntaxKind::MERGE => self.merge(node),
            SyntaxKind::COPY => self.copy(node),
            SyntaxKind::TRUNCATE => self.truncate(node),
            SyntaxKind::SET => self.set(node),
            SyntaxKind::RESET => self.reset(node),
            SyntaxKind::BEGIN => transaction(TransactionControl::Begin),
            SyntaxKind::COMMIT_TRANSACTION | SyntaxKind::COMMIT_PREPARED => {
                transaction(TransactionControl::Commit)
            }
            SyntaxKind::ROLLBACK_TRANSACTION
            | SyntaxKind::ROLLBACK_TO_SAVEPOINT
            | SyntaxKind::ROLLBACK_PREPARED => transaction(TransactionControl::Rollback),
            SyntaxKind::SAVEPOINT_CREATE => transaction(TransactionControl::Savepoint),
            SyntaxKind::RELEASE_SAVEPOINT => transaction(TransactionControl::Release),
            SyntaxKind::DO => Some(Body::Block {
                body: self.source.span(&tree::child(node, SyntaxKind::LITERAL)?),
            }),
            // What a procedure does is as unknown as what a block does.
            SyntaxKind::CALL => Some(Body::Block {
                body: self.source.span(node),
            }),
            SyntaxKind::VACUUM => Some(Body::Vacuum),
            SyntaxKind::DROP_OWNED => Some(unknown("it drops whatever a role owns")),
            SyntaxKind::IMPORT_FOREIGN_SCHEMA => {
                Some(unknown("it makes tables that another server has"))
            }
            kind if trace::leaves_none(kind) => Some(Body::Maintenance),
            _ => None,
        }
    }

    /// Goes one level down, unless that is too deep for the stack.
    fn descend(&mut self) -> bool {
        self.too_deep |= self.depth >= super::depth::DEEPEST;
        if !self.too_deep {
            self.depth += 1;
        }
        !self.too_deep
    }

    fn ascend(&mut self) {
        self.depth -= 1;
    }
}

/// The query among a node's children.
fn query_of(node: &SyntaxNode) -> Option<SyntaxNode> {
    node.children()
        .find(|child| expression::is_query(child.kind()))
}

#[cfg(test)]
mod tests;
