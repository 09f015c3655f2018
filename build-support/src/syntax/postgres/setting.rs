use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::Body;

impl Walk<'_> {
    /// `SET`.
    pub(super) fn set(&self, node: &SyntaxNode) -> Option<Body> {
        let local = has(node, SyntaxKind::LOCAL_SCOPE);
        let set = |name: &str, values| {
            Some(Body::Set {
                name: name.to_owned(),
                values,
                local,
            })
        };
        let literal = |node: &SyntaxNode| {
            let value = self.source.string(&child(node, SyntaxKind::LITERAL)?)?;
            Some(vec![value.0])
        };
        if let Some(config) = child(node, SyntaxKind::SET_CONFIG) {
            if has(&config, SyntaxKind::FROM_CURRENT) {
                return Some(Body::Maintenance);
            }
            let name = child(&config, SyntaxKind::CONFIG_PARAMETER_REF)?;
            let name = self.source.line(&name).to_ascii_lowercase();
            let values = child(&config, SyntaxKind::TO_CONFIG_VALUE)?;
            return set(&name, self.values(&values));
        }
        if let Some(schema) = child(node, SyntaxKind::SET_SCHEMA_VALUE) {
            return set("search_path", literal(&schema)?);
        }
        if let Some(zone) = child(node, SyntaxKind::SET_TIME_ZONE) {
            return set("timezone", literal(&zone).unwrap_or_default());
        }
        Some(Body::Maintenance)
    }

    /// The values after `TO`, without quotes; a name without quotes is folded.
    fn values(&self, node: &SyntaxNode) -> Vec<String> {
        let value = |child: SyntaxNode| match child.kind() {
            SyntaxKind::LITERAL if has_token(&child, SyntaxKind::DEFAULT_KW) => None,
            SyntaxKind::LITERAL => self
                .source
                .string(&child)
                .map(|value| value.0)
                .or_else(|| Some(self.source.line(&child))),
            SyntaxKind::CONFIG_VALUE_NAME => self.source.ident(&child).map(|name| name.text),
            _ => Some(self.source.line(&child)),
        };
        node.children().filter_map(value).collect()
    }

    /// `RESET`.
    pub(super) fn reset(&self, node: &SyntaxNode) -> Option<Body> {
        // Of all settings it is the search path that tells what names mean.
        let name = match child(node, SyntaxKind::CONFIG_PARAMETER_REF) {
            Some(name) => self.source.line(&name).to_ascii_lowercase(),
            None if has(node, SyntaxKind::ALL) => "search_path".to_owned(),
            None => return Some(Body::Maintenance),
        };
        Some(Body::Set {
            name,
            values: Vec::new(),
            local: false,
        })
    }

    /// `TRUNCATE`.
    pub(super) fn truncate(&self, node: &SyntaxNode) -> Option<Body> {
        let tables = children(node, SyntaxKind::TABLE_LIST)
            .flat_map(|list| children(&list, SyntaxKind::TABLE_RELATION_NAME))
            .filter_map(|name| self.source.object(&name));
        Some(Body::Truncate {
            tables: tables.collect(),
            cascade: has(node, SyntaxKind::CASCADE),
        })
    }
}
