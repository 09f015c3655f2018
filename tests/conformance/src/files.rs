use std::collections::BTreeMap;

use migratory::{
    Dialect, Down, Migration, Migrations, Repeatable, RustCall, Script, Statement, Timeouts,
    Version, pack,
};
use migratory_core::{content_digest, link_of, link_text, repeatable_key_of};

/// The migrations in Rust that scenarios name.
#[derive(Clone, Copy)]
pub struct RustFunctions(pub fn(&str) -> RustCall);

/// The migrations directory of a scenario.
pub struct Files {
    dialect: Dialect,
    functions: RustFunctions,
    files: BTreeMap<String, File>,
    open: String,
}

#[derive(Clone, Default)]
struct File {
    options: String,
    lines: Vec<String>,
}

impl Files {
    /// An empty one.
    pub fn new(dialect: Dialect, functions: RustFunctions) -> Self {
        Self {
            dialect,
            functions,
            files: BTreeMap::new(),
            open: String::new(),
        }
    }

    /// A file begins: its name and its options. One of that name is replaced.
    pub fn begin(&mut self, text: &str) {
        let (name, options) = text.split_once(' ').unwrap_or((text, ""));
        let file = File {
            options: options.into(),
            lines: Vec::new(),
        };
        self.files.insert(name.into(), file);
        self.open = name.into();
    }

    /// The next line of the file, which is a statement.
    ///
    /// # Panics
    ///
    /// If no file was begun.
    pub fn line(&mut self, line: &str) {
        if let Some(file) = self.files.get_mut(&self.open) {
            file.lines.push(line.into());
        } else {
            assert!(line.is_empty(), "a file is begun before {line}");
        }
    }

    /// What follows is no line of a file.
    pub fn close(&mut self) {
        self.open.clear();
    }

    /// Takes a file away.
    ///
    /// # Panics
    ///
    /// If there is none of that name.
    pub fn remove(&mut self, name: &str) {
        self.files.remove(name).expect("the file is there");
    }

    /// The list that a build would make of them.
    ///
    /// # Panics
    ///
    /// If a name is none of a migration.
    pub fn migrations(&self) -> Migrations {
        let mut versioned = Vec::new();
        let mut repeatable = Vec::new();
        for (name, file) in &self.files {
            let stem = name
                .strip_suffix(".sql")
                .or(name.strip_suffix(".rs"))
                .expect("an extension");
            match stem.strip_prefix("R__") {
                Some(name) => repeatable.push(file.repeatable(name, self.functions)),
                None if stem.ends_with(".down") => {}
                None => versioned.push(file.migration(
                    stem,
                    self.files.get(&format!("{stem}.down.sql")),
                    self.functions,
                )),
            }
        }
        Migrations::new(self.dialect, versioned.leak(), repeatable.leak())
    }
}

impl File {
    fn migration(&self, stem: &str, down: Option<&Self>, functions: RustFunctions) -> Migration {
        let (number, name) = stem.split_once('_').expect("a version and a name");
        let version = Version::parse(number).expect("a version");
        let checksum = self.checksum();
        let link = link(version.key(), name, &checksum);
        let down = match down {
            _ if self.has("irreversible") => Down::Irreversible,
            Some(down) => Down::Script(down.script(&format!("{stem}.down.sql"), functions)),
            None => self
                .function("down", functions)
                .map_or(Down::Missing, |function| {
                    Down::Script(Script::rust(
                        leak(format!("migrations/{stem}.rs")),
                        function,
                    ))
                }),
        };
        let up = self.script(&format!("{stem}.sql"), functions);
        let mut migration =
            Migration::new(version, leak(name.into()), leak(checksum), link, up, down)
                .with_timeouts(Timeouts {
                    lock_ms: self.value("lock").and_then(|ms| ms.parse().ok()),
                    statement_ms: None,
                });
        if self.has("no-transaction") {
            migration = migration.without_transaction();
        }
        if self.has("foreign-keys-off") {
            migration = migration.with_foreign_keys_off();
        }
        migration
    }

    fn repeatable(&self, name: &str, functions: RustFunctions) -> Repeatable {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&content_digest(name.as_bytes()).to_be_bytes());
        let key = repeatable_key_of(&digest);
        let checksum = self.checksum();
        let link = link(key, name, &checksum);
        Repeatable::new(
            key,
            leak(name.into()),
            leak(checksum),
            link,
            self.script(&format!("R__{name}.sql"), functions),
        )
    }

    fn script(&self, name: &str, functions: RustFunctions) -> Script {
        let file = format!("migrations/{name}");
        if let Some(function) = self.function("up", functions) {
            return Script::rust(leak(file.replace(".sql", ".rs")), function);
        }
        let lines = self.lines.iter().zip(1..);
        let statements = lines
            .filter(|(sql, _)| !sql.is_empty())
            .map(|(sql, line)| Statement {
                sql: sql.trim_end_matches(';'),
                line,
                transactional: !sql.contains("CONCURRENTLY"),
                touches_session: ["SET", "SELECT", "START", "USE"]
                    .iter()
                    .any(|verb| sql.starts_with(verb)),
            });
        Script::sql(leak(file), leak(pack(statements)))
    }

    fn function(&self, direction: &str, functions: RustFunctions) -> Option<RustCall> {
        self.value(direction).map(functions.0)
    }

    fn checksum(&self) -> String {
        let text = format!("{}\n{}", self.options, self.lines.join("\n").trim_end());
        format!("sha256:{:016x}", content_digest(text.as_bytes()))
    }

    fn has(&self, option: &str) -> bool {
        self.options.split_whitespace().any(|word| word == option)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.options
            .split_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

fn link(key: i64, name: &str, checksum: &str) -> u64 {
    let mut digest = [0; 32];
    digest[..8]
        .copy_from_slice(&content_digest(link_text(key, name, checksum).as_bytes()).to_be_bytes());
    link_of(&digest)
}

/// What a build has in a static.
fn leak(text: String) -> &'static str {
    text.leak()
}
