/// A migrations directory in memory, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// The directory as messages print it, such as `migrations`.
    pub root: String,
    /// Its files.
    pub files: Vec<RawFile>,
    /// Folders that were not entered.
    pub folders: Vec<RawFolder>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// A file with its bytes. Paths are relative to the directory, with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFile {
    /// Its path.
    pub path: String,
    /// Its bytes; empty where [`has_content`] says that only the name counts.
    pub bytes: Vec<u8>,
}

/// A folder that was not entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFolder {
    /// Its path.
    pub path: String,
    /// The names of what lies in it.
    pub names: Vec<String>,
}

/// A file or folder that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Raw {
    /// A directory with nothing in it.
    pub fn new(root: &str) -> Self {
        Self {
            root: root.to_owned(),
            ..Self::default()
        }
    }
}

/// Whether a file's content matters; of any other file only the name is looked at, however large it is.
pub fn has_content(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".sql", ".rs", ".toml", ".lock"]
        .iter()
        .any(|extension| lower.ends_with(extension))
}
