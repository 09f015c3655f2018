//! Whether the histories of one application in several dialects are in step: the same versions under the same names, and at their end the
//! same tables and columns, of types that can hold the same values.

use std::collections::{BTreeMap, BTreeSet};

use migratory_core::Dialect;

use crate::Span;
use crate::catalog::{Catalog, Definition, Doubt, Object};
use crate::diagnostic::Diagnostic;
use crate::discover::{CONFIG_FILE, Source};
use crate::syntax::ir::ObjectKind;

/// One history, as far as parity looks at it.
#[derive(Debug)]
pub struct Side {
    directory: String,
    /// Names by version.
    migrations: BTreeMap<u64, String>,
    /// Columns by table, each with the families of its type; `None` where the table is not fully known.
    tables: BTreeMap<String, Option<Columns>>,
    /// Whether tables may be there that the catalog does not hold.
    incomplete: bool,
}

type Columns = BTreeMap<String, Type>;

/// A column's type: as it is written, and what it can hold.
#[derive(Debug)]
struct Type {
    name: String,
    families: BTreeSet<Family>,
    doubt: Option<Doubt>,
}

/// Values that a type can hold. Two types go together if they share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Integer,
    Boolean,
    Real,
    Decimal,
    Text,
    Bytes,
    Time,
    Date,
    Json,
    Uuid,
    Enum,
}

use Family::{Boolean, Bytes, Date, Decimal, Enum, Integer, Json, Real, Text, Time, Uuid};

impl Side {
    /// A history with the schema at its end.
    pub fn new(source: &Source, end: &Catalog) -> Self {
        let migrations = source.migrations.iter();
        let tables = end.of_kind(ObjectKind::Table);
        let tables = tables.filter(|table| !table.is_temporary());
        Self {
            directory: source.root.clone(),
            migrations: migrations
                .map(|entry| (entry.version.number(), entry.name.clone()))
                .collect(),
            tables: tables
                .map(|table| {
                    let columns = columns(source.config.dialect, table);
                    (table.name.to_ascii_lowercase(), columns)
                })
                .collect(),
            incomplete: end.is_incomplete(),
        }
    }

    /// What this one and another differ in, each at the place that asks for their parity.
    pub fn compare(&self, other: &Self, asked: Span) -> Vec<Diagnostic> {
        let mut differences = self.compare_migrations(other);
        // Which table is missing follows from a migration that is missing.
        if differences.is_empty() {
            differences = self.compare_tables(other);
        }
        let found = differences.into_iter().map(|message| {
            Diagnostic::error("parity", message)
                .at(CONFIG_FILE, asked, "out of step")
                .help(format!(
                    "bring `{}` and `{}` in step, or take it out of `parity`",
                    self.directory, other.directory
                ))
        });
        found.collect()
    }

    fn compare_migrations(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        for (version, name) in &self.migrations {
            match other.migrations.get(version) {
                Some(same) if same == name => {}
                Some(theirs) => differences.push(format!(
                    "migration {version} is `{name}` in `{}` and `{theirs}` in `{}`",
                    self.directory, other.directory
                )),
                None => differences.push(missing(version, name, self, other)),
            }
        }
        let theirs = other.migrations.iter();
        let extra = theirs.filter(|(version, _)| !self.migrations.contains_key(version));
        differences.extend(extra.map(|(version, name)| missing(version, name, other, self)));
        differences
    }

    fn compare_tables(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let names: BTreeSet<&String> = self.tables.keys().chain(other.tables.keys()).collect();
        for name in names {
            match (self.tables.get(name), other.tables.get(name)) {
                (Some(Some(ours)), Some(Some(theirs))) => {
                    differences.extend(self.compare_columns(other, name, ours, theirs));
                }
                (Some(_), None) if !other.incomplete => {
                    differences.push(only_in("table", name, self, other));
                }
                (None, Some(_)) if !self.incomplete => {
                    differences.push(only_in("table", name, other, self));
                }
                _ => {}
            }
        }
        differences
    }

