use crate::tool::Database;

pub(crate) const HELP: &str = "\
usage: cargo xtask bench tools [OPTION]

  --files N          migrations in the large history; the small one has a tenth (default 1000)
  --runs N           runs of each measurement; the median counts (default 5)
  --database NAME    sqlite, postgres or mysql, and no other (default all)";

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Migrations in the large history.
    pub(crate) files: usize,
    /// Runs of each measurement.
    pub(crate) runs: usize,
    pub(crate) databases: Vec<Database>,
}

impl Options {
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let mut options = Self {
            files: 1000,
            runs: 5,
            databases: Database::ALL.to_vec(),
        };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let value = || format!("`{word}` needs a value");
            match word {
                "--files" => options.files = positive(words.next().ok_or_else(value)?)?,
                "--runs" => options.runs = positive(words.next().ok_or_else(value)?)?,
                "--database" => {
                    let name = words.next().ok_or_else(value)?;
                    let known = Database::ALL.into_iter().find(|it| it.name() == name);
                    let known = known.ok_or_else(|| format!("no database is called `{name}`"))?;
                    options.databases = vec![known];
                }
                unknown => return Err(format!("unexpected argument `{unknown}`")),
            }
        }
        Ok(options)
    }

    /// How many migrations the small and the large history have.
    pub(crate) fn counts(&self) -> [usize; 2] {
        [self.files.div_ceil(10), self.files]
    }
}

fn positive(value: &str) -> Result<usize, String> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{value}` is no positive number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn options_come_in_any_order() {
        let expected = Options {
            files: 15,
            runs: 3,
            databases: vec![Database::Mysql],
        };
        assert_eq!(expected.counts(), [2, 15]);
        for line in [
            "--files 15 --runs 3 --database mysql",
            "--database mysql --runs 3 --files 15",
        ] {
            assert_eq!(parse(line), Ok(expected.clone()), "{line}");
        }
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        let fixtures = [
            ("fast", "unexpected argument `fast`"),
            ("--files", "`--files` needs a value"),
            ("--runs 0", "`0` is no positive number"),
            ("--database oracle", "no database is called `oracle`"),
        ];
        for (line, expected) in fixtures {
            assert_eq!(parse(line), Err(expected.to_owned()), "{line}");
        }
    }
}
