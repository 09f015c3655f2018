use std::time::Duration;

use migratory::Runner;

/// What the runs of a scenario are told besides the words of their commands.
#[derive(Default)]
pub struct Settings(Vec<(String, String)>);

impl Settings {
    /// Takes up `NAME VALUE`, in place of what the name stood for.
    ///
    /// # Panics
    ///
    /// If there is no value.
    pub fn set(&mut self, text: &str) {
        let (name, value) = text.split_once(' ').expect("a name and a value");
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.into(), value.into()));
    }

    /// A runner that is told all of it, and who applies.
    ///
    /// # Panics
    ///
    /// If no setting is called so.
    pub fn runner<'r>(&self, runner: Runner<'r>) -> Runner<'r> {
        let told = |runner: Runner<'r>, (name, value): &(String, String)| match name.as_str() {
            "table" => runner.table(value),
            "schema" => runner.schema(value),
            "scope" => runner.scope(value),
            "lock-timeout" => {
                runner.lock_timeout(Duration::from_millis(value.parse().expect("milliseconds")))
            }
            other => panic!("no setting is called {other}"),
        };
        self.0.iter().fold(runner.applied_by("tester"), told)
    }
}
