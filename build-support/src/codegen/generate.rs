use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use migratory_core::{Chain, Dialect, Record, Table, Version};

use super::names::{constant, module, rust_module, spelt, variant, variant_of};
use super::{Checked, Down, Migration, Proof, Repeatable, Script, Timeouts};

/// Appends formatted text; writing to a string cannot fail.
macro_rules! put {
    ($code:expr, $($arguments:tt)*) => {
        let _ = write!($code, $($arguments)*);
    };
}

/// The Rust items of a checked directory.
///
/// They expect `__migratory`, which is `migratory::__private`, and the [`rust_modules`] beside them. They hold no absolute path.
pub fn generate(checked: &Checked) -> String {
    let mut code = String::new();
    list(&mut code, checked);
    version(&mut code, checked, &[]);
    tests(&mut code, checked);
    code
}

/// The same names as [`generate`] gives, without contents: what stands beside the errors of a directory that has some. `finals` are the
/// migrations that are final, by version and name, whether their files are there or not: code that names a lost one is not to blame.
pub fn stub(checked: &Checked, finals: &[(Version, String)]) -> String {
    let mut code = String::new();
    put!(
        code,
        "{LIST_ATTRIBUTES}fn __migrations() -> &'static [__migratory::Migration] {{ &[] }}\n"
    );
    migrations(&mut code, checked, "", 0);
    let mut names: Vec<String> = finals
        .iter()
        .map(|(version, name)| variant_of(&version.to_string(), name))
        .collect();
    if checked.migrations.is_empty() && names.is_empty() {
        names.push("Nothing".to_owned());
    }
    version(&mut code, checked, &names);
    code
}

/// A module for each table with the names of its columns. Names that meet after they were made identifiers are left out.
pub fn schema(checked: &Checked) -> String {
    let mut code = String::new();
    put!(
        code,
        "/// The names of the tables and views at the end of the history, and of their columns.\n{ITEM_ATTRIBUTES}pub mod schema {{\n"
    );
    let mut modules = BTreeSet::new();
    // Most tables share names such as `id` with others.
    let mut known: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for table in &checked.tables {
        let Some(module) = module(&table.name).filter(|module| modules.insert(module.clone()))
        else {
            continue;
        };
        put!(
            code,
            "pub mod {module} {{\npub const TABLE: &str = {:?};\n",
            table.name
        );
        let mut constants = BTreeSet::from(["TABLE".to_owned()]);
        for column in &table.columns {
            let name = known.entry(column).or_insert_with(|| constant(column));
            if let Some(name) = name
                .as_ref()
                .filter(|name| constants.insert((*name).clone()))
            {
                put!(code, "pub const {name}: &str = {column:?};\n");
            }
        }
        code.push_str("}\n");
    }
    code.push_str("}\n");
    code
}

/// The module that each Rust migration's file is to be included in, with that file.
pub fn rust_modules(checked: &Checked) -> Vec<(String, &str)> {
    let mut modules = Vec::new();
    for migration in &checked.migrations {
        if let Script::Rust { file } = &migration.up {
            modules.push((rust_module(migration), file.as_str()));
        }
    }
    modules
}

/// Private modules may use part of what is generated. Only `MIGRATIONS` itself, when nothing uses it, deserves a warning.
const ITEM_ATTRIBUTES: &str = "#[allow(dead_code, missing_docs, unreachable_pub, non_camel_case_types, rustdoc::all, clippy::all, clippy::pedantic)]\n";
const LIST_ATTRIBUTES: &str = "#[allow(dead_code, clippy::octal_escapes)]\n";

