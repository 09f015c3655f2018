//! The fourth stage where no engine runs in the build: PostgreSQL and MySQL, followed in a model.
//!
//! The model knows what a server would hold after each statement, as far as the statement's own text tells. What it cannot tell it marks
//! as incomplete, and of what is incomplete nothing is ever said to be missing: a finding of the model is one that the server would
//! make as well. Rows are not modelled, nor is which way code in another language takes (PL/pgSQL, the bodies of MySQL's routines): of
//! what stands in it, any statement may have run or not. An `ALTER TABLE` of which all is in sight, be it in a string or put together from
//! the arguments of a call, leaves only those parts of the table in doubt in which the schema with it differs from the one without; other
//! statements leave whole objects incomplete, and text that nobody sees leaves everything so.
//!
//! After an error the replay goes on as if the faulty statement had done what it could: what it would have made or changed is marked
//! incomplete, so that one fault is one error.

mod alter;
mod apply;
mod code;
mod column;
mod comment;
mod constraint;
mod defaults;
mod dependents;
mod doubt;
mod drop;
mod drop_column;
mod drop_named;
mod effects;
mod findings;
mod foreign_key;
mod generated_name;
mod index;
mod inherit;
mod lookup;
mod made_type;
mod names;
mod opaque;
mod outputs;
mod possible;
mod relation;
mod rename;
mod rename_named;
mod routine;
mod sequence;
mod session;
mod settle;
mod sight;
mod table;
mod trigger;
mod types;
mod vague;
mod view;
mod worlds;

use std::collections::BTreeSet;

use migratory_core::Dialect;

use crate::catalog::{Catalog, Key, Replayed, Reversed, Script, Step, Trial, changes, reverse};
use crate::diagnostic::Diagnostic;
use crate::syntax::ir::Statement;
use session::Session;

/// Follows a script in the model: `catalog` becomes what the server would hold behind it.
pub fn replay_script<'a>(
    dialect: Dialect,
    catalog: &mut Catalog,
    script: &Script<'a>,
) -> Replayed<'a> {
    let mut replayed = Replayed::default();
    let mut session = Session::new(dialect);
    for (index, statement) in script.statements.iter().enumerate() {
        let before = catalog.clone();
        let mut work = Work {
            dialect,
            catalog,
            session: &mut session,
            script,
            statement,
            found: Vec::new(),
            touched: BTreeSet::new(),
            guesses: Vec::new(),
        };
        work.apply();
        let Work { found, touched, .. } = work;
        let is_faulty = !found.is_empty();
        if is_faulty {
            for key in &touched {
                catalog.mark_if_there(key);
            }
        }
        replayed.touched.extend(touched);
        if is_faulty && !script.opaque.contains(&index) {
            replayed.diagnostics.extend(found);
            continue;
        }
        let steps = changes(statement, &before).into_iter();
        replayed.steps.extend(steps.map(|(change, span)| Step {
            change,
            span,
            statement: index,
            before: before.clone(),
            after: catalog.clone(),
        }));
    }
    replayed
}

/// Goes down and up again in the model. `before` and `after` are the schema before and after the way up, `up` is what came of it.
pub fn reverse_script<'a>(
    dialect: Dialect,
    before: &Catalog,
    after: &Catalog,
    up: (&Script<'a>, &Replayed<'a>),
    down: &Script<'a>,
) -> Reversed<'a> {
    let trial = Trial {
        before,
        after,
        up,
        down,
        headline: down.statements.first().map(|first| first.span),
        manner: &manner(dialect),
    };
    let mut catalog = after.clone();
    reverse(&mut catalog, trial, |catalog, script| {
        // A way down is gone in another session than its way up, and temporary objects go with theirs.
        catalog.forget_temporary();
        replay_script(dialect, catalog, script)
    })
}

/// How the model's findings say where they are from.
fn manner(dialect: Dialect) -> String {
    format!("followed in a model of {}, not executed", name_of(dialect))
}

fn name_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "PostgreSQL",
        Dialect::Mysql => "MySQL",
        _ => "SQLite",
    }
}

/// One statement at work on the catalog.
struct Work<'w, 'a> {
    dialect: Dialect,
    catalog: &'w mut Catalog,
    session: &'w mut Session,
    script: &'w Script<'a>,
    statement: &'a Statement,
    /// What is wrong with it.
    found: Vec<Diagnostic>,
    /// The objects it makes, changes or takes away.
    touched: BTreeSet<Key>,
    /// The objects it makes under names that the server may not give them.
    guesses: Vec<Key>,
}
