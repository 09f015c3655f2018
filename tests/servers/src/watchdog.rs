use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::place::Place;

/// The shell that runs a server, and ends it when its standard input does: when this value is dropped, and when this process is gone.
pub(crate) struct Watchdog {
    shell: Child,
    replies: BufReader<ChildStdout>,
}

impl Watchdog {
    /// Starts the shell, which removes the place when it ends.
    pub(crate) fn spawn(place: &Place, end_signal: &str) -> io::Result<Self> {
        let mut shell = place
            .command(Path::new("/bin/sh"))
            .args(["-c", include_str!("watchdog.sh"), "watchdog"])
            .arg(place.path())
            .arg(end_signal)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Whoever reads the tests' output must not wait for a server.
            .stderr(Stdio::null())
            // Ctrl-C in a terminal is for the tests; the end of the input is for the watchdog.
            .process_group(0)
            .spawn()?;
        let output = shell.stdout.take();
        let output = output.ok_or_else(|| io::Error::other("the watchdog has no output"))?;
        Ok(Self {
            shell,
            replies: BufReader::new(output),
        })
    }

    /// Runs a program of the place to its end, and tells whether it succeeded.
    pub(crate) fn run(&mut self, command: &Command) -> io::Result<bool> {
        let status = self.order(&format!("run {}", line_of(command)?))?;
        Ok(status == "0")
    }

    /// Starts the server and tells its process.
    pub(crate) fn start(&mut self, command: &Command) -> io::Result<u32> {
        let process = self.order(&format!("start {}", line_of(command)?))?;
        process.parse().map_err(io::Error::other)
    }

    /// Kills the server and its children.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.order("kill").map(drop)
    }

    fn order(&mut self, order: &str) -> io::Result<String> {
        let input = self.shell.stdin.as_mut();
        let input = input.ok_or_else(|| io::Error::other("the watchdog has no input"))?;
        writeln!(input, "{order}")?;
        let mut reply = String::new();
        if self.replies.read_line(&mut reply)? == 0 {
            return Err(io::Error::other("the watchdog is gone"));
        }
        Ok(reply.trim().to_owned())
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Nothing is left to be done about a watchdog that cannot be waited for.
        let _ = self.shell.wait();
    }
}

/// A program and its arguments as a shell reads them.
fn line_of(command: &Command) -> io::Result<String> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted: Option<Vec<String>> = words
        .map(|word| {
            let word = word.to_str().filter(|word| !word.contains('\n'))?;
            Some(format!("'{}'", word.replace('\'', r"'\''")))
        })
        .collect();
    quoted
        .map(|words| words.join(" "))
        .ok_or_else(|| io::Error::other(format!("{command:?} does not fit on a line")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_the_words_of_a_command() {
        let words = ["it's", "a b", "$HOME", "\\", "\"", "", "*"];
        let mut command = Command::new("printf");
        command.arg(r"%s\n").args(words);
        let line = line_of(&command).unwrap();
        let output = Command::new("/bin/sh").args(["-c", &line]).output();
        let output = output.unwrap().stdout;
        let read: Vec<&str> = std::str::from_utf8(&output).unwrap().lines().collect();
        assert_eq!(read, words);
    }

    #[test]
    fn a_word_of_two_lines_is_refused() {
        let mut command = Command::new("printf");
        command.arg("a\nb");
        assert!(line_of(&command).is_err());
    }
}