/// One literal for all migrations, a line for each, cut up when somebody first asks for the list.
fn list(code: &mut String, checked: &Checked) {
    put!(
        code,
        "{LIST_ATTRIBUTES}fn __migrations() -> &'static [__migratory::Migration] {{\nuse __migratory::*;\nconst PACKED: &str = \""
    );
    for migration in &checked.migrations {
        let mut record = String::new();
        pack(&mut record, &checked.directory, migration);
        code.push_str("\\\n");
        escape(code, &record);
    }
    code.push_str("\";\n");
    code.push_str("static LIST: Deferred = Deferred::new(PACKED, &[");
    for migration in &checked.migrations {
        rust_calls(code, migration);
    }
    code.push_str("]);\nLIST.list()\n}\n");
    let mut repeatables = String::new();
    for repeatable in &checked.repeatables {
        repeatable_entry(&mut repeatables, &checked.directory, repeatable);
    }
    migrations(code, checked, &repeatables, head(checked));
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

fn migrations(code: &mut String, checked: &Checked, repeatables: &str, head: u64) {
    let directory = checked.directory.replace(['`', '\n', '\r'], " ");
    put!(
        code,
        "/// The migrations of `{directory}`, as the build checked them.\n#[allow(unreachable_pub, clippy::octal_escapes)]\n"
    );
    code.push_str("pub static MIGRATIONS: __migratory::Migrations = {\nuse __migratory::*;\n");
    let dialect = dialect(checked.dialect);
    put!(
        code,
        "Migrations::deferred(Dialect::{dialect}, __migrations, &[{repeatables}], {head:#x})"
    );
    if checked.scope != migratory_core::Migrations::DEFAULT_SCOPE {
        put!(code, ".with_scope({:?})", checked.scope);
    }
    if !matches!(checked.table.as_str(), "" | Table::DEFAULT_NAME) {
        put!(code, ".with_table({:?})", checked.table);
    }
    if let Some(schema) = &checked.schema {
        put!(code, ".with_schema({schema:?})");
    }
    code.push_str("\n};\n");
}

/// The chain of a database where everything is applied.
fn head(checked: &Checked) -> u64 {
    let versioned = checked.migrations.iter().map(|migration| migration.link);
    let repeatable = checked.repeatables.iter().map(|repeatable| repeatable.link);
    versioned.chain(repeatable).collect::<Chain>().value()
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "Postgres",
        Dialect::Mysql => "Mysql",
        _ => "Sqlite",
    }
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

fn repeatable_entry(code: &mut String, directory: &str, repeatable: &Repeatable) {
    put!(
        code,
        "\nRepeatable::new({}, {:?}, {:?}, {:#x}, ",
        repeatable.key,
        repeatable.name,
        repeatable.checksum,
        repeatable.link
    );
    if let Script::Sql { file, packed } = &repeatable.script {
        put!(
            code,
            "Script::sql({:?}, {packed:?})",
            shown(directory, file)
        );
    }
    code.push(')');
    if !repeatable.in_transaction {
        code.push_str(".without_transaction()");
    }
    timeouts(code, repeatable.timeouts);
    code.push(',');
}

fn shown(directory: &str, file: &str) -> String {
    format!("{directory}/{file}")
}

fn timeouts(code: &mut String, timeouts: Timeouts) {
    if timeouts != Timeouts::default() {
        let Timeouts { lock, statement } = timeouts;
        put!(
            code,
            ".with_timeouts(Timeouts {{ lock_ms: {lock:?}, statement_ms: {statement:?} }})"
        );
    }
}

/// The enum. Its traits go by index, since what a derive writes for a thousand variants is expensive to compile; each trait costs rustc some ten milliseconds, so there are few.
///
/// `lost` are variants of a stub that no migration has; those that one has are passed over.
fn version(code: &mut String, checked: &Checked, lost: &[String]) {
    code.push_str("/// The versions of [`MIGRATIONS`], oldest first.\n");
    code.push_str(ITEM_ATTRIBUTES);
    if let Some(width) = discriminant(checked.migrations.len() + lost.len()) {
        put!(code, "#[repr({width})]\n");
    }
    code.push_str("pub enum Version {\n");
    // In a directory with errors a version can come twice.
    let mut variants = BTreeSet::new();
    for migration in &checked.migrations {
        if variants.insert(variant(migration)) {
            documentation(code, migration);
            put!(code, "{},\n", variant(migration));
        }
    }
    for lost in lost {
        if variants.insert(lost.clone()) {
            put!(code, "#[doc(hidden)]\n{lost},\n");
        }
    }
    code.push_str("}\n");
    let latest = checked.migrations.last().map(variant);
    let Some(latest) = latest.or_else(|| lost.last().cloned()) else {
        return;
    };
    put!(code, "{ITEM_ATTRIBUTES}impl Version {{\n");
    code.push_str("/// The newest one.\n");
    put!(code, "pub const LATEST: Self = Self::{latest};\n");
    code.push_str(VERSION_METHODS);
    fingerprints(code, &checked.migrations);
    code.push_str("}\n");
    code.push_str(VERSION_TRAITS);
}

fn discriminant(variants: usize) -> Option<&'static str> {
    match variants {
        0 => None,
        1..=0x100 => Some("u8"),
        0x101..=0x1_0000 => Some("u16"),
        _ => Some("u32"),
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

fn fingerprints(code: &mut String, migrations: &[Migration]) {
    let text: String = migrations
        .iter()
        .map(|migration| match migration.fingerprint {
            Some(fingerprint) => format!("{fingerprint:016x}"),
            None => "?".repeat(16),
        })
        .collect();
    put!(
        code,
        "/// The fingerprint of the schema after it: 16 hex digits; `None` where the build does not know the whole schema.\n\
        pub fn schema_fingerprint(self) -> ::core::option::Option<&'static str> {{\n\
        __migratory::fingerprint({text:?}, self.index())\n}}\n"
    );
}

const VERSION_METHODS: &str = "\
const fn index(self) -> usize { self as usize }
/// Its migration.
pub fn migration(self) -> &'static __migratory::Migration {
&__migrations()[self.index()]
}
";

/// `Into` rather than `From`, and no `write!`: rustc takes half the time for them.
const VERSION_TRAITS: &str = "\
impl ::core::marker::Copy for Version {}
impl ::core::clone::Clone for Version {
fn clone(&self) -> Self { *self }
}
impl ::core::cmp::Eq for Version {}
impl ::core::cmp::PartialEq for Version {
fn eq(&self, other: &Self) -> bool { self.index() == other.index() }
}
impl ::core::cmp::Ord for Version {
fn cmp(&self, other: &Self) -> ::core::cmp::Ordering { self.index().cmp(&other.index()) }
}
impl ::core::cmp::PartialOrd for Version {
fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> { ::core::option::Option::Some(self.cmp(other)) }
}
impl ::core::fmt::Debug for Version {
fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { ::core::fmt::Display::fmt(self.migration(), f) }
}
impl ::core::fmt::Display for Version {
fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { ::core::fmt::Display::fmt(&self.migration().version(), f) }
}
#[allow(clippy::all)]
impl ::core::convert::Into<__migratory::Version> for Version {
fn into(self) -> __migratory::Version { self.migration().version() }
}
";

/// What `cargo test` verifies, a test for each promise.
fn tests(code: &mut String, checked: &Checked) {
    code.push_str("#[cfg(test)]\nmod migrations {\nuse super::__migratory::test::{self, Facts, Failure, Proof};\n");
    code.push_str("const FACTS: Facts = Facts {\nmigrations: &super::MIGRATIONS,\npackage: ::core::env!(\"CARGO_MANIFEST_DIR\"),\n");
    put!(
        code,
        "directory: {:?},\nproof: Proof::{},\nfiles: {:?},\nlocked: {:?},\n}};\n",
        checked.directory,
        proof(&checked.proof),
        file_lines(checked),
        locked_lines(checked)
    );
    for name in ["order", "lock", "replay", "reversibility", "freshness"] {
        put!(
            code,
            "#[test]\nfn {name}() -> ::core::result::Result<(), Failure> {{ test::{name}(&FACTS) }}\n"
        );
    }
    code.push_str("}\n");
}

fn file_lines(checked: &Checked) -> String {
    let lines = checked.files.iter();
    lines
        .map(|file| format!("{:016x} {}\n", file.digest, file.path))
        .collect()
}

fn locked_lines(checked: &Checked) -> String {
    let lines = checked.locked.iter();
    lines
        .map(|locked| format!("{} {}\n", locked.title, locked.checksum))
        .collect()
}

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Executed { engine } => format!("Executed {{ engine: {engine:?} }}"),
        Proof::Partial { engine, reason } => {
            format!("Partial {{ engine: {engine:?}, reason: {reason:?} }}")
        }
        Proof::Modelled => "Modelled".to_owned(),
    }
}
