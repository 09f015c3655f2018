use migratory::{Dialect, Direction, Migrations, RustCall};

use crate::{Client, Files, RustFunctions, Witness};

/// A migration of which a witness can tell what ran.
pub(crate) struct Traced {
    /// As [`Files::begin`] takes it.
    pub(crate) file: &'static str,
    pub(crate) up: &'static [Step],
    pub(crate) down: &'static [Step],
}

/// A statement, or the function of a migration in Rust, and what it does to the schema or to the rows; on the way down, what it undoes.
pub(crate) struct Step(pub(crate) &'static str, pub(crate) &'static [Effect]);

/// What is there because a statement ran.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    Table(&'static str),
    Column(&'static str, &'static str),
    Index(&'static str),
    /// A row of a table that takes the same row any number of times.
    Row(u8),
}

/// Migrations of every kind: in a transaction and without one, of schema and of rows, in SQL and in Rust. On MySQL none of them is in a
/// transaction.
pub(crate) fn traced(dialect: Dialect) -> Vec<Traced> {
    let index = match dialect {
        Dialect::Postgres => Traced {
            file: "0002_mail.sql no-transaction",
            up: &[
                Step("ALTER TABLE users ADD COLUMN mail VARCHAR(50);", MAIL),
                Step("INSERT INTO done VALUES (2);", &[Row(2)]),
                Step(
                    "CREATE INDEX CONCURRENTLY users_mail ON users (mail);",
                    INDEX,
                ),
                Step("INSERT INTO done VALUES (3);", &[Row(3)]),
            ],
            down: &[
                Step(
                    "DELETE FROM done WHERE number IN (2, 3);",
                    &[Row(2), Row(3)],
                ),
                Step("DROP INDEX CONCURRENTLY IF EXISTS users_mail;", INDEX),
                Step("ALTER TABLE users DROP COLUMN IF EXISTS mail;", MAIL),
            ],
        },
        // MySQL itself has no `IF EXISTS` for an index and a column.
        Dialect::Mysql if servers::is_mysql() => Traced {
            file: "0002_mail.sql",
            up: &[
                Step("CREATE TABLE mails (mail VARCHAR(50));", MAILS),
                Step("INSERT INTO done VALUES (2);", &[Row(2)]),
                Step("CREATE TABLE mail_of_users (id INTEGER);", MAIL_OF_USERS),
                Step("INSERT INTO done VALUES (3);", &[Row(3)]),
            ],
            down: &[
                Step(
                    "DELETE FROM done WHERE number IN (2, 3);",
                    &[Row(2), Row(3)],
                ),
                Step("DROP TABLE IF EXISTS mail_of_users;", MAIL_OF_USERS),
                Step("DROP TABLE IF EXISTS mails;", MAILS),
            ],
        },
        _ => Traced {
            file: "0002_mail.sql",
            up: &[
                Step("ALTER TABLE users ADD COLUMN mail VARCHAR(50);", MAIL),
                Step("INSERT INTO done VALUES (2);", &[Row(2)]),
                Step("CREATE INDEX users_mail ON users (mail);", INDEX),
                Step("INSERT INTO done VALUES (3);", &[Row(3)]),
            ],
            down: &[
                Step(
                    "DELETE FROM done WHERE number IN (2, 3);",
                    &[Row(2), Row(3)],
                ),
                Step("DROP INDEX IF EXISTS users_mail ON users;", INDEX),
                Step("ALTER TABLE users DROP COLUMN IF EXISTS mail;", MAIL),
            ],
        },
    };
    vec![USERS, index, RUST, TAGS]
}

use Effect::{Column, Index, Row, Table};

const MAIL: &[Effect] = &[Column("users", "mail")];
const INDEX: &[Effect] = &[Index("users_mail")];
const MAILS: &[Effect] = &[Table("mails")];
const MAIL_OF_USERS: &[Effect] = &[Table("mail_of_users")];

const USERS: Traced = Traced {
    file: "0001_users.sql",
    up: &[
        Step("CREATE TABLE done (number INTEGER);", &[Table("done")]),
        Step(
            "CREATE TABLE users (id INTEGER PRIMARY KEY);",
            &[Table("users")],
        ),
        Step("INSERT INTO done VALUES (1);", &[Row(1)]),
    ],
    down: &[
        Step("DROP TABLE IF EXISTS users;", &[Table("users")]),
        Step("DROP TABLE IF EXISTS done;", &[Table("done"), Row(1)]),
    ],
};

