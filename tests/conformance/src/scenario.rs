use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use migratory::{Dialect, Event, RustCall};
use servers::NotHere;

use crate::{
    Client, Files, Place, RustFunctions, Settings, Stage, Witness, brief, check, compare, lines,
    play, stable, told,
};

/// Plays a file of scenarios with a client, and holds what comes of it against the text for the client's database.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If what comes of it is not what is written.
pub fn scenarios<C: Client>(name: &str) -> Result<(), NotHere> {
    // Asked once before, so that in the middle of a scenario it cannot come to that.
    drop(Place::new(C::DIALECT)?);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let text = std::fs::read_to_string(folder.join(name).with_extension("txt"));
    let text = text.expect("the scenarios can be read");
    let played = play(&of_dialect(&text, C::DIALECT), World::<C>::new);
    let played = as_mariadb_says(played, C::DIALECT);
    let expected = folder.join(C::DIALECT.name()).join(name);
    let expected = expected.with_extension("txt");
    match C::TELLS_CODES {
        true => check(&expected, &played),
        false => check_without_codes(&expected, &played),
    }
    Ok(())
}

/// As [`check`], for a client that keeps the codes of failures to itself; it writes nothing anew.
fn check_without_codes(expected: &Path, played: &str) {
    let text = std::fs::read_to_string(expected).expect("the clients that tell codes come first");
    compare(expected, &without_codes(&text), &without_codes(played));
}

fn without_codes(text: &str) -> String {
    let mut parts = text.split(" (SQLSTATE ");
    let mut rest: String = parts.next().unwrap_or_default().into();
    for part in parts {
        rest += part.split_once(')').map_or(part, |(_, after)| after);
    }
    rest
}

/// What MySQL says, and what MariaDB says of the same.
const SAID: [(&str, &str); 6] = [
    (
        "corresponds to your MySQL server",
        "corresponds to your MariaDB server",
    ),
    (
        "for column 'id' at row",
        "for column `conformance`.`accounts`.`id` at row",
    ),
    ("for key 'accounts.PRIMARY'", "for key 'PRIMARY'"),
    ("' in 'field list' (", "' in 'SELECT' ("),
    ("for key 'users.PRIMARY'", "for key 'PRIMARY'"),
    // A mode that stands for others stands for one more.
    ("IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI", "IGNORE_SPACE,ANSI"),
];

/// MySQL and MariaDB have one text. Only their own words differ, and those that do are in [`SAID`].
fn as_mariadb_says(played: String, dialect: Dialect) -> String {
    if dialect != Dialect::Mysql || !servers::is_mysql() {
        return played;
    }
    SAID.iter().fold(played, |played, (mysql, mariadb)| {
        played.replace(mysql, mariadb)
    })
}

/// The lines for a database: those that begin with `{postgres mysql} ` are for these only.
fn of_dialect(text: &str, dialect: Dialect) -> String {
    let mut chosen = String::new();
    for line in text.lines() {
        let line = match line
            .strip_prefix('{')
            .and_then(|line| line.split_once("} "))
        {
            None => line,
            Some((names, line)) if names.split(' ').any(|name| name == dialect.name()) => line,
            Some(_) => continue,
        };
        chosen += line;
        chosen.push('\n');
    }
    chosen
}

/// The migration in Rust of this name.
fn function<C: Client>(name: &str) -> RustCall {
    const ADD: &str = "INSERT INTO users VALUES (7, 'rust')";
    match name {
        "add_user" => |it| C::in_rust(it, &[ADD], || Ok(())),
        "remove_users" => |it| C::in_rust(it, &["DELETE FROM users"], || Ok(())),
        "fail" => |it| C::in_rust(it, &[ADD], || Err("the archive cannot be read".into())),
        "break" => |it| C::in_rust(it, &["INSERT INTO nowhere VALUES (1)"], || Ok(())),
        "wait" => |it| C::in_rust(it, &["PRAGMA busy_timeout = 90"], || Ok(())),
        "panic" => |it| C::in_rust(it, &[ADD], || panic!("a bug of the user's")),
        "commit" => |it| C::in_rust(it, &[ADD, "COMMIT"], || Ok(())),
        other => panic!("no function is called {other}"),
    }
}

