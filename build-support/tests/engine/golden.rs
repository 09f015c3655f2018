use std::fmt::Write as _;
use std::path::Path;

use migratory_build::diagnostic::{Color, render};
use migratory_build::engine::Engine;

use crate::history::{File, Migration, run};

const EXPECTED: &str = "-- expected:\n";

/// A case is files, each behind a line `-- file: NAME`, then `-- expected:` and what comes of them. `NAME.down.sql` is the way
/// down of `NAME.sql`; `(no transaction)` and `(opaque)` after a name say how the file is run.
#[test]
fn histories_give_the_findings_that_are_written_behind_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/engine");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut failed = Vec::new();
    for case in &cases {
        let text = std::fs::read_to_string(case).unwrap();
        let (files, expected) = text.split_once(EXPECTED).unwrap_or((&text, ""));
        let found = dump(files);
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
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn dump(text: &str) -> String {
    let history = history(text);
    let ran = run(&history);
    let mut dump = String::new();
    let text_of = |name: &str| {
        let mut files = history
            .iter()
            .flat_map(|migration| std::iter::once(&migration.up).chain(&migration.down));
        let file = files.find(|file| &*file.name == name);
        file.map(|file| file.text.as_str())
    };
    for finding in &ran.diagnostics {
        let rendered = render(finding, "", &text_of, Color::Never);
        writeln!(dump, "{}\n", rendered.trim_end()).unwrap();
    }
    for partial in &ran.partial {
        let at = &partial.at;
        writeln!(dump, "partial: {}:{}: {}", at.file, at.line, partial.reason).unwrap();
    }
    if dump.is_empty() {
        dump.push_str("nothing\n");
    }
    // The version is whichever one the application's rusqlite brings.
    dump.replace(&format!("SQLite {}", Engine::version()), "SQLite 3.x")
}

fn history(text: &str) -> Vec<Migration> {
    let mut history: Vec<Migration> = Vec::new();
    for section in text.split("-- file: ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        let name = heading.split(' ').next().unwrap();
        let mut file = File::new(name, text);
        file.in_transaction = !heading.contains("(no transaction)");
        if heading.contains("(opaque)") {
            file.opaque = (0..file.statements.len()).collect();
        }
        if name.ends_with(".down.sql") {
            history.last_mut().unwrap().down = Some(file);
        } else {
            history.push(Migration {
                up: file,
                down: None,
            });
        }
    }
    history
}
