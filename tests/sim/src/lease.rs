//! The lock that is a row of a table: whose it is, and until when.

use std::time::Duration;

/// The row. A connection that dies leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lease {
    /// Empty if it is free.
    owner: String,
    /// In seconds since the world began.
    expires: u64,
}

/// What a statement says about the row. The values in it are the owner of the run, and how many seconds it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    owner: String,
    seconds: u64,
}

impl Lease {
    /// Whether it is of use to anybody but this owner.
    pub(crate) fn is_held_by(&self, owner: &str, now: Duration) -> bool {
        self.owner == owner && self.expires > now.as_secs()
    }

    /// Whether it is the asker's.
    pub(crate) fn is_of(&self, asked: &Asked) -> bool {
        self.owner == asked.owner
    }

    /// Takes it if it is free, over, or the asker's already.
    pub(crate) fn claim(&mut self, asked: &Asked, now: Duration) {
        if self.expires <= now.as_secs() || self.is_of(asked) {
            self.owner = asked.owner.clone();
            self.expires = now.as_secs() + asked.seconds;
        }
    }

    /// Holds it longer if it is the asker's.
    pub(crate) fn renew(&mut self, asked: &Asked, now: Duration) {
        if self.is_of(asked) {
            self.expires = now.as_secs() + asked.seconds;
        }
    }

    /// Gives it back if it is the asker's.
    pub(crate) fn give_back(&mut self, asked: &Asked) {
        if self.is_of(asked) {
            *self = Self::default();
        }
    }
}

impl Asked {
    /// The two values that are written in the text.
    ///
    /// # Panics
    ///
    /// If there is no owner in it.
    pub(crate) fn of(sql: &str) -> Self {
        let (_, owner) = sql.rsplit_once("owner = '").expect("an owner");
        let (owner, _) = owner.split_once('\'').expect("an end");
        let behind = sql.split_once(" + ").map_or("0", |(_, seconds)| seconds);
        let digits = behind.split(|character: char| !character.is_ascii_digit());
        let seconds = digits.take(1).collect::<String>();
        assert!(!owner.is_empty(), "{sql}");
        Self {
            owner: owner.into(),
            seconds: seconds.parse().unwrap_or(0),
        }
    }
}
