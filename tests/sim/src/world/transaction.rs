//! How the families open and end a transaction, and what a failure does to one.

use migratory_core::{Class, Dialect};

use super::{Answer, Transaction, World, busy};

impl World {
    pub(super) fn begin(&mut self) -> Answer<()> {
        assert!(
            self.connection().transaction.is_none(),
            "a transaction in a transaction"
        );
        if self.is_write_locked() {
            return Err(busy());
        }
        let view = self.committed.clone();
        let was_touched = self.connection().is_touched;
        self.connection().transaction = Some(Transaction {
            view,
            log: Vec::new(),
            lease: None,
            is_aborted: false,
            is_marked: false,
            was_touched,
        });
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Answer<()> {
        let Some(transaction) = self.connection().transaction.take() else {
            return self.no_transaction();
        };
        // PostgreSQL answers the commit of an aborted transaction with a rollback, and with no error.
        if transaction.is_aborted {
            return Ok(());
        }
        let mut committed = self.committed.clone();
        for write in &transaction.log {
            committed
                .write(write)
                .map_err(|message| (Class::Other, message))?;
        }
        self.committed = committed;
        self.lease = transaction.lease.or(self.lease.take());
        self.revision += 1;
        Ok(())
    }

    pub(super) fn roll_back(&mut self) -> Answer<()> {
        let dialect = self.dialect;
        match self.connection().transaction.take() {
            Some(transaction) if dialect == Dialect::Postgres => {
                self.connection().is_touched = transaction.was_touched;
                Ok(())
            }
            Some(_) => Ok(()),
            None => self.no_transaction(),
        }
    }

    /// Only SQLite takes it for an error.
    fn no_transaction(&self) -> Answer<()> {
        match self.dialect {
            Dialect::Sqlite => Err((Class::NoTransaction, "no transaction is active".into())),
            _ => Ok(()),
        }
    }

    pub(super) fn after_error(&mut self, is_commit: bool, class: Class) {
        let dialect = self.dialect;
        let had = &mut self.connection().transaction;
        match (dialect, class) {
            (Dialect::Postgres, _) if is_commit => *had = None,
            (Dialect::Postgres, _) => {
                if let Some(transaction) = had {
                    transaction.is_aborted = true;
                }
            }
            (Dialect::Mysql, Class::Deadlock) => *had = None,
            _ => {}
        }
    }
}
