use std::ops::Range;

use migratory_core::{Dialect, Down, Migration};

use crate::{Error, Migrations};

/// What came of running migrations on an empty database in memory.
#[derive(Debug)]
pub(super) enum Rehearsed {
    /// All of them ran.
    Done,
    /// One did not.
    Failed(String),
    /// Nothing can be said, and why.
    Impossible(String),
}

/// Applies everything.
pub(super) fn replay(migrations: &Migrations) -> Rehearsed {
    rehearse(migrations, |stage| stage.up())
}

/// Takes every migration that has a way down out again, and in again.
pub(super) fn reverse(migrations: &Migrations) -> Rehearsed {
    rehearse(migrations, |stage| {
        for stretch in reversible_stretches(migrations.versioned()) {
            stage.up_to(stretch.end)?;
            stage.down_to(stretch.start)?;
            stage.up_to(stretch.end)?;
        }
        Ok(())
    })
}

/// The longest stretches of neighbours that have a way down: each goes down in one run.
fn reversible_stretches(versioned: &[Migration]) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for (index, migration) in versioned.iter().enumerate() {
        if !matches!(migration.down(), Down::Script(_)) {
            continue;
        }
        match stretches.last_mut() {
            Some(last) if last.end == index => last.end += 1,
            _ => stretches.push(index..index + 1),
        }
    }
    stretches
}

/// A database in memory and the migrations that run on it.
#[cfg(feature = "rusqlite")]
struct Stage<'m> {
    connection: rusqlite::Connection,
    migrations: &'m Migrations,
}

#[cfg(feature = "rusqlite")]
impl Stage<'_> {
    /// Everything is applied.
    fn up(&mut self) -> Result<(), Error> {
        self.migrations.apply(&mut self.connection).map(drop)
    }

    /// The first `count` migrations are applied, and no repeatable one: a view of the last schema would stand in the way down.
    fn up_to(&mut self, count: usize) -> Result<(), Error> {
        let last = &self.migrations.versioned()[count - 1];
        let runner = self.migrations.runner().to(last.version());
        runner.apply(&mut self.connection).map(drop)
    }

    /// No more than the first `count` migrations are applied.
    fn down_to(&mut self, count: usize) -> Result<(), Error> {
        let runner = match count.checked_sub(1) {
            Some(last) => {
                let version = self.migrations.versioned()[last].version();
                self.migrations.runner().down_to(version)
            }
            None => self.migrations.runner().down_all(),
        };
        runner.apply(&mut self.connection).map(drop)
    }
}

#[cfg(feature = "rusqlite")]
fn rehearse(
    migrations: &Migrations,
    play: impl FnOnce(&mut Stage<'_>) -> Result<(), Error>,
) -> Rehearsed {
    if migrations.dialect() != Dialect::Sqlite {
        return Rehearsed::Impossible("only SQLite has databases in memory".to_owned());
    }
    let connection = match rusqlite::Connection::open_in_memory() {
        Ok(connection) => connection,
        Err(error) => return Rehearsed::Impossible(format!("no database in memory: {error}")),
    };
    let mut stage = Stage {
        connection,
        migrations,
    };
    match play(&mut stage) {
        Ok(()) => Rehearsed::Done,
        Err(error) => verdict(&error),
    }
}

#[cfg(not(feature = "rusqlite"))]
struct Stage(std::convert::Infallible);

#[cfg(not(feature = "rusqlite"))]
impl Stage {
    fn up(&mut self) -> Result<(), Error> {
        match self.0 {}
    }

    fn up_to(&mut self, _: usize) -> Result<(), Error> {
        match self.0 {}
    }

    fn down_to(&mut self, _: usize) -> Result<(), Error> {
        match self.0 {}
    }
}

#[cfg(not(feature = "rusqlite"))]
fn rehearse(_: &Migrations, _: impl FnOnce(&mut Stage) -> Result<(), Error>) -> Rehearsed {
    Rehearsed::Impossible("no driver is compiled in that has databases in memory".to_owned())
}

/// A function, collation or module that the application gives its connection is not there, and neither is a connection of
/// another client: that is no fault of the migrations.
#[cfg(feature = "rusqlite")]
fn verdict(error: &Error) -> Rehearsed {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    let of_the_application = [
        "no such function",
        "no such collation",
        "no such module",
        super::call::OTHER_CONNECTION,
    ];
    match of_the_application.iter().any(|part| words.contains(part)) {
        true => Rehearsed::Impossible(words),
        false => Rehearsed::Failed(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Script, Version};

    const fn migration(number: u64, up: &'static str, down: Down) -> Migration {
        let up = Script::sql("m/up.sql", up);
        Migration::new(
            Version::new(number, 4),
            "step",
            "sha256:aa",
            number,
            up,
            down,
        )
    }

    const DROP_A: Down = Down::sql("m/down.sql", "1 DROP TABLE a\0");
    const WRONG: Down = Down::sql("m/down.sql", "1 DROP TABLE nowhere\0");

    static SOUND: [Migration; 3] = [
        migration(1, "1 CREATE TABLE a (x)\0", DROP_A),
        migration(2, "1 CREATE TABLE b (x)\0", Down::Missing),
        migration(
            3,
            "1 INSERT INTO b VALUES (1)\0",
            Down::sql("m/down.sql", "1 DELETE FROM b\0"),
        ),
    ];
    static NO_WAY_UP: [Migration; 2] = [
        migration(1, "1 CREATE TABLE a (x)\0", Down::Missing),
        migration(2, "1 INSERT INTO nowhere VALUES (1)\0", Down::Missing),
    ];
    static NO_WAY_DOWN: [Migration; 2] = [
        migration(1, "1 CREATE TABLE a (x)\0", WRONG),
        migration(2, "1 CREATE TABLE b (x)\0", Down::Missing),
    ];
    static APPLICATION: [Migration; 1] = [migration(1, "1 SELECT shout('x')\0", Down::Missing)];

    #[test]
    fn stretches_join_neighbours_that_have_a_way_down() {
        assert_eq!(reversible_stretches(&SOUND), [0..1, 2..3]);
        assert_eq!(
            reversible_stretches(&[SOUND[0], SOUND[2], SOUND[1]]),
            vec![0..2; 1]
        );
        assert!(reversible_stretches(&NO_WAY_UP).is_empty());
    }

    /// A list, what is played of it, and parts of what is said then.
    type Case = (
        &'static [Migration],
        fn(&Migrations) -> Rehearsed,
        &'static [&'static str],
    );

    #[test]
    #[cfg(feature = "rusqlite")]
    fn migrations_are_run_up_down_and_up_again() {
        let said = |list: &'static [Migration], play: fn(&Migrations) -> Rehearsed| match play(
            &Migrations::new(Dialect::Sqlite, list, &[]),
        ) {
            Rehearsed::Done => "done".to_owned(),
            Rehearsed::Failed(words) => format!("failed {words}"),
            Rehearsed::Impossible(words) => format!("impossible {words}"),
        };
        let cases: [Case; 6] = [
            (&SOUND, replay, &["done"]),
            (&SOUND, reverse, &["done"]),
            (
                &NO_WAY_UP,
                replay,
                &["failed", "0002_step", "no such table: nowhere"],
            ),
            (&NO_WAY_DOWN, replay, &["done"]),
            (
                &NO_WAY_DOWN,
                reverse,
                &["failed", "0001_step", "no such table: nowhere"],
            ),
            (
                &APPLICATION,
                replay,
                &["impossible", "no such function: shout"],
            ),
        ];
        for (list, play, parts) in cases {
            let said = said(list, play);
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        }
    }
}
