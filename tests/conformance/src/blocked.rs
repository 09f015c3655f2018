use std::sync::Mutex;

use migratory::{Dialect, Event, Migrations, Timeouts};
use servers::NotHere;

use crate::{Client, Files, Place, RustFunctions, Witness};

/// Outside of a transaction a statement that waited for a lock in vain is said again (F51), and what is in the way in the end is named.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it is given up, run twice, or nobody is named.
pub fn said_again<C: Client>() -> Result<(), NotHere> {
    let migrations = list(C::DIALECT, "ALTER TABLE users ADD COLUMN age INTEGER;");
    let mut meeting = Meeting::<C>::new()?;
    meeting.apply_first(&migrations);
    let id = meeting.holder.look(match C::DIALECT {
        Dialect::Mysql => "SELECT connection_id()",
        _ => "SELECT pg_backend_pid()",
    });
    let id = id.expect("a connection has a number");

    meeting.hold("SELECT id FROM users");
    let error = meeting.run(&migrations, |_, _| {});
    let error = error.expect_err("somebody keeps the table");
    assert!(error.contains("in an open transaction: "), "{error}");
    assert!(error.contains(&format!(" {id} (")), "{id}: {error}");
    assert_eq!(error.matches("trying again").count(), 4, "{error}");
    meeting.let_go();
    let resolved = meeting
        .client
        .apply(migrations.runner().resolve(migratory::Resolution::Continue));
    assert_eq!(resolved.expect("the table is free").entries().len(), 1);

    let migrations = list(
        C::DIALECT,
        "ALTER TABLE users ADD COLUMN age INTEGER;\n+ 0003_more.sql no-transaction\nALTER TABLE users ADD COLUMN size INTEGER;",
    );
    meeting.hold("SELECT id FROM users");
    let told = meeting.run(&migrations, |holder, event| {
        if matches!(event, Event::Retrying { .. }) {
            holder.look("COMMIT").expect("it had a transaction");
        }
    });
    assert!(told.expect("the table is free").contains("trying again"));
    let column = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'size'";
    let column = match C::DIALECT {
        Dialect::Mysql => format!("{column} AND table_schema = database()"),
        _ => column.into(),
    };
    assert_eq!(meeting.holder.look(&column).as_deref(), Ok("1"));
    Ok(())
}

/// An index that was to be made concurrently and waited in vain is left invalid: it is dropped before it is made again (F49).
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If the invalid one stays.
pub fn index_made_again<C: Client>() -> Result<(), NotHere> {
    let migrations = list(
        C::DIALECT,
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name ON users (name);",
    );
    let mut meeting = Meeting::<C>::new()?;
    meeting.apply_first(&migrations);
    meeting.hold("INSERT INTO users VALUES (9, 'eve')");
    let told = meeting.run(&migrations, |holder, event| {
        if matches!(event, Event::Retrying { .. }) {
            holder.look("COMMIT").expect("it had a transaction");
        }
    });
    let told = told.expect("the table is free");
    assert!(
        told.contains("dropped the invalid index public.users_name"),
        "{told}"
    );
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_name'::regclass";
    assert_eq!(meeting.holder.look(valid).as_deref(), Ok("t"));
    Ok(())
}

/// A client that migrates, and somebody else who keeps what it wants.
struct Meeting<C> {
    client: C,
    holder: Witness,
    _place: Place,
}

impl<C: Client> Meeting<C> {
    fn new() -> Result<Self, NotHere> {
        let place = Place::new(C::DIALECT)?;
        Ok(Self {
            client: C::connect(&place),
            holder: Witness::new(C::DIALECT, &place),
            _place: place,
        })
    }

    fn apply_first(&mut self, migrations: &Migrations) {
        let first = migrations.versioned()[0].version();
        let report = self.client.apply(migrations.runner().to(first));
        assert_eq!(report.expect("nobody is there yet").entries().len(), 1);
    }

    /// Lets the other one open a transaction.
    fn hold(&mut self, sql: &str) {
        for sql in ["BEGIN", sql] {
            self.holder.look(sql).expect("nobody else is there");
        }
    }

    fn let_go(&mut self) {
        self.holder.look("COMMIT").expect("it has a transaction");
    }

    /// What a run tells, then what it ends with; the other one hears all of it.
    fn run(
        &mut self,
        migrations: &Migrations,
        hears: fn(&mut Witness, &Event),
    ) -> Result<String, String> {
        let told = Mutex::new(String::new());
        let Self { client, holder, .. } = self;
        let runner = migrations.runner().timeouts(IMPATIENT).on_event(|event| {
            *told.lock().expect("no panic before") += &format!("{event}\n");
            hears(holder, event);
        });
        let result = client.apply(runner);
        let told = told.into_inner().expect("no panic before");
        match result {
            Ok(report) => Ok(format!("{told}{report}")),
            Err(error) => Err(format!("{told}{error}")),
        }
    }
}

/// MySQL counts in seconds.
const IMPATIENT: Timeouts = Timeouts {
    lock_ms: Some(200),
    statement_ms: None,
};

/// A table, and behind it a file without a transaction.
fn list(dialect: Dialect, text: &str) -> Migrations {
    let mut files = Files::new(dialect, RustFunctions(|name| panic!("there is no {name}")));
    files.begin("0001_users.sql");
    files.line("CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20));");
    files.begin("0002_wait.sql no-transaction");
    for line in text.lines() {
        match line.strip_prefix("+ ") {
            Some(name) => files.begin(name),
            None => files.line(line),
        }
    }
    files.migrations()
}
