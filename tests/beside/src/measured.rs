use std::path::{Path, PathBuf};
use std::time::Duration;

use servers::Counter;

use crate::options::Options;
use crate::program::{Program, Size, Who};
use crate::table::{Figures, Row, table};
use crate::tool::{Database, TOOLS};

/// A start with nothing to do is short, so it is repeated more often.
const STARTS_PER_RUN: usize = 10;

/// How far away a server is for the measurement over a distance: about what lies between two machines of one data centre.
const DISTANCE: Duration = Duration::from_millis(1);

/// What the figures are, and what the tools do alike and not alike.
const HOW: &str = "Each time is from an open connection, of optimised programs, on servers that do not wait for a disk; SQLite's \
    files are in the workspace, and wait for its disk. A migration makes a table and an index.\n\
    All four give each migration a transaction. refinery gives its row another one, and sqlx writes a part of its row after it.\n\
    On MySQL a change of the schema commits. There sqlx and Migratory write the row before the migration as well, and Migratory after \
    each statement, so that what stands in part is known.\n\
    Where a server is away, each of its answers takes so long to arrive.\n\
    Round trips are those of finding nothing to do, and of one migration more.";

/// Measures and gives the table. A figure that is behind is no error; a measurement that could not be made is one.
pub(crate) fn run(options: &Options) -> Result<String, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).unwrap_or(here);
    let mut programs = Vec::new();
    for tool in TOOLS {
        println!("building the program of {}", tool.name);
        programs.push(Program::new(tool, root, options.counts())?);
    }
    let data = root.join("target/bench/tools/data");
    let mut rows = Vec::new();
    for database in &options.databases {
        println!("measuring {}", database.name());
        rows.extend(rows_of(*database, &data, &mut programs, options)?);
    }
    Ok(format!(
        "{} runs in turn, a start with nothing to do {STARTS_PER_RUN} times as often. {HOW}\n\n{}",
        options.runs,
        table(&rows)
    ))
}

/// Where one of a program's two applies one history.
enum Place {
    File(PathBuf),
    Server(servers::Database),
    /// A server at a distance.
    Far(servers::Database, Counter),
}

impl Place {
    fn new(database: Database, data: &Path, name: &str) -> Result<Self, String> {
        let not_here = |problem: servers::NotHere| problem.to_string();
        let server = match database {
            Database::Sqlite => return Ok(Self::File(data.join(name).with_extension("db"))),
            Database::Postgres => servers::shared_postgres().map_err(not_here)?,
            Database::Mysql => servers::shared_mariadb().map_err(not_here)?,
        };
        Ok(Self::Server(server.database("bench")))
    }

    /// The same, with its server so far away.
    fn away(self, distance: Option<Duration>) -> Self {
        match (self, distance) {
            (Self::Server(database), Some(distance)) => {
                let way = Counter::far_before(database.port(), distance);
                Self::Far(database, way)
            }
            (place, _) => place,
        }
    }

    fn url(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(database) => database.url(),
            Self::Far(database, way) => by_way_of(way, database),
        }
    }
}

fn by_way_of(way: &Counter, database: &servers::Database) -> String {
    let at = |port: u16| format!(":{port}/");
    database
        .url()
        .replace(&at(database.port()), &at(way.port()))
}

/// What the two of a program took, theirs first.
type Both = [Figures; Who::BOTH.len()];

fn rows_of(
    database: Database,
    data: &Path,
    programs: &mut [Program],
    options: &Options,
) -> Result<Vec<Row>, String> {
    let mut fresh =
        |size, distance| fresh(database, (size, distance), data, programs, options.runs);
    let far = match database {
        Database::Sqlite => None,
        _ => Some(fresh(Size::Small, Some(DISTANCE))?.0),
    };
    let (small, _) = fresh(Size::Small, None)?;
    let (large, places) = fresh(Size::Large, None)?;
    let nothing = nothing(database, &places, programs, options.runs)?;
    drop(places);
    let [of_small, of_large] = options.counts();
    let mut rows = Vec::new();
    let figures = small.into_iter().zip(large).zip(nothing);
    for (index, ((tool, program), ((small, large), nothing))) in
        TOOLS.iter().zip(programs).zip(figures).enumerate()
    {
        let trips = match database {
            Database::Sqlite => None,
            _ => Some(trips(database, program, options.counts())?),
        };
        let row = |what, figures, trips| Row {
            database: database.name(),
            what,
            tool: tool.name,
            client: tool.client(database),
            figures,
            trips,
        };
        let of_each = trips.map(|it| it.of_each);
        rows.extend([
            row(
                format!("nothing to do, of {of_large}"),
                nothing,
                trips.map(|it| it.of_nothing),
            ),
            row(format!("fresh, {of_small} migrations"), small, of_each),
            row(format!("fresh, {of_large} migrations"), large, of_each),
        ]);
        let far = far.as_ref().map(|far| far[index].clone());
        rows.extend(far.map(|far| {
            let what = format!("fresh, {of_small} migrations, {DISTANCE:?} away");
            row(what, far, of_each)
        }));
    }
    // All of one measurement beside each other.
    rows.sort_by_key(|row| row.what.clone());
    Ok(rows)
}

