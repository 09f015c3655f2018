#![doc = include_str!("sqlite_string_for_column.md")]

use migratory_core::Dialect;

use super::{Context, Group, Reporter, Rule};
use crate::catalog::Change;
use crate::nearest;
use crate::syntax::ir::{
    ColumnRef, CreateIndex, Expr, ExprKind, Ident, Insert, ObjectName, Quote, Table, Update,
};

/// A name in double quotes that is no column is a string.
pub(super) struct SqliteStringForColumn;

impl Rule for SqliteStringForColumn {
    fn name(&self) -> &'static str {
        "sqlite-string-for-column"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_string_for_column.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {
        let mut scope = Scope {
            columns: Vec::new(),
            table: "",
            report,
        };
        match change {
            Change::CreateIndex(index) => scope.index(index, context),
            Change::CreateTable(create) => scope.table(&create.name, &create.table),
            Change::AddColumn { table, added, .. } => {
                let Some(columns) = context.columns(table) else {
                    return;
                };
                scope.columns = columns;
                scope.table(table, added);
            }
            Change::Insert(insert) => scope.insert(insert, context),
            Change::Update(update) => scope.update(update, context),
            Change::Delete {
                table,
                filter: Some(filter),
                ..
            } => scope.of(table, context, |scope| scope.condition(filter)),
            _ => {}
        }
    }
}

/// The columns that an expression may name, and where to tell of a name that is none.
struct Scope<'s, 'r> {
    columns: Vec<String>,
    table: &'s str,
    report: &'s mut Reporter<'r>,
}

impl<'s> Scope<'s, '_> {
    fn of(&mut self, table: &'s ObjectName, context: &Context<'_>, look: impl FnOnce(&mut Self)) {
        if let Some(columns) = context.columns(table) {
            self.columns = columns;
            self.table = &table.name.text;
            look(self);
        }
    }

    fn index(&mut self, index: &'s CreateIndex, context: &Context<'_>) {
        self.of(&index.table, context, |scope| {
            for column in &index.columns {
                scope.expression(column);
            }
            index
                .filter
                .iter()
                .for_each(|filter| scope.expression(filter));
        });
    }

    fn table(&mut self, name: &'s ObjectName, table: &Table) {
        self.table = &name.name.text;
        let own = table.columns.iter();
        self.columns
            .extend(own.map(|column| column.name.text.clone()));
        for check in &table.checks {
            self.expression(&check.expr);
        }
        for column in &table.columns {
            if let Some(generated) = &column.generated {
                self.expression(&generated.expr);
            }
            if let Some(default) = &column.default {
                self.default(default);
            }
        }
    }

    fn update(&mut self, update: &'s Update, context: &Context<'_>) {
        self.of(&update.table, context, |scope| {
            for (_, value) in &update.assignments {
                scope.condition(value);
            }
            update
                .filter
                .iter()
                .for_each(|filter| scope.condition(filter));
        });
    }

    /// `INSERT INTO new (..., email) SELECT ..., "email" FROM old`: where `old` has no such column, each row gets its name.
    fn insert(&mut self, insert: &'s Insert, context: &Context<'_>) {
        let Some(query) = &insert.query else { return };
        let (Some(outputs), [source]) = (&query.outputs, query.tables.as_slice()) else {
            return;
        };
        let targets = if insert.columns.is_empty() {
            context.columns(&insert.table).unwrap_or_default()
        } else {
            let names = insert.columns.iter();
            names.map(|name| name.text.clone()).collect()
        };
        let Some(columns) = context.columns(source) else {
            return;
        };
        self.columns = columns;
        self.table = &source.name.text;
        for (position, output) in outputs.iter().enumerate() {
            let [column] = output.columns.as_slice() else {
                continue;
            };
            if output.kind != ExprKind::Column || !self.is_string(column) {
                continue;
            }
            let meant = targets
                .get(position)
                .is_some_and(|target| column.name.is(target));
            if meant || self.near(&column.name).is_some() {
                self.tell(&column.name, "each row gets the name itself");
            }
        }
    }

    /// A place where only a column or a computation makes sense: a string that nothing else stands beside is a mistake.
    fn expression(&mut self, expr: &Expr) {
        let strings: Vec<&ColumnRef> = expr.columns.iter().filter(|c| self.is_string(c)).collect();
        let constant = strings.len() == expr.columns.len();
        for column in strings {
            if constant || self.near(&column.name).is_some() {
                self.tell(&column.name, "taken as a string");
            }
        }
    }

    /// A place where a string makes sense as well: only a name close to a column's is a mistake.
    fn condition(&mut self, expr: &Expr) {
        for column in &expr.columns {
            if self.is_string(column) && self.near(&column.name).is_some() {
                self.tell(&column.name, "taken as a string");
            }
        }
    }

    fn default(&mut self, default: &Expr) {
        let [column] = default.columns.as_slice() else {
            return;
        };
        let keyword = ["current_timestamp", "current_date", "current_time", "null"];
        if column.name.quote == Quote::Double && keyword.iter().any(|word| column.name.is(word)) {
            let word = column.name.text.to_ascii_uppercase();
            self.report
                .at(column.name.span)
                .message(format!(
                    "the default is the string '{}', not {word}",
                    column.name.text
                ))
                .label("taken as a string")
                .help(format!("remove the quotes: `DEFAULT {word}`"))
                .fix(column.name.span, word);
        }
    }

    fn is_string(&self, column: &ColumnRef) -> bool {
        let rowid = ["rowid", "oid", "_rowid_"];
        column.qualifier.is_none()
            && column.name.quote == Quote::Double
            && !self.columns.iter().any(|name| column.name.is(name))
            && !rowid.iter().any(|name| column.name.is(name))
    }

    fn near(&self, name: &Ident) -> Option<&str> {
        nearest(&name.text, self.columns.iter().map(String::as_str))
    }

    fn tell(&mut self, name: &Ident, label: &str) {
        let near = self.near(name).map(str::to_owned);
        let text = &name.text;
        let finding = self
            .report
            .at(name.span)
            .message(format!("`{}` has no column `{text}`, so \"{text}\" is a string", self.table))
            .label(label)
            .note("SQLite takes a name in double quotes that is no column for a string, without an error");
        match near {
            Some(near) => finding.help(format!("a column with a similar name exists: `{near}`")),
            None => finding.help(format!("where a string is meant, write '{text}'")),
        };
    }
}
