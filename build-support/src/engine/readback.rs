//! Brings the catalog up to what the engine holds, reading no more of it than a statement can have changed.

use std::collections::BTreeSet;
use std::rc::Rc;

use rusqlite::{Connection, Row};

use super::Engine;
use crate::catalog::{Catalog, Gone, Key, Object, Origin, TEMP};
use crate::syntax::ir::{AlterAction, Body, ObjectKind, ObjectName, Statement};

pub(super) const MAIN: &str = "main";

const ROWS_BEHIND: &str = "rowid > ?1 ORDER BY rowid";

/// What was last read of a schema.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    version: i64,
    last_row: i64,
}

/// A row of `sqlite_schema`.
struct Entry {
    row: i64,
    object: Object,
}

impl Known {
    pub(super) fn read(connection: &Connection, schema: &str) -> rusqlite::Result<Self> {
        let sql = format!("SELECT coalesce(max(rowid), 0) FROM {schema}.sqlite_schema");
        Ok(Self {
            version: version(connection, schema)?,
            last_row: connection.query_row(&sql, [], |row| row.get(0))?,
        })
    }
}

impl Engine {
    /// Reads back what a statement changed. Provenance stays with an object for as long as it stands.
    pub(super) fn read_back(
        &mut self,
        statement: &Statement,
        origin: &Origin,
        catalog: &mut Catalog,
    ) {
        let renames = before_renames(statement, catalog);
        for schema in [MAIN, TEMP] {
            // These read what SQLite itself wrote; where even that fails, the catalog is no longer to be trusted.
            if self
                .read_schema(schema, statement, origin, catalog)
                .is_err()
            {
                catalog.mark_incomplete();
            }
        }
        remember_renames(renames, origin, catalog);
    }

    /// Every object of a schema.
    pub(super) fn objects(&self, schema: &str) -> rusqlite::Result<Vec<Object>> {
        let entries = self.entries(schema, ROWS_BEHIND, 0)?;
        let objects = entries.into_iter().map(|entry| entry.object);
        Ok(objects.filter_map(visible).collect())
    }

    fn read_schema(
        &mut self,
        schema: &'static str,
        statement: &Statement,
        origin: &Origin,
        catalog: &mut Catalog,
    ) -> rusqlite::Result<()> {
        let known = if schema == MAIN { self.main } else { self.temp };
        let now = version(&self.connection, schema)?;
        let by_hand = writes_schema_table(&statement.body);
        if now == known.version && !by_hand {
            return Ok(());
        }
        let mut last_row = known.last_row;
        let is_rollback = now < known.version || matches!(statement.body, Body::Transaction(_));
        let one_step = now == known.version + 1;
        match &statement.body {
            _ if !one_step => self.read_all(schema, is_rollback, origin, catalog, &mut last_row)?,
            Body::CreateTable(_)
            | Body::CreateIndex(_)
            | Body::CreateView(_)
            | Body::CreateTrigger(_) => {
                self.read_new(schema, statement, origin, catalog, &mut last_row)?;
            }
            Body::Drop { kind, names, .. } => {
                let mut is_plain = true;
                for name in names {
                    is_plain &= self.take_out(schema, *kind, name, origin, catalog);
                }
                if !is_plain && self.count(schema)? != count(catalog, schema) {
                    self.read_all(schema, is_rollback, origin, catalog, &mut last_row)?;
                }
                last_row = Known::read(&self.connection, schema)?.last_row;
            }
            Body::AlterTable { table, actions, .. } if actions.iter().all(keeps_to_its_table) => {
                self.read_table(schema, table, actions, catalog)?;
            }
            _ => self.read_all(schema, is_rollback, origin, catalog, &mut last_row)?,
        }
        let known = Known {
            version: now,
            last_row,
        };
        if schema == MAIN {
            self.main = known;
        } else {
            self.temp = known;
        }
        Ok(())
    }

    fn read_new(
        &mut self,
        schema: &str,
        statement: &Statement,
        origin: &Origin,
        catalog: &mut Catalog,
        last_row: &mut i64,
    ) -> rusqlite::Result<()> {
        let entries = self.entries(schema, ROWS_BEHIND, *last_row)?;
        for entry in entries {
            *last_row = entry.row;
            let Some(object) = visible(entry.object) else {
                continue;
            };
            let object = object.made_by(origin.clone()).defined_by(&statement.body);
            self.touched.insert(object.key());
            catalog.insert(object);
        }
        Ok(())
    }

