//! Reading `squawk-syntax`'s tree: nodes by kind, names, and places in the file.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::Span;
use crate::syntax::ir::{Ident, ObjectName, Quote};

/// The file around a statement's tree.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// The whole file.
    pub(super) text: &'a str,
    /// Where the tree's text starts in it.
    pub(super) start: usize,
}

impl Source<'_> {
    /// The stretch of the file from a node's first to its last token, without the white space around it.
    pub(super) fn span(self, node: &SyntaxNode) -> Span {
        match (first_token(node), last_token(node)) {
            (Some(first), Some(last)) => self.token_span(&first).cover(self.token_span(&last)),
            _ => Span::new(self.offset(node), self.offset(node)),
        }
    }

    pub(super) fn token_span(self, token: &SyntaxToken) -> Span {
        let range = token.text_range();
        Span::new(
            self.start + usize::from(range.start()),
            self.start + usize::from(range.end()),
        )
    }

    fn offset(self, node: &SyntaxNode) -> usize {
        self.start + usize::from(node.text_range().start())
    }

    /// A node's text as it stands in the file.
    pub(super) fn text(self, node: &SyntaxNode) -> String {
        self.span(node).of(self.text).to_owned()
    }

    /// A node's text with one space where white space or comments stand.
    pub(super) fn line(self, node: &SyntaxNode) -> String {
        let mut line = String::new();
        let mut gap = false;
        for token in tokens(node) {
            if token.kind().is_trivia() {
                gap = true;
                continue;
            }
            if gap && !line.is_empty() {
                line.push(' ');
            }
            gap = false;
            line.push_str(token.text());
        }
        line
    }

    /// The name that a node is: its first token.
    pub(super) fn ident(self, node: &SyntaxNode) -> Option<Ident> {
        let token = first_token(node)?;
        let raw = token.text();
        let quoted = raw.starts_with('"') || raw.starts_with("U&\"") || raw.starts_with("u&\"");
        let text = match token.parent() {
            Some(parent) if quoted => ast::normalize_name_node(&parent),
            _ => raw.to_ascii_lowercase(),
        };
        Some(Ident {
            text,
            span: self.token_span(&token),
            quote: if quoted { Quote::Double } else { Quote::None },
        })
    }

    /// The name that a child is.
    pub(super) fn child_ident(self, node: &SyntaxNode, kind: SyntaxKind) -> Option<Ident> {
        self.ident(&child(node, kind)?)
    }

    /// The names that the children of a kind are.
    pub(super) fn idents(self, node: &SyntaxNode, kind: SyntaxKind) -> Vec<Ident> {
        children(node, kind)
            .filter_map(|child| self.ident(&child))
            .collect()
    }

    /// The parts of a name with dots, from the left.
    pub(super) fn parts(self, node: &SyntaxNode) -> Vec<Ident> {
        node.descendants()
            .filter(|part| {
                matches!(
                    part.kind(),
                    SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF
                )
            })
            .filter_map(|part| self.ident(&part))
            .collect()
    }

    /// The parts of a name with dots as an expression has it, from the left.
    pub(super) fn name_refs(self, node: &SyntaxNode) -> Vec<Ident> {
        node.descendants()
            .filter(|part| part.kind() == SyntaxKind::NAME_REF)
            .filter_map(|part| self.ident(&part))
            .collect()
    }

    /// The name of an object: its schema and itself; the database before them is left out.
    pub(super) fn object(self, node: &SyntaxNode) -> Option<ObjectName> {
        object(self.parts(node))
    }

    /// The name of the object that a child names.
    pub(super) fn child_object(self, node: &SyntaxNode, kind: SyntaxKind) -> Option<ObjectName> {
        self.object(&child(node, kind)?)
    }

    /// The names of the objects that the children of a kind name.
    pub(super) fn objects(self, node: &SyntaxNode, kind: SyntaxKind) -> Vec<ObjectName> {
        children(node, kind)
            .filter_map(|child| self.object(&child))
            .collect()
    }

    /// The value of a string literal, with its place.
    pub(super) fn string(self, literal: &SyntaxNode) -> Option<(String, Span)> {
        let value = ast::Literal::cast(literal.clone())?.decoded_value()?;
        Some((value.into_text(), self.span(literal)))
    }
}

/// The last two parts of a name with dots.
pub(super) fn object(mut parts: Vec<Ident>) -> Option<ObjectName> {
    let name = parts.pop()?;
    Some(ObjectName {
        schema: parts.pop(),
        name,
    })
}

/// The first child of a kind.
pub(super) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.children().find(|child| child.kind() == kind)
}

/// The children of a kind.
pub(super) fn children(
    node: &SyntaxNode,
    kind: SyntaxKind,
) -> impl Iterator<Item = SyntaxNode> + use<> {
    node.children().filter(move |child| child.kind() == kind)
}

/// Whether a child of that kind is there.
pub(super) fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    child(node, kind).is_some()
}

/// Whether a token of that kind stands directly in the node.
pub(super) fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens()
        .any(|element| element.kind() == kind)
}

/// Every token below a node.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.descendants_with_tokens()
        .filter_map(|element| element.into_token())
}

/// The first token below a node that is neither white space nor a comment.
pub(super) fn first_token(node: &SyntaxNode) -> Option<SyntaxToken> {
    let mut token = node.first_token()?;
    while token.kind().is_trivia() {
        token = token.next_token()?;
    }
    node.text_range()
        .contains_range(token.text_range())
        .then_some(token)
}

fn last_token(node: &SyntaxNode) -> Option<SyntaxToken> {
    let mut token = node.last_token()?;
    while token.kind().is_trivia() {
        token = token.prev_token()?;
    }
    node.text_range()
        .contains_range(token.text_range())
        .then_some(token)
}
