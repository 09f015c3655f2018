use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::{Body, Ident, ObjectKind, ObjectName};

/// What a `DROP` statement drops, and which of its children name it.
const DROPPED: [(SyntaxKind, ObjectKind, SyntaxKind); 12] = [
    (
        SyntaxKind::DROP_TABLE,
        ObjectKind::Table,
        SyntaxKind::TABLE_NAME_REF,
    ),
    (
        SyntaxKind::DROP_FOREIGN_TABLE,
        ObjectKind::Table,
        SyntaxKind::TABLE_NAME_REF,
    ),
    (
        SyntaxKind::DROP_INDEX,
        ObjectKind::Index,
        SyntaxKind::INDEX_REF,
    ),
    (
        SyntaxKind::DROP_VIEW,
        ObjectKind::View,
        SyntaxKind::VIEW_REF,
    ),
    (
        SyntaxKind::DROP_MATERIALIZED_VIEW,
        ObjectKind::MaterializedView,
        SyntaxKind::VIEW_REF,
    ),
    (
        SyntaxKind::DROP_SEQUENCE,
        ObjectKind::Sequence,
        SyntaxKind::SEQUENCE_REF,
    ),
    (
        SyntaxKind::DROP_TYPE,
        ObjectKind::Type,
        SyntaxKind::TYPE_NAME_REF,
    ),
    (
        SyntaxKind::DROP_DOMAIN,
        ObjectKind::Domain,
        SyntaxKind::DOMAIN_REF,
    ),
    (
        SyntaxKind::DROP_SCHEMA,
        ObjectKind::Schema,
        SyntaxKind::SCHEMA_REF,
    ),
    (
        SyntaxKind::DROP_EXTENSION,
        ObjectKind::Extension,
        SyntaxKind::EXTENSION_REF,
    ),
    (
        SyntaxKind::DROP_TRIGGER,
        ObjectKind::Trigger,
        SyntaxKind::TRIGGER_REF,
    ),
    (
        SyntaxKind::DROP_POLICY,
        ObjectKind::Policy,
        SyntaxKind::POLICY_REF,
    ),
];

/// Kinds of object by the node that names one in `COMMENT ON`.
const COMMENTED: [(SyntaxKind, ObjectKind); 15] = [
    (SyntaxKind::OBJECT_TABLE, ObjectKind::Table),
    (SyntaxKind::OBJECT_FOREIGN_TABLE, ObjectKind::Table),
    (SyntaxKind::OBJECT_COLUMN, ObjectKind::Table),
    (SyntaxKind::OBJECT_INDEX, ObjectKind::Index),
    (SyntaxKind::OBJECT_VIEW, ObjectKind::View),
    (
        SyntaxKind::OBJECT_MATERIALIZED_VIEW,
        ObjectKind::MaterializedView,
    ),
    (SyntaxKind::OBJECT_SEQUENCE, ObjectKind::Sequence),
    (SyntaxKind::OBJECT_TYPE, ObjectKind::Type),
    (SyntaxKind::OBJECT_DOMAIN, ObjectKind::Domain),
    (SyntaxKind::OBJECT_SCHEMA, ObjectKind::Schema),
    (SyntaxKind::OBJECT_EXTENSION, ObjectKind::Extension),
    (SyntaxKind::OBJECT_FUNCTION, ObjectKind::Function),
    (SyntaxKind::OBJECT_PROCEDURE, ObjectKind::Procedure),
    (SyntaxKind::OBJECT_TRIGGER, ObjectKind::Trigger),
    (SyntaxKind::OBJECT_POLICY, ObjectKind::Policy),
];

