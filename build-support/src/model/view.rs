use std::collections::BTreeSet;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use super::outputs::Sources;
use crate::catalog::{Definition, Object, Use};
use crate::syntax::ir::{Column, CreateView, Ident, ObjectKind, Output};
use crate::syntax::{canonical, tokenize};

impl Work<'_, '_> {
    pub(super) fn create_view(&mut self, view: &CreateView) {
        let kind = match view.materialized {
            true => ObjectKind::MaterializedView,
            false => ObjectKind::View,
        };
        let sources = Sources::of(self);
        let columns = self.view_columns(&sources, view);
        match self.look_up(kind, &view.name) {
            Lookup::Found(_) if view.if_not_exists => return,
            Lookup::Found(existing) if view.or_replace && existing.kind == kind => {
                self.check_replaced(view, &existing, columns.as_deref());
            }
            Lookup::Found(existing) if view.or_replace && existing.kind.is_table_like() => {
                return self.other_kind(&view.name, &existing);
            }
            Lookup::Found(existing) => {
                let name = &view.name.name.text;
                return self.duplicate_object(kind, name, view.name.span(), &existing);
            }
            Lookup::Open | Lookup::Missing => {}
        }
        let is_temporary = view.temporary
            || self.dialect == Dialect::Postgres
                && sources.objects().any(|object| object.is_temporary());
        let text = view.query.span.of(self.script.text);
        let made = CreateView {
            columns: columns.iter().flatten().map(|it| it.name.clone()).collect(),
            text: canonical(text, &tokenize(self.dialect, text)),
            ..view.clone()
        };
        let definition = Definition::View(made.into());
        let name = &view.name.name.text;
        let Some(mut object) = self.new_object(kind, &view.name, name, is_temporary, definition)
        else {
            return self.lose_track();
        };
        object.incomplete = columns.is_none();
        object.uses = self.uses_of(&sources).into();
        self.put(object);
    }

    /// The columns that a view has; `None` where they are not all known.
    fn view_columns(&mut self, sources: &Sources, view: &CreateView) -> Option<Vec<Column>> {
        let given = sources.outputs(view.query.scope?);
        let is_short = given.len().is_some_and(|given| {
            given < view.columns.len()
                || self.dialect == Dialect::Mysql
                    && !view.columns.is_empty()
                    && given != view.columns.len()
        });
        if is_short {
            let message = format!(
                "view `{}` names {} columns, and its query gives back {}",
                view.name.name.text,
                view.columns.len(),
                given.len().unwrap_or_default()
            );
            let span = view.name.span();
            self.error("bad-view", message, span, "does not fit the query");
            return None;
        }
        if view.columns.is_empty() {
            self.check_outputs(view);
        }
        given.renamed(&view.columns).all(self)
    }

    /// No two columns of a view have one name. Those of a star are not counted: a `USING` may join them.
    fn check_outputs(&mut self, view: &CreateView) {
        let scopes = &self.statement.scopes;
        let Some(scope) = view.query.scope.and_then(|scope| scopes.get(scope)) else {
            return;
        };
        let names = scope.outputs.iter().filter_map(|output| match output {
            Output::Column { column, alias } => Some(alias.as_ref().unwrap_or(&column.name)),
            Output::Other(name) => name.as_ref(),
            Output::Star(_) => None,
        });
        let names: Vec<&Ident> = names.collect();
        let naming = self.catalog.naming();
        for (place, name) in names.iter().enumerate() {
            let mut earlier = names[..place].iter();
            if earlier.any(|other| naming.is_same(&other.text, &name.text)) {
                self.duplicate_column(None, name);
            }
        }
    }

    /// PostgreSQL lets a view get columns at its end, and leaves it those it has.
    fn check_replaced(&mut self, view: &CreateView, existing: &Object, new: Option<&[Column]>) {
        let (Dialect::Postgres, Some(new), Some(old)) =
            (self.dialect, new, self.catalog.columns(existing))
        else {
            return;
        };
        let changed = old.iter().enumerate().find_map(|(place, old)| {
            let Some(column) = new.get(place) else {
                return Some(format!("column `{old}` cannot be dropped from view"));
            };
            let name = &column.name.text;
            (name != old).then(|| format!("column `{old}` cannot be renamed to `{name}` in view"))
        });
        if let Some(changed) = changed {
            let name = &view.name.name.text;
            let message = format!("{changed} `{name}` by `CREATE OR REPLACE`");
            let found = self.finding("bad-view", message, view.name.span(), "replaced here");
            let found = self.with_origin(found, existing);
            let help = "drop the view and create it again, or add columns at its end only";
            self.found.push(found.help(help));
        }
    }

    /// The tables that a statement's scopes read, and the columns of them.
    pub(super) fn uses_of(&self, sources: &Sources) -> Vec<Use> {
        let mut uses = BTreeSet::new();
        for object in sources.objects() {
            uses.insert(Use {
                key: object.key(),
                column: None,
            });
        }
        for (place, scope) in self.statement.scopes.iter().enumerate() {
            for scoped in &scope.columns {
                self.used(sources, place, &scoped.column, &mut uses);
            }
            for output in &scope.outputs {
                match output {
                    Output::Column { column, .. } => self.used(sources, place, column, &mut uses),
                    Output::Star(qualifier) => {
                        sources.used_by_star(self, place, qualifier.as_ref(), &mut uses);
                    }
                    Output::Other(_) => {}
                }
            }
        }
        uses.into_iter().collect()
    }

    /// An object in the schema that a statement makes it in; `None` where nobody can tell which that is.
    pub(super) fn new_object(
        &self,
        kind: ObjectKind,
        name: &crate::syntax::ir::ObjectName,
        table: &str,
        temporary: bool,
        definition: Definition,
    ) -> Option<Object> {
        let schema = self.home(name, temporary)?;
        let naming = self.catalog.naming();
        let text = &name.name.text;
        let object = Object::modelled(naming, kind, Some(&schema), text, table, definition);
        Some(object.made_by(self.origin()))
    }
}
