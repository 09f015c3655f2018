//! What a statement's names may come from: its sources with their columns, and what each of its queries gives back.

use std::collections::BTreeSet;
use std::rc::Rc;

use migratory_core::Dialect;

use super::Work;
use super::lookup::Lookup;
use crate::catalog::{Definition, Object, Use};
use crate::syntax::ir::{
    Column, ColumnRef, Ident, NameSource, NameSourceKind, ObjectKind, ObjectName, Output, Query,
    Quote, Scope,
};

/// How deep queries are followed into each other.
const DEPTH: usize = 64;

/// The columns of a source or of a result, in order.
#[derive(Clone, Debug)]
pub(super) enum Columns {
    /// These; `None` stands for one whose name nobody knows.
    Known(Vec<Option<Column>>),
    /// Some of these, and no others.
    Among(Vec<Option<Column>>),
    /// Any name may be among them.
    Open,
}

/// Something that names come from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) alias: Option<Ident>,
    /// The table or view, where it is one.
    pub(super) object: Option<Rc<Object>>,
    pub(super) columns: Columns,
    kind: NameSourceKind,
}

/// The sources of every scope of a statement.
#[derive(Debug)]
pub(super) struct Sources {
    scopes: Vec<Vec<Source>>,
    outputs: Vec<Option<Columns>>,
    entered: Vec<bool>,
    missing: Vec<ObjectName>,
    misused: Vec<(ObjectName, Rc<Object>)>,
}

impl Sources {
    /// Looks up what the scopes of the statement read.
    pub(super) fn of(work: &Work<'_, '_>) -> Self {
        let scopes = &work.statement.scopes;
        let mut sources = Self {
            scopes: vec![Vec::new(); scopes.len()],
            outputs: vec![None; scopes.len()],
            entered: vec![false; scopes.len()],
            missing: Vec::new(),
            misused: Vec::new(),
        };
        // Tables first: queries may read the scopes before them and behind them.
        for (place, scope) in scopes.iter().enumerate() {
            for source in &scope.sources {
                let source = sources.look_up(work, source);
                sources.scopes[place].push(source);
            }
        }
        for place in 0..scopes.len() {
            sources.fill(work, place, DEPTH);
        }
        sources
    }

    pub(super) fn of_scope(&self, scope: usize) -> &[Source] {
        self.scopes.get(scope).map_or(&[], Vec::as_slice)
    }

    /// What a scope gives back.
    pub(super) fn outputs(&self, scope: usize) -> Columns {
        let outputs = self.outputs.get(scope).cloned().flatten();
        outputs.unwrap_or(Columns::Open)
    }

    /// Tables that are read and are not there.
    pub(super) fn missing(&self) -> &[ObjectName] {
        &self.missing
    }

    /// Names that are read as tables and stand for something else.
    pub(super) fn misused(&self) -> &[(ObjectName, Rc<Object>)] {
        &self.misused
    }

