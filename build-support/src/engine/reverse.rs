use super::words::Words;
use super::{Engine, replay_script};
use crate::catalog::{Catalog, Replayed, Reversed, Script, Trial, difference_among, reverse};

/// A copy of an engine on which scripts are tried, and the catalog that belongs to it.
///
/// Making one costs a reading of the whole schema. So it is kept and goes along with the history while all is well; rows may
/// differ from the engine's by then, which is why no finding rests on a kept copy: trouble is looked at again on a fresh one.
pub(super) struct Copy {
    engine: Engine,
    catalog: Catalog,
    /// How many scripts the engine had run when the copy was in step with it.
    scripts: u64,
}

/// Goes down and up again on a copy of the engine, which itself stays as it is.
///
/// `engine` and `after` are the state after the way up, `before` is the schema before it, and `up` is what came of it.
///
/// # Errors
///
/// Where SQLite cannot copy the database.
pub fn reverse_script<'a>(
    engine: &mut Engine,
    before: &Catalog,
    after: &Catalog,
    up: (&Script<'a>, &Replayed<'a>),
    down: &Script<'a>,
) -> rusqlite::Result<Reversed<'a>> {
    if let Some(mut copy) = engine.copy_before_last_script()
        && copy.follows(after, up)
    {
        let reversed = copy.try_script(before, after, up, down);
        if is_clean(up.1, &reversed) {
            engine.keep(copy);
            return Ok(reversed);
        }
    }
    let mut catalog = after.clone();
    catalog.forget_temporary();
    let mut copy = Box::new(Copy {
        engine: engine.fork()?,
        catalog,
        scripts: 0,
    });
    let reversed = copy.try_script(before, after, up, down);
    if is_clean(up.1, &reversed) {
        engine.keep(copy);
    }
    Ok(reversed)
}

impl Engine {
    fn keep(&mut self, mut copy: Box<Copy>) {
        copy.scripts = self.scripts;
        self.copy = Some(copy);
    }

    fn copy_before_last_script(&mut self) -> Option<Box<Copy>> {
        let scripts = self.scripts;
        self.copy.take().filter(|copy| copy.scripts + 1 == scripts)
    }
}

impl Copy {
    /// Goes the way up that the engine went; whether it came to the same schema.
    fn follows(
        &mut self,
        after: &Catalog,
        (script, went_up): (&Script<'_>, &Replayed<'_>),
    ) -> bool {
        let replayed = replay_script(&mut self.engine, &mut self.catalog, script);
        let touched = replayed.touched.union(&went_up.touched).cloned().collect();
        replayed.diagnostics.is_empty()
            && difference_among(after, &self.catalog, &touched).is_empty()
    }

    fn try_script<'a>(
        &mut self,
        before: &Catalog,
        after: &Catalog,
        up: (&Script<'a>, &Replayed<'a>),
        down: &Script<'a>,
    ) -> Reversed<'a> {
        let first = down.statements.first();
        let trial = Trial {
            before,
            after,
            up,
            down,
            headline: first.map(|first| Words::of(down.text, first.span).headline()),
            manner: &format!("executed on SQLite {}", Engine::version()),
        };
        let engine = &mut self.engine;
        reverse(&mut self.catalog, trial, |catalog, script| {
            replay_script(engine, catalog, script)
        })
    }
}

/// Whether the copy it was tried on is back in step with the engine.
fn is_clean(went_up: &Replayed<'_>, reversed: &Reversed<'_>) -> bool {
    went_up.diagnostics.is_empty()
        && reversed.diagnostics.is_empty()
        && reversed.down.diagnostics.is_empty()
}
