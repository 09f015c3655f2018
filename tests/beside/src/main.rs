//! What a run costs beside other tools. `cargo xtask bench tools` is the way in.

#[cfg(unix)]
mod measured;
#[cfg(unix)]
mod options;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod table;
#[cfg(unix)]
mod tool;

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match options::Options::parse(&words) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    match measured::run(&options) {
        Ok(table) => {
            println!("{table}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The servers of the tests are for Unix.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("other tools are not measured on this system");
    ExitCode::FAILURE
}
