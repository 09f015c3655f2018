use super::Finding;
use super::tree::Tree;

/// Written in two halves, so that this file does not find itself.
const STUBS: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[", "ignore"),
];

const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("C:\\", "Users"),
];

/// The longest a Rust file may be. STYLE says about 500; what is longer than this has two subjects.
const LINES: usize = 600;

/// Files that are one long table, and so may be longer.
const TABLES: &[&str] = &[];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

pub(super) fn no_stubs(tree: &Tree) -> Vec<Finding> {
    words(tree.rust(""), STUBS, "has no place in finished code")
}

pub(super) fn no_machine_paths(tree: &Tree) -> Vec<Finding> {
    words(tree.files(), MACHINE_PATHS, "is a path of one machine")
}

fn words<'t>(
    files: impl Iterator<Item = (&'t str, &'t str)>,
    words: &[&str],
    complaint: &str,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (line, number) in text.lines().zip(1..) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(Finding::new(path, number, format!("`{word}` {complaint}")));
            }
        }
    }
    found
}

pub(super) fn files_are_short(tree: &Tree) -> Vec<Finding> {
    tree.rust("")
        .filter(|(path, _)| !TABLES.contains(path))
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            let message = format!("{lines} lines; more than {LINES} is more than one subject");
            (lines > LINES).then(|| Finding::new(path, None, message))
        })
        .collect()
}

pub(super) fn names_say_what(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter_map(|(path, _)| {
            let empty = path
                .split('/')
                .find(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or(part)))?;
            Some(Finding::new(
                path,
                None,
                format!("`{empty}` says nothing about what is inside"),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn a_stub_is_found_wherever_it_stands() {
        let text = format!("fn a() {{\n    {}\"later\")\n}}\n", STUBS[0]);
        let expected = [format!(
            "core/src/a.rs:2: `{}` has no place in finished code",
            STUBS[0]
        )];
        expect(
            no_stubs,
            &[("core/src/a.rs", &text), ("a.md", &text)],
            &[&expected[0]],
        );
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let text = format!("see {}x\n", MACHINE_PATHS[1]);
        let expected = [format!(
            "README.md:1: `{}` is a path of one machine",
            MACHINE_PATHS[1]
        )];
        expect(no_machine_paths, &[("README.md", &text)], &[&expected[0]]);
    }

    #[test]
    fn a_long_file_is_found() {
        let long = "\n".repeat(LINES + 1);
        let files = [
            ("core/src/a.rs", long.as_str()),
            ("core/src/b.rs", &long[1..]),
        ];
        expect(
            files_are_short,
            &files,
            &["core/src/a.rs: 601 lines; more than 600 is more than one subject"],
        );
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        let files = [
            ("core/src/utils.rs", ""),
            ("tests/common/mod.rs", ""),
            ("core/src/utilities_of_the_state.rs", ""),
        ];
        let expected = [
            "core/src/utils.rs: `utils.rs` says nothing about what is inside",
            "tests/common/mod.rs: `common` says nothing about what is inside",
        ];
        expect(names_say_what, &files, &expected);
    }
}
