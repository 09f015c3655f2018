use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::tree::{Source, child, children, tokens};
use crate::syntax::ir::{DataType, Ident};

/// Whether a node is a type.
pub(super) fn is_type(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::ARRAY_TYPE
            | SyntaxKind::PATH_TYPE
            | SyntaxKind::VARCHAR_TYPE
            | SyntaxKind::CHARACTER_TYPE
            | SyntaxKind::BIT_TYPE
            | SyntaxKind::BIT_VARYING_TYPE
            | SyntaxKind::DOUBLE_TYPE
            | SyntaxKind::TIME_TYPE
            | SyntaxKind::TIMESTAMP_TYPE
            | SyntaxKind::INTERVAL_TYPE
            | SyntaxKind::PERCENT_TYPE
    )
}

impl Source<'_> {
    /// The type among a node's children.
    pub(super) fn child_type(self, node: &SyntaxNode) -> Option<DataType> {
        self.type_node(node).map(|node| self.data_type(&node))
    }

    /// The node of the type among a node's children.
    pub(super) fn type_node(self, node: &SyntaxNode) -> Option<SyntaxNode> {
        node.children().find(|child| is_type(child.kind()))
    }

    /// A type, taken apart.
    pub(super) fn data_type(self, node: &SyntaxNode) -> DataType {
        let span = self.span(node);
        match node.kind() {
            SyntaxKind::ARRAY_TYPE => {
                let bounds = children(node, SyntaxKind::ARRAY_BOUND).count().max(1);
                let inner = self.child_type(node).unwrap_or_default();
                DataType {
                    span,
                    dimensions: u8::try_from(bounds).unwrap_or(u8::MAX),
                    ..inner
                }
            }
            SyntaxKind::PATH_TYPE => self.named_type(node),
            SyntaxKind::PERCENT_TYPE => DataType {
                span,
                name: self.line(node).to_ascii_lowercase(),
                ..DataType::default()
            },
            _ => self.type_of_words(node),
        }
    }

    /// A type whose name is a name like any other.
    fn named_type(self, node: &SyntaxNode) -> DataType {
        let mut parts = child(node, SyntaxKind::PATH_REF)
            .map(|path| self.parts(&path))
            .unwrap_or_default();
        let name = parts.pop().unwrap_or_default();
        DataType {
            span: self.span(node),
            schema: parts.pop(),
            quoted: is_quoted(&name),
            name: name.text,
            arguments: child(node, SyntaxKind::ARG_LIST)
                .map(|list| self.arguments(&list))
                .unwrap_or_default(),
            ..DataType::default()
        }
    }

    fn arguments(self, list: &SyntaxNode) -> Vec<String> {
        children(list, SyntaxKind::ARG)
            .map(|argument| self.line(&argument))
            .collect()
    }

    /// A type whose name the grammar knows, such as `timestamp(3) with time zone`.
    fn type_of_words(self, node: &SyntaxNode) -> DataType {
        let mut data_type = DataType {
            span: self.span(node),
            ..DataType::default()
        };
        let mut words = Vec::new();
        let mut depth = 0_usize;
        for token in tokens(node) {
            match token.kind() {
                kind if kind.is_trivia() => {}
                SyntaxKind::L_PAREN => depth += 1,
                SyntaxKind::R_PAREN => depth = depth.saturating_sub(1),
                SyntaxKind::SETOF_KW | SyntaxKind::COMMA => {}
                _ if depth > 0 => data_type.arguments.push(token.text().to_owned()),
                _ => words.push(token.text().to_ascii_lowercase()),
            }
        }
        data_type.name = words.join(" ");
        data_type
    }
}

fn is_quoted(name: &Ident) -> bool {
    name.quote != crate::syntax::ir::Quote::None
}
