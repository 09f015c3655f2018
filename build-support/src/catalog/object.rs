use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use migratory_core::{Dialect, content_digest};

use super::facts::modelled_facts;
use super::{Doubt, Doubts, Key, Naming, Part, TEMP};
use crate::Span;
use crate::syntax::ir::{
    Body, CreateIndex, CreatePolicy, CreateRoutine, CreateSequence, CreateTrigger, CreateType,
    CreateView, List, ObjectKind, Table,
};
use crate::syntax::{canonical, tokenize};

/// One object of the schema.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Object {
    /// Its name as it was spelt when it was made.
    pub name: String,
    /// The schema it lives in, where that is not the default one (`temp`).
    pub schema: Option<String>,
    /// What it is.
    pub kind: ObjectKind,
    /// The table an index or trigger belongs to; for the others the name again.
    pub table: String,
    /// The SQL that makes it, as the engine keeps it; empty for what the engine made by itself, and for what is modelled, but for a routine
    /// whose call may change the schema: of that it is the body.
    pub sql: Rc<str>,
    /// The statement that made it.
    pub origin: Option<Origin>,
    /// Whether its definition is not fully known; then nothing is said to be missing from it.
    pub incomplete: bool,
    /// The parts that are in doubt, where the rest of it is known.
    pub doubts: Doubts,
    /// What it needs to be there, where that is modelled.
    pub uses: List<Use>,
    naming: Naming,
    /// What it looks like inside, where that is modelled and not read from its SQL.
    modelled: Option<Definition>,
    #[serde(skip)]
    definition: OnceCell<Definition>,
    /// Written down with the rest: reading it off a thousand objects again costs more than reading it back.
    digest: Cell<Option<u64>>,
}

/// Something that an object needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Use {
    /// What it needs.
    pub key: Key,
    /// The column of it, where it needs one only.
    pub column: Option<String>,
}

/// The statement that made an object.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The file, relative to the migrations directory.
    pub file: Rc<str>,
    /// Line of the statement, from 1.
    pub line: u32,
    /// The statement's stretch of the file.
    pub span: Span,
}

impl std::fmt::Display for Origin {
    /// As `0001_initial.sql:4`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What an object looks like inside.
///
/// The spans in it mean nothing to a reader: they count in the migration's file or in the engine's own text, whichever the
/// definition was read from. The place to show is the object's [`Origin`].
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum Definition {
    /// A table.
    Table(Rc<Table>),
    /// An index.
    Index(Rc<CreateIndex>),
    /// A view.
    View(Rc<CreateView>),
    /// A trigger.
    Trigger(Rc<CreateTrigger>),
    /// A sequence.
    Sequence(Rc<CreateSequence>),
    /// An enum, a composite type or a domain.
    Type(Rc<CreateType>),
    /// A function or procedure.
    Routine(Rc<CreateRoutine>),
    /// A policy.
    Policy(Rc<CreatePolicy>),
    /// Its name is all there is to it.
    Name,
    /// Nobody could read it.
    Unknown,
}

impl Object {
    /// An object that its SQL defines; the definition is read from it when somebody asks.
    pub fn new(
        kind: ObjectKind,
        schema: Option<&str>,
        name: &str,
        table: &str,
        sql: impl Into<Rc<str>>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            schema: schema
                .filter(|schema| !schema.eq_ignore_ascii_case("main"))
                .map(str::to_ascii_lowercase),
            kind,
            table: table.to_owned(),
            sql: sql.into(),
            origin: None,
            incomplete: false,
            doubts: Doubts::default(),
            uses: List::new(),
            naming: Naming::Folded,
            modelled: None,
            definition: OnceCell::new(),
            digest: Cell::new(None),
        }
    }

    /// An object of which only the name is known.
    pub fn unknown(
        naming: Naming,
        key: &Key,
        name: &str,
        kind: ObjectKind,
        origin: Origin,
    ) -> Self {
        let table = if key.table.is_empty() {
            name
        } else {
            &key.table
        };
        Self {
            schema: Some(key.schema.clone()).filter(|schema| !schema.is_empty()),
            origin: Some(origin),
            incomplete: true,
            naming,
            ..Self::new(kind, None, name, table, "")
        }
    }

