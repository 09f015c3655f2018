use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::{Down, Migration, RustCall, Script, Timeouts, Version};

/// Stands between the fields of a record. Packed SQL never holds it, since every statement in it begins with a digit, and
/// no file name or comment that the build accepts holds a NUL.
const SEPARATOR: &str = "\0\0";

const NO_TRANSACTION: &str = "no-transaction";
const FOREIGN_KEYS_OFF: &str = "foreign-keys-off";
const IRREVERSIBLE: &str = "irreversible";
const RUST: &str = "rust";
const LOCK: &str = "lock=";
const STATEMENT: &str = "statement=";

/// A migration as text. Generated code holds all of a directory in one literal, since a thousand expressions cost rustc much more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The version as its file spells it.
    pub version: &'a str,
    /// The file's name without version and extension.
    pub name: &'a str,
    /// The tagged checksum.
    pub checksum: &'a str,
    /// Its share in the chain.
    pub link: u64,
    /// Whether its statements run one by one outside a transaction.
    pub no_transaction: bool,
    /// Whether SQLite's foreign keys are off while it runs.
    pub foreign_keys_off: bool,
    /// Whether its file declares that there is no way back.
    pub irreversible: bool,
    /// Whether it is written in Rust; then its functions come beside the text.
    pub rust: bool,
    /// Its own timeouts.
    pub timeouts: Timeouts,
    /// From its header.
    pub description: &'a str,
    /// The path of the up script, as messages name it, and its packed SQL; no SQL where it is Rust.
    pub up: (&'a str, &'a str),
    /// The same for the down script, where there is one.
    pub down: Option<(&'a str, &'a str)>,
}

/// The functions of a migration written in Rust: up, and down where there is one.
pub type RustCalls = (RustCall, Option<RustCall>);

/// All records of a text that [`Record::pack`] wrote one after the other.
pub fn records<'a>(text: &'a str) -> impl Iterator<Item = Record<'a>> + use<'a> {
    let mut fields = text.split_terminator(SEPARATOR);
    core::iter::from_fn(move || Record::read(&mut fields))
}

impl<'a> Record<'a> {
    /// Appends the record to a text.
    pub fn pack(&self, text: &mut String) {
        let link = format!("{:x}", self.link);
        let options = self.options();
        let (up_file, up_sql) = self.up;
        let (down_file, down_sql) = self.down.unwrap_or_default();
        let fields = [
            self.version,
            self.name,
            self.checksum,
            &link,
            &options,
            self.description,
            up_file,
            unterminated(up_sql),
            down_file,
            unterminated(down_sql),
        ];
        for field in fields {
            text.push_str(field);
            text.push_str(SEPARATOR);
        }
    }

    fn read(fields: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut record = Self {
            version: fields.next()?,
            name: fields.next()?,
            checksum: fields.next()?,
            link: u64::from_str_radix(fields.next()?, 16).ok()?,
            ..Self::default()
        };
        for option in fields.next()?.split(' ') {
            record.set(option);
        }
        record.description = fields.next()?;
        record.up = (fields.next()?, fields.next()?);
        let down = (fields.next()?, fields.next()?);
        record.down = (!down.0.is_empty()).then_some(down);
        Some(record)
    }

    fn options(&self) -> String {
        let flags = [
            (self.no_transaction, NO_TRANSACTION),
            (self.foreign_keys_off, FOREIGN_KEYS_OFF),
            (self.irreversible, IRREVERSIBLE),
            (self.rust, RUST),
        ];
        let mut options: Vec<String> = flags
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, name)| name.to_string())
            .collect();
        options.extend(self.timeouts.lock_ms.map(|ms| format!("{LOCK}{ms}")));
        options.extend(
            self.timeouts
                .statement_ms
                .map(|ms| format!("{STATEMENT}{ms}")),
        );
        options.join(" ")
    }

    fn set(&mut self, option: &str) {
        match option {
            NO_TRANSACTION => self.no_transaction = true,
            FOREIGN_KEYS_OFF => self.foreign_keys_off = true,
            IRREVERSIBLE => self.irreversible = true,
            RUST => self.rust = true,
            _ => {
                let milliseconds = |name| {
                    option
                        .strip_prefix(name)
                        .and_then(|ms: &str| ms.parse().ok())
                };
                self.timeouts.lock_ms = milliseconds(LOCK).or(self.timeouts.lock_ms);
                self.timeouts.statement_ms = milliseconds(STATEMENT).or(self.timeouts.statement_ms);
            }
        }
    }
}

