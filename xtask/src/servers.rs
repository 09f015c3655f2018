use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::step::Outcome;

/// Debian's packages of the servers that tests start, and of the C libraries that diesel needs. MariaDB's "core" packages bring
/// programs and no system service.
const PACKAGES: &[&str] = &[
    "galera-4",
    "libmariadb-dev",
    "libpq-dev",
    "mariadb-client-core",
    "mariadb-server-core",
    "pgbouncer",
    "pkg-config",
    "postgresql",
    "postgresql-postgis",
];

/// Installs the servers and libraries that are missing, where that is possible. Tests start them by themselves.
pub(crate) fn run(_root: &Path) -> Result<Outcome, String> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(Outcome::Passed("installed before".to_owned()));
    }
    let list = missing.join(", ");
    if !is_root() {
        return Ok(Outcome::NotRun(format!("only root can install {list}")));
    }
    if apt_get(&["--version"]).is_err() {
        return Ok(Outcome::NotRun(format!("no apt-get to install {list}")));
    }
    println!("installing {list}");
    let installed = install(&missing).or_else(|_| {
        // The lists of packages may be old, or the network was away for a moment.
        apt_get(&["update", "--quiet=2"])?;
        install(&missing)
    });
    match installed {
        Ok(()) => Ok(Outcome::Passed(format!("installed {list}"))),
        Err(problem) => Ok(Outcome::NotRun(format!(
            "failed to install {list}: {problem}"
        ))),
    }
}

fn missing() -> Vec<&'static str> {
    let known = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(PACKAGES)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    missing_in(&known)
}

/// `known` has a line `package state` for every package that dpkg has heard of.
fn missing_in(known: &str) -> Vec<&'static str> {
    let installed: BTreeSet<&str> = known
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    PACKAGES
        .iter()
        .copied()
        .filter(|package| !installed.contains(package))
        .collect()
}

pub(crate) fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn install(packages: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(&arguments)
}

/// Runs apt-get without a question; the error is the last line of what it said.
fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // A package that has a system service does not start it in this runlevel.
        .env("RUNLEVEL", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("failed to start apt-get: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    Err(format!(
        "apt-get {}: {}; {last}",
        arguments[0], output.status
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_package_that_is_wholly_installed_is_not_missing() {
        let known = "\
mariadb-client-core installed
mariadb-server-core config-files
postgresql installed
";
        assert_eq!(
            missing_in(known),
            [
                "galera-4",
                "libmariadb-dev",
                "libpq-dev",
                "mariadb-server-core",
                "pgbouncer",
                "pkg-config",
                "postgresql-postgis"
            ]
        );
        assert_eq!(missing_in(""), PACKAGES);
    }
}
