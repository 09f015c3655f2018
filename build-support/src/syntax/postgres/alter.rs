use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::table::identity;
use super::tree::{child, children, first_token, has, has_token};
use crate::syntax::ir::{
    AlterAction, Body, ColumnChange, NewType, ObjectKind, ObjectName, Table, TypeChange,
};

impl Walk<'_> {
    /// `ALTER TABLE` and the other statements that alter a relation.
    pub(super) fn alter_relation(&mut self, node: &SyntaxNode) -> Option<Body> {
        if has(node, SyntaxKind::ALL_IN_TABLESPACE) {
            return Some(Body::Maintenance);
        }
        let (kind, named) = match node.kind() {
            SyntaxKind::ALTER_INDEX => (ObjectKind::Index, SyntaxKind::INDEX_REF),
            SyntaxKind::ALTER_VIEW => (ObjectKind::View, SyntaxKind::VIEW_REF),
            SyntaxKind::ALTER_MATERIALIZED_VIEW => {
                (ObjectKind::MaterializedView, SyntaxKind::VIEW_REF)
            }
            SyntaxKind::ALTER_SEQUENCE => (ObjectKind::Sequence, SyntaxKind::SEQUENCE_REF),
            _ => (ObjectKind::Table, SyntaxKind::TABLE_RELATION_NAME),
        };
        let relation = child(node, named)?;
        let actions: Vec<SyntaxNode> = node
            .children()
            .filter(|child| child.kind() != named && child.kind() != SyntaxKind::IF_EXISTS)
            .collect();
        Some(Body::AlterTable {
            kind,
            table: self.source.object(&relation)?,
            if_exists: has(node, SyntaxKind::IF_EXISTS),
            only: has_token(&relation, SyntaxKind::ONLY_KW),
            actions: actions
                .iter()
                .map(|action| self.alter_action(action))
                .collect(),
        })
    }

    fn alter_action(&mut self, node: &SyntaxNode) -> AlterAction {
        let action = match node.kind() {
            SyntaxKind::TABLE_RENAME_TO
            | SyntaxKind::INDEX_RENAME_TO
            | SyntaxKind::VIEW_RENAME_TO
            | SyntaxKind::SEQUENCE_RENAME_TO => self
                .source
                .object(node)
                .map(|to| AlterAction::RenameTable { to: to.name }),
            SyntaxKind::SET_SCHEMA => self
                .source
                .child_ident(node, SyntaxKind::SCHEMA_REF)
                .map(|schema| AlterAction::SetSchema { schema }),
            SyntaxKind::ADD_COLUMN
            | SyntaxKind::DROP_COLUMN
            | SyntaxKind::RENAME_COLUMN
            | SyntaxKind::ALTER_COLUMN
            | SyntaxKind::ALTER_VIEW_COLUMN => self.column_action(node),
            SyntaxKind::ADD_CONSTRAINT
            | SyntaxKind::DROP_CONSTRAINT
            | SyntaxKind::RENAME_CONSTRAINT
            | SyntaxKind::VALIDATE_CONSTRAINT => self.constraint_action(node),
            SyntaxKind::INHERIT_TABLE => self
                .source
                .child_object(node, SyntaxKind::TABLE_NAME_REF)
                .map(|parent| AlterAction::Inherit { parent }),
            SyntaxKind::NO_INHERIT_TABLE => self
                .source
                .child_object(node, SyntaxKind::TABLE_NAME_REF)
                .map(|parent| AlterAction::Disinherit { parent }),
            SyntaxKind::ATTACH_PARTITION => self
                .source
                .child_object(node, SyntaxKind::TABLE_NAME_REF)
                .map(|partition| AlterAction::AttachPartition { partition }),
            SyntaxKind::ATTACH_INDEX_PARTITION => self
                .source
                .child_object(node, SyntaxKind::INDEX_REF)
                .map(|partition| AlterAction::AttachPartition { partition }),
            SyntaxKind::DETACH_PARTITION => self
                .source
                .child_object(node, SyntaxKind::TABLE_NAME_REF)
                .map(|partition| AlterAction::DetachPartition {
                    partition,
                    concurrently: has(node, SyntaxKind::DETACH_CONCURRENTLY),
                }),
            SyntaxKind::OPTION_OWNED_BY => self.owned_by(node).map(|column| AlterAction::OwnedBy {
                column: column.into_option(),
            }),
            // They add, remove or replace columns or tables in a way that is not followed.
            SyntaxKind::OF_TYPE
            | SyntaxKind::NOT_OF
            | SyntaxKind::MERGE_PARTITIONS
            | SyntaxKind::SPLIT_PARTITION => None,
            _ => Some(AlterAction::Options {
                text: self.source.line(node),
                span: self.source.span(node),
            }),
        };
        action.unwrap_or_else(|| AlterAction::Other {
            text: self.source.line(node),
            span: self.source.span(node),
        })
    }

    fn column_action(&mut self, node: &SyntaxNode) -> Option<AlterAction> {
        let column = self.source.child_ident(node, SyntaxKind::COLUMN_NAME_REF);
        Some(match node.kind() {
            SyntaxKind::ADD_COLUMN => {
                let mut table = Table::default();
                self.column(node, &mut table);
                AlterAction::AddColumn {
                    table: Box::new(table),
                    if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
                    position: None,
                }
            }
            SyntaxKind::DROP_COLUMN => AlterAction::DropColumn {
                column: column?,
                if_exists: has(node, SyntaxKind::IF_EXISTS),
                cascade: has(node, SyntaxKind::CASCADE),
            },
            SyntaxKind::RENAME_COLUMN => AlterAction::RenameColumn {
                from: column?,
                to: self.source.child_ident(node, SyntaxKind::COLUMN_NAME)?,
            },
            _ => {
                let option = node
                    .children()
                    .find(|child| child.kind() != SyntaxKind::COLUMN_NAME_REF)?;
                AlterAction::AlterColumn {
                    column: column?,
                    change: Box::new(self.column_change(&option)?),
                }
            }
        })
    }

    fn column_change(&mut self, node: &SyntaxNode) -> Option<ColumnChange> {
        let if_exists = has(node, SyntaxKind::IF_EXISTS);
        Some(match node.kind() {
            SyntaxKind::SET_TYPE => {
                let type_node = self.source.type_node(node)?;
                ColumnChange::Type(Box::new(NewType {
                    data_type: self.source.data_type(&type_node),
                    type_name: self.source.line(&type_node),
                    collation: self.collation(node),
                    using: child(node, SyntaxKind::USING_EXPR)
                        .and_then(|using| self.clause_expr(&using)),
                }))
            }
            SyntaxKind::SET_NOT_NULL => ColumnChange::SetNotNull,
            SyntaxKind::DROP_NOT_NULL => ColumnChange::DropNotNull,
            SyntaxKind::SET_DEFAULT => ColumnChange::SetDefault(self.clause_expr(node)?),
            SyntaxKind::DROP_DEFAULT => ColumnChange::DropDefault,
            SyntaxKind::ADD_GENERATED | SyntaxKind::SET_GENERATED => {
                ColumnChange::SetIdentity(identity(node))
            }
            SyntaxKind::SET_GENERATED_OPTIONS => match child(node, SyntaxKind::SET_GENERATED) {
                Some(set) => ColumnChange::SetIdentity(identity(&set)),
                None => ColumnChange::Options,
            },
            SyntaxKind::DROP_IDENTITY => ColumnChange::DropIdentity { if_exists },
            SyntaxKind::DROP_EXPRESSION => ColumnChange::DropExpression { if_exists },
            SyntaxKind::SET_EXPRESSION => return None,
            _ => ColumnChange::Options,
        })
    }

    fn constraint_action(&mut self, node: &SyntaxNode) -> Option<AlterAction> {
        let name = self
            .source
            .child_object(node, SyntaxKind::CONSTRAINT_NAME_REF)
            .map(|name| name.name);
        let span = self.source.span(node);
        Some(match node.kind() {
            SyntaxKind::ADD_CONSTRAINT => {
                let constraint = node.children().next()?;
                if constraint.kind() == SyntaxKind::NOT_NULL_CONSTRAINT {
                    let column = self
                        .source
                        .child_ident(&constraint, SyntaxKind::COLUMN_NAME_REF)?;
                    return Some(AlterAction::AlterColumn {
                        column,
                        change: Box::new(ColumnChange::SetNotNull),
                    });
                }
                let mut table = Table::default();
                self.constraint(&constraint, None, &mut table);
                AlterAction::AddConstraint {
                    table: Box::new(table),
                    if_not_exists: false,
                    span,
                }
            }
            SyntaxKind::DROP_CONSTRAINT => AlterAction::DropConstraint {
                name: Some(name?),
                kind: None,
                if_exists: has(node, SyntaxKind::IF_EXISTS),
                cascade: has(node, SyntaxKind::CASCADE),
                span,
            },
            SyntaxKind::RENAME_CONSTRAINT => AlterAction::RenameConstraint {
                from: name?,
                to: self.source.child_ident(node, SyntaxKind::CONSTRAINT_NAME)?,
            },
            _ => AlterAction::ValidateConstraint { name: name? },
        })
    }

    /// `ALTER TYPE`.
    pub(super) fn alter_type(&mut self, node: &SyntaxNode) -> Option<Body> {
        let name = self.source.child_object(node, SyntaxKind::TYPE_NAME_REF)?;
        let mut changes = Vec::new();
        for action in node
            .children()
            .filter(|child| child.kind() != SyntaxKind::TYPE_NAME_REF)
        {
            if action.kind() == SyntaxKind::ALTER_TYPE_ATTRIBUTE_ACTION_LIST {
                for attribute in action.children() {
                    changes.push(TypeChange::Attribute(self.attribute_action(&attribute)?));
                }
                continue;
            }
            changes.push(match action.kind() {
                SyntaxKind::ADD_VALUE => self.add_value(&action)?,
                SyntaxKind::RENAME_VALUE => {
                    let mut values = children(&action, SyntaxKind::LITERAL)
                        .filter_map(|literal| self.source.string(&literal));
                    TypeChange::RenameValue {
                        from: values.next()?,
                        to: values.next()?.0,
                    }
                }
                SyntaxKind::TYPE_RENAME_TO => TypeChange::Rename {
                    to: self.source.object(&action)?.name,
                },
                SyntaxKind::SET_SCHEMA => TypeChange::SetSchema {
                    schema: self.source.child_ident(&action, SyntaxKind::SCHEMA_REF)?,
                },
                SyntaxKind::RENAME_ATTRIBUTE => TypeChange::Attribute(AlterAction::RenameColumn {
                    from: self
                        .source
                        .child_ident(&action, SyntaxKind::COMPOSITE_FIELD_REF)?,
                    to: self
                        .source
                        .child_ident(&action, SyntaxKind::COMPOSITE_FIELD)?,
                }),
                SyntaxKind::ADD_ATTRIBUTE
                | SyntaxKind::DROP_ATTRIBUTE
                | SyntaxKind::ALTER_ATTRIBUTE => {
                    TypeChange::Attribute(self.attribute_action(&action)?)
                }
                _ => TypeChange::Options,
            });
        }
        Some(Body::AlterType { name, changes })
    }

    fn add_value(&self, node: &SyntaxNode) -> Option<TypeChange> {
        let (value, span) = self.source.string(&child(node, SyntaxKind::LITERAL)?)?;
        let beside = |kind| {
            let label = child(&child(node, kind)?, SyntaxKind::LITERAL)?;
            Some((
                kind == SyntaxKind::BEFORE_VALUE,
                self.source.string(&label)?.0,
            ))
        };
        Some(TypeChange::AddValue {
            value,
            span,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            beside: beside(SyntaxKind::BEFORE_VALUE).or_else(|| beside(SyntaxKind::AFTER_VALUE)),
        })
    }

    fn attribute_action(&mut self, node: &SyntaxNode) -> Option<AlterAction> {
        let named = self
            .source
            .child_ident(node, SyntaxKind::COMPOSITE_FIELD_REF);
        Some(match node.kind() {
            SyntaxKind::ADD_ATTRIBUTE => AlterAction::AddColumn {
                table: Box::new(Table {
                    columns: [self.field(node)?].into_iter().collect(),
                    ..Table::default()
                }),
                if_not_exists: false,
                position: None,
            },
            SyntaxKind::DROP_ATTRIBUTE => AlterAction::DropColumn {
                column: named?,
                if_exists: has(node, SyntaxKind::IF_EXISTS),
                cascade: has(node, SyntaxKind::CASCADE),
            },
            _ => {
                let type_node = self.source.type_node(node)?;
                AlterAction::AlterColumn {
                    column: named?,
                    change: Box::new(ColumnChange::Type(Box::new(NewType {
                        data_type: self.source.data_type(&type_node),
                        type_name: self.source.line(&type_node),
                        collation: self.collation(node),
                        using: None,
                    }))),
                }
            }
        })
    }

    /// `ALTER DOMAIN`.
    pub(super) fn alter_domain(&mut self, node: &SyntaxNode) -> Option<Body> {
        let name = self.source.child_object(node, SyntaxKind::DOMAIN_REF)?;
        let action = node
            .children()
            .find(|child| child.kind() != SyntaxKind::DOMAIN_REF)?;
        let change = match action.kind() {
            SyntaxKind::SET_NOT_NULL => TypeChange::NotNull(true),
            SyntaxKind::DROP_NOT_NULL => TypeChange::NotNull(false),
            SyntaxKind::SET_DEFAULT => TypeChange::Default(Some(self.clause_expr(&action)?)),
            SyntaxKind::DROP_DEFAULT => TypeChange::Default(None),
            SyntaxKind::DOMAIN_RENAME_TO => TypeChange::Rename {
                to: self.source.object(&action)?.name,
            },
            SyntaxKind::SET_SCHEMA => TypeChange::SetSchema {
                schema: self.source.child_ident(&action, SyntaxKind::SCHEMA_REF)?,
            },
            SyntaxKind::ADD_CONSTRAINT if has(&action, SyntaxKind::NOT_NULL_CONSTRAINT) => {
                TypeChange::NotNull(true)
            }
            SyntaxKind::ADD_CONSTRAINT
            | SyntaxKind::DROP_CONSTRAINT
            | SyntaxKind::RENAME_CONSTRAINT
            | SyntaxKind::VALIDATE_CONSTRAINT => {
                let mut change = self.constraint_action(&action)?;
                if let AlterAction::AddConstraint { table, .. } = &mut change {
                    super::create::without_value(&mut table.checks);
                }
                TypeChange::Constraint(change)
            }
            _ => TypeChange::Options,
        };
        Some(Body::AlterType {
            name,
            changes: vec![change],
        })
    }

    /// `OWNED BY` of a sequence.
    pub(super) fn owned_by(&self, node: &SyntaxNode) -> Option<Owner> {
        if has(node, SyntaxKind::OWNED_BY_NONE) {
            return Some(Owner::None);
        }
        let name = child(node, SyntaxKind::QUALIFIED_COLUMN_NAME_REF)?;
        let mut parts = self.source.parts(&name);
        // `NONE` alone is no column: columns have a table before them.
        if parts.len() < 2 {
            return first_token(&name).map(|_| Owner::None);
        }
        let column = parts.pop()?;
        Some(Owner::Column(super::tree::object(parts)?, column))
    }
}

/// Who owns a sequence.
pub(super) enum Owner {
    None,
    Column(ObjectName, crate::syntax::ir::Ident),
}

impl Owner {
    pub(super) fn into_option(self) -> Option<(ObjectName, crate::syntax::ir::Ident)> {
        match self {
            Self::None => None,
            Self::Column(table, column) => Some((table, column)),
        }
    }
}
