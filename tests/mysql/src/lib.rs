//! What is particular to MySQL and to its clients. What every driver has in common is in `conformance`.

use migratory::{
    Called, Dialect, Down, Migration, Migrations, RustCall, Script, Statement, Version, pack,
};

/// One step of a list: the statements of a file, or a function.
pub enum Step {
    /// Statements, a line each.
    Sql(Vec<String>),
    /// A migration in Rust.
    Rust(RustCall),
}

/// A list of these migrations, from version 1 on. It lives as long as the program.
pub fn list(steps: impl IntoIterator<Item = Step>) -> Migrations {
    let migrations = steps.into_iter().zip(1..).map(|(step, version)| {
        let name = leak(format!("step_{version}"));
        let file = leak(format!("migrations/{version:04}_{name}.sql"));
        let up = match step {
            Step::Sql(statements) => Script::sql(file, packed(&statements)),
            Step::Rust(call) => Script::rust(file, call),
        };
        let down = Down::sql(file, packed(&["DO 0".to_owned()]));
        let checksum = leak(format!("sha256:{version:064x}"));
        Migration::new(
            Version::new(version, 4),
            name,
            checksum,
            0x9e37_79b9 * version,
            up,
            down,
        )
    });
    let migrations: Vec<Migration> = migrations.collect();
    Migrations::new(Dialect::Mysql, migrations.leak(), &[])
}

/// A list of migrations in SQL: the statements of each.
pub fn sql(files: &[&[&str]]) -> Migrations {
    list(
        files
            .iter()
            .map(|statements| Step::Sql(statements.iter().map(|it| (*it).to_owned()).collect())),
    )
}

/// What a migration in Rust is that does not fail and need not be awaited.
pub fn ended() -> Called<'static> {
    Called::Ended(Ok(()))
}

fn packed(statements: &[String]) -> &'static str {
    let statements = statements.iter().zip(1..).map(|(sql, line)| Statement {
        sql,
        line,
        transactional: true,
        touches_session: false,
    });
    leak(pack(statements))
}

fn leak(text: String) -> &'static str {
    text.leak()
}

/// What a client that does not block runs on.
pub fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime can be made")
}
