use std::borrow::Cow;
use std::fmt::Write;

use migratory_core::Record;
use serde::{Deserialize, Serialize};

use super::names::{rust_module, spelt, variant};
use super::{Checked, Down, Migration, Script};

/// Versioned migrations as far as they are written out already: their parts of the generated code.
///
/// Migrations are written one after the other, so that a build which knows those of an earlier one has only the new ones to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// What stands in the literal of all migrations.
    pub(super) records: String,
    /// The calls of migrations in Rust.
    pub(super) rust_calls: String,
    /// The module that each Rust migration's file is to be included in, with that file.
    pub(super) rust_modules: Vec<(String, String)>,
    /// The variants of the enum, with their documentation.
    pub(super) variants: String,
    /// The newest version, and the names of its variants: in a directory with errors a version can come twice.
    newest: (u64, Vec<String>),
    /// The fingerprints of the schema, 16 letters each.
    pub(super) fingerprints: String,
    /// The chain of all of them.
    pub(super) chain: u64,
    /// How many they are.
    pub(super) count: usize,
}

impl Written {
    /// Writes the next migration of a directory.
    pub fn push(&mut self, directory: &str, migration: &Migration) {
        let mut record = String::new();
        pack(&mut record, directory, migration);
        self.records.push_str("\\\n");
        escape(&mut self.records, &record);
        rust_calls(&mut self.rust_calls, migration);
        if let Script::Rust { file } = &migration.up {
            self.rust_modules
                .push((rust_module(migration), file.clone()));
        }
        let variant = variant(migration);
        let (version, variants) = &mut self.newest;
        if *version != migration.version {
            variants.clear();
        }
        *version = migration.version;
        if !variants.contains(&variant) {
            documentation(&mut self.variants, migration);
            put!(self.variants, "{variant},\n");
            variants.push(variant);
        }
        match migration.fingerprint {
            Some(fingerprint) => {
                put!(self.fingerprints, "{fingerprint:016x}");
            }
            None => self.fingerprints.push_str("????????????????"),
        }
        self.chain = self.chain.wrapping_add(migration.link);
        self.count += 1;
    }
}

impl Written {
    /// The variant of the newest migration.
    pub(super) fn latest(&self) -> Option<&String> {
        self.newest.1.last()
    }

    /// The names of all variants.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let lines = self.variants.lines();
        lines.filter_map(|line| line.strip_suffix(',').filter(|_| !line.starts_with("///")))
    }
}

impl Checked {
    /// All its versioned migrations, written out in two pieces: the first is long, and not copied.
    pub(super) fn written(&self) -> [Cow<'_, Written>; 2] {
        let mut rest = Written {
            newest: self.earlier.newest.clone(),
            ..Written::default()
        };
        for migration in &self.migrations {
            rest.push(&self.directory, migration);
        }
        [Cow::Borrowed(&self.earlier), Cow::Owned(rest)]
    }
}

/// A file's path as messages name it.
pub(super) fn shown(directory: &str, file: &str) -> String {
    format!("{directory}/{file}")
}

fn pack(record: &mut String, directory: &str, migration: &Migration) {
    let shown = |script: &Script| match script {
        Script::Sql { file, packed } => (shown(directory, file), packed.clone()),
        Script::Rust { file } => (shown(directory, file), String::new()),
    };
    let (up_file, up) = shown(&migration.up);
    let down = match &migration.down {
        Down::Script(script @ Script::Sql { .. }) => Some(shown(script)),
        _ => None,
    };
    let fields = Record {
        version: &spelt(migration),
        name: &migration.name,
        checksum: &migration.checksum,
        link: migration.link,
        no_transaction: !migration.in_transaction,
        foreign_keys_off: migration.foreign_keys_off,
        irreversible: matches!(migration.down, Down::Irreversible),
        rust: matches!(migration.up, Script::Rust { .. }),
        timeouts: migratory_core::Timeouts {
            lock_ms: migration.timeouts.lock,
            statement_ms: migration.timeouts.statement,
        },
        description: &migration.description,
        up: (&up_file, &up),
        down: down
            .as_ref()
            .map(|(file, sql)| (file.as_str(), sql.as_str())),
    };
    fields.pack(record);
}

fn rust_calls(code: &mut String, migration: &Migration) {
    if !matches!(migration.up, Script::Rust { .. }) {
        return;
    }
    let module = rust_module(migration);
    let call = |function: &str| format!("|connection| call({module}::{function}, connection)");
    let down = match migration.down {
        Down::Script(Script::Rust { .. }) => format!("Some({})", call("down")),
        _ => "None".to_owned(),
    };
    put!(code, "\n({}, {down}),", call("up"));
}

/// Writes what a string literal may not hold as it is. Lines that need nothing but their end escaped, which is nearly all of a
/// megabyte of SQL, are copied whole.
fn escape(code: &mut String, text: &str) {
    /// The first byte of the letters that turn the direction of text around, which rustc refuses in literals.
    const DIRECTION: u8 = 0xe2;
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            code.push_str("\\n");
        }
        let bytes = line.as_bytes();
        if [b'"', b'\\', b'\0', b'\r', DIRECTION]
            .iter()
            .any(|byte| bytes.contains(byte))
        {
            put!(code, "{}", line.escape_debug());
        } else {
            code.push_str(line);
        }
    }
}

fn documentation(code: &mut String, migration: &Migration) {
    let description = if migration.description.is_empty() {
        &migration.name
    } else {
        &migration.description
    };
    paragraph(code, "", description);
    if !migration.safety.is_empty() {
        code.push_str("///\n");
        paragraph(code, "", &migration.safety);
    }
    for (index, line) in migration.summary.iter().enumerate() {
        code.push_str(if index == 0 { "///\n" } else { "" });
        paragraph(code, "- ", line);
    }
}

/// Text as lines of a doc comment.
fn paragraph(code: &mut String, bullet: &str, text: &str) {
    for (index, line) in text.split(['\n', '\r']).enumerate() {
        code.push_str("/// ");
        code.push_str(if index == 0 { bullet } else { "" });
        code.push_str(line);
        code.truncate(code.trim_end().len());
        code.push('\n');
    }
}