    /// The tables and views that are read.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Rc<Object>> {
        let sources = self.scopes.iter().flatten();
        sources.filter_map(|source| source.object.as_ref())
    }

    /// Whether a name stands for a query of the statement.
    pub(super) fn is_of_query(&self, name: &ObjectName) -> bool {
        let first = self.scopes.first().map_or(&[][..], Vec::as_slice);
        name.schema.is_none()
            && first.iter().any(|source| {
                let is_named = source.alias.as_ref();
                let is_named = is_named.is_some_and(|alias| alias.is(&name.name.text));
                is_named && !matches!(source.kind, NameSourceKind::Table(_))
            })
    }

    /// The columns of tables that a star of a scope stands for.
    pub(super) fn used_by_star(
        &self,
        work: &Work<'_, '_>,
        scope: usize,
        qualifier: Option<&Ident>,
        uses: &mut BTreeSet<Use>,
    ) {
        for source in self.of_scope(scope) {
            let is_meant = qualifier.is_none_or(|qualifier| source.is_called(work, qualifier));
            let Some(object) = source.object.as_ref().filter(|_| is_meant) else {
                continue;
            };
            let columns = Columns::of_object(object).names().into_iter();
            uses.extend(columns.map(|column| Use {
                key: object.key(),
                column: Some(column),
            }));
        }
    }

    fn look_up(&mut self, work: &Work<'_, '_>, source: &NameSource) -> Source {
        let mut found = Source {
            alias: source.alias.clone(),
            object: None,
            columns: Columns::Open,
            kind: source.kind.clone(),
        };
        if let NameSourceKind::Table(name) = &source.kind {
            found.alias.get_or_insert_with(|| name.name.clone());
            if work.dialect == Dialect::Postgres && is_value(name) {
                return found;
            }
            match work.look_up(ObjectKind::Table, name) {
                Lookup::Found(object) if object.kind.is_table_like() => {
                    found.columns = Columns::of_object(&object).renamed(&source.columns);
                    found.object = Some(object);
                }
                Lookup::Found(object) if object.kind == ObjectKind::Index => {
                    self.misused.push((name.clone(), object));
                }
                Lookup::Missing => self.missing.push(name.clone()),
                Lookup::Found(_) | Lookup::Open => {}
            }
        }
        found
    }

    /// Works out what the sources of a scope that are queries have, and what the scope gives back.
    fn fill(&mut self, work: &Work<'_, '_>, place: usize, depth: usize) {
        let scopes = &work.statement.scopes;
        // A query that reads itself finds nothing known.
        if depth == 0 || place >= scopes.len() || self.entered[place] {
            return;
        }
        self.entered[place] = true;
        let scope = &scopes[place];
        for (nth, source) in scope.sources.iter().enumerate() {
            let NameSourceKind::Query(query) = source.kind else {
                continue;
            };
            self.fill(work, query, depth - 1);
            self.scopes[place][nth].columns = self.outputs(query).renamed(&source.columns);
        }
        self.outputs[place] = Some(self.given_back(work, place, scope));
    }

    fn given_back(&self, work: &Work<'_, '_>, place: usize, scope: &Scope) -> Columns {
        if scope.outputs.is_empty() {
            return Columns::Open;
        }
        let mut columns = Vec::new();
        let mut are_all_there = true;
        for output in &scope.outputs {
            match output {
                Output::Star(qualifier) => {
                    for source in self.of_scope(place) {
                        let is_meant = qualifier
                            .as_ref()
                            .is_none_or(|qualifier| source.is_called(work, qualifier));
                        match &source.columns {
                            _ if !is_meant => {}
                            Columns::Known(known) => columns.extend(known.iter().cloned()),
                            Columns::Among(known) => {
                                columns.extend(known.iter().cloned());
                                are_all_there = false;
                            }
                            Columns::Open => return Columns::Open,
                        }
                    }
                }
                Output::Column { column, alias } => {
                    let name = alias.as_ref().unwrap_or(&column.name);
                    let typed = self.typed(work, place, column.qualifier.as_ref(), &column.name);
                    columns.push(Some(Column {
                        name: name.clone(),
                        ..typed.unwrap_or_default()
                    }));
                }
                Output::Other(name) => columns.push(
                    name.as_ref()
                        .map(|name| Column::new(name.clone(), String::new())),
                ),
            }
        }
        match are_all_there {
            true => Columns::Known(columns),
            false => Columns::Among(columns),
        }
    }

    /// The column that a result column is taken from.
    fn typed(
        &self,
        work: &Work<'_, '_>,
        place: usize,
        qualifier: Option<&Ident>,
        name: &Ident,
    ) -> Option<Column> {
        let meant = self
            .of_scope(place)
            .iter()
            .filter(|source| qualifier.is_none_or(|qualifier| source.is_called(work, qualifier)));
        let mut found = meant.filter_map(|source| source.columns.named(work, name));
        let column = found.next()?;
        Some(Column {
            name: name.clone(),
            type_name: column.type_name.clone(),
            data_type: column.data_type.clone(),
            collation: column.collation.clone(),
            ..Column::default()
        })
    }
}

impl Source {
    /// Whether that is its alias, or its name where it has none.
    pub(super) fn is_called(&self, work: &Work<'_, '_>, name: &Ident) -> bool {
        let alias = self.alias.as_ref();
        alias.is_some_and(|alias| match work.dialect {
            Dialect::Mysql => alias.is(&name.text),
            _ => work.catalog.naming().is_same(&alias.text, &name.text),
        })
    }
}

impl Columns {
    /// Those of a table or view.
    pub(super) fn of_object(object: &Object) -> Self {
        if object.incomplete {
            return Self::Open;
        }
        match object.definition() {
            Definition::Table(table) if !table.columns.is_empty() => {
                let columns = table.columns.iter().map(|column| {
                    let doubt = object.doubt_of_column(&column.name.text);
                    Some(match doubt {
                        Some(_) => Column::new(column.name.clone(), ""),
                        None => column.clone(),
                    })
                });
                match object.doubts.may_lack_columns() {
                    true => Self::Among(columns.collect()),
                    false => Self::Known(columns.collect()),
                }
            }
            Definition::View(view) if !view.columns.is_empty() => {
                let column = |name: &Ident| Some(Column::new(name.clone(), String::new()));
                Self::Known(view.columns.iter().map(column).collect())
            }
            _ => Self::Open,
        }
    }

