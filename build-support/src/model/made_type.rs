//! Enums, composite types and domains, and the statements that make and change them.

use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use super::types::printed_name;
use crate::Span;
use crate::catalog::{Definition, Gone, Key, Object, Use};
use crate::syntax::ir::{
    AlterAction, Check, Column, ColumnChange, CreateType, DataType, Domain, Ident, List,
    ObjectKind, ObjectName, TypeChange, TypeKind,
};

impl Work<'_, '_> {
    pub(super) fn create_type(&mut self, create: &CreateType) {
        let kind = create.kind.object_kind();
        let name = &create.name;
        let existing = match self.look_up(kind, name) {
            Lookup::Found(existing) => Some(existing),
            // A table's rows are a type of its name.
            _ => {
                let relation = self.look_up(ObjectKind::Table, name).found();
                relation.filter(|relation| relation.kind.is_table_like())
            }
        };
        if let Some(existing) = existing {
            return self.duplicate_object(kind, &name.name.text, name.span(), &existing);
        }
        let made = CreateType {
            name: name.clone(),
            kind: self.normal_kind(create),
        };
        let definition = Definition::Type(made.into());
        let Some(mut object) = self.new_object(kind, name, &name.name.text, false, definition)
        else {
            return self.lose_track();
        };
        object.uses = self.types_in(&object).into();
        self.put(object);
    }

    pub(super) fn alter_type(&mut self, name: &ObjectName, changes: &[TypeChange]) {
        let found = match self.look_up(ObjectKind::Type, name) {
            Lookup::Found(found) => found,
            Lookup::Missing if self.look_up(ObjectKind::Table, name).found().is_some() => return,
            Lookup::Missing => return self.unknown_object(ObjectKind::Type, name),
            Lookup::Open => return,
        };
        let mut key = found.key();
        for change in changes {
            let Some(object) = self.catalog.get(&key).cloned() else {
                return;
            };
            self.touched.insert(key.clone());
            key = self.change_type(&object, change);
        }
    }

    /// The columns of that type, and of arrays of it: each object that has some, with their names. Routines have none.
    pub(super) fn users_of_type(&self, used: &Object) -> Vec<(Rc<Object>, Option<String>)> {
        let name = printed_name(used);
        let is_of = |printed: &str| {
            let bare = printed.split(['(', '[']).next().unwrap_or(printed);
            bare == name
        };
        let mut users = Vec::new();
        for object in self.catalog.objects() {
            match object.definition() {
                Definition::Table(table) => {
                    for column in &table.columns {
                        if is_of(&column.type_name) {
                            users.push((object.clone(), Some(column.name.text.clone())));
                        }
                    }
                }
                Definition::Type(made) => match &made.kind {
                    TypeKind::Composite(columns) => {
                        for column in columns {
                            if is_of(&column.type_name) {
                                users.push((object.clone(), Some(column.name.text.clone())));
                            }
                        }
                    }
                    TypeKind::Domain(domain) if is_of(&domain.data_type.name) => {
                        users.push((object.clone(), None));
                    }
                    _ => {}
                },
                Definition::Routine(routine) => {
                    let mut types = routine.arguments.iter().chain(&routine.returns);
                    if types.any(|data_type| is_of(&data_type.name)) {
                        users.push((object.clone(), None));
                    }
                }
                _ => {}
            }
        }
        users
    }

    /// The enum, composite type or domain that is printed like that, be it as an array.
    pub(super) fn type_called(&self, printed: &str) -> Option<Rc<Object>> {
        let bare = printed.split(['(', '[']).next().unwrap_or(printed);
        let mut types = self
            .catalog
            .objects()
            .filter(|object| matches!(object.kind, ObjectKind::Type | ObjectKind::Domain));
        types.find(|object| printed_name(object) == bare).cloned()
    }

    /// What a new type is made of, with types as they are printed; wrong parts are errors.
    fn normal_kind(&mut self, create: &CreateType) -> TypeKind {
        match &create.kind {
            TypeKind::Enum(labels) => {
                for (place, (label, span)) in labels.iter().enumerate() {
                    if labels[..place].iter().any(|(earlier, _)| earlier == label) {
                        self.duplicate_label(label, *span, None);
                    }
                }
                create.kind.clone()
            }
            TypeKind::Composite(columns) => {
                let mut made: Vec<Column> = Vec::new();
                for column in columns {
                    if made.iter().any(|other| other.name.text == column.name.text) {
                        self.duplicate_column(None, &column.name);
                        continue;
                    }
                    let type_name = self.type_name(column.data_type.as_ref(), &column.type_name);
                    made.push(Column {
                        type_name,
                        ..column.clone()
                    });
                }
                TypeKind::Composite(made)
            }
            TypeKind::Domain(domain) => {
                let data_type = self.printed_type(&domain.data_type);
                self.check_default(&Column {
                    name: create.name.name.clone(),
                    data_type: Some(domain.data_type.clone()),
                    default: domain.default.clone(),
                    ..Column::default()
                });
                let mut made = Domain {
                    data_type,
                    checks: List::new(),
                    ..(**domain).clone()
                };
                for check in &domain.checks {
                    add_check(&mut made, &create.name.name.text, check);
                }
                TypeKind::Domain(Box::new(made))
            }
            other => other.clone(),
        }
    }

