use migratory_core::Version;

use super::name::{Flaw, Role, role};
use super::proposal::{Numbering, folder_proposal, proposal};
use super::text::decode;
use super::versions::{Versioned, assemble};
use super::{
    CHECKS, COMPILED, CONFIG_FILE, Config, Entry, EntryLayout, File, FileId, LOCK_FILE, Raw,
    RawFile, RawFolder, Repeatable, SEEDS, Source, Unreadable, style,
};
use crate::diagnostic::{Diagnostic, Level};

/// Makes a list of migrations of a directory's files. `now`, in seconds since 1970, tells which dates lie in the future.
///
/// It never fails: what is broken is reported, all at once, and the rest of the directory is returned. Then, and only then, a version
/// may be listed twice, and a text that is no UTF-8 is a likeness of the file. Where `migratory.toml` is wrong (`bad-config`) the
/// dialect may be a guess: what a parser then says of the files is of no worth.
pub fn discover(raw: Raw, now: u64) -> (Source, Vec<Diagnostic>) {
    let mut sorted = sort(raw.files);
    let (entries, mut found) = assemble(sorted.versioned, &sorted.files, now);
    found.append(&mut sorted.diagnostics);
    let (config, in_config) = match sorted.config {
        Some(file) => Config::parse(&sorted.files[file.0].text, COMPILED),
        None => Config::absent(COMPILED),
    };
    found.extend(in_config);
    found.extend(config.fixed_levels(CHECKS));
    let source = Source {
        root: raw.root,
        config,
        files: sorted.files,
        migrations: entries,
        repeatables: sorted.repeatables,
        seeds: sorted.seeds,
        lock: sorted.lock,
    };
    let mut numbering = Numbering::of(&source.migrations, now);
    found.extend(misnamed(&sorted.misnamed, &mut numbering));
    found.extend(
        raw.folders
            .iter()
            .map(|folder| stray_folder(folder, &mut numbering)),
    );
    found.extend(raw.unreadable.iter().map(unreadable));
    found.extend(style::check(&source, now));
    if found.is_empty() {
        found.extend(nothing_there(&source));
    }
    found.sort_by(|left, right| file_of(left).cmp(&file_of(right)));
    let found = source.config.adjust(CHECKS, found);
    (source, found)
}

/// The files by their roles.
#[derive(Default)]
struct Sorted {
    files: Vec<File>,
    config: Option<FileId>,
    lock: Option<FileId>,
    versioned: Vec<Versioned>,
    repeatables: Vec<Repeatable>,
    seeds: Vec<FileId>,
    misnamed: Vec<(String, Flaw)>,
    diagnostics: Vec<Diagnostic>,
}

fn sort(mut raw: Vec<RawFile>) -> Sorted {
    raw.sort_by(|left, right| left.path.cmp(&right.path));
    let mut sorted = Sorted::default();
    for file in raw {
        match role(&file.path) {
            Ok(Role::Tolerated) => {}
            Ok(role) => sorted.take(file, role),
            Err(flaw) => sorted.misnamed.push((file.path, flaw)),
        }
    }
    sorted
}