/// What a migration in Rust returned is told as its client says it.
fn without_the_clients_words(text: &str) -> String {
    let line = |line: &str| match line.split_once(".rs: ") {
        Some((before, _)) => format!("{before}.rs: ...\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// A database, a client, and somebody else who looks.
struct World<C> {
    files: Files,
    settings: Settings,
    // Connections end before their database is dropped.
    client: C,
    witness: Witness,
    place: Place,
}

impl<C: Client> World<C> {
    fn new() -> Self {
        let place = Place::new(C::DIALECT).unwrap_or_else(|_| unreachable!("it was here before"));
        Self {
            files: Files::new(C::DIALECT, RustFunctions(function::<C>)),
            settings: Settings::default(),
            client: C::connect(&place),
            witness: Witness::new(C::DIALECT, &place),
            place,
        }
    }
}

impl<C: Client> Stage for World<C> {
    fn files(&mut self) -> &mut Files {
        &mut self.files
    }

    fn perform(&mut self, command: &str) -> String {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let text = match verb {
            "sql" => self
                .witness
                .look(rest)
                .unwrap_or_else(|error| format!("error: {error}")),
            "client" => match self.client.execute(rest) {
                Ok(()) => String::new(),
                Err(error) => format!("error: {error}"),
            },
            "set" => {
                self.settings.set(rest);
                String::new()
            }
            "history" => self.history(),
            "tables" => self.tables(),
            _ => self.run(verb, rest),
        };
        self.without_the_name(&text)
    }
}

impl<C: Client> World<C> {
    fn run(&mut self, verb: &str, words: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        let events = Mutex::new(String::new());
        let migrations = self.files.migrations();
        let runner = C::LOCK.of(self.settings.runner(migrations.runner()));
        let mut runner = words.iter().fold(runner, |runner, word| told(runner, word));
        if words.contains(&"events") {
            runner = runner.on_event(|event: &Event| {
                let _ = writeln!(events.lock().expect("no panic before"), "* {event}");
            });
        }
        let client = &mut self.client;
        let result = catch_unwind(AssertUnwindSafe(|| match verb {
            "apply" => brief(client.apply(runner)),
            "plan" => brief(client.plan(runner)),
            "verify" => brief(client.verify(runner)),
            "status" => brief(client.status(runner).map(|statuses| lines(&statuses))),
            other => panic!("no command is called {other}"),
        }));
        let mut text = events.into_inner().unwrap_or_default();
        text.push_str(&result.unwrap_or_else(|_| "panicked".into()));
        if words.contains(&"brief") {
            text = without_the_clients_words(&text);
        }
        stable(&text)
    }

    /// The text without the database's own name, which some servers say with that of a table.
    fn without_the_name(&self, text: &str) -> String {
        match C::DIALECT {
            Dialect::Sqlite => text.into(),
            _ => text.replace(self.place.database().name(), "conformance"),
        }
    }

    fn history(&mut self) -> String {
        let counts = match C::DIALECT {
            Dialect::Mysql => "concat(statements_done, '/', statements_total)",
            _ => "statements_done || '/' || statements_total",
        };
        let sql = format!(
            "SELECT CASE WHEN version < 0 THEN 0 ELSE version END, name, kind, state, {counts}, applied_by, error \
             FROM migratory_history ORDER BY sequence"
        );
        let rows = self.witness.look(&sql);
        rows.unwrap_or_else(|_| "there is no history".into())
    }

    /// The tables that there are, with their schemas where these are not the usual one.
    fn tables(&mut self) -> String {
        let sql = match C::DIALECT {
            Dialect::Postgres => {
                "SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name \
                 FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            }
            Dialect::Mysql => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY 1"
            }
            _ => "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY 1",
        };
        let tables = self.witness.look(sql).expect("the catalog can be read");
        // That of a lock is there where the client's runs have one, and is no part of what a scenario tells.
        let tables = tables.lines().filter(|name| !name.ends_with("_lock"));
        tables.collect::<Vec<_>>().join("\n")
    }
}