impl Record<'static> {
    /// The migration; `calls` are its functions where it is written in Rust.
    pub fn migration(&self, calls: Option<RustCalls>) -> Migration {
        let (up, down) = match calls {
            Some((up, down)) => (
                Script::rust(self.up.0, up),
                down.map(|down| Script::rust(self.up.0, down)),
            ),
            None => (
                Script::sql(self.up.0, self.up.1),
                self.down.map(|(file, sql)| Script::sql(file, sql)),
            ),
        };
        let down = match down {
            Some(script) => Down::Script(script),
            None if self.irreversible => Down::Irreversible,
            None => Down::Missing,
        };
        let version = Version::parse(self.version).unwrap_or(Version::new(0, 1));
        let mut migration = Migration::new(version, self.name, self.checksum, self.link, up, down)
            .with_description(self.description)
            .with_timeouts(self.timeouts);
        if self.no_transaction {
            migration = migration.without_transaction();
        }
        if self.foreign_keys_off {
            migration = migration.with_foreign_keys_off();
        }
        migration
    }
}

/// Packed SQL without the end of its last statement, which reading it back does not need, so that a separator can follow.
fn unterminated(packed: &str) -> &str {
    packed.strip_suffix('\0').unwrap_or(packed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Called;
    use crate::{ForeignKeys, Statement, TransactionMode, pack};
    use core::any::Any;

    fn fixtures() -> Vec<Record<'static>> {
        let plain = Record {
            version: "0003",
            name: "add_email",
            checksum: "sha256:ab",
            link: u64::MAX,
            up: ("m/0003_add_email.sql", "1 A\x0012!B"),
            ..Record::default()
        };
        let full = Record {
            no_transaction: true,
            foreign_keys_off: true,
            timeouts: Timeouts {
                lock_ms: Some(5000),
                statement_ms: Some(u32::MAX),
            },
            description: "Adds é \"quoted\"\nin two lines.",
            down: Some(("m/0003_add_email.down.sql", "1 C")),
            ..plain.clone()
        };
        let irreversible = Record {
            irreversible: true,
            timeouts: Timeouts {
                lock_ms: None,
                statement_ms: Some(0),
            },
            ..plain.clone()
        };
        let empty = Record {
            up: ("m/0003.sql", ""),
            down: Some(("m/0003.sql", "")),
            ..plain.clone()
        };
        let rust = Record {
            rust: true,
            up: ("m/0003_add_email.rs", ""),
            ..plain.clone()
        };
        Vec::from([plain, full, irreversible, empty, rust])
    }

    #[test]
    fn a_packed_record_comes_out_as_it_went_in() {
        let fixtures = fixtures();
        let mut text = String::new();
        for record in &fixtures {
            record.pack(&mut text);
        }
        assert_eq!(records(&text).collect::<Vec<_>>(), fixtures, "{text:?}");
        assert_eq!(records("").count(), 0);
    }

    #[test]
    fn statements_survive_the_packing_of_their_record() {
        let statement = |sql, line| Statement {
            sql,
            line,
            transactional: line != 12,
            touches_session: false,
        };
        let statements = [
            statement("A", 1),
            statement("", 12),
            statement("B '\n'", 13),
        ];
        let packed = pack(statements);
        let mut text = String::new();
        let record = Record {
            up: ("up.sql", &packed),
            down: Some(("down.sql", &packed)),
            ..Record::default()
        };
        record.pack(&mut text);
        let migration = records(text.leak()).next().unwrap().migration(None);
        let Down::Script(Script::Sql(down)) = migration.down() else {
            panic!("it has a down script")
        };
        let Script::Sql(up) = migration.up() else {
            panic!("it is SQL")
        };
        assert_eq!(up.statements().collect::<Vec<_>>(), statements);
        assert_eq!(down.statements().collect::<Vec<_>>(), statements);
    }

    #[test]
    fn a_record_becomes_the_migration_it_describes() {
        let migrations: Vec<Migration> = fixtures()
            .into_iter()
            .map(|record| record.migration(None))
            .collect();
        assert_eq!(migrations[0].to_string(), "0003_add_email");
        assert_eq!(migrations[0].link(), u64::MAX);
        assert_eq!(migrations[0].transaction(), TransactionMode::InTransaction);
        assert!(matches!(migrations[0].down(), Down::Missing));
        assert_eq!(migrations[1].transaction(), TransactionMode::NoTransaction);
        assert_eq!(migrations[1].foreign_keys(), ForeignKeys::Off);
        assert_eq!(migrations[1].timeouts().lock_ms, Some(5000));
        assert!(matches!(migrations[2].down(), Down::Irreversible));
    }

    #[test]
    fn a_migration_in_rust_takes_its_functions_from_beside_the_text() {
        let call: RustCall = |_: &mut (dyn Any + Send)| Called::Ended(Err("called".into()));
        let record = fixtures().pop().unwrap();
        let migration = record.migration(Some((call, Some(call))));
        let Down::Script(Script::Rust(down)) = migration.down() else {
            panic!("it goes down by a function")
        };
        assert_eq!(down.file(), "m/0003_add_email.rs");
        assert_eq!(
            down.call(&mut ()).at_once().unwrap_err().to_string(),
            "called"
        );
    }
}
