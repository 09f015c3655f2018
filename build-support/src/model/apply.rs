use super::Work;
use super::lookup::Lookup;
use crate::catalog::{Definition, Gone, Key, Object, Origin};
use crate::syntax::ir::{Body, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// Does to the catalog what the statement does to the server.
    pub(super) fn apply(&mut self) {
        match &self.statement.body {
            Body::CreateSchema {
                name,
                if_not_exists,
            } => {
                self.create_outside_schemas(ObjectKind::Schema, name, *if_not_exists);
            }
            Body::CreateExtension {
                name,
                if_not_exists,
                ..
            } => self.create_outside_schemas(ObjectKind::Extension, name, *if_not_exists),
            Body::CreateEvent {
                name,
                if_not_exists,
            } => self.create_named(ObjectKind::Event, name, *if_not_exists),
            Body::CreateTable(create) => self.create_table(create),
            Body::CreateIndex(create) => self.create_index(create),
            Body::CreateSequence(create) => self.create_sequence(create),
            Body::AlterTable {
                kind,
                table,
                if_exists,
                only,
                actions,
            } => self.alter_relation(*kind, table, (*if_exists, *only), actions),
            Body::RenameTables(pairs) => self.rename_tables(pairs),
            Body::Drop { .. } => self.drop_objects(),
            Body::Rename {
                kind,
                name,
                table,
                arguments,
                to,
            } => self.rename_object(*kind, name, table.as_ref(), arguments.as_deref(), to),
            Body::Comment { kind, name, part } => self.comment(*kind, name, part.as_ref()),
            Body::Truncate { tables, .. } => self.truncate(tables),
            Body::Set { name, values, .. } => self.session.set(name, values),
            Body::Use { schema } => self.session.enter(&schema.text),
            Body::CreateView(view) => self.create_view(view),
            Body::CreateTrigger(trigger) => self.create_trigger(trigger),
            Body::CreatePolicy(policy) => self.create_policy(policy),
            Body::CreateRoutine(routine) => self.create_routine(routine),
            Body::CreateType(create) => self.create_type(create),
            Body::AlterType { name, changes } => self.alter_type(name, changes),
            Body::Query(_) => self.run_query(),
            Body::Block { body } => self.run_block(*body),
            Body::Unknown { .. } => self.run_unknown(),
            _ => {}
        }
        self.look_up_names();
        self.doubt_guesses();
    }

    /// Makes a schema or an extension, which are in no schema themselves.
    fn create_outside_schemas(&mut self, kind: ObjectKind, name: &Ident, if_not_exists: bool) {
        match self.catalog.find(None, &name.text, kind).cloned() {
            Some(_) if if_not_exists => {}
            Some(existing) => self.duplicate_object(kind, &name.text, name.span, &existing),
            None => {
                let (naming, text) = (self.catalog.naming(), &name.text);
                let object = Object::modelled(naming, kind, None, text, text, Definition::Name);
                self.put(object.made_by(self.origin()));
            }
        }
    }

    /// Makes an object of which the catalog holds the name alone.
    fn create_named(&mut self, kind: ObjectKind, name: &ObjectName, if_not_exists: bool) {
        match self.look_up(kind, name) {
            Lookup::Found(_) if if_not_exists => {}
            Lookup::Found(existing) => {
                self.duplicate_object(kind, &name.name.text, name.span(), &existing);
            }
            Lookup::Open | Lookup::Missing => {
                let text = &name.name.text;
                self.make(kind, name, text, false, Definition::Name);
            }
        }
    }

    /// Puts a new object into the catalog, made by this statement. `table` is the one it belongs to, or its own name.
    ///
    /// Where nobody can tell which schema it goes to, everything may have changed.
    pub(super) fn make(
        &mut self,
        kind: ObjectKind,
        name: &ObjectName,
        table: &str,
        temporary: bool,
        definition: Definition,
    ) {
        let Some(schema) = self.home(name, temporary) else {
            return self.lose_track();
        };
        let naming = self.catalog.naming();
        let object = Object::modelled(
            naming,
            kind,
            Some(&schema),
            &name.name.text,
            table,
            definition,
        );
        self.put(object.made_by(self.origin()));
    }

    /// Puts an object into the catalog, in place of one of the same key.
    pub(super) fn put(&mut self, object: Object) {
        self.touched.insert(object.key());
        self.catalog.insert(object);
    }

    /// Takes an object out of the catalog, and remembers that this statement did it.
    pub(super) fn take_away(&mut self, key: &Key) {
        let Some(object) = self.catalog.remove(key) else {
            return;
        };
        self.touched.insert(key.clone());
        let gone = Gone {
            name: object.name.clone(),
            renamed_to: None,
            by: self.origin(),
        };
        self.catalog.remember(key.clone(), gone);
    }

    /// This statement, as objects remember who made them.
    pub(super) fn origin(&self) -> Origin {
        self.script.origin(self.statement)
    }
}