    /// The same type under the name that it is printed by.
    fn printed_type(&mut self, data_type: &DataType) -> DataType {
        let printed = self.type_name(Some(data_type), "");
        let printed = printed.strip_suffix("[]").unwrap_or(&printed);
        match printed.split_once('(') {
            Some((name, rest)) if rest.ends_with(')') => {
                let arguments = rest.trim_end_matches(')').split(',');
                DataType {
                    schema: None,
                    name: name.to_owned(),
                    arguments: arguments.map(str::to_owned).collect(),
                    ..data_type.clone()
                }
            }
            // Where its arguments stand in the middle, they stay there.
            Some(_) => data_type.clone(),
            None if data_type.quoted || data_type.schema.is_some() => data_type.clone(),
            None => DataType {
                name: printed.to_owned(),
                arguments: Vec::new(),
                ..data_type.clone()
            },
        }
    }

    fn types_in(&self, object: &Object) -> Vec<Use> {
        let Definition::Type(made) = object.definition() else {
            return Vec::new();
        };
        let names: Vec<&str> = match &made.kind {
            TypeKind::Composite(columns) => {
                let columns = columns.iter();
                columns.map(|column| column.type_name.as_str()).collect()
            }
            TypeKind::Domain(domain) => vec![domain.data_type.name.as_str()],
            _ => Vec::new(),
        };
        let used = names.into_iter().filter_map(|name| self.type_called(name));
        let mut uses: Vec<Use> = used
            .map(|used| Use {
                key: used.key(),
                column: None,
            })
            .collect();
        uses.sort();
        uses.dedup();
        uses
    }

    /// Does one thing to a type, and returns the key that it has then.
    fn change_type(&mut self, object: &Object, change: &TypeChange) -> Key {
        match change {
            TypeChange::Rename { to } => return self.move_type(object, None, Some(to)),
            TypeChange::SetSchema { schema } => return self.move_type(object, Some(schema), None),
            _ => {}
        }
        let key = object.key();
        let Definition::Type(made) = object.definition() else {
            return key;
        };
        let mut kind = made.kind.clone();
        let is_known = !object.incomplete;
        match (change, &mut kind) {
            (
                TypeChange::AddValue {
                    value,
                    span,
                    if_not_exists,
                    beside,
                },
                TypeKind::Enum(labels),
            ) => {
                if labels.iter().any(|(label, _)| label == value) {
                    if !if_not_exists && is_known {
                        self.duplicate_label(value, *span, Some(object));
                    }
                    return key;
                }
                let label = (value.clone(), *span);
                let place = self.label_place(object, labels, *span, beside.as_ref());
                labels.insert(place, label);
            }
            (TypeChange::RenameValue { from, to }, TypeKind::Enum(labels)) => {
                if labels.iter().any(|(label, _)| label == to) && is_known {
                    self.duplicate_label(to, from.1, Some(object));
                } else if let Some(label) = labels.iter_mut().find(|(label, _)| *label == from.0) {
                    label.0.clone_from(to);
                } else if is_known {
                    self.unknown_label(object, labels, &from.0, from.1);
                }
            }
            (TypeChange::Attribute(action), TypeKind::Composite(columns)) => {
                self.change_attribute(object, columns, action);
            }
            (TypeChange::NotNull(not_null), TypeKind::Domain(domain)) => {
                domain.not_null = *not_null;
            }
            (TypeChange::Default(default), TypeKind::Domain(domain)) => {
                self.check_default(&Column {
                    name: Ident::unwritten(object.name.clone()),
                    data_type: Some(domain.data_type.clone()),
                    default: default.clone(),
                    ..Column::default()
                });
                domain.default.clone_from(default);
            }
            (TypeChange::Constraint(action), TypeKind::Domain(domain)) => {
                self.change_domain(object, domain, action);
            }
            _ => return key,
        }
        let changed = CreateType {
            name: made.name.clone(),
            kind,
        };
        self.put(object.redefined(Definition::Type(changed.into())));
        key
    }

