use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::chain::parse_hex;
use crate::{Chain, Value};

/// One row of the history table: what the database says of one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which list of migrations it belongs to.
    pub scope: String,
    /// The version's number, or a repeatable's negative key.
    pub version: i64,
    /// Counts up within the scope: the row with the highest one is the newest, and its chain is the scope's.
    pub sequence: i64,
    /// The file's name without version and extension.
    pub name: String,
    /// How it came to be there.
    pub kind: Kind,
    /// How far it is.
    pub state: RowState,
    /// The tagged checksum of what was applied.
    pub checksum: String,
    /// Its share in the chain.
    pub link: u64,
    /// The sum of the shares of all rows, as it was when this row was last the newest.
    pub chain: Chain,
    /// How many statements are known to be done.
    pub statements_done: i64,
    /// How many statements there are.
    pub statements_total: i64,
    /// When it was applied, or last made progress: UTC, as RFC 3339.
    pub applied_at: String,
    /// How long it took.
    pub execution_ms: i64,
    /// Who applied it, as the client describes itself.
    pub applied_by: String,
    /// Which version of this library applied it.
    pub tool_version: String,
    /// What stopped it; of a migration that was marked by hand, how far it had come.
    pub error: Option<String>,
    /// While it is under way, a digest of each of its statements: so that a file that was edited meanwhile is told by statement.
    pub digests: Option<String>,
}

impl Row {
    /// The columns of the history table, in the order of [`Row::values`].
    pub const COLUMNS: [&'static str; 17] = [
        "scope",
        "version",
        "sequence",
        "name",
        "kind",
        "state",
        "checksum",
        "link",
        "chain",
        "statements_done",
        "statements_total",
        "applied_at",
        "execution_ms",
        "applied_by",
        "tool_version",
        "error",
        "digests",
    ];

    /// The row as values, in the order of [`Row::COLUMNS`].
    pub fn values(&self) -> Vec<Value> {
        vec![
            self.scope.as_str().into(),
            self.version.into(),
            self.sequence.into(),
            self.name.as_str().into(),
            self.kind.as_str().into(),
            self.state.as_str().into(),
            self.checksum.as_str().into(),
            format!("{:016x}", self.link).into(),
            self.chain.to_string().into(),
            self.statements_done.into(),
            self.statements_total.into(),
            self.applied_at.as_str().into(),
            self.execution_ms.into(),
            self.applied_by.as_str().into(),
            self.tool_version.as_str().into(),
            self.error.as_deref().into(),
            self.digests.as_deref().into(),
        ]
    }

    /// Reads what [`Row::values`] wrote.
    ///
    /// # Errors
    ///
    /// If a column is missing, of another type, or holds a word that this version does not know.
    pub fn from_values(values: &[Value]) -> Result<Self, Malformed> {
        let columns = Columns(values);
        Ok(Self {
            scope: columns.text(0)?.into(),
            version: columns.integer(1)?,
            sequence: columns.integer(2)?,
            name: columns.text(3)?.into(),
            kind: columns.read(4, Kind::parse)?,
            state: columns.read(5, RowState::parse)?,
            checksum: columns.text(6)?.into(),
            link: columns.read(7, parse_hex)?,
            chain: columns.read(8, Chain::parse)?,
            statements_done: columns.integer(9)?,
            statements_total: columns.integer(10)?,
            applied_at: columns.text(11)?.into(),
            execution_ms: columns.integer(12)?,
            applied_by: columns.text(13)?.into(),
            tool_version: columns.text(14)?.into(),
            error: columns.text_or_null(15)?,
            digests: columns.text_or_null(16)?,
        })
    }

    /// Whether all of it stands.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, RowState::Applied)
    }

    /// What the row adds to the chain: its link once it stands.
    ///
    /// One that is under way adds a number that no list has. A program that does not know the migration would otherwise find
    /// its own chain, and take a database in the middle of it for its own.
    pub(crate) fn share(&self) -> u64 {
        match self.state {
            RowState::Applied => self.link,
            RowState::Running | RowState::Reverting => !self.link,
            RowState::Superseded => 0,
        }
    }
}

/// The values of one row, read by position.
struct Columns<'a>(&'a [Value]);

