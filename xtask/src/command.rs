use crate::bench;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Ci,
    Test,
    Mysql,
    Tidy,
    NewRule(String),
    Docs,
    Bench(bench::Options),
    BenchTools(Vec<String>),
}

pub(crate) const HELP: &str = "\
The project's own tasks.

usage: cargo xtask TASK

  ci              everything that has to pass before a change goes in
  test            every test, with the database servers that can be reached
  mysql           the tests of what is written for MySQL, on MySQL itself
  tidy            the house's rules that rustc and clippy do not know
  new-rule NAME   the files and the line of a new rule, such as `drop-column`
  docs            the pages of every crate, under target/doc
  bench           the cost of build and run beside what a person would write by hand
  bench tools     the cost of a run beside refinery, sqlx::migrate! and diesel_migrations, on three databases; it has options of its own

options of bench:
  --files N       migrations in the synthetic history (default 1000)
  --runs N        runs of each measurement; the median counts (default 5)
  --only LIST     letters out of the table, such as `ac` (default all)

exit codes: 0 done, 1 something failed, 2 the command line is wrong";

impl Command {
    /// Reads the arguments behind `cargo xtask`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match *words.as_slice() {
            [] => Err("no task given".to_owned()),
            [.., "-h" | "--help"] | ["help"] => Ok(Self::Help),
            ["ci"] => Ok(Self::Ci),
            ["test"] => Ok(Self::Test),
            ["mysql"] => Ok(Self::Mysql),
            ["tidy"] => Ok(Self::Tidy),
            ["docs"] => Ok(Self::Docs),
            ["new-rule", name] => Ok(Self::NewRule(name.to_owned())),
            ["new-rule"] => Err("`new-rule` needs the rule's name".to_owned()),
            ["bench", "tools", ..] => Ok(Self::BenchTools(arguments[2..].to_vec())),
            ["bench", ref options @ ..] => bench_options(options).map(Self::Bench),
            [
                "ci" | "test" | "mysql" | "tidy" | "docs" | "new-rule",
                ..,
                extra,
            ] => Err(format!("unexpected argument `{extra}`")),
            [unknown, ..] => Err(format!("no task is called `{unknown}`")),
        }
    }
}

fn bench_options(mut words: &[&str]) -> Result<bench::Options, String> {
    let mut options = bench::Options::default();
    loop {
        words = match *words {
            [] => return Ok(options),
            ["--files", value, ref rest @ ..] => {
                options.files = positive(value)?;
                rest
            }
            ["--runs", value, ref rest @ ..] => {
                options.runs = positive(value)?;
                rest
            }
            ["--only", letters, ref rest @ ..] => {
                options.only = Some(letters.to_owned());
                rest
            }
            [unknown, ..] => return Err(format!("unexpected argument `{unknown}`")),
        };
    }
}

fn positive(value: &str) -> Result<usize, String> {
    value
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{value}` is no positive number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Command::parse(&words)
    }

    #[test]
    fn every_task_of_the_help_is_understood() {
        let tasks: Vec<&str> = HELP
            .lines()
            .skip_while(|line| !line.starts_with("usage"))
            .skip(2)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert!(tasks.len() >= 6, "{tasks:?}");
        for task in tasks {
            let line = if task == "new-rule" {
                "new-rule drop-column".to_owned()
            } else {
                task.to_owned()
            };
            assert!(parse(&line).is_ok(), "{line}");
        }
    }

    #[test]
    fn help_is_given_wherever_it_is_asked_for() {
        for line in ["help", "-h", "--help", "ci --help", "new-rule x --help"] {
            assert_eq!(parse(line), Ok(Command::Help), "{line}");
        }
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        let fixtures = [
            ("", "no task given"),
            ("cl", "no task is called `cl`"),
            ("ci fast", "unexpected argument `fast`"),
            ("new-rule", "`new-rule` needs the rule's name"),
            ("bench --files 0", "`0` is no positive number"),
            ("bench --files", "unexpected argument `--files`"),
        ];
        for (line, expected) in fixtures {
            assert_eq!(parse(line), Err(expected.to_owned()), "{line}");
        }
    }

    #[test]
    fn bench_takes_its_options_in_any_order() {
        let expected = bench::Options {
            files: 10,
            runs: 3,
            only: Some("ac".to_owned()),
        };
        for line in [
            "bench --files 10 --runs 3 --only ac",
            "bench --only ac --runs 3 --files 10",
        ] {
            assert_eq!(parse(line), Ok(Command::Bench(expected.clone())), "{line}");
        }
    }
}