    fn label_place(
        &mut self,
        object: &Object,
        labels: &[(String, Span)],
        span: Span,
        beside: Option<&(bool, String)>,
    ) -> usize {
        let Some((is_before, neighbour)) = beside else {
            return labels.len();
        };
        match labels.iter().position(|(label, _)| label == neighbour) {
            Some(place) => place + usize::from(!is_before),
            None => {
                if !object.incomplete {
                    self.unknown_label(object, labels, neighbour, span);
                }
                labels.len()
            }
        }
    }

    fn duplicate_label(&mut self, label: &str, span: Span, object: Option<&Object>) {
        let message = format!("enum label `{label}` already exists");
        let mut found = self.finding("duplicate-object", message, span, "this label is taken");
        if let Some(object) = object {
            found = self.with_origin(found, object);
        }
        self.found.push(found);
    }

    fn unknown_label(
        &mut self,
        object: &Object,
        labels: &[(String, Span)],
        label: &str,
        span: Span,
    ) {
        let message = format!("`{label}` is no label of enum `{}`", object.name);
        let found = self.finding("unknown-object", message, span, "unknown label");
        let mut found = self.with_origin(found, object);
        let names = labels.iter().map(|(label, _)| label.as_str());
        if let Some(near) = crate::nearest(label, names) {
            found = found.help(format!("a similar label exists: `{near}`"));
        }
        self.found.push(found);
    }

    fn change_attribute(
        &mut self,
        object: &Object,
        columns: &mut Vec<Column>,
        action: &AlterAction,
    ) {
        let place = |columns: &[Column], name: &Ident| {
            columns
                .iter()
                .position(|column| column.name.text == name.text)
        };
        match action {
            AlterAction::AddColumn { table, .. } => {
                for column in &table.columns {
                    if place(columns, &column.name).is_some() {
                        self.duplicate_column(Some(object), &column.name);
                        continue;
                    }
                    let type_name = self.type_name(column.data_type.as_ref(), &column.type_name);
                    columns.push(Column {
                        type_name,
                        ..column.clone()
                    });
                }
            }
            AlterAction::DropColumn {
                column, if_exists, ..
            } => match place(columns, column) {
                Some(place) => {
                    columns.remove(place);
                }
                None if *if_exists || object.incomplete => {}
                None => self.unknown_attribute(object, columns, column),
            },
            AlterAction::RenameColumn { from, to } => match place(columns, from) {
                Some(place) => columns[place].name = to.clone(),
                None if object.incomplete => {}
                None => self.unknown_attribute(object, columns, from),
            },
            AlterAction::AlterColumn { column, change } => {
                let ColumnChange::Type(new) = &**change else {
                    return;
                };
                let printed = self.type_name(Some(&new.data_type), &new.type_name);
                match place(columns, column) {
                    Some(place) => {
                        columns[place].type_name = printed;
                        columns[place].data_type = Some(new.data_type.clone());
                    }
                    None if object.incomplete => {}
                    None => self.unknown_attribute(object, columns, column),
                }
            }
            _ => {}
        }
    }

    fn unknown_attribute(&mut self, object: &Object, columns: &[Column], name: &Ident) {
        let message = format!(
            "attribute `{}` does not exist in type `{}`",
            name.text, object.name
        );
        let found = self.finding("unknown-column", message, name.span, "unknown attribute");
        let mut found = self.with_origin(found, object);
        let names = columns.iter().map(|column| column.name.text.as_str());
        if let Some(near) = crate::nearest(&name.text, names) {
            found = found.help(format!("an attribute with a similar name exists: `{near}`"));
        }
        self.found.push(found);
    }

    fn change_domain(&mut self, object: &Object, domain: &mut Domain, action: &AlterAction) {
        match action {
            AlterAction::AddConstraint { table, .. } => {
                for check in &table.checks {
                    add_check(domain, &object.name, check);
                }
            }
            AlterAction::DropConstraint {
                name: Some(name),
                if_exists,
                span,
                ..
            } => {
                let before = domain.checks.len();
                domain.checks.retain(|check| !is_named(check, &name.text));
                if before == domain.checks.len() && !if_exists && !object.incomplete {
                    let message = format!(
                        "constraint `{}` of domain `{}` does not exist",
                        name.text, object.name
                    );
                    self.error("unknown-object", message, *span, "unknown constraint");
                }
            }
            AlterAction::RenameConstraint { from, to } => {
                for check in &mut domain.checks {
                    if is_named(check, &from.text) {
                        check.name = Some(to.clone());
                    }
                }
            }
            _ => {}
        }
    }

