use std::collections::BTreeSet;
use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use super::outputs::{Columns, Sources};
use crate::Span;
use crate::catalog::Object;
use crate::nearest;
use crate::syntax::ir::{Body, ColumnRef, Ident, Insert, ObjectKind, ObjectName, ScopedColumn};

impl Work<'_, '_> {
    /// Looks every table and column up that the statement's scopes mention; what is not there is an error.
    pub(super) fn look_up_names(&mut self) {
        let sources = Sources::of(self);
        let mut told = BTreeSet::new();
        for name in sources.missing() {
            self.tell_missing(name, &mut told);
        }
        for (name, object) in sources.misused() {
            self.other_kind(name, object);
        }
        for (place, scope) in self.statement.scopes.iter().enumerate() {
            for column in &scope.columns {
                self.look_up_scoped(&sources, place, column);
            }
        }
        self.look_up_target(&sources, &mut told);
    }

    /// A table that is not there, told once however often the statement names it in one place.
    fn tell_missing(&mut self, name: &ObjectName, told: &mut BTreeSet<Span>) {
        if told.insert(name.span()) {
            self.unknown_table(name);
            self.put_stand_in(ObjectKind::Table, name);
        }
    }

    fn look_up_scoped(&mut self, sources: &Sources, scope: usize, scoped: &ScopedColumn) {
        let column = &scoped.column;
        if self.dialect == Dialect::Postgres && is_system_column(&column.name.text) {
            return;
        }
        if scoped.may_be_output
            && column.qualifier.is_none()
            && sources.outputs(scope).may_have(self, &column.name)
        {
            return;
        }
        match &column.qualifier {
            Some(qualifier) => self.look_up_qualified(sources, scope, qualifier, column),
            None => self.look_up_plain(sources, scope, &column.name),
        }
    }

    /// A name alone: in the sources of its scope, then in those around it.
    fn look_up_plain(&mut self, sources: &Sources, scope: usize, name: &Ident) {
        let mut seen = Vec::new();
        for around in self.around(scope) {
            for source in sources.of_scope(around) {
                let is_row = self.dialect == Dialect::Postgres && source.is_called(self, name);
                if is_row || source.columns.may_have(self, name) {
                    return;
                }
                seen.push(source);
            }
        }
        let objects: Vec<Rc<Object>> = seen
            .iter()
            .filter_map(|source| source.object.clone())
            .collect();
        let columns: Vec<String> = seen
            .iter()
            .flat_map(|source| source.columns.names())
            .collect();
        match objects.len() == seen.len() {
            true => self.unknown_column_of(&objects, &columns, name),
            false => self.unknown_column_of(&[], &columns, name),
        }
    }

    /// A name with a table or an alias before it.
    fn look_up_qualified(
        &mut self,
        sources: &Sources,
        scope: usize,
        qualifier: &Ident,
        column: &ColumnRef,
    ) {
        let mut aliases = Vec::new();
        for around in self.around(scope) {
            for source in sources.of_scope(around) {
                if source.is_called(self, qualifier) {
                    let is_there = source.columns.may_have(self, &column.name)
                        || self.is_computed(&column.name);
                    return match &source.object {
                        _ if is_there => {}
                        Some(object) => self.unknown_column(&object.clone(), &column.name),
                        None => {
                            let columns = source.columns.names();
                            self.unknown_column_of(&[], &columns, &column.name);
                        }
                    };
                }
                match &source.alias {
                    Some(alias) => aliases.push(alias.text.clone()),
                    None => return,
                }
            }
        }
        self.unknown_alias(qualifier, &aliases);
    }

    fn unknown_alias(&mut self, qualifier: &Ident, aliases: &[String]) {
        let message = format!(
            "`{}` is not among the tables that are read here",
            qualifier.text
        );
        let label = "no table or alias of this name in sight";
        let mut found = self.finding("unknown-table", message, qualifier.span, label);
        if let Some(near) = nearest(&qualifier.text, aliases.iter().map(String::as_str)) {
            found = found.help(format!("a similar name is in sight: `{near}`"));
        }
        self.found.push(found);
    }