/// Where the two of each program apply a history.
type Places = Vec<Vec<Place>>;

/// Applies a history to databases that have none, all in turn; who comes first changes from run to run. The databases of
/// the last run are kept.
fn fresh(
    database: Database,
    (size, distance): (Size, Option<Duration>),
    data: &Path,
    programs: &mut [Program],
    runs: usize,
) -> Result<(Vec<Both>, Places), String> {
    let mut measured = vec![Both::default(); programs.len()];
    let mut kept = Places::new();
    for run in 0..runs {
        // Those of the run before go first, so that a server has few databases at a time.
        kept.clear();
        let _ = std::fs::remove_dir_all(data);
        std::fs::create_dir_all(data)
            .map_err(|error| format!("failed to create a folder: {error}"))?;
        for (index, program) in programs.iter_mut().enumerate() {
            let mut places = Vec::new();
            for who in Who::BOTH {
                let place = Place::new(database, data, &format!("{index}-{who:?}"))?;
                places.push(place.away(distance));
            }
            for (side, who) in in_turn(run) {
                let took = program.apply(who, size, database, &places[side].url())?;
                measured[index][side].push(took);
            }
            kept.push(places);
        }
    }
    Ok((measured, kept))
}

/// Starts where everything is applied.
fn nothing(
    database: Database,
    places: &Places,
    programs: &mut [Program],
    runs: usize,
) -> Result<Vec<Both>, String> {
    let mut measured = vec![Both::default(); programs.len()];
    for run in 0..runs * STARTS_PER_RUN {
        for (index, program) in programs.iter_mut().enumerate() {
            for (side, who) in in_turn(run) {
                let url = places[index][side].url();
                measured[index][side].push(program.apply(who, Size::Large, database, &url)?);
            }
        }
    }
    Ok(measured)
}

fn in_turn(run: usize) -> impl Iterator<Item = (usize, Who)> {
    let sides = Who::BOTH.len();
    let turns = (0..sides).map(move |turn| (turn + run) % sides);
    turns.map(|side| (side, Who::BOTH[side]))
}

/// Round trips of the two of a program, without those that connect.
#[derive(Clone, Copy)]
struct Trips {
    of_nothing: [f64; Who::BOTH.len()],
    /// Of one migration more.
    of_each: [f64; Who::BOTH.len()],
}

/// Counts them between the program and the server.
fn trips(database: Database, program: &mut Program, counts: [usize; 2]) -> Result<Trips, String> {
    let mut trips = Trips {
        of_nothing: [0.0; 2],
        of_each: [0.0; 2],
    };
    let mut fresh = |who, size| counted(&server(database)?, database, program, who, size);
    let to_connect = fresh(Who::Nobody, Size::Small)?;
    let more = counts[1].saturating_sub(counts[0]).max(1);
    for (side, who) in in_turn(0) {
        let (small, large) = (fresh(who, Size::Small)?, fresh(who, Size::Large)?);
        trips.of_each[side] = large.saturating_sub(small) as f64 / more as f64;
    }
    for (side, who) in in_turn(0) {
        let place = server(database)?;
        program.apply(who, Size::Small, database, &place.url())?;
        let nothing = counted(&place, database, program, who, Size::Small)?;
        trips.of_nothing[side] = nothing.saturating_sub(to_connect) as f64;
    }
    Ok(trips)
}

fn server(database: Database) -> Result<servers::Database, String> {
    match Place::new(database, Path::new(""), "")? {
        Place::Server(place) => Ok(place),
        Place::File(_) | Place::Far(..) => Err("there is nobody to speak to".to_owned()),
    }
}

/// How many there are in one connection.
fn counted(
    place: &servers::Database,
    database: Database,
    program: &mut Program,
    who: Who,
    size: Size,
) -> Result<usize, String> {
    let counter = Counter::before(place.port());
    program.apply(who, size, database, &by_way_of(&counter, place))?;
    Ok(counter.trips())
}
