use std::ops::RangeBounds;
use std::path::Path;

use migratory_build::discover::{Config, DIALECTS, Entry, FileId, Source, discover};
use migratory_build::fs::read_directory;
use migratory_build::syntax::{self, Down};
use migratory_core::Dialect;

use crate::target::Target;

/// 2026-01-01: no version here is a date.
const NOW: u64 = 1_767_225_600;

/// One of the sample application's histories, cut into statements.
pub(crate) struct History {
    migrations: Vec<Migration>,
    repeatables: Vec<Script>,
    pub(crate) seeds: Vec<Script>,
}

struct Migration {
    version: u64,
    name: String,
    up: Script,
    down: Script,
}

/// Statements, each with its file and line.
#[derive(Default)]
pub(crate) struct Script {
    name: String,
    pub(crate) statements: Vec<(String, String)>,
}

impl History {
    pub(crate) fn read(dialect: Dialect) -> Self {
        let (name, _) = DIALECTS.iter().find(|(_, of)| *of == dialect).unwrap();
        let root = format!("migrations/{name}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(&root);
        let raw = read_directory(&path, &root).unwrap();
        let (mut source, _) = discover(raw, NOW);
        // The checks of this dialect need not be compiled in for its files to be cut.
        source.config = Config::new(dialect);
        let migrations = source.migrations.iter();
        let repeatables = source.repeatables.iter();
        let seeds = source.seeds.iter();
        Self {
            migrations: migrations.map(|of| migration(&source, of)).collect(),
            repeatables: repeatables.map(|of| single(&source, of.file)).collect(),
            seeds: seeds.map(|file| single(&source, *file)).collect(),
        }
    }

    /// Every version with its name, then the repeatable migrations.
    pub(crate) fn names(&self) -> Vec<String> {
        let versioned = self
            .migrations
            .iter()
            .map(|migration| format!("{} {}", migration.version, migration.name));
        let repeatables = self.repeatables.iter().map(|script| script.name.clone());
        versioned.chain(repeatables).collect()
    }

    pub(crate) fn script_up(&self, version: u64) -> &Script {
        let mut migrations = self.migrations.iter();
        let found = migrations.find(|migration| migration.version == version);
        &found.unwrap().up
    }

    /// Runs the versions of the range; behind the last of all come the repeatable migrations.
    pub(crate) fn up(&self, target: &mut Target, versions: impl RangeBounds<u64>) {
        for migration in &self.migrations {
            if versions.contains(&migration.version) {
                migration.up.run(target);
            }
        }
        let last = self.migrations.last().unwrap();
        if versions.contains(&last.version) {
            for repeatable in &self.repeatables {
                repeatable.run(target);
            }
        }
    }

    pub(crate) fn down(&self, target: &mut Target, versions: impl RangeBounds<u64>) {
        for migration in self.migrations.iter().rev() {
            if versions.contains(&migration.version) {
                assert!(!migration.down.statements.is_empty(), "{}", migration.name);
                migration.down.run(target);
            }
        }
    }
}

impl Script {
    pub(crate) fn run(&self, target: &mut Target) {
        for (place, sql) in &self.statements {
            target.run(sql, place);
        }
    }
}

fn migration(source: &Source, entry: &Entry) -> Migration {
    let outcome = syntax::parse(source, entry);
    let down = match &outcome.parsed.down {
        Down::Script(down) => script(source, down),
        _ => Script::default(),
    };
    Migration {
        version: entry.version.number(),
        name: entry.name.clone(),
        up: script(source, &outcome.parsed.up),
        down,
    }
}

fn single(source: &Source, file: FileId) -> Script {
    let (sql, _, _) = syntax::parse_single(source, file);
    script(source, &syntax::Script::Sql(sql))
}

/// A migration in Rust has no statements; what it does to rows makes no table and no column.
fn script(source: &Source, script: &syntax::Script) -> Script {
    let syntax::Script::Sql(sql) = script else {
        return Script::default();
    };
    let file = source.file(sql.file);
    let statements = sql.statements.iter().map(|statement| {
        let text = statement.span.of(&file.text).to_owned();
        (format!("{}:{}", file.path, statement.line), text)
    });
    Script {
        name: file.path.clone(),
        statements: statements.collect(),
    }
}