    /// Reads the row of one table that was altered in place.
    fn read_table(
        &mut self,
        schema: &str,
        table: &ObjectName,
        actions: &[AlterAction],
        catalog: &mut Catalog,
    ) -> rusqlite::Result<()> {
        let condition = "type = 'table' AND name = ?1 COLLATE NOCASE";
        for entry in self.entries(schema, condition, &table.name.text)? {
            let old = catalog.get(&entry.object.key());
            let object = match (old, actions) {
                (Some(old), [AlterAction::AddColumn { table: added, .. }]) => {
                    entry.object.grown_from(old, added)
                }
                _ => entry.object,
            };
            self.replace(object, None, catalog);
        }
        Ok(())
    }

    fn read_all(
        &mut self,
        schema: &str,
        is_rollback: bool,
        origin: &Origin,
        catalog: &mut Catalog,
        last_row: &mut i64,
    ) -> rusqlite::Result<()> {
        let entries = self.entries(schema, ROWS_BEHIND, 0)?;
        *last_row = entries.last().map_or(0, |entry| entry.row);
        let mut standing = BTreeSet::new();
        for object in entries
            .into_iter()
            .filter_map(|entry| visible(entry.object))
        {
            standing.insert(object.key());
            self.replace(object, Some(origin), catalog);
        }
        let folded = folded(schema);
        let fallen: Vec<Key> = catalog
            .objects()
            .filter(|object| !is_only_a_name(object))
            .map(|object| object.key())
            .filter(|key| key.schema == folded && !standing.contains(key))
            .collect();
        for key in fallen {
            // What a rollback undoes was never there.
            if is_rollback {
                self.touched.insert(key.clone());
                catalog.remove(&key);
            } else {
                self.forget(key, origin, catalog);
            }
        }
        Ok(())
    }

    /// Puts in what the engine holds, unless the catalog has it already. Where nothing of that name stood, `origin` made it.
    fn replace(&mut self, mut object: Object, origin: Option<&Origin>, catalog: &mut Catalog) {
        let key = object.key();
        if let Some(old) = catalog.get(&key) {
            if old.sql == object.sql && old.table == object.table && old.name == object.name {
                return;
            }
            object.incomplete = old.incomplete && !is_only_a_name(old);
            object.origin.clone_from(&old.origin);
        } else {
            object.origin = origin.cloned();
        }
        self.touched.insert(key);
        catalog.insert(object);
    }

    /// Takes an object of that schema out with its parts. Whether it is one with which nothing else goes.
    fn take_out(
        &mut self,
        schema: &str,
        kind: ObjectKind,
        name: &ObjectName,
        origin: &Origin,
        catalog: &mut Catalog,
    ) -> bool {
        let Some(object) = catalog.object(kind, name).cloned() else {
            return false;
        };
        let is_here = object.key().schema == folded(schema);
        let is_virtual = kind == ObjectKind::Table && object.mentions("VIRTUAL");
        // The temporary triggers of a table of the main schema fall with it.
        let parts: Vec<Key> = match kind {
            ObjectKind::Table | ObjectKind::View => catalog
                .indexes_of(&object)
                .chain(catalog.triggers_of(&object))
                .map(|part| part.key())
                .collect(),
            _ => Vec::new(),
        };
        for key in parts.into_iter().chain([object.key()]) {
            if key.schema == folded(schema) {
                self.forget(key, origin, catalog);
            }
        }
        is_here && !is_virtual && !object.incomplete
    }

    fn forget(&mut self, key: Key, origin: &Origin, catalog: &mut Catalog) {
        let Some(object) = catalog.remove(&key) else {
            return;
        };
        self.touched.insert(key.clone());
        let gone = Gone {
            name: object.name.clone(),
            renamed_to: None,
            by: origin.clone(),
        };
        catalog.remember(key, gone);
    }

