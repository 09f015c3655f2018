//! One run, from its first step to its end, with one trouble on the way.

use std::fmt;

use migratory_core::{Class, Dialect, Failure, Outcome, Purpose, Reply, Session, Step};

use crate::state::State;
use crate::world::World;

/// What happens to a run at one of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// The process dies.
    Dies(When),
    /// The caller goes away.
    IsDropped(When),
    /// The step fails.
    Fails(Class),
    /// The step fails, and the database has ended the transaction by itself.
    FailsAndRollsBack,
    /// The server goes away.
    LosesServer(When),
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing of it was done.
    Before,
    /// Of a message, what stands before its statement was done; of any other step nothing.
    Within,
    /// It was done, and its reply is on the way.
    After,
}

impl When {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::Within, Self::After];
}

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// How it ended; `None` if the process died.
    pub end: Option<Result<Outcome, Failure>>,
    /// What was said, a word or two for each step.
    pub said: Vec<&'static str>,
    /// Whether the trouble came.
    pub was_struck: bool,
    /// What the connection had when the server went away.
    pub lost: Vec<&'static str>,
    /// Whether a step was said that changes the database.
    pub has_written: bool,
}

/// No run here takes more steps than this; one that does would go on for ever.
const ENDLESS: usize = 20_000;

/// Runs a session; the trouble comes at step `at`, counted from 0. After every step that changed what is committed the law is
/// asked.
///
/// # Errors
///
/// If the law is broken, or if the run has no end.
pub fn drive(
    world: &mut World,
    connection: usize,
    mut session: Session,
    (trouble, at): (Trouble, usize),
    law: impl Fn(&State) -> Result<(), String>,
) -> Result<Run, String> {
    let since = world.now();
    let mut run = Run {
        end: None,
        said: Vec::new(),
        was_struck: false,
        lost: Vec::new(),
        has_written: false,
    };
    let mut is_gone = false;
    let mut revision = world.revision();
    for turn in 0..ENDLESS {
        let step = session.step();
        if matches!(step, Step::Done) {
            run.end = Some(session.finish());
            return Ok(run);
        }
        run.said.push(word(&step));
        run.has_written |= writes(&step);
        let trouble = match trouble {
            _ if turn != at => Trouble::None,
            Trouble::Fails(class) if !makes_sense(&step, class) => Trouble::None,
            trouble => trouble,
        };
        run.was_struck |= trouble != Trouble::None;
        let is_performed = match trouble {
            Trouble::Dies(when) | Trouble::IsDropped(when) | Trouble::LosesServer(when) => {
                if when == When::Within {
                    world.perform_beginning(connection, step);
                }
                when == When::After
            }
            Trouble::Fails(_) | Trouble::FailsAndRollsBack => false,
            Trouble::None => !is_gone,
        };
        let reply = match trouble {
            Trouble::Fails(class) => world.fail(connection, step, class),
            Trouble::FailsAndRollsBack => world.fail(connection, step, Class::Other),
            _ if is_performed => world
                .perform(connection, step)
                .ok_or("a lone run waits in the server")?,
            _ => gone(),
        };
        if let (Step::Wait(pause), true) = (step, is_performed) {
            world.pass(pause);
        }
        if revision != world.revision() {
            revision = world.revision();
            law(&world.committed).map_err(|error| format!("{error}\nafter {:?}", run.said))?;
        }
        match trouble {
            Trouble::Dies(_) => {
                world.disconnect(connection);
                return Ok(run);
            }
            Trouble::IsDropped(_) => {
                session.abandon();
                continue;
            }
            Trouble::LosesServer(_) => {
                run.lost = world.left_on(connection);
                world.disconnect(connection);
                is_gone = true;
            }
            Trouble::FailsAndRollsBack => world.roll_back_behind(connection),
            Trouble::Fails(_) | Trouble::None => {}
        }
        let reply = if is_gone { gone() } else { reply };
        let _ = session.reply(reply, world.moment(since));
    }
    Err(format!("there is no end after {:?}", &run.said[..100]))
}

/// Whether a failure of this class can come of a step at all.
fn makes_sense(step: &Step<'_>, class: Class) -> bool {
    let is_read = matches!(
        step,
        Step::Query {
            purpose: Purpose::Probe | Purpose::Recheck | Purpose::ReadHistory,
            ..
        }
    );
    match class {
        _ if matches!(step, Step::Wait(_)) => false,
        // That a table is missing which is there, no database says.
        Class::MissingTable => !is_read,
        _ => true,
    }
}

/// The classes that a family has.
pub fn classes(dialect: Dialect) -> &'static [Class] {
    use Class::{Busy, Deadlock, LockTimeout, MissingTable, Other, Serialization};
    match dialect {
        Dialect::Sqlite => &[
            Busy,
            MissingTable,
            LockTimeout,
            Deadlock,
            Serialization,
            Other,
        ],
        _ => &[MissingTable, LockTimeout, Deadlock, Serialization, Other],
    }
}

/// Whether a step changes what is in the database.
fn writes(step: &Step<'_>) -> bool {
    match step {
        Step::Execute { purpose, .. } => matches!(
            purpose,
            Purpose::CreateTable
                | Purpose::Statement(_)
                | Purpose::Record(_)
                | Purpose::Joined(_)
                | Purpose::WriteMarker
        ),
        Step::Call { .. } => true,
        _ => false,
    }
}

fn word(step: &Step<'_>) -> &'static str {
    match step {
        Step::Execute { purpose, .. } | Step::Query { purpose, .. } => purpose.as_str(),
        Step::Call { .. } => "call",
        Step::Wait(_) => "wait",
        Step::Done => "done",
    }
}

fn gone() -> Reply {
    Reply::Failed {
        class: Class::Other,
        message: "the server is gone".into(),
    }
}

/// As a test's table names it.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no trouble"),
            Self::Dies(when) => write!(f, "dies {when}"),
            Self::IsDropped(when) => write!(f, "is dropped {when}"),
            Self::Fails(class) => write!(f, "fails: {class:?}"),
            Self::FailsAndRollsBack => f.write_str("fails, rolled back"),
            Self::LosesServer(when) => write!(f, "loses server {when}"),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::Within => "within",
            Self::After => "after",
        })
    }
}
