use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::tool::{Database, Tool};

/// The small history has a tenth of the large one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Small,
    Large,
}

impl Size {
    pub(crate) const ALL: [Self; 2] = [Self::Small, Self::Large];

    fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}

/// Whose turn it is in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Other,
    Ours,
    /// It connects, and that is all.
    Nobody,
}

impl Who {
    pub(crate) const BOTH: [Self; 2] = [Self::Other, Self::Ours];

    fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Ours => "ours",
            Self::Nobody => "nobody",
        }
    }
}

/// A program that waits for what to apply.
pub(crate) struct Program {
    path: PathBuf,
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Program {
    /// Writes the program of a tool anew, with histories of so many migrations, builds it, and starts it.
    pub(crate) fn new(
        tool: &Tool,
        root: &Path,
        counts: [usize; Size::ALL.len()],
    ) -> Result<Self, String> {
        let bench = root.join("target/bench/tools");
        let folder = bench.join(tool.program);
        for histories in ["ours", "other"] {
            let path = folder.join(histories);
            if path.exists() {
                std::fs::remove_dir_all(&path)
                    .map_err(|error| format!("failed to remove `{}`: {error}", path.display()))?;
            }
        }
        for (path, text) in files(tool, root, counts) {
            write(&folder.join(path), &text)?;
        }
        let target = bench.join("target");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--release"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            // A release build wants every migration final; what is measured here has no lock file.
            .env_remove("CI")
            .output()
            .map_err(|error| format!("failed to start cargo: {error}"))?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr);
            return Err(format!(
                "the program of {}: {}\n{said}",
                tool.name, built.status
            ));
        }
        Self::start(&target.join("release").join(tool.program))
    }

    fn start(path: &Path) -> Result<Self, String> {
        let fail = || format!("failed to start `{}`", path.display());
        let mut child = Command::new(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", fail()))?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(fail)?);
        Ok(Self {
            path: path.to_owned(),
            child,
            answers,
        })
    }

    /// Has it apply a history, and gives the microseconds that it took.
    pub(crate) fn apply(
        &mut self,
        who: Who,
        size: Size,
        database: Database,
        url: &str,
    ) -> Result<f64, String> {
        let line = [who.name(), size.name(), database.name(), url].join(" ");
        let fail = |problem: &dyn std::fmt::Display| format!("`{line}`: {problem}");
        let mut input = self.child.stdin.as_ref().ok_or_else(|| fail(&"no input"))?;
        writeln!(input, "{line}").map_err(|error| fail(&error))?;
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .map_err(|error| fail(&error))?;
        answer
            .trim()
            .parse()
            .map_err(|_| fail(&format!("`{}` gave no time", self.path.display())))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It ends when nobody speaks to it any more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The files of a tool's program, each with what is in it.
fn files(tool: &Tool, root: &Path, counts: [usize; Size::ALL.len()]) -> Vec<(String, String)> {
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(tool, root)),
        ("build.rs".to_owned(), build_script()),
        ("src/main.rs".to_owned(), main(tool)),
    ];
    for (size, count) in Size::ALL.into_iter().zip(counts) {
        let size = size.name();
        for database in Database::ALL.map(Database::name) {
            let configuration = format!("dialect = \"{database}\"\n");
            files.push((
                format!("ours/{database}_{size}/migratory.toml"),
                configuration,
            ));
        }
        for number in 1..=count {
            let (sql, padded) = (migration(number), format!("{number:04}"));
            for database in Database::ALL.map(Database::name) {
                let path = format!("ours/{database}_{size}/{padded}_step.sql");
                files.push((path, sql.clone()));
            }
            let file = tool.file.replace("NUMBER", &padded);
            files.push((format!("other/{size}/{file}"), sql));
        }
    }
    files
}

fn manifest(tool: &Tool, root: &Path) -> String {
    let in_root = |folder: &str| root.join(folder).display().to_string();
    let dependencies = tool.dependencies.replace("RUNTIME", &in_root("runtime"));
    let build = in_root("build-support");
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]{dependencies}\n\
         [build-dependencies]\nmigratory-build = {{ path = \"{build}\", features = [\"sqlite\", \"postgres\", \"mysql\"] }}\n",
        tool.program
    )
}

fn build_script() -> String {
    let calls: String = ours()
        .map(|name| format!("    migratory_build::migrations(\"ours/{name}\");\n"))
        .collect();
    format!("fn main() {{\n{calls}}}\n")
}

fn main(tool: &Tool) -> String {
    let mut main = [
        "#![recursion_limit = \"4096\"]\n",
        include_str!("programs/main.txt"),
        tool.code,
        include_str!("programs/ours.txt"),
    ]
    .join("\n");
    for name in ours() {
        main +=
            &format!("\nmod ours_{name} {{\n    migratory::migrations!(\"ours/{name}\");\n}}\n");
    }
    for size in Size::ALL.map(Size::name) {
        let module = tool.module.replace("FOLDER", &format!("other/{size}"));
        main += &format!("\nmod other_{size} {{\n    {module}\n}}\n");
    }
    main
}

/// The names of our histories: one for each database, where the others have one for all.
fn ours() -> impl Iterator<Item = String> {
    let sizes =
        |database: Database| Size::ALL.map(|size| format!("{}_{}", database.name(), size.name()));
    Database::ALL.into_iter().flat_map(sizes)
}

/// A table and an index of it, in words that all three databases take.
fn migration(number: usize) -> String {
    format!(
        "\
CREATE TABLE step_{number} (
    id         BIGINT NOT NULL PRIMARY KEY,
    owner      VARCHAR(80) NOT NULL,
    title      VARCHAR(200) NOT NULL DEFAULT 'a title that nobody has given yet',
    amount     INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX step_{number}_owner ON step_{number} (owner, created_at);
"
    )
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let fail = |error| format!("failed to write file `{}`: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::TOOLS;

    #[test]
    fn a_program_has_every_history_of_both() {
        for tool in TOOLS {
            let files = files(tool, Path::new("root"), [2, 3]);
            let has = |path: &str| files.iter().any(|(name, _)| name == path);
            let count = |of: &str| {
                files
                    .iter()
                    .filter(|(name, _)| name.starts_with(of))
                    .count()
            };
            for name in ours() {
                assert!(main(tool).contains(&format!("mod ours_{name} ")), "{name}");
                assert!(has(&format!("ours/{name}/0002_step.sql")), "{name}");
            }
            assert_eq!(count("other/small/"), 2);
            assert_eq!(count("other/large/"), 3);
            assert!(!main(tool).contains("FOLDER"));
            assert!(!manifest(tool, Path::new("root")).contains("RUNTIME"));
        }
    }
}