    fn entries(
        &self,
        schema: &str,
        condition: &str,
        value: impl rusqlite::ToSql,
    ) -> rusqlite::Result<Vec<Entry>> {
        let sql = format!(
            "SELECT rowid, type, name, tbl_name, sql FROM {schema}.sqlite_schema WHERE {condition}"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map([value], |row| entry(schema, row))?;
        rows.collect()
    }

    fn count(&self, schema: &str) -> rusqlite::Result<usize> {
        let sql = format!(
            "SELECT count(*) FROM {schema}.sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

fn entry(schema: &str, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind = match row.get_ref(1)?.as_str()? {
        "index" => ObjectKind::Index,
        "view" => ObjectKind::View,
        "trigger" => ObjectKind::Trigger,
        _ => ObjectKind::Table,
    };
    let sql: Option<Rc<str>> = row.get(4)?;
    let (name, table) = (row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?);
    Ok(Entry {
        row: row.get(0)?,
        object: Object::new(kind, Some(schema), name, table, sql.unwrap_or_default()),
    })
}

/// The objects that people make: not SQLite's own tables, nor the indexes behind its constraints.
fn visible(object: Object) -> Option<Object> {
    let own = object.sql.is_empty() || object.name.starts_with("sqlite_");
    (!own).then_some(object)
}

/// Whether the engine does not hold it: a statement that was to make it did not run.
fn is_only_a_name(object: &Object) -> bool {
    object.incomplete && object.sql.is_empty()
}

fn count(catalog: &Catalog, schema: &str) -> usize {
    let folded = folded(schema);
    let standing = catalog
        .objects()
        .filter(|object| object.schema.as_deref().unwrap_or_default() == folded);
    standing.filter(|object| !is_only_a_name(object)).count()
}

fn folded(schema: &str) -> &str {
    if schema == MAIN { "" } else { schema }
}

fn version(connection: &Connection, schema: &str) -> rusqlite::Result<i64> {
    let sql = if schema == MAIN {
        "PRAGMA main.schema_version"
    } else {
        "PRAGMA temp.schema_version"
    };
    let mut statement = connection.prepare(sql)?;
    statement.query_row([], |row| row.get(0))
}

/// Whether a statement writes to SQLite's own table of objects, past every `CREATE` and `ALTER`.
fn writes_schema_table(body: &Body) -> bool {
    let table = match body {
        Body::Insert(insert) => &insert.table,
        Body::Update(update) => &update.table,
        Body::Delete { table, .. } => table,
        _ => return false,
    };
    let names = [
        "sqlite_schema",
        "sqlite_master",
        "sqlite_temp_schema",
        "sqlite_temp_master",
    ];
    names.iter().any(|name| table.name.is(name))
}

/// Whether an action changes the definition of its own table and nothing else.
fn keeps_to_its_table(action: &AlterAction) -> bool {
    matches!(
        action,
        AlterAction::AddColumn { .. } | AlterAction::DropColumn { .. }
    )
}

/// A name that goes, and the one that comes in its place.
struct Rename {
    table: Rc<Object>,
    column: Option<String>,
    to: Option<String>,
}

fn before_renames(statement: &Statement, catalog: &Catalog) -> Vec<Rename> {
    let Body::AlterTable { table, actions, .. } = &statement.body else {
        return Vec::new();
    };
    let Some(table) = catalog.table(table) else {
        return Vec::new();
    };
    let rename = |column: Option<&str>, to: Option<&str>| Rename {
        table: table.clone(),
        column: column.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let renames = actions.iter().filter_map(|action| match action {
        AlterAction::RenameTable { to } => Some(rename(None, Some(&to.text))),
        AlterAction::DropColumn { column, .. } => Some(rename(Some(&column.text), None)),
        AlterAction::RenameColumn { from, to } => Some(rename(Some(&from.text), Some(&to.text))),
        _ => None,
    });
    renames.collect()
}

/// Says of what a statement renamed that it is the same thing, provided that it went.
fn remember_renames(renames: Vec<Rename>, origin: &Origin, catalog: &mut Catalog) {
    for rename in renames {
        let old = rename.table.key();
        let gone = |name: &str| Gone {
            name: name.to_owned(),
            renamed_to: rename.to.clone(),
            by: origin.clone(),
        };
        match (&rename.column, &rename.to) {
            (Some(column), _) => {
                let changed = catalog
                    .get(&old)
                    .is_some_and(|now| now.sql != rename.table.sql);
                if changed {
                    catalog.remember_column(old, gone(column));
                }
            }
            (None, Some(to)) if catalog.get(&old).is_none() => {
                let new = Key::new(rename.table.schema.as_deref(), to, ObjectKind::Table);
                catalog.carry_origin(&new, &rename.table);
                catalog.remember(old, gone(&rename.table.name));
            }
            _ => {}
        }
    }
}
