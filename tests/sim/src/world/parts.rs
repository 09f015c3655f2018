//! A message that does several things: one behind the other, up to the one that fails.

use migratory_core::{Change, Class, Dialect, Joined, Purpose, Step};

use super::{Answer, World};
use crate::state::Write;

/// What a message may do behind its beginning, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Record,
    Statement,
    End,
    Commit,
}

impl World {
    /// Performs what stands before the statement of a message.
    pub(crate) fn perform_beginning(&mut self, connection: usize, step: Step<'_>) {
        self.speaker = connection;
        if let Step::Execute {
            sql,
            purpose: Purpose::Joined(joined),
            ..
        } = step
        {
            self.perform_parts(sql, joined, Some(Part::Statement))
                .expect("the beginning does not fail");
        }
    }

    /// Performs the parts of a message that stand before `until`, or all.
    pub(super) fn perform_parts(
        &mut self,
        sql: &str,
        joined: Joined<'_>,
        until: Option<Part>,
    ) -> Answer<()> {
        let is_reached = |part: Part| until.is_none_or(|until| part < until);
        let texts: Vec<&str> = sql.split("; ").map(str::trim).collect();
        if joined.begins {
            assert!(texts[0].starts_with("BEGIN"), "{sql}");
            self.begin()?;
        }
        if let (Some(change), true) = (joined.record, is_reached(Part::Record)) {
            assert_eq!(self.dialect, Dialect::Mysql, "{sql}");
            self.change(sql, change)?;
        }
        if let (Some(place), true) = (joined.statement, is_reached(Part::Statement)) {
            let text = match joined.end {
                // The mark, the row and the commit are behind it.
                Some(_) => texts[texts.len() - 4],
                None => texts[texts.len() - 1],
            };
            self.execute(text, &[], Purpose::Statement(place))?;
        }
        let Some(change) = joined.end else {
            return Ok(());
        };
        assert!(sql.ends_with("; COMMIT"), "{sql}");
        let is_marked = sql.contains("; SAVEPOINT ") && is_reached(Part::End);
        if let Some(transaction) = &mut self.connection().transaction {
            transaction.is_marked = is_marked || joined.statement.is_none();
        }
        if is_reached(Part::End) {
            self.change(sql, change)?;
        }
        match is_reached(Part::Commit) {
            true => self.commit(),
            false => Ok(()),
        }
    }

    /// What PostgreSQL says to a rollback to the mark: that it is there, that it is not, or that there is no transaction.
    pub(super) fn look_for_mark(&mut self) -> Answer<()> {
        let failed = |class, message: &str| Err((class, message.to_owned()));
        match &mut self.connection().transaction {
            None => failed(Class::NoTransaction, "there is no transaction"),
            Some(transaction) if !transaction.is_marked => {
                failed(Class::Other, "there is no such savepoint")
            }
            Some(transaction) => {
                transaction.is_aborted = false;
                Ok(())
            }
        }
    }

    /// A change to the history whose values are in the text.
    fn change(&mut self, sql: &str, change: &Change) -> Answer<()> {
        self.assert_found(sql);
        let scope = match change {
            Change::Insert(row) => row.scope.clone(),
            Change::Progress { .. } => {
                let behind = sql.split_once("scope = '").map(|(_, behind)| behind);
                let scope = behind.and_then(|behind| behind.split_once('\''));
                scope.expect("a scope").0.to_owned()
            }
            other => panic!("another row changes with it: {other:?}"),
        };
        self.write(Write::Change {
            scope,
            change: Box::new(change.clone()),
        })
    }
}
