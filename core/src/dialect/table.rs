use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::settings::SINCE_MESSAGE;
use crate::{Change, Dialect, Row, Value};

/// The history table of one dialect: every statement that touches it.
///
/// Only the table's own name is written into the text, quoted. Everything else is bound.
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) dialect: Dialect,
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

/// The columns that a change may set: all but the key.
const KEY: usize = 2;

impl Table {
    /// The name of the table where nothing else is configured.
    pub const DEFAULT_NAME: &'static str = "migratory_history";

    /// A table of this name, in this schema or where the connection looks first.
    pub fn new(dialect: Dialect, schema: Option<&str>, name: &str) -> Self {
        Self {
            dialect,
            schema: schema.map(Into::into),
            name: name.into(),
        }
    }

    /// Creates the table unless it is there.
    pub fn create(&self) -> String {
        let (key, text, long, end) = match self.dialect {
            // An index needs a bounded length; the collation must not take `A` and `a` for one scope.
            Dialect::Mysql => (
                "VARCHAR(190)",
                "TEXT",
                "MEDIUMTEXT",
                " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            ),
            // The key is the table: one b-tree less to write for every migration.
            Dialect::Sqlite => ("TEXT", "TEXT", "TEXT", " WITHOUT ROWID"),
            Dialect::Postgres => ("TEXT", "TEXT", "TEXT", ""),
        };
        let columns = Row::COLUMNS.map(|column| match column {
            "scope" => format!("{column} {key} NOT NULL"),
            "version" | "sequence" | "statements_done" | "statements_total" | "execution_ms" => {
                format!("{column} BIGINT NOT NULL")
            }
            "error" => format!("{column} {text}"),
            "digests" => format!("{column} {long}"),
            _ => format!("{column} {text} NOT NULL"),
        });
        format!(
            "CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY (scope, version), UNIQUE (scope, sequence)){end}",
            self.quoted(),
            columns.join(", ")
        )
    }

    /// Reads chain, sequence and state of the newest row of a scope.
    pub fn probe(&self, scope: &str) -> (String, Vec<Value>) {
        let sql = format!(
            "SELECT chain, sequence, state FROM {} WHERE scope = {} ORDER BY sequence DESC LIMIT 1",
            self.quoted(),
            self.dialect.placeholder(1)
        );
        (sql, vec![scope.into()])
    }

    /// Reads all rows of a scope, their columns in the order of [`Row::COLUMNS`].
    pub fn read(&self, scope: &str) -> (String, Vec<Value>) {
        let sql = format!(
            "SELECT {} FROM {} WHERE scope = {} ORDER BY sequence",
            Row::COLUMNS.join(", "),
            self.quoted(),
            self.dialect.placeholder(1)
        );
        (sql, vec![scope.into()])
    }

    /// Makes a change to the rows of a scope.
    pub fn change(&self, scope: &str, change: &Change) -> (String, Vec<Value>) {
        match change {
            Change::Insert(row) => self.insert(row, |_, place| place),
            Change::Update(row) => self.update(row),
            Change::Progress {
                version,
                done,
                applied_at,
                execution_ms,
            } => {
                let sql = format!(
                    "UPDATE {} SET {} WHERE {}",
                    self.quoted(),
                    self.equal(1, &["statements_done", "applied_at", "execution_ms"])
                        .join(", "),
                    self.is(4, &["scope", "version"])
                );
                let values = vec![
                    (*done).into(),
                    applied_at.as_str().into(),
                    (*execution_ms).into(),
                    scope.into(),
                    (*version).into(),
                ];
                (sql, values)
            }
            Change::Delete { version } => {
                let sql = format!(
                    "DELETE FROM {} WHERE {}",
                    self.quoted(),
                    self.is(1, &["scope", "version"])
                );
                (sql, vec![scope.into(), (*version).into()])
            }
            Change::SetChain { sequence, chain } => {
                let sql = format!(
                    "UPDATE {} SET chain = {} WHERE {}",
                    self.quoted(),
                    self.dialect.placeholder(1),
                    self.is(2, &["scope", "sequence"])
                );
                (
                    sql,
                    vec![chain.to_string().into(), scope.into(), (*sequence).into()],
                )
            }
        }
    }

    /// The table's name as it stands in a statement.
    pub fn quoted(&self) -> String {
        let name = self.dialect.quote(&self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", self.dialect.quote(schema)),
            None => name,
        }
    }

    /// Writes a new row of PostgreSQL's in one message with the last statement of its migration. The values are those of when that is
    /// sent, and the server adds the time that the statement takes.
    pub(crate) fn insert_behind_statement(&self, row: &Row) -> (String, Vec<Value>) {
        self.insert(row, |column, place| match column {
            "execution_ms" => Cow::Owned(format!(
                "{place} + (EXTRACT(EPOCH FROM {SINCE_MESSAGE}) * 1000)::bigint"
            )),
            "applied_at" => Cow::Owned(format!(
                "pg_catalog.to_char({place}::timestamptz AT TIME ZONE 'UTC' + ({SINCE_MESSAGE}), 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            )),
            _ => place,
        })
    }

    /// Reads how many statements of a migration are recorded as done.
    pub(crate) fn progress(&self, scope: &str, version: i64) -> (String, Vec<Value>) {
        let sql = format!(
            "SELECT statements_done FROM {} WHERE {}",
            self.quoted(),
            self.is(1, &["scope", "version"])
        );
        (sql, vec![scope.into(), version.into()])
    }

    fn insert(
        &self,
        row: &Row,
        expression: impl Fn(&str, Cow<'static, str>) -> Cow<'static, str>,
    ) -> (String, Vec<Value>) {
        let mut sql = String::with_capacity(384);
        let mut put = |part: &str| sql += part;
        put("INSERT INTO ");
        put(&self.quoted());
        let mut before = " (";
        for column in Row::COLUMNS {
            put(before);
            put(column);
            before = ", ";
        }
        before = ") VALUES (";
        for (column, number) in Row::COLUMNS.into_iter().zip(1..) {
            put(before);
            put(&expression(column, self.dialect.placeholder(number)));
            before = ", ";
        }
        put(")");
        (sql, row.values())
    }

    fn update(&self, row: &Row) -> (String, Vec<Value>) {
        let (key, content) = Row::COLUMNS.split_at(KEY);
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            self.quoted(),
            self.equal(1, content).join(", "),
            self.is(content.len() + 1, key)
        );
        let mut values = row.values();
        values.rotate_left(KEY);
        (sql, values)
    }

    /// The condition that columns equal the bound values from `first` on.
    fn is(&self, first: usize, columns: &[&str]) -> String {
        self.equal(first, columns).join(" AND ")
    }

    fn equal(&self, first: usize, columns: &[&str]) -> Vec<String> {
        columns
            .iter()
            .zip(first..)
            .map(|(column, number)| format!("{column} = {}", self.dialect.placeholder(number)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Lease;
    use crate::fixtures;
    use crate::{Chain, Timeouts};
    use core::time::Duration;

    /// F29: whatever the table is called, its name stays a name, and everything else is bound.
    #[test]
    fn every_dialect_has_its_texts() {
        fixtures::check("dialect.txt", |fixture| {
            let fields: Vec<&str> = fixture.split('|').map(str::trim).collect();
            let [dialect, schema, name] = fields[..] else {
                panic!("dialect | schema | table: {fixture}")
            };
            let dialect = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql]
                .into_iter()
                .find(|known| known.name() == dialect)
                .expect("a dialect");
            let table = Table::new(dialect, (!schema.is_empty()).then_some(schema), name);
            let texts: Vec<String> = texts(&table).iter().map(line).collect();
            texts.join("\n")
        });
    }

    fn texts(table: &Table) -> Vec<(String, Vec<Value>)> {
        let mut texts = vec![
            (table.create(), vec![]),
            table.probe("main"),
            table.read("main"),
            table.progress("main", 7),
        ];
        if table.dialect == Dialect::Postgres {
            texts.push(table.insert_behind_statement(&fixtures::row("7")));
        }
        texts.extend(
            [
                Change::Insert(fixtures::row("7")),
                Change::Update(fixtures::row("7~1/4")),
                Change::Progress {
                    version: 7,
                    done: 2,
                    applied_at: "2026-01-02T03:04:06.000Z".into(),
                    execution_ms: 9,
                },
                Change::Delete { version: 7 },
                Change::SetChain {
                    sequence: 3,
                    chain: Chain::EMPTY,
                },
            ]
            .map(|change| table.change("main", &change)),
        );
        texts.extend(
            [
                table.lock(0),
                table.lock(30),
                table.lock_holder(),
                table.unlock(),
            ]
            .into_iter()
            .flatten(),
        );
        let lease = Lease::new(table, 7, Duration::from_secs(60));
        let lease = lease.iter().flat_map(|lease| {
            [
                Some(lease.create()),
                lease.claim(),
                Some(lease.is_taken()),
                lease.renew(),
                Some(lease.is_kept()),
                Some(lease.who_holds()),
                Some(lease.give_back()),
            ]
        });
        texts.extend(lease.flatten().map(|text| (text, vec![])));
        let timeouts = Timeouts {
            lock_ms: Some(1500),
            statement_ms: Some(60_000),
        };
        let row = |name: &str, value: &str| vec![name.into(), value.into()];
        let state = match table.dialect {
            Dialect::Mysql => {
                let mut row: Vec<Value> = vec!["ON".into(); 10];
                row.extend([
                    "31536000".into(),
                    "50".into(),
                    "ON".into(),
                    "my `app`".into(),
                ]);
                table.session_state(&[row])
            }
            _ => table.session_state(&[
                row("search_path", "x'y, public"),
                row("session_authorization", "app"),
                row("role", "none"),
                row("schema", "public"),
            ]),
        };
        let settings = [
            table.dialect.set_timeouts(timeouts, true),
            table.dialect.set_timeouts(timeouts, false),
            table.read_session(None),
            state.as_ref().map(|state| state.restore.clone()),
            state.and_then(|state| state.restore_database),
        ];
        texts.extend(settings.into_iter().flatten().map(|text| (text, vec![])));
        texts
    }

    fn line((sql, values): &(String, Vec<Value>)) -> String {
        let values: Vec<String> = values
            .iter()
            .map(|value| match value {
                Value::Null => "NULL".into(),
                Value::Integer(number) => number.to_string(),
                Value::Text(text) => format!("{text:?}"),
            })
            .collect();
        if values.is_empty() {
            sql.clone()
        } else {
            format!("{sql}\n    <- {}", values.join(", "))
        }
    }
}
