use std::sync::{Arc, Mutex};
use std::time::Instant;

use migratory::{
    Dialect, Direction, Error, Fate, Interrupted, Migrations, Refusal, Resolution, Runner,
};
use servers::{NotHere, Server};

use crate::effects::{Extent, Traced, migrations, traced};
use crate::trap::{Side, Trap, lock};
use crate::{Client, Place, Witness};

/// The server dies at every message of a run, on both sides of it: the error says what still stands, the history agrees with the
/// schema, the next run goes on or names the one statement whose fate is open, and a person who looks at the schema brings it to
/// the same end as if nothing had been (F53, F54).
///
/// # Errors
///
/// That the server's programs are not installed.
///
/// # Panics
///
/// If anything is lost, done twice, or not told.
pub fn server_killed<C: Client>() -> Result<(), NotHere> {
    let server = match C::DIALECT {
        Dialect::Mysql => servers::mysql()?,
        _ => servers::postgres()?,
    };
    let server = Arc::new(Mutex::new(server));
    for direction in [Direction::Up, Direction::Down] {
        let mut journey = Journey::<C>::new(&server, direction);
        let begin = Instant::now();
        for message in 0..journey.messages {
            for side in [Side::Before, Side::After] {
                journey.interrupt(message, side);
            }
        }
        println!(
            "{} {direction}: the server was killed at {} messages, on both sides of each, in {:?}; to be resolved were {:?}",
            C::DIALECT,
            journey.messages,
            begin.elapsed(),
            journey.tally
        );
        journey.tally.covers(C::DIALECT, direction);
    }
    Ok(())
}

/// One way through the list, and what is expected of it.
struct Journey<C> {
    server: Arc<Mutex<Server>>,
    direction: Direction,
    migrations: Migrations,
    traced: Vec<Traced>,
    /// How many messages it takes if nobody is killed.
    messages: usize,
    /// What there is then.
    expected: Vec<String>,
    tally: Tally,
    client: std::marker::PhantomData<C>,
}

/// How often a person had to choose what.
#[derive(Debug, Default)]
struct Tally {
    nothing: usize,
    continued: usize,
    marked_done: usize,
    went_down: usize,
}

/// A row of the history.
#[derive(Debug)]
struct Row {
    state: String,
    done: usize,
}

impl<C: Client> Journey<C> {
    /// Goes the way once, undisturbed.
    fn new(server: &Arc<Mutex<Server>>, direction: Direction) -> Self {
        let mut journey = Self {
            server: server.clone(),
            direction,
            migrations: migrations::<C>(),
            traced: traced(C::DIALECT),
            messages: 0,
            expected: Vec::new(),
            tally: Tally::default(),
            client: std::marker::PhantomData,
        };
        let (place, trap, mut client) = journey.begin();
        trap.set(None);
        let report = client.apply(journey.runner()).expect("nobody is killed");
        assert_eq!(report.entries().len(), journey.traced.len());
        journey.messages = trap.messages();
        journey.expected = picture(&mut Witness::new(C::DIALECT, &place));
        journey
    }

    /// A database at the begin of the way, and a client that the trap stands before.
    fn begin(&self) -> (Place, Trap, C) {
        let place = Place::on(&lock(&self.server));
        if self.direction == Direction::Down {
            let all = C::connect(&place).apply(self.migrations.runner());
            let _ = all.expect("the run succeeds");
        }
        let trap = Trap::before(&self.server);
        let client = C::connect(&trap.place(&place));
        (place, trap, client)
    }

    fn runner<'r>(&self) -> Runner<'r> {
        match self.direction {
            Direction::Up => self.migrations.runner(),
            Direction::Down => self.migrations.runner().down_all(),
        }
    }

