//! What the build and the run cost beside what a person would write by hand.

mod build;
mod crates;
mod history;
mod measure;
mod report;
mod run;

use std::path::Path;

pub(crate) use measure::stand_in_for_rustc;

use crates::Crates;
use report::Row;

use crate::diesel;
use crate::step::{cargo, succeed};

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Migrations in the synthetic history.
    pub(crate) files: usize,
    /// Runs of each measurement; the median counts.
    pub(crate) runs: usize,
    /// Letters of the table; `None` means all of it.
    pub(crate) only: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            files: 1000,
            runs: 5,
            only: None,
        }
    }
}

impl Options {
    fn wants(&self, letter: char) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(letter))
    }
}

/// Measures and gives the table. A figure over its target is no error; a measurement that could not be made is one.
pub(crate) fn run(root: &Path, options: &Options) -> Result<String, String> {
    let crates = Crates::write(root, options.files)?;
    let mut rows: Vec<Row> = Vec::new();
    if options.wants('a') || options.wants('b') {
        build::prepare(&crates)?;
    }
    if options.wants('a') {
        rows.push(build::fresh_expansion(&crates, options.runs)?);
    }
    if options.wants('b') {
        rows.push(build::edited_migration(&crates, options.runs)?);
    }
    if options.wants('c') {
        rows.extend(build::build_script(&crates, options.runs)?);
    }
    if options.wants('d') || options.wants('e') {
        rows.extend(run::run_time(&crates, options)?);
    }
    Ok(format!(
        "{} migrations, medians of {} interleaved runs\n\n{}",
        options.files,
        options.runs,
        report::table(&rows)
    ))
}

/// The cost of a run beside other tools. It needs servers and their clients' libraries, so it is a package of its own: whoever calls
/// another task does not wait for that to be compiled.
pub(crate) fn beside_tools(root: &Path, options: &[String]) -> Result<String, String> {
    if let Some(library) = diesel::missing().next() {
        return Err(library.not_here());
    }
    let package = ["run", "--quiet", "--package", "beside", "--"];
    succeed(cargo(root).args(package).args(options))?;
    Ok(String::new())
}
