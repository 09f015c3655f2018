use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Walk;
use super::tree::{child, children, has, has_token};
use crate::syntax::ir::{
    Body, Check, Column, CreateIndex, CreatePolicy, CreateTable, CreateTrigger, CreateView,
    Exclusion, Expr, ForeignKey, Generated, Ident, Identity, Key, Like, NameSource, NameSourceKind,
    ObjectName, ReferenceAction, Table,
};

impl Walk<'_> {
    /// `CREATE TABLE`, `CREATE FOREIGN TABLE`.
    pub(super) fn create_table(&mut self, node: &SyntaxNode) -> Option<Body> {
        if has(node, SyntaxKind::OF_TYPE) {
            return Some(super::unknown("a table of a composite type"));
        }
        let mut create = CreateTable {
            name: self.source.child_object(node, SyntaxKind::TABLE_NAME)?,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            temporary: has(node, SyntaxKind::TEMP),
            foreign: node.kind() == SyntaxKind::CREATE_FOREIGN_TABLE,
            ..CreateTable::default()
        };
        let table = &mut create.table;
        if let Some(parent) = child(node, SyntaxKind::PARTITION_OF) {
            table.parents = self.source.objects(&parent, SyntaxKind::TABLE_NAME_REF);
            table.is_partition = true;
        }
        if let Some(parents) = child(node, SyntaxKind::INHERITS) {
            table.parents = self.source.objects(&parents, SyntaxKind::TABLE_NAME_REF);
        }
        table.partitioned = has(node, SyntaxKind::PARTITION_BY);
        if let Some(list) = child(node, SyntaxKind::TABLE_ARG_LIST) {
            for item in list.children() {
                match item.kind() {
                    SyntaxKind::COLUMN => self.column(&item, table),
                    SyntaxKind::LIKE_CLAUSE => create.like.extend(self.like(&item)),
                    _ => self.constraint(&item, None, table),
                }
            }
        }
        Some(Body::CreateTable(Box::new(create)))
    }

    /// `CREATE TABLE AS`, `SELECT INTO`.
    pub(super) fn create_table_as(&mut self, node: &SyntaxNode) -> Option<Body> {
        let into = child(node, SyntaxKind::INTO_CLAUSE).unwrap_or_else(|| node.clone());
        let query = if node.kind() == SyntaxKind::SELECT_INTO {
            Some(node.clone())
        } else {
            super::query_of(node)
        };
        let Some(query) = query else {
            return Some(super::unknown(
                "a table made of what a prepared statement gives",
            ));
        };
        let mut create = CreateTable {
            name: self.source.child_object(&into, SyntaxKind::TABLE_NAME)?,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            temporary: has(&into, SyntaxKind::TEMP),
            query: Some(self.query(&query, None)),
            ..CreateTable::default()
        };
        if let Some(list) = child(node, SyntaxKind::TABLE_ARG_LIST) {
            for column in children(&list, SyntaxKind::COLUMN) {
                self.column(&column, &mut create.table);
            }
        }
        Some(Body::CreateTable(Box::new(create)))
    }

    fn like(&self, node: &SyntaxNode) -> Option<Like> {
        let mut like = Like {
            table: self
                .source
                .child_object(node, SyntaxKind::RELATION_NAME_REF)?,
            including: Vec::new(),
            excluding: Vec::new(),
        };
        for option in node.children() {
            let list = match option.kind() {
                SyntaxKind::INCLUDING_PROPERTY => &mut like.including,
                SyntaxKind::EXCLUDING_PROPERTY => &mut like.excluding,
                _ => continue,
            };
            let property = option.children().next()?;
            list.push(self.source.text(&property).to_ascii_lowercase());
        }
        Some(like)
    }

    /// A column with the constraints that are written at it.
    pub(super) fn column(&mut self, node: &SyntaxNode, table: &mut Table) {
        let Some(name) = self.source.child_ident(node, SyntaxKind::COLUMN_NAME) else {
            return;
        };
        let type_node = self.source.type_node(node);
        let column = Column {
            name: name.clone(),
            type_name: type_node
                .as_ref()
                .map(|node| self.source.line(node))
                .unwrap_or_default(),
            data_type: type_node.map(|node| self.source.data_type(&node)),
            collation: self.collation(node),
            ..Column::default()
        };
        table.columns.push(column);
        for clause in node.children() {
            self.constraint(&clause, Some(&name), table);
        }
    }

    /// The collation of a `COLLATE` among a node's children.
    pub(super) fn collation(&self, node: &SyntaxNode) -> Option<Ident> {
        let clause = child(node, SyntaxKind::COLLATE)?;
        let name = self
            .source
            .child_object(&clause, SyntaxKind::COLLATION_REF)?;
        Some(name.name)
    }

    /// A constraint, of the last column where it is written at one.
    pub(super) fn constraint(
        &mut self,
        node: &SyntaxNode,
        column: Option<&Ident>,
        table: &mut Table,
    ) {
        let name = child(node, SyntaxKind::CONSTRAINT_NAME_CLAUSE).and_then(|clause| {
            self.source
                .child_ident(&clause, SyntaxKind::CONSTRAINT_NAME)
        });
        match node.kind() {
            SyntaxKind::PRIMARY_KEY_CONSTRAINT => {
                if let (Some(_), Some(last)) = (column, table.columns.last_mut()) {
                    last.not_null = true;
                }
                table.primary_key = Some(self.key(node, name, column));
            }
            SyntaxKind::UNIQUE_CONSTRAINT => {
                let key = self.key(node, name, column);
                table.uniques.push(key);
            }
            SyntaxKind::REFERENCES_CONSTRAINT | SyntaxKind::FOREIGN_KEY_CONSTRAINT => {
                table
                    .foreign_keys
                    .extend(self.foreign_key(node, name, column));
            }
            SyntaxKind::CHECK_CONSTRAINT => {
                let check = self.clause_expr(node).map(|expr| Check {
                    name,
                    expr,
                    column: column.cloned(),
                    not_valid: has(node, SyntaxKind::NOT_VALID),
                });
                table.checks.extend(check);
            }
            SyntaxKind::EXCLUDE_CONSTRAINT => {
                let exclusion = Exclusion {
                    name,
                    columns: self.excluded(node),
                    span: self.source.span(node),
                };
                table.exclusions.push(exclusion);
            }
            _ => self.column_property(node, table),
        }
    }

    /// What a clause says of the column before it, or of the one it names.
    fn column_property(&mut self, node: &SyntaxNode, table: &mut Table) {
        let named = self.source.child_ident(node, SyntaxKind::COLUMN_NAME_REF);
        let column = match named {
            Some(name) => table
                .columns
                .iter_mut()
                .find(|column| column.name.text == name.text),
            None => table.columns.last_mut(),
        };
        let Some(column) = column else { return };
        match node.kind() {
            SyntaxKind::NOT_NULL_CONSTRAINT => column.not_null = true,
            SyntaxKind::DEFAULT_CONSTRAINT => column.default = self.clause_expr(node),
            SyntaxKind::GENERATED_CONSTRAINT => {
                if let Some(stored) = child(node, SyntaxKind::GENERATED_STORED) {
                    column.generated = self.clause_expr(&stored).map(|expr| Generated {
                        expr,
                        stored: has(&stored, SyntaxKind::STORED),
                    });
                }
                if let Some(clause) = child(node, SyntaxKind::GENERATED_IDENTITY) {
                    column.identity = Some(identity(&clause));
                }
            }
            _ => {}
        }
    }

    fn key(&self, node: &SyntaxNode, name: Option<Ident>, column: Option<&Ident>) -> Key {
        let listed = child(node, SyntaxKind::INDEX_PARAMETERS)
            .and_then(|parameters| child(&parameters, SyntaxKind::CONSTRAINT_COLUMN_REF_LIST))
            .map(|list| self.source.idents(&list, SyntaxKind::COLUMN_NAME_REF));
        Key {
            name,
            columns: listed.unwrap_or_else(|| column.cloned().into_iter().collect()),
            span: self.source.span(node),
            inline: column.is_some(),
            using_index: child(node, SyntaxKind::USING_INDEX_NAME)
                .and_then(|using| self.source.child_object(&using, SyntaxKind::INDEX_REF))
                .map(|index| index.name),
        }
    }

    fn foreign_key(
        &self,
        node: &SyntaxNode,
        name: Option<Ident>,
        column: Option<&Ident>,
    ) -> Option<ForeignKey> {
        let mut lists = children(node, SyntaxKind::FOREIGN_KEY_COLUMN_LIST)
            .map(|list| self.source.idents(&list, SyntaxKind::COLUMN_NAME_REF));
        let (columns, parent_columns) = match column {
            Some(column) => (
                vec![column.clone()],
                self.source.idents(node, SyntaxKind::COLUMN_NAME_REF),
            ),
            None => (lists.next()?, lists.next().unwrap_or_default()),
        };
        Some(ForeignKey {
            name,
            columns,
            parent: self.source.child_object(node, SyntaxKind::TABLE_NAME_REF)?,
            parent_columns,
            on_delete: action(node, SyntaxKind::ON_DELETE_ACTION),
            on_update: action(node, SyntaxKind::ON_UPDATE_ACTION),
            span: self.source.span(node),
            inline: column.is_some(),
            not_valid: has(node, SyntaxKind::NOT_VALID),
        })
    }

    fn excluded(&mut self, node: &SyntaxNode) -> Vec<Expr> {
        let items: Vec<SyntaxNode> = children(node, SyntaxKind::CONSTRAINT_EXCLUSION_LIST)
            .flat_map(|list| children(&list, SyntaxKind::CONSTRAINT_EXCLUSION))
            .collect();
        items
            .iter()
            .filter_map(|item| self.clause_expr(item))
            .collect()
    }

    /// `CREATE INDEX`.
    pub(super) fn create_index(&mut self, node: &SyntaxNode) -> Option<Body> {
        let on = child(node, SyntaxKind::TABLE_RELATION_NAME)?;
        let items = child(node, SyntaxKind::PARTITION_ITEM_LIST)?;
        let items: Vec<SyntaxNode> = children(&items, SyntaxKind::PARTITION_ITEM).collect();
        let include = child(node, SyntaxKind::INDEX_INCLUDE_CLAUSE)
            .and_then(|clause| child(&clause, SyntaxKind::PARTITION_ITEM_LIST))
            .map(|list| {
                children(&list, SyntaxKind::PARTITION_ITEM)
                    .filter_map(|item| self.source.child_ident(&item, SyntaxKind::NAME_REF))
                    .collect()
            });
        let table = self.source.object(&on)?;
        Some(Body::CreateIndex(Box::new(CreateIndex {
            name: self.source.child_object(node, SyntaxKind::INDEX),
            only: has_token(&on, SyntaxKind::ONLY_KW),
            table,
            unique: has_token(node, SyntaxKind::UNIQUE_KW),
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            concurrently: has_token(node, SyntaxKind::CONCURRENTLY_KW),
            columns: items
                .iter()
                .filter_map(|item| self.clause_expr(item))
                .collect(),
            filter: self.filter(node),
            method: child(node, SyntaxKind::USING_METHOD)
                .and_then(|using| {
                    self.source
                        .child_ident(&using, SyntaxKind::ACCESS_METHOD_REF)
                })
                .map(|method| method.text),
            include: include.unwrap_or_default(),
            nulls_not_distinct: has(node, SyntaxKind::NULLS_NOT_DISTINCT),
            ..CreateIndex::default()
        })))
    }

    /// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
    pub(super) fn create_view(&mut self, node: &SyntaxNode) -> Option<Body> {
        let name = self.source.child_object(node, SyntaxKind::VIEW)?;
        let query = super::query_of(node)?;
        if has_token(node, SyntaxKind::RECURSIVE_KW) {
            self.announce_opaque(name.name.clone());
        }
        Some(Body::CreateView(Box::new(CreateView {
            name,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            temporary: has(node, SyntaxKind::TEMP),
            materialized: node.kind() == SyntaxKind::CREATE_MATERIALIZED_VIEW,
            columns: child(node, SyntaxKind::COLUMN_LIST)
                .map(|list| self.source.idents(&list, SyntaxKind::COLUMN_NAME))
                .unwrap_or_default(),
            query: self.query(&query, None),
            ..CreateView::default()
        })))
    }

    /// `CREATE TRIGGER`. Its condition looks columns up in the old and the new row.
    pub(super) fn create_trigger(&mut self, node: &SyntaxNode) -> Option<Body> {
        let on = child(node, SyntaxKind::ON_RELATION)?;
        let table = self
            .source
            .child_object(&on, SyntaxKind::RELATION_NAME_REF)?;
        let name = self.source.child_ident(node, SyntaxKind::TRIGGER)?;
        let columns = child(node, SyntaxKind::TRIGGER_EVENT_LIST)
            .into_iter()
            .flat_map(|events| children(&events, SyntaxKind::TRIGGER_EVENT_UPDATE))
            .flat_map(|event| self.source.idents(&event, SyntaxKind::COLUMN_NAME_REF))
            .collect();
        if let Some(condition) = child(node, SyntaxKind::WHEN_CONDITION) {
            let scope = self.open(None);
            for row in ["old", "new"] {
                self.scopes[scope].sources.push(NameSource {
                    alias: Some(Ident::unwritten(row)),
                    columns: Vec::new(),
                    kind: NameSourceKind::Table(table.clone()),
                });
            }
            self.look_up_children(&condition, scope);
        }
        let function = child(node, SyntaxKind::CALL_EXPR)
            .and_then(|call| call.children().next())
            .and_then(|callee| super::tree::object(self.source.name_refs(&callee)));
        Some(Body::CreateTrigger(Box::new(CreateTrigger {
            name: ObjectName { schema: None, name },
            table,
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            tables: child(node, SyntaxKind::FROM_TABLE)
                .map(|from| self.source.objects(&from, SyntaxKind::TABLE_NAME_REF))
                .unwrap_or_default(),
            columns,
            function,
            ..CreateTrigger::default()
        })))
    }

    /// `CREATE POLICY`. Its conditions' subqueries have scopes within one that has the table as its source.
    pub(super) fn create_policy(&mut self, node: &SyntaxNode) -> Option<Body> {
        let on = child(node, SyntaxKind::ON_TABLE)?;
        let table = self.source.child_object(&on, SyntaxKind::TABLE_NAME_REF)?;
        let clauses: Vec<SyntaxNode> = node
            .children()
            .filter(|clause| {
                matches!(
                    clause.kind(),
                    SyntaxKind::USING_EXPR_CLAUSE | SyntaxKind::WITH_CHECK_EXPR_CLAUSE
                )
            })
            .collect();
        let scope = self.open(None);
        self.scopes[scope].sources.push(NameSource {
            alias: Some(table.name.clone()),
            columns: Vec::new(),
            kind: NameSourceKind::Table(table.clone()),
        });
        for clause in &clauses {
            self.look_up_children(clause, scope);
        }
        // The conditions themselves say which columns of the table they need.
        self.scopes[scope].columns.clear();
        if self.scopes.len() == 1 {
            self.scopes.clear();
        }
        Some(Body::CreatePolicy(Box::new(CreatePolicy {
            name: self.source.child_ident(node, SyntaxKind::POLICY)?,
            table,
            conditions: clauses
                .iter()
                .filter_map(|clause| self.clause_expr(clause))
                .collect(),
        })))
    }
}

/// `ALWAYS` or `BY DEFAULT`.
pub(super) fn identity(node: &SyntaxNode) -> Identity {
    if has(node, SyntaxKind::GENERATED_BY_DEFAULT) {
        Identity::ByDefault
    } else {
        Identity::Always
    }
}

fn action(node: &SyntaxNode, on: SyntaxKind) -> ReferenceAction {
    let action = child(node, on).and_then(|clause| clause.children().next());
    match action.map(|action| action.kind()) {
        Some(SyntaxKind::RESTRICT) => ReferenceAction::Restrict,
        Some(SyntaxKind::CASCADE) => ReferenceAction::Cascade,
        Some(SyntaxKind::SET_NULL_COLUMNS) => ReferenceAction::SetNull,
        Some(SyntaxKind::SET_DEFAULT_COLUMNS) => ReferenceAction::SetDefault,
        _ => ReferenceAction::NoAction,
    }
}
