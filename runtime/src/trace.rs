//! Spans for whoever collects them: one for a run, in it one for each migration, in it one for each statement.
//!
//! They name files and lines and hold no SQL, which may hold secrets. Without the feature there is nothing of this in the program.

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Instrument, Trace};
#[cfg(feature = "tracing")]
pub(crate) use on::Trace;
#[cfg(feature = "tracing")]
pub(crate) use tracing::Instrument;

#[cfg(feature = "tracing")]
mod on {
    use migratory_core::{Dialect, Event, Purpose, Step};
    use tracing::{Span, debug_span, info, info_span};

    /// The spans that are open.
    pub(crate) struct Trace {
        run: Span,
        migration: Option<Span>,
    }

    impl Trace {
        pub(crate) fn of_run(dialect: Dialect) -> Self {
            Self {
                run: info_span!("migratory.run", dialect = dialect.name()),
                migration: None,
            }
        }

        /// The span that a step is performed in.
        pub(crate) fn step(&self, step: &Step<'_>) -> Span {
            let parent = self.migration.as_ref().unwrap_or(&self.run);
            let purpose = match step {
                Step::Execute { purpose, .. } | Step::Query { purpose, .. } => *purpose,
                Step::Call { place, .. } => Purpose::Statement(*place),
                Step::Wait(_) | Step::Done => return Span::none(),
            };
            match purpose.statement() {
                Some(place) => info_span!(
                    parent: parent,
                    "migratory.statement",
                    file = place.file,
                    line = place.line,
                    number = place.index + 1,
                    of = place.total
                ),
                None => debug_span!(parent: parent, "migratory.step", purpose = purpose.as_str()),
            }
        }

        /// Tells of an event in the span that it belongs to.
        pub(crate) fn event(&mut self, event: &Event) {
            if let Event::Applying {
                label, direction, ..
            } = event
            {
                let (label, direction) = (label.to_string(), direction.to_string());
                self.migration = Some(info_span!(
                    parent: &self.run,
                    "migratory.migration",
                    migration = label,
                    direction
                ));
            }
            let span = self.migration.as_ref().unwrap_or(&self.run);
            info!(parent: span, "{event}");
            if matches!(event, Event::Applied { .. } | Event::RolledBack { .. }) {
                self.migration = None;
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use migratory_core::{Dialect, Event, Step};

    /// Nothing.
    pub(crate) struct Trace;

    impl Trace {
        pub(crate) fn of_run(_: Dialect) -> Self {
            Self
        }

        pub(crate) fn step(&self, _: &Step<'_>) -> Self {
            Self
        }

        pub(crate) fn event(&mut self, _: &Event) {}

        pub(crate) fn in_scope<T>(&self, perform: impl FnOnce() -> T) -> T {
            perform()
        }
    }

    /// What `tracing` has of this name, for futures that are watched by nobody.
    pub(crate) trait Instrument: Sized {
        fn instrument(self, _: Trace) -> Self {
            self
        }
    }

    impl<F: Future> Instrument for F {}
}