impl Walk<'_> {
    /// `DROP`.
    pub(super) fn drop_objects(&self, node: &SyntaxNode) -> Option<Body> {
        if let Some(body) = self.drop_routines(node) {
            return Some(body);
        }
        let (_, kind, named) = DROPPED
            .iter()
            .find(|(statement, ..)| *statement == node.kind())?;
        let names: Vec<ObjectName> = children(node, *named)
            .filter_map(|child| self.named(&child))
            .collect();
        if names.is_empty() {
            return None;
        }
        Some(self.dropped(node, *kind, names))
    }

    fn dropped(&self, node: &SyntaxNode, kind: ObjectKind, names: Vec<ObjectName>) -> Body {
        Body::Drop {
            kind,
            names,
            if_exists: has(node, SyntaxKind::IF_EXISTS),
            cascade: has(node, SyntaxKind::CASCADE),
            concurrently: has_token(node, SyntaxKind::CONCURRENTLY_KW),
            table: self.table_after_on(node),
            arguments: None,
        }
    }

    fn drop_routines(&self, node: &SyntaxNode) -> Option<Body> {
        let (routine, list) = match node.kind() {
            SyntaxKind::DROP_FUNCTION => (ObjectKind::Function, SyntaxKind::FUNCTION_SIG_LIST),
            SyntaxKind::DROP_ROUTINE => (ObjectKind::Function, SyntaxKind::ROUTINE_SIG_LIST),
            SyntaxKind::DROP_PROCEDURE => (ObjectKind::Procedure, SyntaxKind::PROCEDURE_SIG_LIST),
            SyntaxKind::DROP_AGGREGATE => (ObjectKind::Function, SyntaxKind::AGGREGATE),
            _ => return None,
        };
        let signatures: Vec<SyntaxNode> = match list {
            SyntaxKind::AGGREGATE => children(node, list).collect(),
            _ => child(node, list)?.children().collect(),
        };
        let mut signatures: Vec<_> = signatures
            .iter()
            .filter_map(|signature| self.signature(signature))
            .collect();
        let arguments = match signatures.as_mut_slice() {
            [(_, only)] => only.take(),
            _ => None,
        };
        let names = signatures.into_iter().map(|(name, _)| name).collect();
        let mut body = self.dropped(node, routine, names);
        if let Body::Drop {
            arguments: place, ..
        } = &mut body
        {
            *place = arguments;
        }
        Some(body)
    }

    /// A name that is one word or a path.
    fn named(&self, node: &SyntaxNode) -> Option<ObjectName> {
        self.source.object(node).or_else(|| {
            Some(ObjectName {
                schema: None,
                name: self.source.ident(node)?,
            })
        })
    }

    fn table_after_on(&self, node: &SyntaxNode) -> Option<ObjectName> {
        let on =
            child(node, SyntaxKind::ON_RELATION).or_else(|| child(node, SyntaxKind::ON_TABLE))?;
        self.source.object(&on)
    }

    /// `ALTER ... RENAME TO` of what is no relation and no type. Whatever else such a statement does leaves the schema as it is, unless
    /// it moves the object.
    pub(super) fn alter_object(&self, node: &SyntaxNode) -> Option<Body> {
        let kind = match node.kind() {
            SyntaxKind::ALTER_SCHEMA => ObjectKind::Schema,
            SyntaxKind::ALTER_TRIGGER => ObjectKind::Trigger,
            SyntaxKind::ALTER_POLICY => ObjectKind::Policy,
            SyntaxKind::ALTER_FUNCTION
            | SyntaxKind::ALTER_AGGREGATE
            | SyntaxKind::ALTER_ROUTINE => ObjectKind::Function,
            SyntaxKind::ALTER_PROCEDURE => ObjectKind::Procedure,
            _ => ObjectKind::Extension,
        };
        if has(node, SyntaxKind::SET_SCHEMA) {
            return Some(super::unknown(
                "a routine or an extension that moves to another schema",
            ));
        }
        let renamed = node.children().find(|child| {
            matches!(
                child.kind(),
                SyntaxKind::SCHEMA_RENAME_TO
                    | SyntaxKind::TRIGGER_RENAME_TO
                    | SyntaxKind::POLICY_RENAME_TO
                    | SyntaxKind::FUNCTION_RENAME_TO
                    | SyntaxKind::PROCEDURE_RENAME_TO
                    | SyntaxKind::ROUTINE_RENAME_TO
                    | SyntaxKind::AGGREGATE_RENAME_TO
            )
        });
        let Some(renamed) = renamed else {
            return Some(Body::Maintenance);
        };
        let named = node.children().next()?;
        let (name, arguments) = match named.kind() {
            SyntaxKind::SCHEMA_REF | SyntaxKind::TRIGGER_REF | SyntaxKind::POLICY_REF => {
                (self.named(&named)?, None)
            }
            _ => self.signature(&named)?,
        };
        let to = renamed.children().next()?;
        Some(Body::Rename {
            kind,
            name,
            table: self.table_after_on(node),
            arguments,
            to: self.named(&to)?.name,
        })
    }

    /// `COMMENT ON`.
    pub(super) fn comment(&self, node: &SyntaxNode) -> Option<Body> {
        let object = node.children().next()?;
        let on_table = |kind, named| {
            let name = object
                .children()
                .find(|child| {
                    matches!(
                        child.kind(),
                        SyntaxKind::TABLE_NAME_REF | SyntaxKind::RELATION_NAME_REF
                    )
                })
                .and_then(|table| self.source.object(&table))?;
            let part: Ident = self.named(&child(&object, named)?)?.name;
            Some(Body::Comment {
                kind,
                name,
                part: Some(part),
            })
        };
        if object.kind() == SyntaxKind::OBJECT_CONSTRAINT {
            if has(&object, SyntaxKind::DOMAIN_REF) {
                return Some(Body::Maintenance);
            }
            return on_table(ObjectKind::Constraint, SyntaxKind::CONSTRAINT_NAME_REF);
        }
        let Some((_, kind)) = COMMENTED.iter().find(|(named, _)| *named == object.kind()) else {
            return Some(Body::Maintenance);
        };
        let (kind, named) = (*kind, object.children().next()?);
        match object.kind() {
            SyntaxKind::OBJECT_TRIGGER => on_table(kind, SyntaxKind::TRIGGER_REF),
            SyntaxKind::OBJECT_POLICY => on_table(kind, SyntaxKind::POLICY_REF),
            SyntaxKind::OBJECT_COLUMN => {
                let mut parts = self.source.parts(&named);
                let column = parts.pop()?;
                Some(Body::Comment {
                    kind,
                    name: super::tree::object(parts)?,
                    part: Some(column),
                })
            }
            SyntaxKind::OBJECT_FUNCTION | SyntaxKind::OBJECT_PROCEDURE => Some(Body::Comment {
                kind,
                name: self.signature(&named)?.0,
                part: None,
            }),
            _ => Some(Body::Comment {
                kind,
                name: self.named(&named)?,
                part: None,
            }),
        }
    }
}
