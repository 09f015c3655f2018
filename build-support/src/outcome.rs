use serde::{Deserialize, Serialize};

use crate::codegen;
use crate::diagnostic::{Level, render_untitled};
use crate::inspect::Inspection;

/// The version of this crate; the macro only takes results of its own version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What checking a directory gave, as the build script leaves it for the macro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The rendered errors, without the word "error" in front, as rustc puts it there; the macro says them.
    pub(crate) errors: Vec<String>,
    /// The rendered warnings, likewise; the build script says them.
    pub(crate) warnings: Vec<String>,
    /// The rendered notes, likewise; only a verbose build shows them.
    pub(crate) notes: Vec<String>,
    /// Modules to be made of Rust files: name and path in the directory.
    pub(crate) rust_modules: Vec<(String, String)>,
    /// Paths in the directory of all files that had a part; of a build script's result cargo watches the whole directory.
    #[serde(skip)]
    pub(crate) files: Vec<String>,
    /// Further directories whose files had a part, relative to the package.
    #[serde(skip)]
    pub(crate) twins: Vec<String>,
    /// The generated items, or those of the stub where there are errors.
    #[serde(skip)]
    pub(crate) code: String,
    /// The generated constants of table and column names.
    #[serde(skip)]
    pub(crate) schema: String,
}

impl Outcome {
    /// Renders findings and generates code.
    pub(crate) fn new(inspection: &Inspection) -> Self {
        let Inspection { checked, .. } = inspection;
        let text = |path: &str| inspection.text(path);
        let all = |level| {
            let found = inspection.diagnostics.iter();
            found.filter(move |found| found.level == level)
        };
        let rendered = |level| -> Vec<String> {
            all(level)
                .map(|found| render_untitled(found, &checked.directory, &text))
                .collect()
        };
        let errors = rendered(Level::Deny);
        let sound = errors.is_empty();
        Self {
            warnings: rendered(Level::Warn),
            notes: rendered(Level::Note),
            rust_modules: if sound {
                codegen::rust_modules(checked)
            } else {
                Vec::new()
            },
            files: {
                let twins = inspection.twins.iter().flat_map(|twin| &twin.files);
                let own = checked.files.iter().map(|file| &file.path);
                own.chain(twins).cloned().collect()
            },
            twins: {
                let twins = inspection.twins.iter();
                twins.map(|twin| twin.directory.clone()).collect()
            },
            code: if sound {
                codegen::generate(checked)
            } else {
                codegen::stub(checked, &inspection.finals())
            },
            schema: codegen::schema(checked),
            errors,
        }
    }
}

/// Where a build script leaves the result of one directory, and how the macro learns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handover {
    key: String,
}

impl Handover {
    /// The one of a directory in its [`normal`] form.
    pub(crate) fn new(directory: &str) -> Self {
        let digest = migratory_core::content_digest(directory.as_bytes());
        Self {
            key: format!("{digest:016x}"),
        }
    }

    /// The variable that holds the version of the build script's crate in the compilation of the package. Cargo sets it only while the
    /// build script says so, so that a result of an earlier build script is never taken.
    pub(crate) fn variable(&self) -> String {
        format!("MIGRATORY_CHECKED_{}", self.key.to_uppercase())
    }

    /// The generated items, in `OUT_DIR`.
    pub(crate) fn code(&self) -> String {
        format!("migratory-{}.rs", self.key)
    }

    /// The generated names of tables and columns, in `OUT_DIR`.
    pub(crate) fn schema(&self) -> String {
        format!("migratory-{}.schema.rs", self.key)
    }

    /// A folder of results for the next build, in `OUT_DIR`.
    pub(crate) fn cache(&self) -> String {
        format!("migratory-{}", self.key)
    }

    /// The [`Outcome`], in `OUT_DIR`.
    pub(crate) fn outcome(&self) -> String {
        format!("migratory-{}.json", self.key)
    }
}

/// The directory as a path relative to the package: `/` between folders, no `.` in it.
///
/// # Errors
///
/// If it is absolute or names the package itself.
pub(crate) fn normal(directory: &str) -> Result<String, String> {
    let slashes = directory.replace('\\', "/");
    if slashes.starts_with('/') || std::path::Path::new(directory).is_absolute() {
        return Err(format!(
            "the migrations directory `{directory}` must be relative to Cargo.toml: an absolute path makes the build depend on where it runs"
        ));
    }
    let parts = slashes.split('/').filter(|part| !matches!(*part, "" | "."));
    let normal = parts.collect::<Vec<_>>().join("/");
    if normal.is_empty() {
        return Err(
            "the migrations directory must be a folder of its own, such as `migrations`".to_owned(),
        );
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_directory_has_one_spelling() {
        let cases = [
            ("migrations", Ok("migrations")),
            ("./migrations/", Ok("migrations")),
            ("db//./migrations", Ok("db/migrations")),
            (r"db\migrations", Ok("db/migrations")),
            ("../migrations/sqlite", Ok("../migrations/sqlite")),
            ("/srv/migrations", Err(())),
            ("", Err(())),
            ("./", Err(())),
        ];
        for (directory, expected) in cases {
            let found = normal(directory);
            assert_eq!(found.as_deref().map_err(|_| ()), expected, "{directory}");
        }
    }
}
