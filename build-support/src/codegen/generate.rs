use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use migratory_core::{Chain, Dialect, Table, Version};

use super::names::variant_of;
use super::written::shown;
use super::{Checked, Proof, Repeatable, Script, Timeouts, Written};

/// The Rust items of a checked directory.
///
/// They expect `__migratory`, which is `migratory::__private`, and the [`rust_modules`] beside them. They hold no absolute path.
pub fn generate(checked: &Checked) -> String {
    let written = checked.written();
    let mut code = String::new();
    list(&mut code, checked, &written);
    version(&mut code, &written, &[]);
    tests(&mut code, checked);
    code
}

/// The same names as [`generate`] gives, without contents: what stands beside the errors of a directory that has some. `finals` are the
/// migrations that are final, by version and name, whether their files are there or not: code that names a lost one is not to blame.
pub fn stub(checked: &Checked, finals: &[(Version, String)]) -> String {
    let written = checked.written();
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
    if written.iter().all(|part| part.count == 0) && names.is_empty() {
        names.push("Nothing".to_owned());
    }
    version(&mut code, &written, &names);
    code
}

/// The module that each Rust migration's file is to be included in, with that file.
pub fn rust_modules(checked: &Checked) -> Vec<(String, String)> {
    let written = checked.written();
    let modules = written.iter().flat_map(|part| &part.rust_modules);
    modules.cloned().collect()
}

/// Private modules may use part of what is generated. Only `MIGRATIONS` itself, when nothing uses it, deserves a warning.
pub(super) const ITEM_ATTRIBUTES: &str = "#[allow(dead_code, missing_docs, unreachable_pub, non_camel_case_types, rustdoc::all, clippy::all, clippy::pedantic)]\n";
const LIST_ATTRIBUTES: &str = "#[allow(dead_code, clippy::octal_escapes)]\n";

/// One literal for all migrations, a line for each, cut up when somebody first asks for the list.
fn list(code: &mut String, checked: &Checked, written: &[Cow<'_, Written>]) {
    put!(
        code,
        "{LIST_ATTRIBUTES}fn __migrations() -> &'static [__migratory::Migration] {{\nuse __migratory::*;\nconst PACKED: &str = \""
    );
    for part in written {
        code.push_str(&part.records);
    }
    code.push_str("\";\n");
    code.push_str("static LIST: Deferred = Deferred::new(PACKED, &[");
    for part in written {
        code.push_str(&part.rust_calls);
    }
    code.push_str("]);\nLIST.list()\n}\n");
    let mut repeatables = String::new();
    for repeatable in &checked.repeatables {
        repeatable_entry(&mut repeatables, &checked.directory, repeatable);
    }
    migrations(code, checked, &repeatables, head(checked, written));
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
    if checked.table_lock {
        code.push_str(".with_table_lock()");
    }
    code.push_str("\n};\n");
}

/// The chain of a database where everything is applied.
fn head(checked: &Checked, written: &[Cow<'_, Written>]) -> u64 {
    let repeatable = checked.repeatables.iter().map(|repeatable| repeatable.link);
    let links = written.iter().map(|part| part.chain).chain(repeatable);
    links.collect::<Chain>().value()
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "Postgres",
        Dialect::Mysql => "Mysql",
        _ => "Sqlite",
    }
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
fn version(code: &mut String, written: &[Cow<'_, Written>], lost: &[String]) {
    let count: usize = written.iter().map(|part| part.count).sum();
    code.push_str("/// The versions of [`MIGRATIONS`], oldest first.\n");
    code.push_str(ITEM_ATTRIBUTES);
    if let Some(width) = discriminant(count + lost.len()) {
        put!(code, "#[repr({width})]\n");
    }
    code.push_str("pub enum Version {\n");
    for part in written {
        code.push_str(&part.variants);
    }
    if !lost.is_empty() {
        let mut variants: BTreeSet<&str> = written.iter().flat_map(|part| part.names()).collect();
        for lost in lost {
            if variants.insert(lost) {
                put!(code, "#[doc(hidden)]\n{lost},\n");
            }
        }
    }
    code.push_str("}\n");
    let latest = written.iter().rev().find_map(|part| part.latest());
    let Some(latest) = latest.or(lost.last()) else {
        return;
    };
    put!(code, "{ITEM_ATTRIBUTES}impl Version {{\n");
    code.push_str("/// The newest one.\n");
    put!(code, "pub const LATEST: Self = Self::{latest};\n");
    code.push_str(VERSION_METHODS);
    let known = written.iter().map(|part| part.fingerprints.as_str());
    fingerprints(code, &known.collect::<String>());
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

fn fingerprints(code: &mut String, text: &str) {
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
        checked.locked
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

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Executed { engine } => format!("Executed {{ engine: {engine:?} }}"),
        Proof::Partial { engine, reason } => {
            format!("Partial {{ engine: {engine:?}, reason: {reason:?} }}")
        }
        Proof::Modelled => "Modelled".to_owned(),
    }
}