    /// A scope and those around it, the innermost first.
    pub(super) fn around(&self, scope: usize) -> impl Iterator<Item = usize> + use<> {
        let scopes = &self.statement.scopes;
        let mut chain = vec![scope];
        // A scope comes after the one around it, so this ends.
        while let Some(parent) = scopes[chain[chain.len() - 1]]
            .parent
            .filter(|parent| *parent < chain[chain.len() - 1])
        {
            chain.push(parent);
        }
        chain.into_iter()
    }

    /// Whether `row.name` may be a function that takes a row.
    fn is_computed(&self, name: &Ident) -> bool {
        self.dialect == Dialect::Postgres
            && self.catalog.of_kind(ObjectKind::Function).any(|function| {
                let called = function.name.split('(').next();
                called == Some(name.text.as_str())
            })
    }

    /// Looks up what a statement writes to.
    fn look_up_target(&mut self, sources: &Sources, told: &mut BTreeSet<Span>) {
        let statement = self.statement;
        let table = match &statement.body {
            Body::Insert(insert) => &insert.table,
            Body::Update(update) => &update.table,
            Body::Delete { table, .. } => table,
            _ => return,
        };
        // Behind WITH, or where its alias is what was written, it is no table of the catalog.
        if sources.is_of_query(table) {
            return;
        }
        let object = match self.look_up(ObjectKind::Table, table) {
            Lookup::Found(object) => object,
            Lookup::Missing => return self.tell_missing(table, told),
            Lookup::Open => return,
        };
        let columns = Columns::of_object(&object);
        match &statement.body {
            Body::Insert(insert) => {
                self.look_up_written(&object, &columns, &insert.columns);
                self.check_width(sources, &object, &columns, insert);
            }
            Body::Update(update) => {
                let written = update.assignments.iter().map(|(column, _)| column);
                let written: Vec<Ident> = written.cloned().collect();
                self.look_up_written(&object, &columns, &written);
            }
            _ => {}
        }
    }

    /// Columns that get values: each is there, and written once.
    fn look_up_written(&mut self, object: &Object, columns: &Columns, written: &[Ident]) {
        let naming = self.catalog.naming();
        for (place, column) in written.iter().enumerate() {
            if !columns.may_have(self, column) {
                self.unknown_column(object, column);
            } else if written[..place]
                .iter()
                .any(|earlier| naming.is_same(&earlier.text, &column.text))
                && !(self.dialect == Dialect::Mysql
                    && matches!(self.statement.body, Body::Update(_)))
            {
                let message = format!("column `{}` gets two values", column.text);
                self.error("duplicate-column", message, column.span, "written twice");
            }
        }
    }

    /// Each row has as many values as there are columns for them.
    fn check_width(
        &mut self,
        sources: &Sources,
        object: &Object,
        columns: &Columns,
        insert: &Insert,
    ) {
        let of_query = || sources.outputs(insert.query.as_ref()?.scope?).len();
        let Some(width) = insert.width.or_else(of_query) else {
            return;
        };
        let (wanted, is_listed) = match insert.columns.len() {
            0 => match columns.len() {
                Some(wanted) => (wanted, false),
                None => return,
            },
            listed => (listed, true),
        };
        let is_short = width < wanted && (is_listed || self.dialect == Dialect::Mysql && width > 0);
        // Without a list, MySQL leaves out columns that only some versions have.
        let is_certain = is_listed || width > wanted || is_all_plain(object);
        if width > wanted || is_short && is_certain {
            let message = format!("{width} values for {wanted} columns of `{}`", object.name);
            let label = "does not fit the values";
            self.error("bad-insert", message, insert.table.span(), label);
        }
    }
}

fn is_all_plain(object: &Object) -> bool {
    object.as_table().is_some_and(|table| {
        let mut columns = table.columns.iter();
        columns.all(|column| column.generated.is_none())
    })
}

/// Columns that every table of PostgreSQL has and no definition says.
fn is_system_column(name: &str) -> bool {
    matches!(
        name,
        "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid"
    )
}
