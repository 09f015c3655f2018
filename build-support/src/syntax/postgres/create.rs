use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::alter::Owner;
use super::tree::{child, children, has};
use super::types::is_type;
use crate::syntax::ir::{
    Body, Check, Column, CreateRoutine, CreateSequence, CreateType, DataType, Domain, List,
    ObjectName, RoutineKind, Table, TypeKind,
};

impl Walk<'_> {
    /// `CREATE SCHEMA`.
    pub(super) fn create_schema(&self, node: &SyntaxNode) -> Option<Body> {
        let is_known = |kind| {
            matches!(
                kind,
                SyntaxKind::NAMED_SCHEMA
                    | SyntaxKind::AUTHORIZATION_SCHEMA
                    | SyntaxKind::IF_NOT_EXISTS
            )
        };
        if node.children().any(|child| !is_known(child.kind())) {
            return Some(super::unknown("a schema made together with what is in it"));
        }
        let name = match child(node, SyntaxKind::NAMED_SCHEMA) {
            Some(named) => self.source.child_ident(&named, SyntaxKind::SCHEMA),
            None => child(node, SyntaxKind::AUTHORIZATION_SCHEMA)
                .and_then(|owner| self.source.child_ident(&owner, SyntaxKind::ROLE)),
        };
        Some(Body::CreateSchema {
            name: name?,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        })
    }

    /// `CREATE EXTENSION`.
    pub(super) fn create_extension(&self, node: &SyntaxNode) -> Option<Body> {
        Some(Body::CreateExtension {
            name: self.source.child_ident(node, SyntaxKind::EXTENSION)?,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            schema: child(node, SyntaxKind::EXTENSION_SCHEMA)
                .and_then(|schema| self.source.child_ident(&schema, SyntaxKind::SCHEMA_REF)),
        })
    }

    /// `CREATE SEQUENCE`.
    pub(super) fn create_sequence(&self, node: &SyntaxNode) -> Option<Body> {
        Some(Body::CreateSequence(Box::new(CreateSequence {
            name: self.source.child_object(node, SyntaxKind::SEQUENCE)?,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            temporary: has(node, SyntaxKind::TEMP),
            data_type: child(node, SyntaxKind::OPTION_AS_TYPE)
                .and_then(|option| self.source.child_type(&option)),
            owner: child(node, SyntaxKind::OPTION_OWNED_BY)
                .and_then(|option| self.owned_by(&option))
                .and_then(Owner::into_option),
        })))
    }

    /// `CREATE TYPE`.
    pub(super) fn create_type(&self, node: &SyntaxNode) -> Option<Body> {
        let kind = if let Some(labels) = child(node, SyntaxKind::ENUM_TYPE) {
            let literals = children(&labels, SyntaxKind::VARIANT_LIST)
                .flat_map(|list| children(&list, SyntaxKind::VARIANT))
                .flat_map(|variant| children(&variant, SyntaxKind::LITERAL));
            TypeKind::Enum(
                literals
                    .filter_map(|literal| self.source.string(&literal))
                    .collect(),
            )
        } else if let Some(fields) = child(node, SyntaxKind::COMPOSITE_TYPE) {
            let fields = children(&fields, SyntaxKind::COMPOSITE_FIELD_LIST)
                .flat_map(|list| children(&list, SyntaxKind::COMPOSITE_FIELD_DEF));
            TypeKind::Composite(fields.filter_map(|field| self.field(&field)).collect())
        } else {
            TypeKind::Other
        };
        Some(Body::CreateType(Box::new(CreateType {
            name: self.source.child_object(node, SyntaxKind::TYPE_NAME)?,
            kind,
        })))
    }

    /// A field of a composite type.
    pub(super) fn field(&self, node: &SyntaxNode) -> Option<Column> {
        let type_node = self.source.type_node(node)?;
        Some(Column {
            name: self.source.child_ident(node, SyntaxKind::COMPOSITE_FIELD)?,
            type_name: self.source.line(&type_node),
            data_type: Some(self.source.data_type(&type_node)),
            collation: self.collation(node),
            ..Column::default()
        })
    }

    /// `CREATE DOMAIN`.
    pub(super) fn create_domain(&mut self, node: &SyntaxNode) -> Option<Body> {
        let mut table = Table {
            columns: [Column::default()].into_iter().collect(),
            ..Table::default()
        };
        for clause in node.children() {
            self.constraint(&clause, None, &mut table);
        }
        without_value(&mut table.checks);
        let column = table.columns.first()?.clone();
        Some(Body::CreateType(Box::new(CreateType {
            name: self.source.child_object(node, SyntaxKind::DOMAIN)?,
            kind: TypeKind::Domain(Box::new(Domain {
                data_type: self.source.child_type(node)?,
                not_null: column.not_null,
                default: column.default,
                checks: table.checks,
            })),
        })))
    }

    /// `CREATE FUNCTION`, `CREATE PROCEDURE`, `CREATE AGGREGATE`.
    pub(super) fn create_routine(&self, node: &SyntaxNode) -> Option<Body> {
        let (kind, named) = match node.kind() {
            SyntaxKind::CREATE_FUNCTION => (RoutineKind::Function, SyntaxKind::FUNCTION_NAME),
            SyntaxKind::CREATE_PROCEDURE => (RoutineKind::Procedure, SyntaxKind::PROCEDURE_NAME),
            _ => (RoutineKind::Aggregate, SyntaxKind::AGGREGATE_NAME),
        };
        let options = child(node, SyntaxKind::FUNC_OPTION_LIST);
        let written_body = node.children().find(|child| {
            matches!(
                child.kind(),
                SyntaxKind::RETURN_STMT | SyntaxKind::ATOMIC_BODY
            )
        });
        let quoted_body = options
            .as_ref()
            .and_then(|options| child(options, SyntaxKind::AS_FUNC_OPTION))
            .and_then(|option| child(&option, SyntaxKind::AS_DEFINITION));
        let language = options
            .and_then(|options| child(&options, SyntaxKind::LANGUAGE_FUNC_OPTION))
            .and_then(|option| self.language(&option));
        let language = language.or_else(|| written_body.as_ref().map(|_| "sql".to_owned()));
        let body = written_body.or(quoted_body);
        let parameters = self.parameters(node);
        let defaults = child(node, SyntaxKind::PARAM_LIST).map_or(0, |list| {
            children(&list, SyntaxKind::PARAM)
                .filter(|parameter| has(parameter, SyntaxKind::PARAM_DEFAULT))
                .count()
        });
        Some(Body::CreateRoutine(Box::new(CreateRoutine {
            name: self.source.child_object(node, named)?,
            kind,
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            if_not_exists: false,
            arguments: parameters.unwrap_or_default(),
            defaults,
            returns: child(node, SyntaxKind::RET_TYPE)
                .and_then(|returns| self.source.child_type(&returns)),
            language,
            body: body.map(|body| self.source.span(&body)),
        })))
    }

    fn language(&self, option: &SyntaxNode) -> Option<String> {
        if let Some(name) = self.source.child_ident(option, SyntaxKind::LANGUAGE_REF) {
            return Some(name.text);
        }
        let (name, _) = self.source.string(&child(option, SyntaxKind::LITERAL)?)?;
        Some(name.to_ascii_lowercase())
    }

    /// The types of what is passed to a routine; `None` where the parentheses are left out.
    pub(super) fn parameters(&self, node: &SyntaxNode) -> Option<Vec<DataType>> {
        let list = child(node, SyntaxKind::PARAM_LIST)?;
        // An aggregate's ordered parameters stand in a list of their own.
        let ordered = children(&list, SyntaxKind::AGGREGATE_ORDER_BY)
            .flat_map(|list| children(&list, SyntaxKind::PARAM));
        let parameters = children(&list, SyntaxKind::PARAM)
            .chain(ordered)
            .filter(|parameter| !has(parameter, SyntaxKind::PARAM_OUT));
        Some(
            parameters
                .filter_map(|parameter| {
                    let node = parameter.children().find(|child| is_type(child.kind()))?;
                    Some(self.source.data_type(&node))
                })
                .collect(),
        )
    }

    /// A routine as `DROP` and `ALTER` name it: its name and the types of its arguments.
    pub(super) fn signature(
        &self,
        node: &SyntaxNode,
    ) -> Option<(ObjectName, Option<Vec<DataType>>)> {
        let name = node
            .children()
            .find(|child| child.kind() != SyntaxKind::PARAM_LIST)?;
        Some((self.source.object(&name)?, self.parameters(node)))
    }
}

/// `VALUE` in a domain's checks is no column.
pub(super) fn without_value(checks: &mut List<Check>) {
    for check in checks {
        check
            .expr
            .columns
            .retain(|column| column.qualifier.is_some() || column.name.text != "value");
    }
}
