/// A command and what it prints.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) command: String,
    pub(super) output: String,
}

/// The commands of the page's `console` blocks: a line behind `$ ` is a command, the lines up to the next are its output.
pub(super) fn sessions(page: &str) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for block in blocks(page).filter(|block| block.language == "console") {
        for line in block.text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                sessions.push(Session {
                    command: command.to_owned(),
                    output: String::new(),
                });
            } else if let Some(session) = sessions.last_mut() {
                session.output += line;
                session.output.push('\n');
            }
        }
    }
    sessions
}

/// The files that the page shows: blocks below a line such as `` `src/main.rs`: ``.
pub(super) fn files(page: &str) -> Vec<(String, String)> {
    blocks(page)
        .filter_map(|block| {
            let path = block.before.strip_prefix('`')?.strip_suffix("`:")?;
            Some((path.to_owned(), block.text))
        })
        .collect()
}

/// Whether two outputs say the same when times, and the blanks that align them, do not count.
pub(super) fn same_but_for_times(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<Vec<String>> {
        text.trim()
            .lines()
            .map(|line| without_times(&line.split_whitespace().collect::<Vec<_>>()))
            .collect()
    };
    words(a) == words(b)
}

const UNITS: &[&str] = &["us", "µs", "ms", "s"];

/// The words of a line, a time as one `_`: `12 ms`, `1.2s` and `under 1 ms` alike.
fn without_times(words: &[&str]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let bare = word.trim_matches(|character: char| "(),;.".contains(character));
        let number = bare
            .trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
        let follows_number = kept
            .last()
            .is_some_and(|last| last.trim_start_matches('(').parse::<f64>().is_ok());
        if bare != number && UNITS.contains(&number) {
            kept.push("_".to_owned());
        } else if follows_number && UNITS.contains(&bare) {
            kept.pop();
            kept.pop_if(|last| last.trim_start_matches('(') == "under");
            kept.push("_".to_owned());
        } else {
            kept.push((*word).to_owned());
        }
    }
    kept
}

struct Block<'p> {
    language: &'p str,
    /// The last line above it that is not blank.
    before: &'p str,
    text: String,
}

fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    let mut lines = page.lines();
    let mut before = "";
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            if let Some(language) = line.strip_prefix("```") {
                let text = lines.by_ref().take_while(|line| *line != "```");
                let text = text.flat_map(|line| [line, "\n"]).collect();
                return Some(Block {
                    language,
                    before,
                    text,
                });
            }
            if !line.trim().is_empty() {
                before = line;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Title

```console
$ cargo one
said
more
$ cargo two
```

`build.rs`:

```rust
fn main() {}
```

Not a file:

```rust
fn other() {}
```
";

    #[test]
    fn a_console_block_is_commands_and_what_they_print() {
        let session = |command: &str, output: &str| Session {
            command: command.to_owned(),
            output: output.to_owned(),
        };
        assert_eq!(
            sessions(PAGE),
            [
                session("cargo one", "said\nmore\n"),
                session("cargo two", "")
            ]
        );
    }

    #[test]
    fn a_block_below_a_path_is_a_file() {
        assert_eq!(
            files(PAGE),
            [("build.rs".to_owned(), "fn main() {}\n".to_owned())]
        );
    }

    #[test]
    fn only_times_and_blanks_may_differ() {
        let fixtures = [
            ("applied 0001_a  (12 ms)", "applied 0001_a (3 ms)", true),
            (
                "applied 0001_a (12 ms)",
                "applied 0001_a (under 1 ms)",
                true,
            ),
            ("10 migrations in 1.25s", "10 migrations in 12ms\n", true),
            ("10 migrations in 1.25s", "11 migrations in 1.25s", false),
            ("a\nb", "a b", false),
            ("done in 3 ms.", "done in 3 hours.", false),
        ];
        for (a, b, expected) in fixtures {
            assert_eq!(same_but_for_times(a, b), expected, "{a:?} {b:?}");
        }
    }
}
