/// A database that all the tools speak to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
    /// MariaDB, through what speaks MySQL's language.
    Mysql,
}

impl Database {
    pub(crate) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// As `migratory.toml` and the programs call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }
}

/// Another tool, and the program in which it and Migratory apply the same histories through the same client libraries. Each is a
/// workspace of its own: one program has room for one of the clients' versions of SQLite.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// What its program is called.
    pub(crate) program: &'static str,
    /// Its client libraries, in the order of [`Database::ALL`].
    clients: [&'static str; Database::ALL.len()],
    /// What else the program depends on, the runtime being at `RUNTIME`.
    pub(crate) dependencies: &'static str,
    pub(crate) code: &'static str,
    /// A module that holds a history, `FOLDER` being where that is.
    pub(crate) module: &'static str,
    /// Where a migration is, `NUMBER` being its number.
    pub(crate) file: &'static str,
}

impl Tool {
    /// The client library through which both speak to a database.
    pub(crate) fn client(&self, database: Database) -> &'static str {
        self.clients[database as usize]
    }
}

pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "refinery",
        program: "beside-refinery",
        clients: ["rusqlite", "postgres", "mysql"],
        dependencies: r#"
migratory = { path = "RUNTIME", features = ["rusqlite", "postgres", "mysql"] }
refinery = { version = "0.10", default-features = false, features = ["rusqlite", "postgres", "mysql"] }
rusqlite = { version = "*", features = ["bundled"] }
postgres = { version = "0.19", default-features = false }
mysql = { version = "*", default-features = false, features = ["minimal-rust"] }
"#,
        code: include_str!("programs/refinery.txt"),
        module: "refinery::embed_migrations!(\"FOLDER\");",
        file: "VNUMBER__step.sql",
    },
    Tool {
        name: "sqlx::migrate!",
        program: "beside-sqlx",
        clients: ["sqlx"; 3],
        dependencies: r#"
migratory = { path = "RUNTIME", features = ["sqlx-sqlite", "sqlx-postgres", "sqlx-mysql"] }
sqlx = { version = "0.9", default-features = false, features = ["migrate", "macros", "runtime-tokio", "sqlite", "postgres", "mysql"] }
tokio = { version = "1", features = ["rt"] }
"#,
        code: include_str!("programs/sqlx.txt"),
        module: "pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!(\"FOLDER\");",
        file: "NUMBER_step.sql",
    },
    Tool {
        name: "diesel_migrations",
        program: "beside-diesel",
        clients: ["diesel"; 3],
        dependencies: r#"
migratory = { path = "RUNTIME", features = ["diesel-sqlite", "diesel-postgres", "diesel-mysql"] }
diesel = { version = "2.3", default-features = false, features = ["sqlite", "postgres", "mysql"] }
diesel_migrations = { version = "2.3", default-features = false }
libsqlite3-sys = { version = "*", features = ["bundled"] }
"#,
        code: include_str!("programs/diesel.txt"),
        module: "pub const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!(\"FOLDER\");",
        file: "NUMBER_step/up.sql",
    },
];
