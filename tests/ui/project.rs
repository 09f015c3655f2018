//! The project that trybuild compiles the cases in, and the cases' folders.

use std::fs;
use std::path::{Path, PathBuf};

/// Compiles the programs of a folder, with a value for the variable `CI`.
pub(crate) fn compile(folder: &str, ci: &str) {
    prepare(&project(), ci);
    let programs = format!("{folder}/*.rs");
    // It runs when it is dropped.
    trybuild::TestCases::new().compile_fail(programs);
}

/// A macro looks for its directory beside the `Cargo.toml` of the project, and reads `CI` in rustc's environment.
fn prepare(project: &Path, ci: &str) {
    for folder in ["broken", "sound"] {
        let target = project.join(folder);
        if target.exists() {
            fs::remove_dir_all(&target).unwrap();
        }
        copy(&here().join(folder), &target);
    }
    let settings = project.join(".cargo");
    fs::create_dir_all(&settings).unwrap();
    let setting = format!("[env]\nCI = {{ value = {ci:?}, force = true }}\n");
    fs::write(settings.join("config.toml"), setting).unwrap();
}

/// trybuild's own choice.
fn project() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"))
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// All that the compiler is expected to say of the programs in these folders.
pub(crate) fn expected(folders: &[&str]) -> String {
    let entries = folders.iter().flat_map(|folder| sorted(folder));
    entries
        .filter(|path| path.extension().is_some_and(|end| end == "stderr"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

/// The directories in a folder, relative to this package, each with the path of the text beside it.
pub(crate) fn folders(folder: &str) -> Vec<(String, PathBuf)> {
    let directories = sorted(folder).into_iter().filter(|path| path.is_dir());
    directories
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            (format!("{folder}/{name}"), path.with_extension("txt"))
        })
        .collect()
}

fn sorted(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(here().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
