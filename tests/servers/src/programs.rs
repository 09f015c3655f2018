use std::fmt;
use std::path::{Path, PathBuf};

/// Why this machine cannot start a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotHere {
    server: &'static str,
    program: &'static str,
}

impl fmt::Display for NotHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not installed: no program `{}`",
            self.server, self.program
        )
    }
}

impl std::error::Error for NotHere {}

/// Where a server's programs are looked for, the best place first.
pub(crate) struct Programs {
    server: &'static str,
    folders: Vec<PathBuf>,
}

impl Programs {
    /// Looks in `folders`, then on the search path, then where Debian keeps programs of administrators.
    pub(crate) fn new(server: &'static str, mut folders: Vec<PathBuf>) -> Self {
        if let Some(path) = std::env::var_os("PATH") {
            folders.extend(std::env::split_paths(&path));
        }
        folders.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
        Self { server, folders }
    }

    /// The program of this name.
    pub(crate) fn find(&self, program: &'static str) -> Result<PathBuf, NotHere> {
        self.folders
            .iter()
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
            .ok_or(NotHere {
                server: self.server,
                program,
            })
    }
}

/// The `bin` folders of all versions under `root`, the newest first: Debian keeps PostgreSQL so.
pub(crate) fn newest_first(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, bin)| bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_told_with_its_server() {
        let programs = Programs::new("OracleDB", Vec::new());
        assert_eq!(
            programs.find("oracle-of-delphi").unwrap_err().to_string(),
            "OracleDB is not installed: no program `oracle-of-delphi`"
        );
    }

    #[test]
    fn the_newest_version_comes_first_and_strange_folders_do_not_count() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "17", "15", "old"] {
            std::fs::create_dir_all(root.path().join(version).join("bin")).unwrap();
        }
        let expected: Vec<PathBuf> = ["17/bin", "15/bin", "9/bin"]
            .iter()
            .map(|bin| root.path().join(bin))
            .collect();
        assert_eq!(newest_first(root.path()), expected);
    }
}