    fn compare_columns(
        &self,
        other: &Self,
        table: &str,
        ours: &Columns,
        theirs: &Columns,
    ) -> Vec<String> {
        let mut differences = Vec::new();
        let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for name in names {
            let column = format!("{table}.{name}");
            match (ours.get(name), theirs.get(name)) {
                (Some(one), Some(two)) if one.goes_with(two) => {}
                (Some(one), Some(two)) => differences.push(format!(
                    "column `{column}` is `{}` in `{}` and `{}` in `{}`, which do not hold the same values",
                    one.name, self.directory, two.name, other.directory
                )),
                (Some(one), None) if one.is_there() => {
                    differences.push(only_in("column", &column, self, other));
                }
                (None, Some(two)) if two.is_there() => {
                    differences.push(only_in("column", &column, other, self));
                }
                _ => {}
            }
        }
        differences
    }
}

fn missing(version: &u64, name: &str, has: &Side, lacks: &Side) -> String {
    format!(
        "migration {version} `{name}` is in `{}` and not in `{}`",
        has.directory, lacks.directory
    )
}

fn only_in(what: &str, name: &str, has: &Side, lacks: &Side) -> String {
    format!(
        "{what} `{name}` is in `{}` and not in `{}`",
        has.directory, lacks.directory
    )
}

impl Type {
    /// Whether there is a column of it for certain.
    fn is_there(&self) -> bool {
        self.doubt != Some(Doubt::Presence)
    }

    /// Whether both can hold the same values. A type that nobody knows goes with every other.
    fn goes_with(&self, other: &Self) -> bool {
        let is_unknown = |it: &Self| it.families.is_empty() || it.doubt.is_some();
        let unknown = is_unknown(self) || is_unknown(other);
        unknown || !self.families.is_disjoint(&other.families)
    }
}

fn columns(dialect: Dialect, table: &Object) -> Option<Columns> {
    let definition = match table.definition() {
        Definition::Table(table) => table,
        _ => return None,
    };
    if table.incomplete || definition.columns.is_empty() {
        return None;
    }
    let columns = definition.columns.iter().map(|column| {
        let name = column.type_name.to_ascii_lowercase();
        let families = families(dialect, &name).iter().copied().collect();
        (
            column.name.text.to_ascii_lowercase(),
            Type {
                name,
                families,
                doubt: table.doubt_of_column(&column.name.text),
            },
        )
    });
    Some(columns.collect())
}

/// What a type holds; nothing where that is not known, as with a type that the history makes.
fn families(dialect: Dialect, name: &str) -> &'static [Family] {
    let base = name.split('(').next().unwrap_or(name).trim();
    let base = base.strip_suffix(" unsigned").unwrap_or(base);
    if name.ends_with("[]") {
        return &[Json, Text];
    }
    if dialect == Dialect::Mysql && name == "tinyint(1)" {
        return &[Boolean, Integer];
    }
    let known = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Mysql => MYSQL,
        _ => &[],
    };
    let shared = known.iter().chain(SHARED);
    let mut named = shared.filter(|(names, _)| names.contains(&base));
    named.next().map_or(&[], |(_, families)| families)
}

/// Names of types with what they hold.
type Names = &'static [(&'static [&'static str], &'static [Family])];

/// SQLite has no types for times, booleans and the like; applications keep them in those it has.
const SQLITE: Names = &[
    (&["integer", "int"], &[Integer, Boolean, Time, Date]),
    (&["text"], &[Text, Time, Date, Json, Uuid, Enum, Decimal]),
    (&["real"], &[Real, Decimal, Time]),
    (&["blob"], &[Bytes, Uuid, Json]),
    (&["numeric"], &[Decimal, Integer, Real, Boolean, Time, Date]),
];

