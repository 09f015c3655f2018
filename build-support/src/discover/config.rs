use std::collections::BTreeMap;

use migratory_core::Dialect;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::CONFIG_FILE;
use crate::diagnostic::{Diagnostic, Fix, Level, Place};
use crate::{Span, nearest};

/// `migratory.toml`: dialect and policy of one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The dialect the files are written in.
    pub dialect: Dialect,
    /// The oldest server or library version that has to run them, as major, minor, patch.
    pub minimum_version: Option<(u16, u16, u16)>,
    /// Whether old and new code run at the same time.
    pub deployment: Deployment,
    /// The history's scope: several crates of one application each have their own.
    pub scope: String,
    /// Name of the history table.
    pub table: String,
    /// Schema of the history table, where the dialect has schemas.
    pub schema: Option<String>,
    /// Whether the lock is a row of a table and none of the session.
    pub table_lock: bool,
    /// Levels by rule or group name, over the defaults.
    pub levels: BTreeMap<String, Level>,
    /// Where `migratory.toml` names them, for the check that there are such rules and groups.
    pub level_spans: BTreeMap<String, Span>,
    /// Whether files without a directive run in a transaction; `false` fits histories of tools that opened none.
    pub transactions: bool,
    /// SQL that the environment provides before the first migration, such as tables another tool owns.
    pub prelude: String,
    /// The directories of the same application in other dialects, relative to this one, each with its place in `migratory.toml`.
    pub parity: Vec<(String, Span)>,
}

/// How a release reaches the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// The application stops, migrates and starts.
    Single,
    /// Old and new code run at once.
    Rolling,
}

/// A key of `migratory.toml`.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The values it takes, in words.
    pub takes: &'static str,
    /// Its default, in words.
    pub default: &'static str,
    /// What it decides.
    pub decides: &'static str,
    read: fn(&DeValue<'_>, &mut Config) -> Result<(), Refusal>,
}

/// Every key of `migratory.toml`: what the parser knows and what the documentation lists.
pub const KEYS: &[Key] = &[
    Key {
        name: "dialect",
        takes: "`\"sqlite\"`, `\"postgres\"` or `\"mysql\"`",
        default: "`\"sqlite\"` without a `migratory.toml`; a `migratory.toml` has to say it",
        decides: "the SQL that the files are written in",
        read: |value, config| {
            let (_, dialect) = one_of(value, &DIALECTS)?;
            *config = Config::new(dialect);
            Ok(())
        },
    },
    Key {
        name: "minimum-version",
        takes: "a version such as `\"3.35\"` or `\"15\"`",
        default: "any version",
        decides: "the oldest server or library that has to run the files",
        read: |value, config| {
            config.minimum_version = Some(version(value)?);
            Ok(())
        },
    },
    Key {
        name: "deployment",
        takes: "`\"single\"` or `\"rolling\"`",
        default: "`\"single\"` for SQLite, `\"rolling\"` for PostgreSQL and MySQL",
        decides: "whether old and new code run at the same time",
        read: |value, config| {
            (_, config.deployment) = one_of(value, &DEPLOYMENTS)?;
            Ok(())
        },
    },
    Key {
        name: "scope",
        takes: "a name",
        default: "`\"main\"`",
        decides: "the part of the history table that is this directory's, where several crates migrate one database",
        read: |value, config| {
            config.scope = name(value)?;
            Ok(())
        },
    },
    Key {
        name: "table",
        takes: "a name",
        default: "`\"migratory_history\"`",
        decides: "the history table",
        read: |value, config| {
            config.table = name(value)?;
            Ok(())
        },
    },
    Key {
        name: "schema",
        takes: "a name",
        default: "the connection's default schema",
        decides: "the schema of the history table; SQLite has none",
        read: |value, config| {
            let schema = name(value)?;
            if config.dialect == Dialect::Sqlite {
                return Err(Refusal::Value("SQLite has no schemas".to_owned(), None));
            }
            config.schema = Some(schema);
            Ok(())
        },
    },
    Key {
        name: "lock",
        takes: "`\"session\"` or `\"table\"`",
        default: "`\"session\"`",
        decides: "what keeps two runs apart: a lock of the session, or a row of a table, behind PgBouncer in transaction mode and on Galera",
        read: |value, config| {
            (_, config.table_lock) = one_of(value, &LOCKS)?;
            Ok(())
        },
    },
    Key {
        name: "transactions",
        takes: "`true` or `false`",
        default: "`true`",
        decides: "whether files without a directive run in a transaction",
        read: |value, config| {
            config.transactions = value.as_bool().ok_or(Refusal::Type)?;
            Ok(())
        },
    },
    Key {
        name: "prelude",
        takes: "SQL text",
        default: "nothing",
        decides: "what the environment provides before the first migration, such as tables that another tool owns",
        read: |value, config| {
            config.prelude = text(value)?.to_owned();
            Ok(())
        },
    },
    Key {
        name: "parity",
        takes: "a list of paths, relative to this directory",
        default: "none",
        decides: "the same application's histories in other dialects, which have to have the same versions, tables and columns",
        read: |value, config| {
            let paths = value.as_array().ok_or(Refusal::Type)?.iter();
            let paths = paths.map(|path| Ok((text(path.get_ref())?.to_owned(), span(path))));
            config.parity = paths.collect::<Result<_, Refusal>>()?;
            Ok(())
        },
    },
    Key {
        name: "levels",
        takes: "a table of `\"allow\"`, `\"warn\"` or `\"deny\"` by rule or group",
        default: "each rule's own level",
        decides: "how loud findings are",
        // Its entries are read one by one, each with its own finding.
        read: |value, _| value.as_table().map(|_| ()).ok_or(Refusal::Type),
    },
];