    /// Under the names that an alias gives them; those behind the list keep their own.
    pub(super) fn renamed(mut self, names: &[Ident]) -> Self {
        if matches!(self, Self::Among(_)) && !names.is_empty() {
            return Self::Open;
        }
        if let Self::Known(columns) = &mut self {
            for (column, name) in columns.iter_mut().zip(names) {
                let old = column.take().unwrap_or_default();
                let name = name.clone();
                *column = Some(Column { name, ..old });
            }
        }
        self
    }

    /// Whether that name is among them, or may be.
    pub(super) fn may_have(&self, work: &Work<'_, '_>, name: &Ident) -> bool {
        match self {
            Self::Open => true,
            Self::Known(columns) | Self::Among(columns) => {
                columns.iter().any(Option::is_none) || self.named(work, name).is_some()
            }
        }
    }

    fn named(&self, work: &Work<'_, '_>, name: &Ident) -> Option<&Column> {
        let (Self::Known(columns) | Self::Among(columns)) = self else {
            return None;
        };
        let naming = work.catalog.naming();
        let mut known = columns.iter().flatten();
        known.find(|column| naming.is_same(&column.name.text, &name.text))
    }

    fn place(&self, work: &Work<'_, '_>, name: &Ident) -> Option<usize> {
        let (Self::Known(columns) | Self::Among(columns)) = self else {
            return None;
        };
        let naming = work.catalog.naming();
        columns.iter().position(|column| {
            let column = column.as_ref();
            column.is_some_and(|column| naming.is_same(&column.name.text, &name.text))
        })
    }

    /// The names that are known.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Known(columns) | Self::Among(columns) => {
                let known = columns.iter().flatten();
                known.map(|column| column.name.text.clone()).collect()
            }
            Self::Open => Vec::new(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Known(columns) => Some(columns.len()),
            Self::Among(_) | Self::Open => None,
        }
    }

    /// All of them, where each has a name and no two the same.
    pub(super) fn all(self, work: &Work<'_, '_>) -> Option<Vec<Column>> {
        let Self::Known(columns) = self else {
            return None;
        };
        let columns: Option<Vec<Column>> = columns.into_iter().collect();
        let naming = work.catalog.naming();
        columns.filter(|columns| {
            columns.iter().enumerate().all(|(place, column)| {
                let mut earlier = columns[..place].iter();
                !earlier.any(|other| naming.is_same(&other.name.text, &column.name.text))
            })
        })
    }
}

impl Work<'_, '_> {
    /// The table's column that a name in a scope stands for, where it is one.
    pub(super) fn used(
        &self,
        sources: &Sources,
        scope: usize,
        column: &ColumnRef,
        uses: &mut BTreeSet<Use>,
    ) {
        for around in self.around(scope) {
            for source in sources.of_scope(around) {
                let is_meant = column
                    .qualifier
                    .as_ref()
                    .is_none_or(|qualifier| source.is_called(self, qualifier));
                let Some(object) = source.object.as_ref().filter(|_| is_meant) else {
                    continue;
                };
                // A list of aliases renames the columns from the first on.
                let place = source.columns.place(self, &column.name);
                let names = Columns::of_object(object).names();
                if let Some(name) = place.and_then(|place| names.get(place)) {
                    uses.insert(Use {
                        key: object.key(),
                        column: Some(name.clone()),
                    });
                    return;
                }
            }
        }
    }

    /// The columns that a query of the statement gives back, each with the type of the column it is taken from (`type_name` is empty
    /// where it is computed); `None` where they are not all known.
    pub(super) fn outputs_of(&self, query: &Query) -> Option<Vec<Column>> {
        let sources = Sources::of(self);
        sources.outputs(query.scope?).all(self)
    }
}

/// Whether PostgreSQL takes a table's name for one of the functions that are called without parentheses, as in `SELECT * FROM user`.
fn is_value(name: &ObjectName) -> bool {
    const VALUES: [&str; 11] = [
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "session_user",
        "user",
    ];
    let is_plain = name.schema.is_none() && name.name.quote == Quote::None;
    is_plain && VALUES.contains(&name.name.text.as_str())
}