    /// An object that is modelled, under the naming of its catalog; `table` is the one it belongs to, or its own name.
    pub fn modelled(
        naming: Naming,
        kind: ObjectKind,
        schema: Option<&str>,
        name: &str,
        table: &str,
        definition: Definition,
    ) -> Self {
        let key = naming.key(schema, name, kind, table);
        Self {
            schema: Some(key.schema).filter(|schema| !schema.is_empty()),
            naming,
            modelled: Some(definition),
            ..Self::new(kind, None, name, table, "")
        }
    }

    /// The same object with another definition, where that is modelled.
    #[must_use]
    pub fn redefined(&self, definition: Definition) -> Self {
        Self {
            modelled: Some(definition),
            digest: Cell::new(None),
            ..self.clone()
        }
    }

    /// Says which statement made it.
    #[must_use]
    pub fn made_by(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Fills in the definition from the statement that made it, which saves reading it from the SQL.
    #[must_use]
    pub fn defined_by(self, body: &Body) -> Self {
        if let Some(definition) = Definition::of(body) {
            // A fresh object's cell is empty.
            let _ = self.definition.set(definition);
        }
        self
    }

    /// Fills in the definition of a table that was `old` before it got a column, where that was read already: reading a table again for
    /// each of its columns takes time that grows with their square.
    #[cfg(feature = "sqlite")]
    pub(crate) fn grown_from(self, old: &Self, added: &Table) -> Self {
        if let Some(Definition::Table(table)) = old.definition.get() {
            let mut table = Table::clone(table);
            table.columns.extend(added.columns.iter().cloned());
            table.checks.extend(added.checks.iter().cloned());
            let keys = added.foreign_keys.iter().cloned();
            table.foreign_keys.extend(keys);
            // A fresh object's cell is empty.
            let _ = self.definition.set(Definition::Table(Rc::new(table)));
        }
        self
    }

    /// How a catalog finds it.
    pub fn key(&self) -> Key {
        self.naming
            .key(self.schema.as_deref(), &self.name, self.kind, &self.table)
    }

    /// Its kind and name, as in `index users_email`.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.name.to_ascii_lowercase())
    }

    /// Whether all of it is known, and no part of it in doubt.
    pub fn is_certain(&self) -> bool {
        !self.incomplete && self.doubts.is_empty()
    }

    /// How far its column of that name is in doubt.
    pub fn doubt_of_column(&self, name: &str) -> Option<Doubt> {
        self.doubts.of(&Part::column(self.naming, name))
    }

    /// How far its constraint of that name is in doubt.
    pub fn doubt_of_constraint(&self, name: &str) -> Option<Doubt> {
        self.doubts.of(&Part::constraint(self.naming, name))
    }

    /// Whether it lives in the temporary schema.
    pub fn is_temporary(&self) -> bool {
        self.schema.as_deref() == Some(TEMP)
    }

    /// Whether it is part of what two schemas are compared by: temporary objects are not, nor are names of constraints, nor is
    /// PostgreSQL's default schema, which is there before anybody makes it.
    pub(super) fn counts(&self) -> bool {
        let is_default = self.kind == ObjectKind::Schema && self.name == "public";
        !self.is_temporary() && self.kind != ObjectKind::Constraint && !is_default
    }

    /// Whether it is a table whose SQL may hold foreign keys, or whose definition has some.
    pub(super) fn is_referring(&self) -> bool {
        self.kind == ObjectKind::Table
            && match &self.modelled {
                Some(Definition::Table(table)) => !table.foreign_keys.is_empty(),
                Some(_) => false,
                None => self.mentions("REFERENCES"),
            }
    }

    /// Whether it is an index that a server made for a foreign key.
    pub(super) fn is_implicit(&self) -> bool {
        // An index of the engine is never one, and reading it costs a parse.
        self.is_modelled() && self.as_index().is_some_and(|index| index.implicit)
    }

