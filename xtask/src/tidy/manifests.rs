use toml::{Table, Value};

use super::Finding;
use super::tree::Tree;

/// A crate of ours, its folder, and those of ours that it may depend on.
struct Crate {
    name: &'static str,
    folder: &'static str,
    below: &'static [&'static str],
}

/// The arrows between crates. Tests may use anything, so `dev-dependencies` do not count.
const CRATES: &[Crate] = &[
    Crate {
        name: "migratory-core",
        folder: "core",
        below: &[],
    },
    Crate {
        name: "migratory-build",
        folder: "build-support",
        below: &["migratory-core"],
    },
    Crate {
        name: "migratory-macros",
        folder: "macros",
        below: &["migratory-build"],
    },
    Crate {
        name: "migratory",
        folder: "runtime",
        below: &["migratory-core", "migratory-macros"],
    },
    Crate {
        name: "cargo-migratory",
        folder: "cli",
        below: &["migratory", "migratory-build", "migratory-core"],
    },
];

/// What the runtime may depend on besides ours: the clients that users already have.
const CLIENTS: &[&str] = &[
    "diesel",
    "mysql",
    "mysql_async",
    "postgres",
    "rusqlite",
    "sqlx",
    "tokio-postgres",
    "tracing",
];

pub(super) fn crates_know_only_what_is_below(tree: &Tree) -> Vec<Finding> {
    each(tree, |of, manifest, dependencies| {
        dependencies
            .iter()
            .filter(|dependency| {
                is_ours(&dependency.package) && !of.below.contains(&dependency.package.as_str())
            })
            .map(|dependency| {
                let message = format!("`{}` must not know `{}`", of.name, dependency.package);
                Finding::new(manifest, None, message)
            })
            .collect()
    })
}

pub(super) fn core_has_no_dependency(tree: &Tree) -> Vec<Finding> {
    each(tree, |of, manifest, dependencies| {
        if of.name != "migratory-core" {
            return Vec::new();
        }
        let mut found: Vec<Finding> = dependencies
            .iter()
            .map(|dependency| {
                Finding::new(
                    manifest,
                    None,
                    format!("core depends on `{}`", dependency.package),
                )
            })
            .collect();
        let root = format!("{}/src/lib.rs", of.folder);
        for attribute in ["#![no_std]", "#![forbid(unsafe_code)]"] {
            if !tree
                .text(&root)
                .is_some_and(|text| text.contains(attribute))
            {
                found.push(Finding::new(
                    &root,
                    None,
                    format!("`{attribute}` is missing"),
                ));
            }
        }
        found
    })
}

pub(super) fn runtime_depends_on_clients_only(tree: &Tree) -> Vec<Finding> {
    each(tree, |of, manifest, dependencies| {
        if of.name != "migratory" {
            return Vec::new();
        }
        dependencies
            .iter()
            .filter(|dependency| !is_ours(&dependency.package))
            .filter_map(|dependency| {
                let package = dependency.package.as_str();
                if !CLIENTS.contains(&package) {
                    let message =
                        format!("the runtime depends on `{package}`, which is no database client");
                    return Some(Finding::new(manifest, None, message));
                }
                (!dependency.optional).then(|| {
                    let message =
                        format!("the client `{package}` is not optional: every user compiles it");
                    Finding::new(manifest, None, message)
                })
            })
            .collect()
    })
}

fn is_ours(package: &str) -> bool {
    CRATES.iter().any(|of| of.name == package)
}

struct Dependency {
    package: String,
    optional: bool,
}

/// Calls `check` for every crate of ours that the tree has.
fn each(tree: &Tree, check: impl Fn(&Crate, &str, &[Dependency]) -> Vec<Finding>) -> Vec<Finding> {
    let mut found = Vec::new();
    for of in CRATES {
        let path = format!("{}/Cargo.toml", of.folder);
        let Some(text) = tree.text(&path) else {
            continue;
        };
        match text.parse::<Table>() {
            Ok(manifest) => found.extend(check(of, &path, &dependencies(&manifest))),
            Err(error) => found.push(Finding::new(&path, None, error.to_string())),
        }
    }
    found
}

/// What is compiled for a user of the crate: normal and build dependencies, for every target.
fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let mut tables = vec![manifest];
    if let Some(Value::Table(targets)) = manifest.get("target") {
        tables.extend(targets.values().filter_map(Value::as_table));
    }
    tables
        .iter()
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|key| table.get(key)))
        .flatten()
        .filter_map(Value::as_table)
        .flatten()
        .map(|(name, value)| Dependency {
            package: value
                .get("package")
                .and_then(Value::as_str)
                .unwrap_or(name)
                .to_owned(),
            optional: value.get("optional").and_then(Value::as_bool) == Some(true),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    const CORE_ROOT: (&str, &str) = ("core/src/lib.rs", "#![no_std]\n#![forbid(unsafe_code)]\n");

    #[test]
    fn an_arrow_that_points_up_is_found() {
        let files = [
            ("core/Cargo.toml", "[package]\nname = \"migratory-core\"\n"),
            (
                "build-support/Cargo.toml",
                "[dependencies]\nmigratory-core = \"1\"\nserde = \"1\"\n",
            ),
            (
                "macros/Cargo.toml",
                "[dependencies]\nbuild = { package = \"migratory\", version = \"1\" }\n",
            ),
            (
                "runtime/Cargo.toml",
                "[target.'cfg(unix)'.build-dependencies]\nmigratory-build = \"1\"\n[dev-dependencies]\ncargo-migratory = \"1\"\n",
            ),
        ];
        let expected = [
            "macros/Cargo.toml: `migratory-macros` must not know `migratory`",
            "runtime/Cargo.toml: `migratory` must not know `migratory-build`",
        ];
        expect(crates_know_only_what_is_below, &files, &expected);
    }

    #[test]
    fn a_dependency_of_core_is_found() {
        let files = [
            CORE_ROOT,
            ("core/Cargo.toml", "[dependencies]\nserde = \"1\"\n"),
        ];
        expect(
            core_has_no_dependency,
            &files,
            &["core/Cargo.toml: core depends on `serde`"],
        );
    }

    #[test]
    fn a_core_with_std_is_found() {
        let files = [
            ("core/Cargo.toml", ""),
            ("core/src/lib.rs", "#![forbid(unsafe_code)]\n"),
        ];
        expect(
            core_has_no_dependency,
            &files,
            &["core/src/lib.rs: `#![no_std]` is missing"],
        );
    }

    #[test]
    fn the_runtime_takes_clients_and_only_where_asked_for() {
        let manifest = "[dependencies]\nmigratory-core = \"1\"\nrusqlite = \"1\"\nserde = \"1\"\npostgres = { version = \"1\", optional = true }\n";
        let expected = [
            "runtime/Cargo.toml: the client `rusqlite` is not optional: every user compiles it",
            "runtime/Cargo.toml: the runtime depends on `serde`, which is no database client",
        ];
        expect(
            runtime_depends_on_clients_only,
            &[("runtime/Cargo.toml", manifest)],
            &expected,
        );
    }
}