/// The dialects by the names that `migratory.toml` gives them; each is a feature of that name as well.
pub const DIALECTS: [(&str, Dialect); 3] = [
    ("sqlite", Dialect::Sqlite),
    ("postgres", Dialect::Postgres),
    ("mysql", Dialect::Mysql),
];

const DEPLOYMENTS: [(&str, Deployment); 2] = [
    ("single", Deployment::Single),
    ("rolling", Deployment::Rolling),
];

const LOCKS: [(&str, bool); 2] = [("session", false), ("table", true)];

const LEVELS: [(&str, Level); 3] = [
    ("allow", Level::Allow),
    ("warn", Level::Warn),
    ("deny", Level::Deny),
];

/// The dialects that this build of the crate can check.
pub const COMPILED: &[Dialect] = &[
    #[cfg(feature = "sqlite")]
    Dialect::Sqlite,
    #[cfg(feature = "postgres")]
    Dialect::Postgres,
    #[cfg(feature = "mysql")]
    Dialect::Mysql,
];

impl Config {
    /// The defaults for a dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            minimum_version: None,
            deployment: match dialect {
                Dialect::Sqlite => Deployment::Single,
                _ => Deployment::Rolling,
            },
            scope: "main".to_owned(),
            table: "migratory_history".to_owned(),
            schema: None,
            table_lock: false,
            levels: BTreeMap::new(),
            level_spans: BTreeMap::new(),
            transactions: true,
            prelude: String::new(),
            parity: Vec::new(),
        }
    }

    /// Reads the text of a `migratory.toml`, for a build that can check the `compiled` dialects. What cannot be obeyed is reported and
    /// left at its default.
    pub fn parse(text: &str, compiled: &[Dialect]) -> (Self, Vec<Diagnostic>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reading = Reading {
            text,
            config: Self::new(Dialect::Sqlite),
            found: Vec::new(),
        };
        reading.table(table.get_ref());
        // What a broken document seems to hold is no ground for further complaints.
        if !errors.is_empty() {
            reading.found = errors.iter().map(|error| broken(text, error)).collect();
            reading.found.dedup_by_key(|found| line_of(text, found));
        } else {
            reading
                .found
                .extend(not_compiled(&table, reading.config.dialect, compiled));
        }
        (reading.config, reading.found)
    }

    /// The policy of a directory without a `migratory.toml`.
    pub fn absent(compiled: &[Dialect]) -> (Self, Vec<Diagnostic>) {
        let config = Self::new(Dialect::Sqlite);
        let found = (!compiled.contains(&config.dialect)).then(|| {
            feature_missing(config.dialect)
                .note("without a `migratory.toml` a directory is written for SQLite")
                .help("if it is not, name its dialect in `migratory.toml`")
        });
        (config, found.into_iter().collect())
    }
}