    /// A digest of what it is, whatever white space and comments its SQL holds.
    pub fn digest(&self) -> u64 {
        if let Some(digest) = self.digest.get() {
            return digest;
        }
        let text = if self.is_modelled() {
            let lines = modelled_facts(self);
            let lines = lines
                .iter()
                .map(|(what, detail)| format!("{what}\0{detail}\0"));
            format!("{:?}{}", self.key(), lines.collect::<String>())
        } else {
            let tokens = tokenize(Dialect::Sqlite, &self.sql);
            let table = self.table.to_ascii_lowercase();
            let sql = canonical(&self.sql, &tokens);
            format!("{}\0{}\0{table}\0{sql}", self.kind, self.key().name)
        };
        let digest = content_digest(text.as_bytes());
        self.digest.set(Some(digest));
        digest
    }

    /// Whether its definition is a model's, and not the engine's.
    pub fn is_modelled(&self) -> bool {
        self.modelled.is_some()
    }

    /// How its names are compared.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// What it looks like inside.
    pub fn definition(&self) -> &Definition {
        match &self.modelled {
            Some(definition) => definition,
            None => self.definition.get_or_init(|| Definition::read(&self.sql)),
        }
    }

    /// Its definition, where it is a table that could be read.
    pub fn as_table(&self) -> Option<&Rc<Table>> {
        match self.definition() {
            Definition::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Its definition, where it is an index that could be read.
    pub fn as_index(&self) -> Option<&Rc<CreateIndex>> {
        match self.definition() {
            Definition::Index(index) => Some(index),
            _ => None,
        }
    }

    /// Its definition, where it is a view that could be read.
    pub fn as_view(&self) -> Option<&Rc<CreateView>> {
        match self.definition() {
            Definition::View(view) => Some(view),
            _ => None,
        }
    }

    /// Its definition, where it is a trigger that could be read.
    pub fn as_trigger(&self) -> Option<&Rc<CreateTrigger>> {
        match self.definition() {
            Definition::Trigger(trigger) => Some(trigger),
            _ => None,
        }
    }

    /// Whether its SQL holds that name anywhere, case aside: a cheap test before its definition is read.
    pub fn mentions(&self, name: &str) -> bool {
        let (text, name) = (self.sql.as_bytes(), name.as_bytes());
        let Some(first) = name.first() else {
            return false;
        };
        // Looked at byte by byte first, which is quick where nothing is optimised.
        (0..(text.len() + 1).saturating_sub(name.len())).any(|start| {
            text[start].eq_ignore_ascii_case(first)
                && text[start..start + name.len()].eq_ignore_ascii_case(name)
        })
    }

    /// The same object with more of its parts in doubt.
    pub(super) fn doubting(&self, doubts: &Doubts) -> Self {
        let mut object = self.clone();
        object.doubts.join(doubts);
        object.digest = Cell::new(None);
        object
    }

    /// The same object with a definition that is not fully known.
    pub(crate) fn marked(&self) -> Self {
        Self {
            incomplete: true,
            ..self.clone()
        }
    }
}

impl Definition {
    /// What a statement that makes an object says of it.
    pub fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::CreateTable(create) if create.query.is_none() => {
                Self::Table(Rc::new(create.table.clone()))
            }
            Body::CreateIndex(index) => Self::Index(Rc::new((**index).clone())),
            Body::CreateView(view) => Self::View(Rc::new((**view).clone())),
            Body::CreateTrigger(trigger) => Self::Trigger(Rc::new((**trigger).clone())),
            Body::CreateVirtualTable { module, .. } => Self::Table(Rc::new(Table {
                module: Some(module.text.clone()),
                ..Table::default()
            })),
            _ => return None,
        })
    }

    #[cfg(feature = "sqlite")]
    fn read(sql: &str) -> Self {
        crate::syntax::sqlite::definition(sql)
            .and_then(|body| Self::of(&body))
            .unwrap_or(Self::Unknown)
    }

    #[cfg(not(feature = "sqlite"))]
    fn read(_sql: &str) -> Self {
        Self::Unknown
    }
}
