use std::collections::BTreeMap;
use std::path::Path;

/// The text files of the workspace by their path, with `/` between folders.
pub(super) struct Tree {
    files: BTreeMap<String, String>,
}

/// What tools make.
const MADE: &[&str] = &["target", ".git"];

impl Tree {
    /// Reads everything below `root` that is text.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        collect(root, "", &mut files)?;
        Ok(Self { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self { files }
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every file, sorted by path.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every Rust file below a folder; an empty folder means all.
    pub(super) fn rust(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files()
            .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(".rs"))
    }
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let fail = |error| format!("failed to read folder `{}`: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if MADE.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path())
                .map_err(|error| format!("failed to read file `{path}`: {error}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.insert(path, text);
            }
        }
    }
    Ok(())
}

/// The lines of a Rust file that are neither comments nor in its tests, with their numbers.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .zip(1..)
        .take_while(|(line, _)| !line.starts_with("#[cfg(test)]"))
        .filter(|(line, _)| !line.trim_start().starts_with("//"))
        .map(|(line, number)| (number, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tests_are_no_code() {
        let text = "use a;\n// b\n    /// c\nfn d() {} // e\n#[cfg(test)]\nmod tests {}\n";
        let lines: Vec<_> = code_lines(text).collect();
        assert_eq!(lines, [(1, "use a;"), (4, "fn d() {} // e")]);
    }
}