    /// Kills the server there, and sees to it that the way is gone to its end.
    fn interrupt(&mut self, message: usize, side: Side) {
        let case = format!("{} {side:?} message {message}", self.direction);
        let (place, trap, mut client) = self.begin();
        trap.set(Some((message, side)));
        let result = client.apply(self.runner());
        assert!(trap.is_sprung(), "{case}: nobody was killed");
        drop(client);
        lock(&self.server).restart();
        let error = result.expect_err(&case);
        let case = format!("{case}: {error}\n");

        let mut witness = Witness::new(C::DIALECT, &place);
        let rows = self.rows(&mut witness);
        self.stands(&error, &rows, &case);
        self.agrees(&rows, &mut witness, &case);
        self.bring_to_the_end(&place, &mut witness, &rows, &case);
        assert_eq!(picture(&mut witness), self.expected, "{case}");
    }

    /// The row of each migration, `None` where it has none.
    fn rows(&self, witness: &mut Witness) -> Vec<Option<Row>> {
        let rows = witness.look("SELECT version, state, statements_done FROM migratory_history");
        let rows = rows.unwrap_or_default();
        let row = |version: usize| {
            let mut lines = rows
                .lines()
                .map(|line| line.split(", ").collect::<Vec<_>>());
            let line = lines.find(|line| line[0] == version.to_string())?;
            Some(Row {
                state: line[1].into(),
                done: line[2].parse().expect("a count"),
            })
        };
        (1..=self.traced.len()).map(row).collect()
    }

    /// What the error says that stands does, and nothing else is there.
    fn stands(&self, error: &Error, rows: &[Option<Row>], case: &str) {
        let failure = error.failure().expect("there was a first step");
        let (at_first, at_last) = match self.direction {
            Direction::Up => (None, Some("applied")),
            Direction::Down => (Some("applied"), None),
        };
        for (traced, row) in self.traced.iter().zip(rows) {
            let (name, _) = traced.name();
            let is = |label: &migratory::Label| label.to_string() == name;
            let state = row.as_ref().map(|row| row.state.as_str());
            if failure.applied().iter().any(|entry| is(&entry.label)) {
                assert_eq!(state, at_last, "{case}{name}: {row:?}");
                continue;
            }
            match failure.fate() {
                Fate::Unknown(label) if is(label) => {}
                Fate::Partial { label, done, .. } if is(label) => {
                    assert_eq!(row.as_ref().map(|it| it.done), Some(*done), "{case}{row:?}");
                    assert!(
                        matches!(state, Some("running" | "reverting")),
                        "{case}{row:?}"
                    );
                }
                Fate::None | Fate::RolledBack(_) | Fate::Unknown(_) | Fate::Partial { .. } => {
                    assert_eq!(state, at_first, "{case}{name}: {row:?}");
                }
                other => panic!("{case}{other:?}"),
            }
        }
    }

    /// Nothing is recorded that did not run, and nothing ran that is not recorded, but for the one statement that is open.
    fn agrees(&self, rows: &[Option<Row>], witness: &mut Witness, case: &str) {
        for (traced, row) in self.traced.iter().zip(rows) {
            let (direction, done, open) = match row {
                None => (Direction::Up, 0, None),
                Some(Row { state, done }) => match state.as_str() {
                    "applied" => (Direction::Up, traced.up.len(), None),
                    "running" => (Direction::Up, *done, Some(*done)),
                    "reverting" => (Direction::Down, *done, Some(*done)),
                    other => panic!("{case}{other}"),
                },
            };
            for (index, step) in traced.steps(direction).iter().enumerate() {
                let extent = step.extent(direction, witness);
                let expected = match index < done {
                    _ if Some(index) == open => continue,
                    true => Extent::All,
                    false => Extent::Nothing,
                };
                assert_eq!(
                    extent, expected,
                    "{case}{} {row:?}: {}",
                    traced.file, step.0
                );
            }
        }
    }

