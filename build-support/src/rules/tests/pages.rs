//! Every page is a test: in its examples each marked line fires, and nothing else does.

use std::collections::BTreeSet;

use super::{examine, line};
use crate::diagnostic::Level;
use crate::rules::{CHECKS, RULES};

/// Where, how loud and which: the form of a marker.
type Mark = (String, usize, String);

/// F70 to F77 are the pages of the SQLite family: `sqlite-rebuild-cascades` (F70), `sqlite-pragma-in-transaction` (F71),
/// `sqlite-rebuild-loses-objects`, `sqlite-rebuild-drops-column` and `sqlite-autoincrement-reset` (F72), `sqlite-rebuild-wrong-order` (F73),
/// `sqlite-add-column-not-null` and `sqlite-add-column-nonconstant-default` (F74), `sqlite-feature-version` (F75),
/// `sqlite-dangling-foreign-key` (F76), `sqlite-string-for-column` (F77).
#[test]
fn every_marked_line_of_a_page_fires_and_nothing_else() {
    let mut wrong = String::new();
    for (name, page) in pages() {
        let examples = examples(page);
        assert!(
            examples.len() >= 2,
            "{name}: an example and what to use instead"
        );
        for (index, example) in examples.iter().enumerate() {
            let (expected, found, told) = run(example);
            if expected != found {
                wrong += &format!(
                    "\n{name}, example {}:\n  marked {expected:?}\n  found  {found:?}\n{told}",
                    index + 1
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_first_example_of_a_page_shows_its_rule() {
    for (name, page) in pages() {
        let examples = examples(page);
        let (marked, ..) = run(&examples[0]);
        assert!(
            marked
                .iter()
                .any(|(.., mark)| mark.ends_with(&format!(": {name}"))),
            "{name}"
        );
    }
}

#[test]
fn what_a_page_advises_is_silent() {
    for (name, page) in pages() {
        let (_, advice) = page.split_once("## Use instead").expect(name);
        assert!(
            !advice.contains("-- error:") && !advice.contains("-- warning:"),
            "{name}"
        );
        assert!(!examples(advice).is_empty(), "{name}");
    }
}

#[test]
fn a_page_is_titled_by_what_it_explains() {
    for (name, page) in pages() {
        let title = page.lines().next().and_then(|line| line.strip_prefix("# "));
        assert!(
            title.unwrap_or("").split(", ").any(|title| title == name),
            "{name}"
        );
    }
}

fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rules = RULES.iter().map(|rule| (rule.name(), rule.page()));
    let checks = CHECKS
        .iter()
        .filter_map(|check| Some((check.name, check.page?)));
    rules.chain(checks)
}

/// An SQL block of a page, with the configuration that stands before it.
struct Example<'p> {
    config: &'p str,
    sql: &'p str,
}

fn examples(page: &str) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    let mut config = "";
    let mut rest = page;
    while let Some((_, block)) = rest.split_once("```") {
        let (language, body) = block.split_once('\n').unwrap();
        let (body, after) = body.split_once("```").unwrap();
        match language {
            "toml" => config = body,
            "sql" => examples.push(Example {
                config: std::mem::take(&mut config),
                sql: body,
            }),
            other => panic!("what is `{other}`?"),
        }
        rest = after;
    }
    examples
}

/// What is marked in an example, what is found in it, and the findings in words.
fn run(example: &Example<'_>) -> (BTreeSet<Mark>, BTreeSet<Mark>, String) {
    let mut files = vec![("migratory.toml", example.config)];
    let mut marked = BTreeSet::new();
    for section in example.sql.split("-- file: ").skip(1) {
        let (path, text) = section.split_once('\n').unwrap();
        files.push((path, text));
        for (index, line) in text.lines().enumerate() {
            let marks = ["error", "warning"].iter().filter_map(|level| {
                let (_, names) = line.split_once(&format!("-- {level}: "))?;
                Some(
                    names
                        .split(", ")
                        .map(move |name| format!("{level}: {name}")),
                )
            });
            marked.extend(
                marks
                    .flatten()
                    .map(|mark| (path.to_owned(), index + 1, mark)),
            );
        }
    }
    let (source, checkup) = examine(files);
    let found = checkup.diagnostics.iter().filter_map(|finding| {
        let level = match finding.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Note | Level::Allow => return None,
        };
        // A finding about no file would be in no page.
        let place = finding.place.as_ref()?;
        let text = source.text(&place.file).unwrap_or("");
        let line = place.span.map_or(1, |span| span.line_column(text).0);
        let mark = format!("{level}: {}", finding.code);
        Some((place.file.clone(), line, mark))
    });
    let found = found.collect();
    let told = checkup.diagnostics.iter().map(|found| line(found, &source));
    let told = told.collect();
    (marked, found, told)
}
