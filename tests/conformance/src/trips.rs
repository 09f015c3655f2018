use migratory::Dialect;
use servers::{Counter, NotHere};

use crate::{Client, Files, Place, RustFunctions};

/// Nothing to do is one query: one message to the server and its answer, if the client takes no more. On PostgreSQL a migration takes as
/// many as it has statements, on MySQL one more. What other runs take is printed.
///
/// # Errors
///
/// That the database's programs are not installed.
///
/// # Panics
///
/// If it takes more.
pub fn one_round_trip<C: Client>() -> Result<(), NotHere> {
    let place = Place::new(C::DIALECT)?;
    let counter = Counter::before(place.database().port());
    let mut client = C::connect(&place.by_way_of(counter.port()));
    let mut files = Files::new(
        C::DIALECT,
        RustFunctions(|name| panic!("there is no {name}")),
    );
    let mut table = |number: usize, options: &str| {
        files.begin(&format!("{number:04}_table.sql{options}"));
        files.line(&format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY);"));
        files.migrations()
    };
    let first = table(1, "");
    let mut took = |migrations: migratory::Migrations| {
        counter.trips();
        let report = client.apply(migrations.runner()).expect("the run succeeds");
        (report.entries().len(), counter.trips())
    };
    let fresh = took(first);
    let warm = took(table(2, ""));
    let two = took((3..=4).map(|number| table(number, "")).last().expect("two"));
    let last = table(5, " no-transaction");
    let outside = took(last);
    let nothing = took(last);
    println!(
        "round trips: nothing to do {}, fresh database {}, one migration {}, each further one {}, one without transaction {}",
        nothing.1,
        fresh.1,
        warm.1,
        two.1 - warm.1,
        outside.1
    );
    assert_eq!((warm.0, two.0, outside.0), (1, 2, 1));
    let messages = match C::DIALECT {
        Dialect::Postgres => 1,
        // That it stands is recorded behind it.
        _ => 2,
    };
    // A client whose query takes more sends no message in one.
    if C::TRIPS_OF_A_QUERY == 1 {
        assert_eq!(two.1 - warm.1, messages);
    }
    assert_eq!(nothing, (0, C::TRIPS_OF_A_QUERY));
    Ok(())
}
