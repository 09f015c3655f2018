//! Histories, cut into scripts.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use migratory_build::catalog::{self, Catalog};
use migratory_build::discover::{Config, DIALECTS, File, Source, discover};
use migratory_build::fs::read_directory;
use migratory_build::model::replay_script;
use migratory_build::syntax::{self, Sql, parse, parse_single};
use migratory_core::Dialect;

use crate::corpus;

/// 2026-01-01: no version here is a date.
const NOW: u64 = 1_767_225_600;

/// A history in the order in which it is applied.
pub(crate) struct History {
    pub(crate) name: String,
    pub(crate) scripts: Vec<Script>,
}

/// One script that goes up.
pub(crate) struct Script {
    pub(crate) file: Rc<str>,
    text: Rc<str>,
    sql: Sql,
}

/// The sample application's history, those that the model's golden texts are of, and those of the corpus that the server took whole.
pub(crate) fn all(dialect: Dialect) -> Vec<History> {
    let mut histories = vec![sample(dialect)];
    histories.extend(golden(dialect));
    if let Some(folder) = corpus::folder() {
        histories.extend(real(&folder, dialect));
    }
    histories
}

fn sample(dialect: Dialect) -> History {
    let root = format!("migrations/{}", name_of(dialect));
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(&root);
    let raw = read_directory(&path, &root).expect("the sample application is here");
    let (source, _) = discover(raw, NOW);
    History::of("sample application", &source)
}

/// What stands before the expected text of each case: files, each behind a line with its name.
fn golden(dialect: Dialect) -> Vec<History> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../build-support/tests/golden/model")
        .join(name_of(dialect));
    let entries = std::fs::read_dir(folder).expect("the golden texts are here");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    let histories = paths.iter().map(|path| {
        let text = std::fs::read_to_string(path).expect("readable");
        let files = text.split("-- expected:\n").next().unwrap_or_default();
        let sections = files.split("-- file: ").skip(1);
        let files = sections.filter_map(|section| {
            let (name, text) = section.split_once('\n')?;
            let is_up = !name.trim().ends_with(".down.sql");
            is_up.then(|| (File::new(name.trim(), text), None))
        });
        let source = Source::from_scripts(Config::new(dialect), "migrations", files);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        History::of(&format!("golden {name}"), &source)
    });
    histories.collect()
}

fn real(folder: &Path, dialect: Dialect) -> Vec<History> {
    let name = name_of(dialect);
    let cases = corpus::seeded(folder, name);
    // What a history finds in place is told with every case that was made of it.
    let preludes: BTreeMap<&str, &str> = cases
        .iter()
        .map(|case| (case.history.as_str(), case.env.as_str()))
        .collect();
    let histories = corpus::histories(folder, name);
    let whole = histories.iter().filter(|history| history.is_ok());
    let whole = whole.map(|history| {
        let prelude = preludes.get(history.name.as_str()).copied();
        let prelude = prelude.filter(|prelude| !prelude.is_empty());
        let prelude = prelude.map(|prelude| File::new("(environment)", prelude));
        let ups = history.steps.iter();
        let ups = ups.map(|step| File::new(step.file.as_str(), step.up.as_str()));
        let files = prelude.into_iter().chain(ups).map(|file| (file, None));
        let source = Source::from_scripts(Config::new(dialect), "migrations", files);
        History::of(&history.name, &source)
    });
    whole.collect()
}

fn name_of(dialect: Dialect) -> &'static str {
    let mut dialects = DIALECTS.iter();
    let found = dialects.find(|(_, of)| *of == dialect);
    found.expect("a dialect of ours").0
}

impl History {
    fn of(name: &str, source: &Source) -> Self {
        let versioned = source.migrations.iter().filter_map(|entry| {
            // A migration in Rust makes no object here.
            match parse(source, entry).parsed.up {
                syntax::Script::Sql(sql) => Some(sql),
                syntax::Script::Rust(_) => None,
            }
        });
        let repeatables = source.repeatables.iter();
        let repeatables = repeatables.map(|entry| parse_single(source, entry.file).0);
        let scripts = versioned.chain(repeatables).map(|sql| {
            let file = source.file(sql.file);
            Script {
                file: file.path.as_str().into(),
                text: file.text.as_str().into(),
                sql,
            }
        });
        Self {
            name: name.to_owned(),
            scripts: scripts.collect(),
        }
    }
}

impl Script {
    /// Its stretch of the file.
    pub(crate) fn whole(&self) -> &str {
        self.sql.range.of(&self.text)
    }

    /// What it is cut into.
    pub(crate) fn statements(&self) -> Vec<&str> {
        let statements = self.sql.statements.iter();
        statements
            .map(|statement| statement.span.of(&self.text))
            .collect()
    }

    /// Follows it in the model, which may have something against it: the first such thing.
    pub(crate) fn replay(&self, dialect: Dialect, catalog: &mut Catalog) -> Option<String> {
        let script = catalog::Script {
            file: &self.file,
            text: &self.text,
            statements: &self.sql.statements,
            opaque: &self.sql.opaque,
            in_transaction: true,
            later: None,
        };
        let replayed = replay_script(dialect, catalog, &script);
        let refused = self.sql.refused.iter().map(|(_, finding)| finding);
        let mut found = refused.chain(&replayed.diagnostics);
        let error = found.find(|finding| finding.is_error());
        error.map(|error| error.message.clone())
    }
}