impl<'a> Columns<'a> {
    fn value(&self, index: usize) -> Result<&'a Value, Malformed> {
        self.0
            .get(index)
            .ok_or_else(|| self.malformed(index, "no value"))
    }

    fn integer(&self, index: usize) -> Result<i64, Malformed> {
        let value = self.value(index)?;
        value
            .integer()
            .ok_or_else(|| self.malformed(index, "no integer"))
    }

    fn text(&self, index: usize) -> Result<&'a str, Malformed> {
        let value = self.value(index)?;
        value.text().ok_or_else(|| self.malformed(index, "no text"))
    }

    fn text_or_null(&self, index: usize) -> Result<Option<String>, Malformed> {
        match self.value(index)? {
            Value::Null => Ok(None),
            _ => self.text(index).map(|text| Some(text.into())),
        }
    }

    fn read<T>(&self, index: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Malformed> {
        let text = self.text(index)?;
        parse(text).ok_or_else(|| {
            self.malformed(
                index,
                &format!("`{text}`, which this version does not know"),
            )
        })
    }

    fn malformed(&self, index: usize, found: &str) -> Malformed {
        let row = match self.0.get(1).and_then(Value::integer) {
            Some(version) => format!("the row of version {version}"),
            _ => "a row".into(),
        };
        Malformed {
            row,
            column: Row::COLUMNS[index],
            found: found.into(),
        }
    }
}

/// A row of the history table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    row: String,
    column: &'static str,
    found: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "column `{}` in {} of the history table holds {}",
            self.column, self.row, self.found
        )
    }
}

impl core::error::Error for Malformed {}

/// How a row came to be in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An SQL file was run.
    Sql,
    /// A Rust function was run.
    Rust,
    /// A repeatable migration was run.
    Repeatable,
    /// It was recorded as applied and not run.
    Baseline,
    /// One file stands for a range that was applied before.
    Squash,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Sql,
        Self::Rust,
        Self::Repeatable,
        Self::Baseline,
        Self::Squash,
    ];

    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Rust => "rust",
            Self::Repeatable => "repeatable",
            Self::Baseline => "baseline",
            Self::Squash => "squash",
        }
    }

    /// Reads the word in the table.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How far the migration of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowState {
    /// All of it stands.
    Applied,
    /// Its way up was begun.
    Running,
    /// Its way down was begun.
    Reverting,
    /// A squash stands in for it.
    Superseded,
}

impl RowState {
    const ALL: [Self; 4] = [
        Self::Applied,
        Self::Running,
        Self::Reverting,
        Self::Superseded,
    ];

    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Running => "running",
            Self::Reverting => "reverting",
            Self::Superseded => "superseded",
        }
    }

    /// Reads the word in the table.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            scope: "main".into(),
            version: 7,
            sequence: 3,
            name: "add_email".into(),
            kind: Kind::Rust,
            state: RowState::Running,
            checksum: "sha256:ab".into(),
            link: u64::MAX,
            chain: Chain::EMPTY.plus(9),
            statements_done: 1,
            statements_total: 4,
            applied_at: "2026-01-02T03:04:05.006Z".into(),
            execution_ms: 12,
            applied_by: "me@here".into(),
            tool_version: "0.1.0".into(),
            error: Some("no such table: x".into()),
            digests: Some("00000001ffffffff".into()),
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_written() {
        for kind in Kind::ALL {
            for state in RowState::ALL {
                let row = Row {
                    kind,
                    state,
                    error: None,
                    digests: None,
                    ..row()
                };
                assert_eq!(Row::from_values(&row.values()), Ok(row));
            }
        }
        assert_eq!(Row::from_values(&row().values()), Ok(row()));
    }

    #[test]
    fn a_row_that_cannot_be_read_names_the_column() {
        let cases: [(usize, Value, &str); 5] = [
            (
                1,
                Value::Null,
                "column `version` in a row of the history table holds no integer",
            ),
            (
                4,
                "SQL".into(),
                "column `kind` in the row of version 7 of the history table holds `SQL`, which this version does not know",
            ),
            (
                7,
                "zz".into(),
                "column `link` in the row of version 7 of the history table holds `zz`, which this version does not know",
            ),
            (
                8,
                Value::Integer(1),
                "column `chain` in the row of version 7 of the history table holds no text",
            ),
            (
                15,
                Value::Integer(1),
                "column `error` in the row of version 7 of the history table holds no text",
            ),
        ];
        for (index, value, message) in cases {
            let mut values = row().values();
            values[index] = value;
            assert_eq!(Row::from_values(&values).unwrap_err().to_string(), message);
        }
        let short = Row::from_values(&row().values()[..15]).unwrap_err();
        assert_eq!(
            short.to_string(),
            "column `error` in the row of version 7 of the history table holds no value"
        );
    }
}
