//! The tables that a statement speaks of.

use crate::syntax::ir::{Body, Expr, ObjectName, Query};

/// The tables and views that a statement reads or changes.
pub(super) fn tables_of(body: &Body) -> Vec<&ObjectName> {
    fn of_query(query: &Query) -> impl Iterator<Item = &ObjectName> {
        query.tables.iter()
    }
    fn of_expr(expr: &Expr) -> impl Iterator<Item = &ObjectName> {
        expr.tables.iter()
    }
    match body {
        Body::CreateTable(create) => create.query.iter().flat_map(of_query).collect(),
        Body::CreateIndex(index) => vec![&index.table],
        Body::CreateView(view) => of_query(&view.query).collect(),
        Body::CreateTrigger(trigger) => {
            let first = std::iter::once(&trigger.table);
            first.chain(&trigger.tables).collect()
        }
        Body::AlterTable { table, .. } => vec![table],
        Body::Insert(insert) => {
            let first = std::iter::once(&insert.table);
            first
                .chain(insert.query.iter().flat_map(of_query))
                .collect()
        }
        Body::Update(update) => {
            let values = update.assignments.iter().map(|(_, value)| value);
            let exprs = values.chain(&update.filter);
            std::iter::once(&update.table)
                .chain(exprs.flat_map(of_expr))
                .collect()
        }
        Body::Delete { table, filter, .. } => {
            let first = std::iter::once(table);
            first.chain(filter.iter().flat_map(of_expr)).collect()
        }
        Body::Query(query) => of_query(query).collect(),
        _ => Vec::new(),
    }
}