impl Sorted {
    fn take(&mut self, raw: RawFile, role: Role) {
        let path = raw.path;
        let (text, flaw) = decode(&path, raw.bytes);
        self.diagnostics.extend(flaw);
        if is_blank(&text) && !matches!(role, Role::Config | Role::Lock) {
            self.diagnostics.push(empty(&path));
        }
        let id = FileId(self.files.len());
        self.files.push(File::new(path, text));
        match role {
            Role::Config => self.config = Some(id),
            Role::Lock => self.lock = Some(id),
            Role::Seed => self.seeds.push(id),
            Role::Repeatable { name } => self.repeatables.push(Repeatable { name, file: id }),
            Role::Versioned {
                version,
                name,
                part,
            } => self.versioned.push(Versioned {
                version,
                name,
                part,
                file: id,
            }),
            Role::Tolerated => {}
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim().is_empty()
}

fn empty(path: &str) -> Diagnostic {
    let help = match path.ends_with(".down.sql") {
        true => {
            "write what goes down, or remove the file: an empty way down would undo nothing and report success"
        }
        false => "write its statements, or remove the file",
    };
    Diagnostic::error("empty-migration", format!("`{path}` is empty"))
        .at(path, None, "")
        .help(help)
}

fn misnamed(files: &[(String, Flaw)], numbering: &mut Numbering) -> Vec<Diagnostic> {
    files
        .iter()
        .map(|(path, flaw)| {
            Diagnostic::error("bad-file-name", format!("`{path}` fits no pattern"))
                .at(path, None, "")
                .note(flaw.reason())
                .help(better_name(path, flaw, numbering))
        })
        .collect()
}

fn better_name(path: &str, flaw: &Flaw, numbering: &mut Numbering) -> String {
    if let Some((folder, name)) = path.rsplit_once('/') {
        let lower = name.to_ascii_lowercase();
        return match lower.ends_with(".sql") {
            true => format!("rename it to `{folder}/{lower}`"),
            false => format!("a seed is an `.sql` file; keep others outside of `{SEEDS}`"),
        };
    }
    let lower = path.to_ascii_lowercase();
    let near = [CONFIG_FILE, LOCK_FILE]
        .map(|known| (strsim::damerau_levenshtein(known, &lower), known))
        .into_iter()
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| known);
    let proposed = near
        .map(str::to_owned)
        .or_else(|| proposal(path, numbering));
    match proposed {
        Some(name) if *flaw == Flaw::NoVersion => {
            format!(
                "if it is a migration, rename it to `{name}`; else move it out of the directory"
            )
        }
        Some(name) => format!("rename it to `{name}`"),
        None => "move it out of the directory, or remove it".to_owned(),
    }
}

fn stray_folder(folder: &RawFolder, numbering: &mut Numbering) -> Diagnostic {
    let path = &folder.path;
    let diagnostic =
        Diagnostic::error("stray-folder", format!("`{path}` is a folder")).at(path, None, "");
    if path.starts_with("seeds/") {
        return diagnostic
            .note(
                "seeds lie in `seeds/`, or in a folder of their environment such as `seeds/demo/`",
            )
            .help("move its files up");
    }
    let diagnostic =
        diagnostic.note("migrations are files of the directory itself; its only folder is `seeds`");
    if strsim::levenshtein(&path.to_ascii_lowercase(), SEEDS) <= 1 {
        return diagnostic.help(format!("rename it to `{SEEDS}`"));
    }
    let moves = folder_proposal(path, &folder.names, numbering);
    if moves.is_empty() {
        return diagnostic.help("move it out of the directory");
    }
    moves
        .into_iter()
        .fold(diagnostic, |diagnostic, (from, to)| {
            diagnostic.help(format!("move `{from}` to `{to}`"))
        })
}

fn unreadable(file: &Unreadable) -> Diagnostic {
    let Unreadable { path, reason } = file;
    Diagnostic::error(
        "unreadable-file",
        format!("`{path}` cannot be read: {reason}"),
    )
    .at(path, None, "")
}

fn nothing_there(source: &Source) -> Option<Diagnostic> {
    let nothing = source.migrations.is_empty() && source.repeatables.is_empty();
    nothing.then(|| {
        Diagnostic::new(
            Level::Warn,
            "no-migrations",
            format!("`{}` holds no migration", source.root),
        )
        .help("write the first one, such as `0001_initial_schema.sql`")
    })
}

fn file_of(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.place.as_ref().map(|place| place.file.as_str())
}

impl Source {
    /// A history out of files in the order they are applied, whatever their names: for layouts of other tools. Each is the file that goes
    /// up with the one that goes down, where there is one. They are numbered from 1, and their names are those of the files.
    pub fn from_scripts(
        config: Config,
        root: &str,
        scripts: impl IntoIterator<Item = (File, Option<File>)>,
    ) -> Self {
        let mut source = Self {
            root: root.to_owned(),
            config,
            files: Vec::new(),
            migrations: Vec::new(),
            repeatables: Vec::new(),
            seeds: Vec::new(),
            lock: None,
        };
        for (number, (up, down)) in (1..).zip(scripts) {
            let name = up.path.clone();
            let up = source.push(up);
            let layout = match down {
                Some(down) => EntryLayout::Pair {
                    up,
                    down: source.push(down),
                },
                None => EntryLayout::Single(up),
            };
            source.migrations.push(Entry {
                version: Version::new(number, 4),
                name,
                layout,
            });
        }
        source
    }

    fn push(&mut self, file: File) -> FileId {
        self.files.push(file);
        FileId(self.files.len() - 1)
    }
}