const RUST: Traced = Traced {
    file: "0003_rust.rs up=do down=undo",
    up: &[Step("", &[Row(4), Row(5)])],
    down: &[Step("", &[Row(4), Row(5)])],
};

const TAGS: Traced = Traced {
    file: "0004_tags.sql",
    up: &[
        Step("INSERT INTO done VALUES (6);", &[Row(6)]),
        Step(
            "CREATE TABLE tags (id INTEGER PRIMARY KEY);",
            &[Table("tags")],
        ),
    ],
    down: &[
        Step("DROP TABLE IF EXISTS tags;", &[Table("tags")]),
        Step("DELETE FROM done WHERE number = 6;", &[Row(6)]),
    ],
};

/// The migration in Rust: each way two messages to the server.
fn function<C: Client>(name: &str) -> RustCall {
    match name {
        "do" => |it| {
            let sql = &["INSERT INTO done VALUES (4)", "INSERT INTO done VALUES (5)"];
            C::in_rust(it, sql, || Ok(()))
        },
        "undo" => |it| {
            let sql = &[
                "DELETE FROM done WHERE number = 4",
                "DELETE FROM done WHERE number = 5",
            ];
            C::in_rust(it, sql, || Ok(()))
        },
        other => panic!("no function is called {other}"),
    }
}

/// The list that a build would make.
pub(crate) fn migrations<C: Client>() -> Migrations {
    let mut files = Files::new(C::DIALECT, RustFunctions(function::<C>));
    for traced in traced(C::DIALECT) {
        files.begin(traced.file);
        traced.up.iter().for_each(|Step(sql, _)| files.line(sql));
        if let (stem, Some("sql")) = traced.name() {
            files.begin(&format!("{stem}.down.sql"));
            traced.down.iter().for_each(|Step(sql, _)| files.line(sql));
        }
    }
    files.migrations()
}

impl Traced {
    /// The file's name, and its extension.
    pub(crate) fn name(&self) -> (&'static str, Option<&'static str>) {
        let name = self.file.split(' ').next().unwrap_or_default();
        match name.split_once('.') {
            Some((stem, extension)) => (stem, Some(extension)),
            None => (name, None),
        }
    }

    pub(crate) fn steps(&self, direction: Direction) -> &'static [Step] {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}

/// How much of a step was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Nothing,
    /// Only a function can be done in part.
    Part,
    All,
}

impl Step {
    /// How much of it a person sees, if this is the way it went.
    ///
    /// # Panics
    ///
    /// If something ran twice.
    pub(crate) fn extent(&self, direction: Direction, witness: &mut Witness) -> Extent {
        let done = |effect: &&Effect| {
            let count = effect.count(witness);
            assert!(count <= 1, "{effect:?} is there {count} times");
            (count == 1) == (direction == Direction::Up)
        };
        match self.1.iter().filter(done).count() {
            0 => Extent::Nothing,
            count if count == self.1.len() => Extent::All,
            _ => Extent::Part,
        }
    }
}

impl Effect {
    fn count(self, witness: &mut Witness) -> usize {
        let of_this = match witness {
            Witness::Mysql(_) => "table_schema = database()",
            _ => "table_schema = 'public'",
        };
        let sql = match self {
            Self::Table(table) => format!(
                "SELECT count(*) FROM information_schema.tables WHERE {of_this} AND table_name = '{table}'"
            ),
            Self::Column(table, column) => format!(
                "SELECT count(*) FROM information_schema.columns \
                 WHERE {of_this} AND table_name = '{table}' AND column_name = '{column}'"
            ),
            Self::Index(index) => match witness {
                Witness::Mysql(_) => format!(
                    "SELECT count(*) FROM information_schema.statistics WHERE {of_this} AND index_name = '{index}'"
                ),
                _ => format!("SELECT count(*) FROM pg_indexes WHERE indexname = '{index}'"),
            },
            Self::Row(number) => format!("SELECT count(*) FROM done WHERE number = {number}"),
        };
        // Where there is no table, there is no row.
        let count = witness.look(&sql).unwrap_or("0".into());
        count.parse().expect("a count")
    }
}
