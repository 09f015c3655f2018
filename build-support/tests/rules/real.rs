use std::collections::BTreeMap;

use migratory_build::check::check;
use migratory_build::diagnostic::Diagnostic;
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;

use crate::corpus::{self, History};

/// Rules that are sure of what they say: what the histories' engine accepted, and their users ran for years, does not set them off.
const SILENT: [&str; 11] = [
    "constraint-checks-left-off",
    "non-transactional-statement",
    "replace-into",
    "sqlite-add-column-forbidden",
    "sqlite-add-column-nonconstant-default",
    "sqlite-defer-fk-not-enough",
    "sqlite-feature-version",
    "sqlite-pragma-in-transaction",
    "sqlite-rebuild-wrong-order",
    "sqlite-string-for-column",
    "transaction-nesting",
];

#[test]
fn rules_of_certain_faults_are_silent_on_real_histories() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let Some(folder) = corpus::folder() else {
        return;
    };
    for history in corpus::histories(&folder, "sqlite") {
        let source = source(&history);
        for found in check(&source).diagnostics {
            *counts.entry(found.code.clone()).or_default() += 1;
            if SILENT.contains(&found.code.as_str()) {
                wrong.push(line(&found, &source));
            }
            if std::env::var_os("TELL").is_some_and(|code| code == found.code.as_str()) {
                println!("{}", line(&found, &source));
            }
        }
    }
    for (code, count) in counts {
        println!("{count:5} {code}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A history without its ways down: these were never held against an engine.
fn source(history: &History) -> Source {
    let scripts = history
        .steps
        .iter()
        .filter(|step| step.ok)
        .map(|step| (File::new(&step.file, &step.up), None));
    let mut config = Config::new(Dialect::Sqlite);
    config.prelude = corpus::prelude(Dialect::Sqlite, &history.name).to_owned();
    // Some tools open no transaction, and their files hold their own.
    config.transactions = !matches!(history.name.as_str(), "homarr" | "uptime-kuma");
    Source::from_scripts(config, &history.name, scripts)
}

fn line(found: &Diagnostic, source: &Source) -> String {
    let place = found.place.as_ref().map_or_else(String::new, |place| {
        let text = source.text(&place.file).unwrap_or("");
        let line = place.span.map_or(1, |span| span.line_column(text).0);
        format!("{}/{}:{line}", source.root, place.file)
    });
    format!(
        "{place} {} [{}] {}",
        found.message,
        found.code,
        found.notes.join(" | ")
    )
}
