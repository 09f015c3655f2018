//! Scripts followed in the model, from the files of `tests/golden/model/<dialect>`.
//!
//! A case is files, each behind a line `-- file: NAME`, then `-- expected:` with the findings and the schema at the end. `NAME.down.sql`
//! is the way down of `NAME.sql`.

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use migratory_build::catalog::{Catalog, Doubt, Replayed, Script, modelled_facts};
use migratory_build::diagnostic::{Color, Diagnostic, render};
use migratory_build::discover::{Config, File, Source};
use migratory_build::model::{replay_script, reverse_script};
use migratory_build::syntax::{self, Down, Sql, parse};
use migratory_core::Dialect;

const EXPECTED: &str = "-- expected:\n";

#[test]
fn postgres_scripts_give_what_is_written_behind_them() {
    hold(Dialect::Postgres, "postgres");
}

#[test]
fn mysql_scripts_give_what_is_written_behind_them() {
    hold(Dialect::Mysql, "mysql");
}

fn hold(dialect: Dialect, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/model");
    let mut cases: Vec<_> = std::fs::read_dir(folder.join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut failed = Vec::new();
    for case in &cases {
        let text = std::fs::read_to_string(case).unwrap();
        let (files, expected) = text.split_once(EXPECTED).unwrap_or((&text, ""));
        let found = dump(dialect, files);
        if found == expected {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(case, format!("{files}{EXPECTED}{found}")).unwrap();
        } else {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            failed.push(format!("{name}:\n{found}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn dump(dialect: Dialect, text: &str) -> String {
    let source = source(dialect, text);
    let mut dump = String::new();
    let mut catalog = Catalog::new(dialect);
    for entry in &source.migrations {
        let outcome = parse(&source, entry);
        for finding in &outcome.diagnostics {
            show(&mut dump, &source, finding);
        }
        let syntax::Script::Sql(up) = &outcome.parsed.up else {
            continue;
        };
        for (_, refusal) in &up.refused {
            show(&mut dump, &source, refusal);
        }
        let before = catalog.clone();
        let (up_file, up) = (path(&source, up), up);
        let up = script(&source, up, &up_file);
        let went_up = replay_script(dialect, &mut catalog, &up);
        show_all(&mut dump, &source, &went_up);
        if let Down::Script(syntax::Script::Sql(down)) = &outcome.parsed.down {
            let down_file = path(&source, down);
            let down = script(&source, down, &down_file);
            let reversed = reverse_script(dialect, &before, &catalog, (&up, &went_up), &down);
            show_all(&mut dump, &source, &reversed.down);
            for finding in &reversed.diagnostics {
                show(&mut dump, &source, finding);
            }
        }
    }
    schema(&mut dump, &catalog);
    dump
}

fn show_all(dump: &mut String, source: &Source, replayed: &Replayed<'_>) {
    for finding in &replayed.diagnostics {
        show(dump, source, finding);
    }
    for partial in &replayed.partial {
        writeln!(dump, "partial: {}: {}\n", partial.at, partial.reason).unwrap();
    }
}

fn show(dump: &mut String, source: &Source, finding: &Diagnostic) {
    let text = |path: &str| source.text(path);
    let rendered = render(finding, "", &text, Color::Never);
    writeln!(dump, "{}\n", rendered.trim_end()).unwrap();
}

/// What the catalog holds: a line each, and a question mark behind what is not fully known. Parts that are in doubt come behind their
/// table, with a question mark where they may be missing, and a tilde where they may look otherwise.
fn schema(dump: &mut String, catalog: &Catalog) {
    if catalog.is_incomplete() {
        dump.push_str("(incomplete)\n");
    }
    for object in catalog.objects() {
        let mark = if object.incomplete { " ?" } else { "" };
        for (what, detail) in modelled_facts(object) {
            writeln!(dump, "{}{mark}", format!("{what} {detail}").trim_end()).unwrap();
        }
        for (part, doubt) in object.doubts.iter() {
            let mark = if doubt == Doubt::Presence { "?" } else { "~" };
            writeln!(dump, "{mark} {part} of {}", object.name).unwrap();
        }
    }
}

fn path(source: &Source, sql: &Sql) -> Rc<str> {
    source.file(sql.file).path.as_str().into()
}

fn script<'a>(source: &'a Source, sql: &'a Sql, file: &'a Rc<str>) -> Script<'a> {
    Script {
        file,
        text: &source.file(sql.file).text,
        statements: &sql.statements,
        opaque: &sql.opaque,
        in_transaction: true,
        later: None,
    }
}

fn source(dialect: Dialect, text: &str) -> Source {
    let mut scripts: Vec<(File, Option<File>)> = Vec::new();
    for section in text.split("-- file: ").skip(1) {
        let (name, text) = section.split_once('\n').unwrap();
        let file = File::new(name.trim(), text);
        match name.trim().ends_with(".down.sql") {
            true => scripts.last_mut().unwrap().1 = Some(file),
            false => scripts.push((file, None)),
        }
    }
    Source::from_scripts(Config::new(dialect), "", scripts)
}
