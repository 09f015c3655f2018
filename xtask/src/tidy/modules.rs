use std::collections::BTreeMap;

use super::Finding;
use super::tree::{Tree, code_lines};

/// Modules of one crate in layers: each may name its own layer and those above it in the list.
struct Layers {
    folder: &'static str,
    layers: &'static [&'static [&'static str]],
    /// Names that are words for every module, wherever they are at home.
    words: &'static [&'static str],
}

const CORE: Layers = Layers {
    folder: "core/src/",
    layers: &[
        &[
            "chain",
            "checksum",
            "content",
            "direction",
            "migration",
            "record",
            "script",
            "value",
            "version",
        ],
        &["history", "label", "row"],
        &["dialect"],
        &["plan", "refusal", "status"],
        &["session"],
    ],
    words: &["Dialect"],
};

/// The data's path, with what every stage uses before it and what calls the stages behind it. `rules` says what a rule sees,
/// and the engine gives it that, so the arrow between these two points from the engine to the rules.
const BUILD: Layers = Layers {
    folder: "build-support/src/",
    layers: &[
        &["span", "nearest"],
        &["diagnostic"],
        &["discover"],
        &["fs"],
        &["syntax"],
        &["catalog"],
        &["rules"],
        &["engine", "model"],
        &["lock"],
        &["codegen"],
        &["check"],
        &["parity"],
        &["inspect"],
        &["outcome"],
        &["build_script", "expand"],
    ],
    words: &[],
};

pub(super) fn core_modules_point_down(tree: &Tree) -> Vec<Finding> {
    arrows(tree, &CORE)
}

pub(super) fn stages_point_back(tree: &Tree) -> Vec<Finding> {
    arrows(tree, &BUILD)
}

/// The one module that touches files is `fs.rs`.
pub(super) fn only_fs_opens_files(tree: &Tree) -> Vec<Finding> {
    let root = tree.text("build-support/src/lib.rs").unwrap_or_default();
    let mut found = Vec::new();
    for (path, text) in tree.rust(BUILD.folder) {
        let module = module_of(path, BUILD.folder);
        if module == Some("fs") || is_for_tests(root, module, path) {
            continue;
        }
        for (number, line) in code_lines(text) {
            for word in ["std::fs", "File::open", "File::create", "OpenOptions"] {
                if line.contains(word) {
                    let message = format!("`{word}`: only `fs.rs` opens files");
                    found.push(Finding::new(path, number, message));
                }
            }
        }
    }
    found
}

fn arrows(tree: &Tree, of: &Layers) -> Vec<Finding> {
    let root = tree
        .text(&format!("{}lib.rs", of.folder))
        .unwrap_or_default();
    let homes = homes(root);
    let mut found = Vec::new();
    for (path, text) in tree.rust(of.folder) {
        let Some(module) = module_of(path, of.folder) else {
            continue;
        };
        if is_for_tests(root, Some(module), path) {
            continue;
        }
        let Some(place) = of.place(module) else {
            let message =
                format!("module `{module}` has no place in the layers of `cargo xtask tidy`");
            found.push(Finding::new(path, None, message));
            continue;
        };
        for (number, name) in named(text) {
            if of.words.contains(&name.as_str()) {
                continue;
            }
            let home = homes.get(name.as_str()).copied().unwrap_or(&name);
            if of.place(home).is_some_and(|other| other > place) {
                let message = format!("`{module}` must not know `{home}`, which comes later");
                found.push(Finding::new(path, number, message));
            }
        }
    }
    found
}

impl Layers {
    fn place(&self, module: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.contains(&module))
    }
}

/// `session` of `core/src/session/step.rs` and of `core/src/session.rs`; the crate's root is no module.
fn module_of<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    let module = rest.split('/').next()?;
    let module = module.strip_suffix(".rs").unwrap_or(module);
    (module != "lib").then_some(module)
}

/// Which module an item comes from that the crate's root exports again: by `pub use plan::{Goal, Plan};`.
fn homes(root: &str) -> BTreeMap<&str, &str> {
    let mut homes = BTreeMap::new();
    for statement in root.split(';') {
        let Some((_, path)) = statement.rsplit_once("use ") else {
            continue;
        };
        let Some((module, items)) = path.split_once("::") else {
            continue;
        };
        for item in items.split(|character: char| !character.is_alphanumeric() && character != '_')
        {
            homes.insert(item, module);
        }
    }
    homes
}

