//! The project's own tasks: `cargo xtask ci|test|mysql|tidy|new-rule|docs|bench`.

mod bench;
mod command;
mod diesel;
mod mysql;
mod new_rule;
mod readme;
mod servers;
mod step;
mod steps;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use command::Command;

fn main() -> ExitCode {
    if let Some(code) = bench::stand_in_for_rustc() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match Command::parse(&arguments) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", command::HELP);
            return ExitCode::from(2);
        }
    };
    let root = root();
    match command {
        Command::Help => {
            println!("{}", command::HELP);
            ExitCode::SUCCESS
        }
        Command::Ci => step::run(&root, &steps::ci()),
        Command::Test => step::run(&root, &steps::test()),
        Command::Docs => step::run(&root, &steps::docs()),
        Command::Mysql => step::run(&root, &[steps::MYSQL_WITH_LONG]),
        Command::Tidy => step::run(&root, &[steps::TIDY]),
        Command::NewRule(name) => report(new_rule::create(&root, &name)),
        Command::Bench(options) => report(bench::run(&root, &options)),
        Command::BenchTools(options) => report(bench::beside_tools(&root, &options)),
    }
}

/// The workspace's folder: cargo runs this program, wherever in the workspace it is called.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

fn report(outcome: Result<String, String>) -> ExitCode {
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