    /// Gives a type another name or schema, and its users with it.
    fn move_type(&mut self, object: &Object, schema: Option<&Ident>, name: Option<&Ident>) -> Key {
        let folded = schema.map(|schema| self.fold_schema(&schema.text));
        let schema = folded.as_deref().or(object.schema.as_deref());
        let new_name = name.map_or(object.name.as_str(), |name| name.text.as_str());
        let naming = self.catalog.naming();
        let definition = object.definition().clone();
        let mut moved =
            Object::modelled(naming, object.kind, schema, new_name, new_name, definition);
        moved.origin.clone_from(&object.origin);
        moved.uses.clone_from(&object.uses);
        moved.incomplete = object.incomplete;
        let (old, key) = (object.key(), moved.key());
        if old == key {
            return key;
        }
        if let Some(existing) = self.catalog.get(&key).cloned() {
            let span = name.map_or(Span::default(), |name| name.span);
            self.duplicate_object(object.kind, new_name, span, &existing);
            return old;
        }
        let users = self.users_of_type(object);
        self.take_away(&old);
        self.catalog.remember(
            old.clone(),
            Gone {
                name: object.name.clone(),
                renamed_to: name.map(|name| name.text.clone()),
                by: self.origin(),
            },
        );
        let (from, to) = (printed_name(object), moved.clone());
        self.put(moved);
        for (user, _) in users {
            self.retype(&user.key(), &from, &to, &old);
        }
        key
    }

    /// Lets an object's columns have a type under its new name.
    fn retype(&mut self, user: &Key, from: &str, to: &Object, old: &Key) {
        let Some(object) = self.catalog.get(user).cloned() else {
            return;
        };
        let printed = printed_name(to);
        let renamed = |text: &str| {
            let rest = text.strip_prefix(from)?;
            let is_whole = rest.is_empty() || rest.starts_with(['(', '[']);
            is_whole.then(|| format!("{printed}{rest}"))
        };
        let in_column = |column: &mut Column| {
            if let Some(text) = renamed(&column.type_name) {
                column.type_name = text;
                if let Some(data_type) = &mut column.data_type {
                    data_type.name.clone_from(&to.name);
                    data_type.schema = to.schema.clone().map(Ident::unwritten);
                }
            }
        };
        let in_type = |data_type: &mut DataType| {
            if let Some(text) = renamed(&data_type.name) {
                data_type.name = text;
            }
        };
        let definition = match object.definition() {
            Definition::Table(table) => {
                let mut table = (**table).clone();
                table.columns.iter_mut().for_each(in_column);
                Definition::Table(table.into())
            }
            Definition::Type(made) => {
                let mut made = (**made).clone();
                match &mut made.kind {
                    TypeKind::Composite(columns) => columns.iter_mut().for_each(in_column),
                    TypeKind::Domain(domain) => in_type(&mut domain.data_type),
                    _ => {}
                }
                Definition::Type(made.into())
            }
            Definition::Routine(routine) => return self.retype_routine(&object, routine, in_type),
            _ => return,
        };
        let mut changed = object.redefined(definition);
        let uses = &mut changed.uses;
        uses.change(|used| used.key == *old, |used| used.key = to.key());
        self.put(changed);
    }

    /// A routine has the types in its name as well.
    fn retype_routine(
        &mut self,
        object: &Object,
        routine: &crate::syntax::ir::CreateRoutine,
        in_type: impl Fn(&mut DataType),
    ) {
        let mut routine = routine.clone();
        routine.arguments.iter_mut().for_each(&in_type);
        routine.returns.iter_mut().for_each(&in_type);
        let types: Vec<&str> = routine
            .arguments
            .iter()
            .map(|argument| argument.name.as_str())
            .collect();
        let bare = object.name.split('(').next().unwrap_or_default();
        let name = match self.dialect {
            Dialect::Postgres => format!("{bare}({})", types.join(", ")),
            _ => object.name.clone(),
        };
        let naming = self.catalog.naming();
        let schema = object.schema.as_deref();
        let definition = Definition::Routine(routine.into());
        let mut changed = Object::modelled(naming, object.kind, schema, &name, &name, definition);
        changed.origin.clone_from(&object.origin);
        changed.sql = object.sql.clone();
        changed.incomplete = object.incomplete;
        self.touched.insert(object.key());
        self.catalog.remove(&object.key());
        self.put(changed);
    }
}

/// Adds a constraint to a domain, under the name that the server gives it where none is written.
fn add_check(domain: &mut Domain, name: &str, check: &Check) {
    let mut check = check.clone();
    if check.name.is_none() {
        let mut names = (0..).map(|number| match number {
            0 => format!("{name}_check"),
            number => format!("{name}_check{number}"),
        });
        let free = names.find(|name| !domain.checks.iter().any(|other| is_named(other, name)));
        check.name = free.map(Ident::unwritten);
    }
    domain.checks.push(check);
}

fn is_named(check: &Check, name: &str) -> bool {
    check.name.as_ref().is_some_and(|own| own.text == name)
}
