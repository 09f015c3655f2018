//! Real migration histories with the engines' verdicts, read from the folder beside the project where it exists.

#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use migratory_core::Dialect;

/// Prints a line that shows in passing runs as well: what was looked at is part of the result.
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write;
        // A closed stderr is no reason to fail.
        let _ = writeln!(std::io::stderr().lock(), $($line)*);
    }};
}

#[allow(unused_imports, reason = "each test file uses its own part of it")]
pub(crate) use say;

/// A migration of a foreign history: file name and text of its way up, and of its way down where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) file: String,
    pub(crate) up: String,
    pub(crate) down: Option<(String, String)>,
    /// Whether the real engine took it.
    pub(crate) ok: bool,
}

/// A history in the order in which it was applied.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
}

impl History {
    /// Whether the real engine took every file.
    pub(crate) fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.ok)
    }
}

/// The corpus folder; `None`, said aloud, where this checkout stands without it.
pub(crate) fn folder() -> Option<PathBuf> {
    // Tests of several packages read it, each from a depth of its own.
    let around = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(2);
    let mut folders = around.map(|around| around.join("shared/corpus"));
    if let Some(folder) = folders.find(|folder| folder.is_dir()) {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the corpus of real histories is missing under CI"
    );
    say!("NOT RUN: the corpus of real histories is not beside this checkout");
    None
}

/// All histories of a dialect, by name.
pub(crate) fn histories(corpus: &Path, dialect: &str) -> Vec<History> {
    let mut names: Vec<String> = fs::read_dir(corpus.join(dialect))
        .expect("the corpus has a folder for each dialect")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("plain names")
        })
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| history(corpus, dialect, &name))
        .collect()
}

/// One history.
pub(crate) fn history(corpus: &Path, dialect: &str, name: &str) -> History {
    let folder = corpus.join(dialect).join(name);
    let order = fs::read_to_string(folder.join("order.tsv")).expect("order.tsv");
    let read = |file: &str| {
        let bytes = fs::read(folder.join("files").join(file)).expect(file);
        // drizzle cuts its files there itself; to MySQL the marker is no comment.
        String::from_utf8_lossy(&bytes)
            .replace("--> statement-breakpoint", "--  statement-breakpoint")
    };
    let steps = order
        .lines()
        .skip(1)
        .map(|row| {
            let mut cells = row.split('\t');
            let file = cells.next().expect("a file").to_owned();
            let down_file = cells.next().filter(|cell| !cell.is_empty());
            let ok = cells.next() == Some("ok");
            let text = read(&file);
            match (down_file, goose(&text)) {
                (Some(down), None) => Step {
                    up: text,
                    down: Some((down.to_owned(), read(down))),
                    file,
                    ok,
                },
                (_, Some((up, down))) => Step {
                    up,
                    down: down.map(|down| (file.clone(), down)),
                    file,
                    ok,
                },
                (None, None) => Step {
                    up: text,
                    down: None,
                    file,
                    ok,
                },
            }
        })
        .collect();
    History {
        name: name.to_owned(),
        steps,
    }
}

/// goose keeps both ways in one file; each way is the other one blanked out, so that lines and offsets stay true.
fn goose(text: &str) -> Option<(String, Option<String>)> {
    text.find("-- +goose Up")?;
    let down = text.find("-- +goose Down");
    let blank = |stretch: &str| -> String {
        stretch
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect()
    };
    let up_text = match down {
        Some(down) => format!("{}{}", &text[..down], blank(&text[down..])),
        None => text.to_owned(),
    };
    Some((
        up_text,
        down.map(|down| format!("{}{}", blank(&text[..down]), &text[down..])),
    ))
}

/// One seeded case: a history with one fault or one harmless edit.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Seeded {
    pub(crate) case: String,
    pub(crate) dialect: String,
    pub(crate) history: String,
    pub(crate) class: String,
    pub(crate) expect: String,
    #[serde(default)]
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) engine: String,
    pub(crate) take: Option<usize>,
    pub(crate) order: Option<Vec<String>>,
    pub(crate) append: Option<String>,
    #[serde(default)]
    pub(crate) edits: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) downs: bool,
    #[serde(default)]
    pub(crate) env: String,
}

/// The seeded cases of a dialect.
pub(crate) fn seeded(corpus: &Path, dialect: &str) -> Vec<Seeded> {
    fs::read_to_string(corpus.join("seeded.jsonl"))
        .expect("seeded.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Seeded>(line).expect("a case a line"))
        .filter(|case| case.dialect == dialect)
        .collect()
}

impl Seeded {
    /// The case's files in order, made from the history it belongs to.
    pub(crate) fn steps(&self, history: &History) -> Vec<Step> {
        let mut steps: Vec<Step> = match (&self.order, self.take) {
            (Some(order), _) => order
                .iter()
                .map(|file| {
                    history
                        .steps
                        .iter()
                        .find(|step| &step.file == file)
                        .expect("a file of it")
                })
                .cloned()
                .collect(),
            (None, take) => history
                .steps
                .iter()
                .take(take.unwrap_or(usize::MAX))
                .cloned()
                .collect(),
        };
        if let Some(file) = &self.append {
            let own = history.steps.iter().find(|step| &step.file == file);
            steps.push(own.cloned().unwrap_or_else(|| Step {
                file: file.clone(),
                up: self.edits[file].clone(),
                down: None,
                ok: true,
            }));
        }
        for step in &mut steps {
            if let Some(text) = self.edits.get(&step.file) {
                let (up, down) = goose(text).unwrap_or_else(|| (text.clone(), None));
                step.up = up;
                if let Some(down) = down {
                    step.down = Some((step.file.clone(), down));
                }
            }
            if let Some((file, down)) = &mut step.down
                && let Some(text) = self.edits.get(file.as_str())
                && *file != step.file
            {
                down.clone_from(text);
            }
            if !self.downs {
                step.down = None;
            }
        }
        steps
    }
}

/// What a history finds in place before its first file: tables of its tool, or of a release before it.
pub(crate) fn prelude(dialect: Dialect, history: &str) -> &'static str {
    if dialect != Dialect::Sqlite {
        return "";
    }
    match history {
        name if name.starts_with("atuin") || name == "yaak" => {
            "create table _sqlx_migrations(version bigint primary key, description text, installed_on text, \
             success bool, checksum blob, execution_time bigint);"
        }
        name if name.starts_with("cdk") => "create table migrations(name text, a text);",
        "harness" => "create table migrations(version text);",
        "uptime-kuma" => include_str!("uptime_kuma.sql"),
        _ => "",
    }
}
