//! Several runs at once, their steps in an order that a seed decides.

use std::time::Duration;

use migratory_core::{Failure, Outcome, Session, Step};

use crate::random::Random;
use crate::scenario::Stage;
use crate::truth::Next;
use crate::world::World;

/// Runs that are under way in one world.
#[derive(Debug)]
pub struct Crowd<'a> {
    stage: &'a Stage,
    /// Where they run.
    pub world: World,
    random: Random,
    members: Vec<Member>,
    /// How many more of them die.
    crashes: usize,
    /// How many more of them are suspended for longer than a lease.
    pauses: usize,
    /// How many steps were performed.
    pub steps: usize,
}

/// One of the runs.
#[derive(Debug)]
pub struct Member {
    session: Option<Session>,
    /// Its connection.
    pub connection: usize,
    since: Duration,
    sleeps_until: Duration,
    /// How it ended; `None` if its process died.
    pub end: Option<Result<Outcome, Failure>>,
}

/// No schedule here takes more steps than this.
const ENDLESS: usize = 100_000;
/// How soon a run that waits in the server asks again.
const POLL: Duration = Duration::from_millis(7);
/// A lease, the second that has begun, and some more.
const LONGER_THAN_A_LEASE: Duration = Duration::from_millis(3500);

impl<'a> Crowd<'a> {
    /// So many runs of a scenario, of which so many are to die and be started anew.
    pub fn new(stage: &'a Stage, seed: u64, runs: usize, crashes: usize) -> Self {
        let mut crowd = Self {
            stage,
            world: stage.world.clone(),
            random: Random::new(seed),
            members: Vec::new(),
            crashes,
            pauses: 0,
            steps: 0,
        };
        for _ in 0..runs {
            let late = crowd.random.below(40) as u64;
            crowd.join(Duration::from_millis(late));
        }
        crowd
    }

    /// So many times one of the runs is suspended for longer than it holds a lock that is a row.
    #[must_use]
    pub fn with_pauses(mut self, pauses: usize) -> Self {
        self.pauses = pauses;
        self
    }

    /// Runs all of them to their ends.
    ///
    /// # Errors
    ///
    /// If the law is broken on the way, or if there is no end.
    pub fn run(&mut self) -> Result<&[Member], String> {
        while let Some(index) = self.next() {
            self.steps += 1;
            if self.steps > ENDLESS {
                return Err("there is no end".into());
            }
            let is_struck = self.crashes > 0 && self.random.percent(3);
            let dies_first = is_struck && self.random.percent(50);
            if !dies_first {
                self.turn(index)?;
            }
            if is_struck && self.members[index].session.is_some() {
                self.crash(index);
            }
            if self.pauses > 0 && self.random.percent(5) {
                self.pauses -= 1;
                self.members[index].sleeps_until = self.world.now() + LONGER_THAN_A_LEASE;
            }
        }
        Ok(&self.members)
    }

    /// One of those that are awake. If none is, time passes until one wakes.
    fn next(&mut self) -> Option<usize> {
        let living = |member: &&Member| member.session.is_some();
        let first = self.members.iter().filter(living).map(|it| it.sleeps_until);
        let now = self.world.now();
        if let Some(pause) = first.min()?.checked_sub(now) {
            self.world.pass(pause);
        }
        let now = self.world.now();
        let awake: Vec<usize> = (0..self.members.len())
            .filter(|index| {
                let member = &self.members[*index];
                member.session.is_some() && member.sleeps_until <= now
            })
            .collect();
        Some(self.random.pick(&awake))
    }

    fn turn(&mut self, index: usize) -> Result<(), String> {
        let member = &mut self.members[index];
        let Some(mut session) = member.session.take() else {
            return Ok(());
        };
        let step = session.step();
        if matches!(step, Step::Done) {
            member.end = Some(session.finish());
            return Ok(());
        }
        if let Step::Wait(pause) = step {
            member.sleeps_until = self.world.now() + pause;
        }
        let revision = self.world.revision();
        match self.world.perform(member.connection, step) {
            None => member.sleeps_until = self.world.now() + POLL,
            Some(reply) => {
                // A sleeper's reply carries the time at which it wakes.
                let pause = member.sleeps_until.saturating_sub(self.world.now());
                let mut moment = self.world.moment(member.since);
                moment.elapsed += pause;
                moment.utc_ms += pause.as_millis() as i64;
                let _ = session.reply(reply, moment);
            }
        }
        member.session = Some(session);
        if revision == self.world.revision() {
            return Ok(());
        }
        let law = &self.stage.law;
        law.standings(&self.world.committed, Next::MayHaveRun)
            .map(drop)
    }

    fn crash(&mut self, index: usize) {
        self.crashes -= 1;
        let member = &mut self.members[index];
        member.session = None;
        self.world.disconnect(member.connection);
        let late = self.random.below(200) as u64;
        self.join(Duration::from_millis(late));
    }

    fn join(&mut self, late: Duration) {
        let connection = self.stage.connect(&mut self.world);
        let since = self.world.now();
        let stage = self.stage;
        let session = self
            .world
            .session(connection, &stage.migrations, stage.options.clone());
        self.members.push(Member {
            session: Some(session),
            connection,
            since,
            sleeps_until: since + late,
            end: None,
        });
    }
}