/// Whether a file belongs to the tests: by its name, or because the crate's root says so of its module.
fn is_for_tests(root: &str, module: Option<&str>, path: &str) -> bool {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return true;
    }
    let Some(module) = module else { return false };
    let declaration = format!("mod {module};");
    root.lines()
        .zip(root.lines().skip(1))
        .any(|(before, line)| before == "#[cfg(test)]" && line.ends_with(&declaration))
}

/// The first names behind every `crate::` of a file, each with its line.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let lines: Vec<(usize, &str)> = code_lines(text).collect();
    for (index, (number, line)) in lines.iter().enumerate() {
        for (at, word) in line.match_indices("crate::") {
            let path = &line[at + word.len()..];
            if path.starts_with('{') {
                let rest = lines[index + 1..].iter().map(|(_, line)| *line);
                let group = std::iter::once(path)
                    .chain(rest)
                    .collect::<Vec<_>>()
                    .join(" ");
                names.extend(group_names(&group).map(|name| (*number, name.to_owned())));
            } else {
                names.push((*number, leading_name(path).to_owned()));
            }
        }
    }
    names
}

/// `Goal` and `plan` of `{Goal, plan::{Plan, Policy}}`.
fn group_names(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    group
        .char_indices()
        .map_while(move |(at, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth > 0).then_some((at, character, depth))
        })
        .filter(|(_, character, depth)| *depth == 1 && matches!(character, '{' | ','))
        .map(|(at, ..)| leading_name(group[at + 1..].trim_start()))
        .filter(|name| !name.is_empty())
}

fn leading_name(path: &str) -> &str {
    path.split(|character: char| !character.is_alphanumeric() && character != '_')
        .next()
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn a_module_that_knows_a_later_one_is_found() {
        let files = [
            (
                "core/src/lib.rs",
                "mod plan;\npub use plan::{Goal, Plan};\npub use session::Session;\n",
            ),
            (
                "core/src/history.rs",
                "use crate::Version;\nuse crate::{Chain, Goal};\n",
            ),
            (
                "core/src/plan.rs",
                "use crate::history::History;\nfn f(s: crate::session::Session) {}\n",
            ),
            (
                "core/src/session/step.rs",
                "use crate::plan::Plan;\nuse crate::Dialect;\nuse super::report::Report;\n",
            ),
            (
                "core/src/migration.rs",
                "use crate::{\n    Chain, plan::{Policy, Version},\n    Version,\n};\nuse crate::{Chain};\n",
            ),
            (
                "core/src/version.rs",
                "#[cfg(test)]\nmod tests { use crate::plan::Plan; }\n",
            ),
        ];
        let expected = [
            "core/src/history.rs:2: `history` must not know `plan`, which comes later",
            "core/src/migration.rs:1: `migration` must not know `plan`, which comes later",
            "core/src/plan.rs:2: `plan` must not know `session`, which comes later",
        ];
        expect(core_modules_point_down, &files, &expected);
    }

    #[test]
    fn a_module_without_a_place_is_found() {
        let files = [
            ("core/src/extra/mod.rs", ""),
            ("core/src/fixtures.rs", ""),
            (
                "core/src/lib.rs",
                "mod extra;\n#[cfg(test)]\nmod fixtures;\n",
            ),
        ];
        let expected = [
            "core/src/extra/mod.rs: module `extra` has no place in the layers of `cargo xtask tidy`",
        ];
        expect(core_modules_point_down, &files, &expected);
    }

    #[test]
    fn a_stage_that_knows_a_later_stage_is_found() {
        let files = [
            (
                "build-support/src/syntax/ir.rs",
                "use crate::Span;\nuse crate::lock::Lock;\n",
            ),
            ("build-support/src/lock/mod.rs", "use crate::syntax::ir;\n"),
        ];
        let expected =
            ["build-support/src/syntax/ir.rs:2: `syntax` must not know `lock`, which comes later"];
        expect(stages_point_back, &files, &expected);
    }

    #[test]
    fn a_stage_that_opens_a_file_is_found() {
        let files = [
            ("build-support/src/fs.rs", "use std::fs;\n"),
            ("build-support/src/lock/tests.rs", "use std::fs;\n"),
            ("build-support/src/lock/tests/all.rs", "use std::fs;\n"),
            ("build-support/src/fixture.rs", "use std::fs;\n"),
            ("build-support/src/lib.rs", "#[cfg(test)]\nmod fixture;\n"),
            (
                "build-support/src/lock/mod.rs",
                "// not std::fs\nlet x = std::fs::read(path);\nuse crate::fs;\n",
            ),
        ];
        let expected = ["build-support/src/lock/mod.rs:2: `std::fs`: only `fs.rs` opens files"];
        expect(only_fs_opens_files, &files, &expected);
    }
}
