use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::effects::Effects;
use super::lookup::Lookup;
use crate::catalog::{Definition, Object, Use};
use crate::syntax::ir::{CreateRoutine, DataType, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    pub(super) fn create_routine(&mut self, routine: &CreateRoutine) {
        let mut made = routine.clone();
        for argument in &mut made.arguments {
            *argument = self.normal_type(argument);
        }
        made.returns = made.returns.map(|returns| self.normal_type(&returns));
        let kind = routine.kind.object_kind();
        let name = self.signed(&routine.name, &routine.arguments);
        match self.look_up(kind, &name) {
            Lookup::Found(_) if routine.if_not_exists => return,
            Lookup::Found(existing) if existing.kind != kind && self.is_mysql() => {}
            Lookup::Found(existing) if !routine.or_replace => {
                let span = routine.name.span();
                return self.duplicate_object(kind, &name.name.text, span, &existing);
            }
            Lookup::Found(existing) => self.check_replaced_routine(&made, &name, &existing),
            Lookup::Open | Lookup::Missing => {}
        }
        let uses = self.types_used(&made);
        let definition = Definition::Routine(made.into());
        let text = &name.name.text;
        let Some(mut object) = self.new_object(kind, &name, text, false, definition) else {
            return self.lose_track();
        };
        object.uses = uses.into();
        object.sql = self.body_that_changes(routine).unwrap_or_default().into();
        self.put(object);
    }

    /// The name that a routine has in the catalog: on PostgreSQL with the types of what is passed in, which tell it from others.
    pub(super) fn signed(&mut self, name: &ObjectName, arguments: &[DataType]) -> ObjectName {
        if self.is_mysql() {
            return name.clone();
        }
        let before = self.found.len();
        let types: Vec<String> = arguments
            .iter()
            .map(|argument| self.normal_type(argument).name)
            .collect();
        self.found.truncate(before);
        ObjectName {
            schema: name.schema.clone(),
            name: Ident {
                text: format!("{}({})", name.name.text, types.join(", ")),
                ..name.name.clone()
            },
        }
    }

    /// The routines of that name, whatever is passed to them; `None` where one may be there that nobody knows.
    pub(super) fn routines_named(&self, name: &ObjectName) -> Option<Vec<Rc<Object>>> {
        if let Lookup::Open = self.look_up(ObjectKind::Function, name) {
            return None;
        }
        let schema = name.schema.as_ref();
        let schema = schema.map(|schema| self.fold_schema(&schema.text));
        let routines = self.catalog.objects().filter(|object| {
            let is_routine = matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure);
            let is_here = schema
                .as_ref()
                .is_none_or(|schema| object.schema.as_deref().unwrap_or_default() == schema);
            let bare = object.name.split('(').next().unwrap_or_default();
            is_routine && is_here && self.catalog.naming().is_same(bare, &name.name.text)
        });
        let routines: Vec<Rc<Object>> = routines.cloned().collect();
        let is_open = routines.iter().any(|routine| routine.incomplete);
        (!is_open).then_some(routines)
    }

    /// A type as it is printed, without what stands in parentheses: that is no part of a signature.
    fn normal_type(&mut self, data_type: &DataType) -> DataType {
        let bare = DataType {
            arguments: Vec::new(),
            ..data_type.clone()
        };
        let printed = match self.is_mysql() {
            true => return data_type.clone(),
            false => self.type_name(Some(&bare), ""),
        };
        let name = match printed.as_str() {
            "character(1)" => "character".to_owned(),
            "character(1)[]" => "character[]".to_owned(),
            "bit(1)" => "bit".to_owned(),
            "bpchar" => "character".to_owned(),
            _ => printed,
        };
        DataType {
            span: data_type.span,
            name,
            ..DataType::default()
        }
    }

    fn check_replaced_routine(
        &mut self,
        routine: &CreateRoutine,
        name: &ObjectName,
        existing: &Object,
    ) {
        let Definition::Routine(old) = existing.definition() else {
            return;
        };
        let message = match (&old.returns, &routine.returns) {
            _ if existing.incomplete || self.is_mysql() => return,
            _ if existing.kind != routine.kind.object_kind() => {
                format!("`{name}` is a {}", existing.kind)
            }
            (Some(old), Some(new)) if old.name != new.name => format!(
                "`{name}` returns `{}`, which `CREATE OR REPLACE` cannot change to `{}`",
                old.name, new.name
            ),
            _ => return,
        };
        let span = routine.name.span();
        let found = self.finding("bad-routine", message, span, "replaced here");
        let found = self.with_origin(found, existing);
        self.found.push(found);
    }

    /// The types of the history that a routine takes or gives back.
    fn types_used(&self, routine: &CreateRoutine) -> Vec<Use> {
        let types = routine.arguments.iter().chain(&routine.returns);
        let mut uses: Vec<Use> = types
            .filter_map(|data_type| self.type_called(&data_type.name))
            .map(|object| Use {
                key: object.key(),
                column: None,
            })
            .collect();
        uses.sort();
        uses.dedup();
        uses
    }

    /// The body of a routine, on MySQL behind its parameters, where calling it may change the schema.
    fn body_that_changes(&self, routine: &CreateRoutine) -> Option<String> {
        let text = routine.body?.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        let with_parameters = crate::Span {
            start: routine.name.span().end,
            ..routine.body?
        };
        effects.may_change().then(|| match self.is_mysql() {
            // What is passed to it may be part of a statement that it runs.
            true => with_parameters.of(self.script.text).to_owned(),
            false => text.to_owned(),
        })
    }

    fn is_mysql(&self) -> bool {
        self.dialect == Dialect::Mysql
    }
}