/// Why a value is not taken.
enum Refusal {
    /// It has another type.
    Type,
    /// What is wrong with it, and what was probably meant.
    Value(String, Option<&'static str>),
}

struct Reading<'a> {
    text: &'a str,
    config: Config,
    found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        // The dialect comes first: other keys have their defaults from it.
        for key in KEYS {
            let Some((_, value)) = table.get_key_value(key.name) else {
                continue;
            };
            if let Err(refusal) = (key.read)(value.get_ref(), &mut self.config) {
                self.found
                    .push(refused(key.name, key.takes, value, refusal));
            }
        }
        if !table.contains_key("dialect") {
            self.found.push(missing_dialect());
        }
        if let Some(levels) = table
            .get("levels")
            .and_then(|value| value.get_ref().as_table())
        {
            self.levels(levels);
        }
        for key in table.keys() {
            self.unknown(key);
        }
        let text = self.text;
        self.found.sort_by_key(|found| line_of(text, found));
    }

    fn levels(&mut self, levels: &DeTable<'_>) {
        for (name, value) in levels {
            match one_of(value.get_ref(), &LEVELS) {
                Ok((_, level)) => {
                    let name_of_rule = name.get_ref().to_string();
                    self.config
                        .level_spans
                        .insert(name_of_rule.clone(), span(name));
                    self.config.levels.insert(name_of_rule, level);
                }
                Err(refusal) => {
                    let takes = "`\"allow\"`, `\"warn\"` or `\"deny\"`";
                    self.found
                        .push(refused(name.get_ref(), takes, value, refusal));
                }
            }
        }
    }

    fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>) {
        let name = key.get_ref().as_ref();
        if KEYS.iter().any(|known| known.name == name) {
            return;
        }
        let message = format!("`{CONFIG_FILE}` has no key `{name}`");
        let mut diagnostic =
            Diagnostic::error("bad-config", message).at(CONFIG_FILE, span(key), "unknown key");
        let names = || KEYS.iter().map(|known| known.name);
        match nearest(name, names()) {
            Some(near) => {
                diagnostic = diagnostic.help(format!("a key with a similar name exists: `{near}`"));
                diagnostic.fix = Some(fix(span(key), near));
            }
            None => {
                let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                diagnostic = diagnostic.help(format!("the keys are {}", names.join(", ")));
            }
        }
        self.found.push(diagnostic);
    }
}

fn refused(key: &str, takes: &str, value: &Spanned<DeValue<'_>>, refusal: Refusal) -> Diagnostic {
    let at = span(value);
    let (message, near) = match refusal {
        Refusal::Type => {
            let found = value.get_ref().type_str();
            (
                format!("`{key}` takes {takes}, not {}", with_article(found)),
                None,
            )
        }
        Refusal::Value(message, near) => (format!("`{key}`: {message}"), near),
    };
    let mut diagnostic = Diagnostic::error("bad-config", message).at(CONFIG_FILE, at, "not taken");
    let unquoted = matches!(value.get_ref(), DeValue::Float(_) | DeValue::Integer(_));
    if unquoted && key == "minimum-version" {
        diagnostic = diagnostic.help("write it in quotes: as a number, 3.10 would be 3.1");
    }
    if let Some(near) = near {
        diagnostic = diagnostic.help(format!("did you mean `\"{near}\"`?"));
        diagnostic.fix = Some(fix(at, &format!("\"{near}\"")));
    }
    diagnostic
}

fn missing_dialect() -> Diagnostic {
    Diagnostic::error(
        "bad-config",
        format!("`{CONFIG_FILE}` does not say its `dialect`"),
    )
    .at(CONFIG_FILE, None, "")
    .help("add a line such as `dialect = \"sqlite\"`, above the first table")
}

fn not_compiled(
    table: &Spanned<DeTable<'_>>,
    dialect: Dialect,
    compiled: &[Dialect],
) -> Option<Diagnostic> {
    let (_, value) = table.get_ref().get_key_value("dialect")?;
    // A dialect that was not understood has its finding already.
    let understood = one_of(value.get_ref(), &DIALECTS).is_ok();
    if !understood || compiled.contains(&dialect) {
        return None;
    }
    Some(feature_missing(dialect).at(CONFIG_FILE, span(value), "not compiled in"))
}