    /// The next run goes on, or refuses and names what is partial; then a person looks and decides.
    fn bring_to_the_end(
        &mut self,
        place: &Place,
        witness: &mut Witness,
        rows: &[Option<Row>],
        case: &str,
    ) {
        let mut client = C::connect(place);
        let result = client.apply(self.runner());
        let partial = rows.iter().position(|row| {
            let state = row.as_ref().map(|row| row.state.as_str());
            matches!(state, Some("running" | "reverting"))
        });
        let Some(index) = partial else {
            assert!(result.is_ok(), "{case}then {result:?}");
            self.tally.nothing += 1;
            return;
        };
        let error = result.expect_err(case);
        let Some(Refusal::Partial(interrupted)) = error.refusal() else {
            panic!("{case}then {error}");
        };
        let resolution = self.look(&self.traced[index], interrupted, witness, case);
        *self.tally.of(resolution) += 1;
        for runner in [self.runner().resolve(resolution), self.runner()] {
            let result = client.apply(runner);
            assert!(result.is_ok(), "{case}{resolution}: {result:?}");
        }
    }

    /// What a person does who is told what was interrupted, and looks what is there.
    fn look(
        &self,
        traced: &Traced,
        interrupted: &Interrupted,
        witness: &mut Witness,
        case: &str,
    ) -> Resolution {
        let Interrupted {
            label,
            direction,
            done,
            total,
            place,
            ..
        } = interrupted;
        let (name, extension) = traced.name();
        let steps = traced.steps(*direction);
        let open = usize::try_from(*done).expect("a count");
        let file = match (extension, direction) {
            (Some("rs"), _) => format!("migrations/{name}.rs"),
            (_, Direction::Up) => format!("migrations/{name}.sql:{}", open + 1),
            (_, Direction::Down) => format!("migrations/{name}.down.sql:{}", open + 1),
        };
        assert_eq!(*total, steps.len() as i64, "{case}");
        assert_eq!(
            (label.to_string().as_str(), *direction),
            (name, self.direction),
            "{case}"
        );
        assert_eq!(place.as_deref(), Some(file.as_str()), "{case}");
        match steps[open].extent(*direction, witness) {
            Extent::Nothing => Resolution::Continue,
            Extent::All if open + 1 == steps.len() => Resolution::MarkDone,
            Extent::All | Extent::Part => Resolution::GoDown,
        }
    }
}

impl Tally {
    fn of(&mut self, resolution: Resolution) -> &mut usize {
        match resolution {
            Resolution::Continue => &mut self.continued,
            Resolution::MarkDone => &mut self.marked_done,
            Resolution::GoDown => &mut self.went_down,
            other => panic!("nobody chose to {other}"),
        }
    }

    /// Were one of them never met, it would not have been tried.
    fn covers(&self, dialect: Dialect, direction: Direction) {
        let Self {
            nothing,
            continued,
            marked_done,
            went_down,
        } = self;
        let counts = [nothing, continued, marked_done, went_down];
        assert!(
            counts.iter().all(|count| **count > 0),
            "{dialect} {direction}: {self:?}"
        );
    }
}

/// All of the schema and its rows, and the history but for times and notes.
fn picture(witness: &mut Witness) -> Vec<String> {
    let queries = match witness {
        Witness::Mysql(_) => [
            "SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default, column_key \
             FROM information_schema.columns WHERE table_schema = database() ORDER BY 1, 3",
            "SELECT table_name, index_name, column_name, non_unique \
             FROM information_schema.statistics WHERE table_schema = database() ORDER BY 1, 2, 3",
        ],
        _ => [
            "SELECT table_name, column_name, data_type, is_nullable, column_default \
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
            "SELECT indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) \
             FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) ORDER BY 3",
        ],
    };
    let rows = [
        "SELECT version, name, kind, state, checksum, chain, statements_done, statements_total \
         FROM migratory_history ORDER BY version",
        "SELECT number FROM done ORDER BY number",
    ];
    let look = |sql: &str| witness.look(sql).unwrap_or("there is none".into());
    queries.into_iter().chain(rows).map(look).collect()
}
