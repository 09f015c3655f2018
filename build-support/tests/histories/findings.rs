//! A history as a directory, and what a check finds in it.

use migratory_build::check::Checkup;
use migratory_build::diagnostic::{Color, Diagnostic, Level, render};
use migratory_build::discover::{Config, File, Source};
use migratory_core::Dialect;

use crate::corpus::Step;

/// The policy under which only what is wrong for certain is an error: these histories were run by other tools, most
/// without a transaction around a file, and their authors meant what they dropped.
fn correctness_only(dialect: Dialect, history: &str, prelude: &str) -> Config {
    let mut config = Config::new(dialect);
    // drizzle opens a transaction around its files, and some of them end it.
    config.transactions = history == "homarr";
    config.prelude = prelude.to_owned();
    for group in [
        "destructive",
        "breaking",
        "blocking",
        "data-dependent",
        "transactional",
        "style",
    ] {
        config.levels.insert(group.to_owned(), Level::Allow);
    }
    config
}

/// A history as a directory; `prelude` is what it finds in place.
pub(crate) fn source(dialect: Dialect, history: &str, prelude: &str, steps: &[Step]) -> Source {
    let file = |path: &str, text: &str| File::new(path, text);
    let scripts = steps.iter().map(|step| {
        let down = step.down.as_ref().map(|(path, text)| file(path, text));
        (file(&step.file, &step.up), down)
    });
    Source::from_scripts(
        correctness_only(dialect, history, prelude),
        "migrations",
        scripts,
    )
}

pub(crate) fn errors(checkup: &Checkup) -> Vec<&Diagnostic> {
    checkup
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .collect()
}

pub(crate) fn file(diagnostic: &Diagnostic) -> &str {
    diagnostic.place.as_ref().map_or("", |place| &place.file)
}

pub(crate) fn shown(diagnostic: &Diagnostic, steps: &[Step]) -> String {
    let text = |path: &str| {
        steps.iter().find_map(|step| match &step.down {
            _ if step.file == path => Some(step.up.as_str()),
            Some((down, text)) if down == path => Some(text.as_str()),
            _ => None,
        })
    };
    render(diagnostic, "migrations", &text, Color::Never)
}
