use std::path::Path;

use migratory_core::Dialect;

use crate::catalog::{Catalog, Object, Replayed, Reversed, Script};
use crate::codegen::Proof;
#[cfg(feature = "sqlite")]
use crate::engine::{self, Engine};
#[cfg(feature = "sqlite")]
use crate::fs;
use crate::model;

/// What says whether a history holds together: SQLite itself, or a model of a server.
#[derive(Debug)]
pub enum Prover {
    /// SQLite, in memory.
    #[cfg(feature = "sqlite")]
    Engine(Box<Engine>),
    /// A model of that dialect's servers.
    Model(Dialect),
}

impl Prover {
    /// The one for a dialect, before the first migration.
    pub(super) fn new(dialect: Dialect) -> Self {
        match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let engine = Engine::new().expect("SQLite opens a database in memory");
                Self::Engine(Box::new(engine))
            }
            dialect => Self::Model(dialect),
        }
    }

    /// The version of the engine that was compiled in.
    pub(super) fn version() -> &'static str {
        #[cfg(feature = "sqlite")]
        let version = Engine::version();
        #[cfg(not(feature = "sqlite"))]
        let version = "";
        version
    }

    /// Runs a script.
    pub(super) fn replay<'a>(
        &mut self,
        catalog: &mut Catalog,
        script: &Script<'a>,
    ) -> Replayed<'a> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(engine) => engine::replay_script(engine, catalog, script),
            Self::Model(dialect) => model::replay_script(*dialect, catalog, script),
        }
    }

    /// Goes down and up again, and stays as it is.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy the database.
    pub(super) fn reverse<'a>(
        &mut self,
        before: &Catalog,
        after: &Catalog,
        up: (&Script<'a>, &Replayed<'a>),
        down: &Script<'a>,
    ) -> Result<Reversed<'a>, String> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(engine) => engine::reverse_script(engine, before, after, up, down)
                .map_err(|error| error.to_string()),
            Self::Model(dialect) => Ok(model::reverse_script(*dialect, before, after, up, down)),
        }
    }

    /// A second one in the same state, to try something on.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot copy the database.
    pub(super) fn fork(&self) -> Result<Self, String> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(engine) => match engine.fork() {
                Ok(engine) => Ok(Self::Engine(Box::new(engine))),
                Err(error) => Err(error.to_string()),
            },
            Self::Model(dialect) => Ok(Self::Model(*dialect)),
        }
    }

    /// How far the history was executed; `doubt` says why not to its end.
    pub(super) fn proof(&self, doubt: Option<String>) -> Proof {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(_) => {
                let engine = format!("SQLite {}", Engine::version());
                match doubt {
                    None => Proof::Executed { engine },
                    Some(reason) => Proof::Partial { engine, reason },
                }
            }
            Self::Model(_) => {
                // A model leaves every proof open.
                drop(doubt);
                Proof::Modelled
            }
        }
    }

    /// The columns of a table or view; none where they are not known.
    pub(super) fn columns_of(&self, catalog: &Catalog, object: &Object) -> Vec<String> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(engine) => engine.columns_of(&object.name),
            Self::Model(_) => catalog.columns(object).unwrap_or_default(),
        }
    }

    /// Writes to a file what the catalog does not hold, and says how long the file is; a model has nothing of the kind.
    pub(super) fn save(&self, path: &Path) -> Option<u64> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Engine(engine) => {
                engine.save(path).ok()?;
                fs::length(path)
            }
            Self::Model(_) => {
                let _ = path;
                Some(0)
            }
        }
    }

    /// Takes back what [`Prover::save`] wrote; `catalog` is the one that belongs to it.
    pub(super) fn load(
        dialect: Dialect,
        path: &Path,
        length: u64,
        catalog: &mut Catalog,
    ) -> Option<Self> {
        match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                // SQLite takes an empty file for an empty database.
                if fs::length(path)? != length {
                    return None;
                }
                let engine = Engine::load(path, catalog).ok()?;
                Some(Self::Engine(Box::new(engine)))
            }
            dialect => {
                let _ = (path, length, catalog);
                Some(Self::Model(dialect))
            }
        }
    }
}