fn feature_missing(dialect: Dialect) -> Diagnostic {
    let name = dialect_name(dialect);
    Diagnostic::error(
        "bad-config",
        format!("the dialect `{name}` is not compiled into this build of Migratory"),
    )
    .help(format!("turn on the feature `{name}` of `migratory-build`; in `migratory`, the feature of a driver for it does so"))
}

fn dialect_name(dialect: Dialect) -> &'static str {
    DIALECTS
        .iter()
        .find(|(_, known)| *known == dialect)
        .map_or("", |(name, _)| name)
}

fn broken(text: &str, error: &toml::de::Error) -> Diagnostic {
    let at = error.span().map(|range| {
        let start = range.start.min(text.len());
        Span::new(start, range.end.clamp(start, text.len()))
    });
    let message = error.message().lines().next().unwrap_or("").to_owned();
    Diagnostic::error(
        "bad-config",
        format!("`{CONFIG_FILE}` is not TOML: {message}"),
    )
    .at(CONFIG_FILE, at, "here")
}

fn line_of(text: &str, diagnostic: &Diagnostic) -> Option<usize> {
    let span = diagnostic.place.as_ref()?.span?;
    Some(span.line_column(text).0)
}

fn span<T>(spanned: &Spanned<T>) -> Span {
    let range = spanned.span();
    Span::new(range.start, range.end)
}

fn fix(span: Span, replacement: &str) -> Fix {
    Fix {
        place: Place {
            file: CONFIG_FILE.to_owned(),
            span: Some(span),
        },
        replacement: replacement.to_owned(),
    }
}

fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Refusal> {
    value.as_str().ok_or(Refusal::Type)
}

fn name(value: &DeValue<'_>) -> Result<String, Refusal> {
    let name = text(value)?;
    let reason = match name {
        _ if name.trim().is_empty() => "a name is not empty",
        _ if name.contains('\0') => "a name has no NUL character",
        _ => return Ok(name.to_owned()),
    };
    Err(Refusal::Value(reason.to_owned(), None))
}

fn version(value: &DeValue<'_>) -> Result<(u16, u16, u16), Refusal> {
    let text = text(value)?;
    let parts: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
    match parts.as_deref() {
        Ok([major]) => Ok((*major, 0, 0)),
        Ok([major, minor]) => Ok((*major, *minor, 0)),
        Ok([major, minor, patch]) => Ok((*major, *minor, *patch)),
        _ => Err(Refusal::Value(
            format!("`{text}` is no version: one to three numbers with dots between"),
            None,
        )),
    }
}

fn one_of<T: Copy>(
    value: &DeValue<'_>,
    known: &[(&'static str, T)],
) -> Result<(&'static str, T), Refusal> {
    let given = text(value)?;
    let exact = known.iter().find(|(name, _)| *name == given);
    exact.copied().ok_or_else(|| {
        let names: Vec<String> = known
            .iter()
            .map(|(name, _)| format!("`\"{name}\"`"))
            .collect();
        let message = format!("`{given}` is not one of {}", names.join(", "));
        Refusal::Value(message, meant(given, known))
    })
}

/// What was probably meant, other common names of the dialects included.
fn meant<T>(given: &str, known: &[(&'static str, T)]) -> Option<&'static str> {
    const OTHER_NAMES: [(&str, &str); 7] = [
        ("postgresql", "postgres"),
        ("pg", "postgres"),
        ("pgsql", "postgres"),
        ("mariadb", "mysql"),
        ("sqlite3", "sqlite"),
        ("error", "deny"),
        ("forbid", "deny"),
    ];
    let lower = given.to_ascii_lowercase();
    let lower = OTHER_NAMES
        .iter()
        .find(|(other, _)| *other == lower)
        .map_or(lower.as_str(), |(_, name)| name);
    nearest(lower, known.iter().map(|(name, _)| *name))
}

fn with_article(type_name: &str) -> String {
    let article = match type_name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    };
    format!("{article} {type_name}")
}