const MYSQL: Names = &[
    (&["char", "varchar"], &[Text, Uuid, Enum]),
    (&["binary", "varbinary"], &[Bytes, Uuid]),
    // MariaDB keeps JSON in it.
    (&["longtext"], &[Text, Json]),
    (&["bit"], &[Boolean, Integer, Bytes]),
];

const SHARED: Names = &[
    (
        &[
            "integer",
            "int",
            "int2",
            "int4",
            "int8",
            "bigint",
            "smallint",
            "mediumint",
            "tinyint",
            "serial",
            "bigserial",
            "smallserial",
        ],
        &[Integer],
    ),
    (&["boolean", "bool"], &[Boolean]),
    (
        &[
            "real",
            "double precision",
            "double",
            "float",
            "float4",
            "float8",
        ],
        &[Real],
    ),
    (&["numeric", "decimal"], &[Decimal]),
    (
        &[
            "text",
            "varchar",
            "char",
            "character",
            "character varying",
            "citext",
            "tinytext",
            "mediumtext",
            "longtext",
        ],
        &[Text, Enum],
    ),
    (
        &[
            "bytea",
            "blob",
            "tinyblob",
            "mediumblob",
            "longblob",
            "binary",
            "varbinary",
        ],
        &[Bytes],
    ),
    (
        &[
            "timestamp",
            "timestamptz",
            "timestamp with time zone",
            "timestamp without time zone",
            "datetime",
        ],
        &[Time],
    ),
    (&["date"], &[Date]),
    (&["json", "jsonb"], &[Json]),
    (&["uuid"], &[Uuid, Text]),
    (&["enum"], &[Enum, Text]),
];

#[cfg(test)]
mod tests {
    use super::*;

    type Named = (Dialect, &'static str);

    /// A type of one dialect, one of another, and whether they hold the same values.
    const TYPES: &[(Named, Named, bool)] = &[
        (
            (Dialect::Sqlite, "integer"),
            (Dialect::Postgres, "bigint"),
            true,
        ),
        (
            (Dialect::Sqlite, "integer"),
            (Dialect::Postgres, "boolean"),
            true,
        ),
        (
            (Dialect::Sqlite, "text"),
            (Dialect::Mysql, "varchar(255)"),
            true,
        ),
        (
            (Dialect::Sqlite, "text"),
            (Dialect::Postgres, "timestamp with time zone"),
            true,
        ),
        (
            (Dialect::Sqlite, "text"),
            (Dialect::Postgres, "bigint"),
            false,
        ),
        (
            (Dialect::Sqlite, "integer"),
            (Dialect::Postgres, "text"),
            false,
        ),
        (
            (Dialect::Mysql, "tinyint(1)"),
            (Dialect::Postgres, "boolean"),
            true,
        ),
        (
            (Dialect::Mysql, "tinyint(4)"),
            (Dialect::Postgres, "boolean"),
            false,
        ),
        (
            (Dialect::Mysql, "bigint(20) unsigned"),
            (Dialect::Postgres, "bigint"),
            true,
        ),
        (
            (Dialect::Mysql, "char(36)"),
            (Dialect::Postgres, "uuid"),
            true,
        ),
        (
            (Dialect::Mysql, "varchar(20)"),
            (Dialect::Postgres, "mood"),
            true,
        ),
        (
            (Dialect::Mysql, "json"),
            (Dialect::Postgres, "text[]"),
            true,
        ),
        (
            (Dialect::Mysql, "datetime"),
            (Dialect::Postgres, "date"),
            false,
        ),
    ];

    #[test]
    fn types_go_together_if_they_hold_the_same_values() {
        let read = |(dialect, name): Named| Type {
            name: name.to_owned(),
            families: families(dialect, name).iter().copied().collect(),
            doubt: None,
        };
        for (one, two, expected) in TYPES {
            let (one, two) = (read(*one), read(*two));
            assert_eq!(one.goes_with(&two), *expected, "{} {}", one.name, two.name);
            assert_eq!(two.goes_with(&one), *expected, "{} {}", two.name, one.name);
        }
    }
}
