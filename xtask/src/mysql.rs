use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step::{self, Outcome, cargo, succeed};

/// The tests of what is written for MySQL, on MySQL itself: elsewhere they run on MariaDB.
///
/// Debian has MySQL in its development branch only, which changes from day to day and is built for a newer system. So it is fetched with all that
/// it needs into a folder of its own, and where it cannot be had the step is not run.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    test(root, &[], &[LONG])
}

/// The same, and a test that lacks another server fails.
pub(crate) fn run_whole(root: &Path) -> Result<Outcome, String> {
    test(root, &[("MIGRATORY_TESTS_NEED_SERVERS", "1")], &[LONG])
}

/// With the one that takes longer than all others together.
pub(crate) fn run_with_long(root: &Path) -> Result<Outcome, String> {
    test(root, &[], &[])
}

fn test(root: &Path, environment: &[(&str, &str)], left: &[&str]) -> Result<Outcome, String> {
    let (folder, version) = match fetched(&root.join("target/servers")) {
        Ok(fetched) => fetched,
        Err(reason) => return Ok(Outcome::NotRun(reason)),
    };
    let mut command = cargo(root);
    // Of the whole workspace, for which cargo compiles anyway: for a few packages alone it would compile much of it once more.
    command.args(["test", "--workspace", "--no-fail-fast"]);
    command.args(TESTS.iter().flat_map(|name| ["--test", name]));
    command.arg("--");
    let skipped = ELSEWHERE.iter().chain(left);
    command.args(skipped.flat_map(|part| ["--skip", part]));
    command.env("MIGRATORY_TESTS_MYSQL", folder);
    let outcome = step::test(root, command.envs(environment.iter().copied()))?;
    Ok(match outcome {
        Outcome::Passed(said) => Outcome::Passed(format!("MySQL {version}: {said}")),
        Outcome::Partly(said, not_run) => {
            Outcome::Partly(format!("MySQL {version}: {said}"), not_run)
        }
        Outcome::NotRun(reason) => Outcome::NotRun(reason),
    })
}

/// The files of tests that ask for MySQL. Others that are called the same take no time.
const TESTS: [&str; 7] = [
    "answers",
    "differential",
    "dropped",
    "mysql",
    "mysql_async",
    "samples",
    "sqlx_mysql",
];

/// What stands in the names of those of their tests that are about another server, or take longer than all others and are about the model
/// more than about the server.
const ELSEWHERE: [&str; 3] = ["postgres", "cluster", "ways_down"];

/// Of the test that kills the server at every message: MySQL takes more than a second to start again.
const LONG: &str = "killed_at_any_message";

const PACKAGE: &str = "mysql-server-core";

/// What the packages ask for, and the server does not: its scripts are not run.
const NOT_NEEDED: [&str; 5] = ["perl", "libperl", "libgdbm", "libdb5", "openssl-provider"];

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The folder with MySQL's programs and their version, from an earlier run or fetched now; else why there is none.
fn fetched(here: &Path) -> Result<(PathBuf, String), String> {
    let folder = here.join("mysql");
    if let Ok(version) = version(&folder) {
        return Ok((folder, version));
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err("MySQL is fetched for Linux on x86-64 only".to_owned());
    }
    if !Path::new(KEYRING).is_file() {
        return Err(format!(
            "MySQL comes from Debian, and there is no `{KEYRING}`"
        ));
    }
    println!("fetching MySQL");
    let work = here.join("fetch");
    let outcome = fetch(&work).and_then(|version| {
        // Of an earlier system, perhaps, on which it did run.
        let _ = std::fs::remove_dir_all(&folder);
        let moved = std::fs::rename(work.join("tree"), &folder);
        moved.map_err(|error| format!("failed to keep what was fetched: {error}"))?;
        Ok((folder, version))
    });
    // What is left of an attempt is in the way of the next one, and of nobody else.
    let _ = std::fs::remove_dir_all(&work);
    outcome
}

/// Gives the version.
fn fetch(work: &Path) -> Result<String, String> {
    let apt = Apt::new(work).map_err(|error| format!("failed to write for apt-get: {error}"))?;
    apt.get(&["update"])?;
    let plan = [
        "install",
        "--print-uris",
        "--no-install-recommends",
        PACKAGE,
    ];
    let packages = names(&apt.get(&plan)?);
    println!("{} packages", packages.len());
    let mut download = vec!["download"];
    download.extend(packages.iter().map(String::as_str));
    apt.get(&download)?;
    let tree = work.join("tree");
    let files = std::fs::read_dir(work.join("packages"));
    let files = files.map_err(|error| format!("failed to read what was fetched: {error}"))?;
    for file in files.flatten() {
        succeed(Command::new("dpkg").arg("-x").arg(file.path()).arg(&tree))?;
    }
    for folder in ["usr/bin", "usr/share/doc", "usr/share/man"] {
        // It is only room.
        let _ = std::fs::remove_dir_all(tree.join(folder));
    }
    version(&tree)
}

/// What the server says of itself, with the loader and the libraries that came with it.
fn version(tree: &Path) -> Result<String, String> {
    let mut server = Command::new(tree.join("usr/lib64/ld-linux-x86-64.so.2"));
    server.arg("--library-path");
    server.arg(tree.join("usr/lib/x86_64-linux-gnu"));
    server.arg(tree.join("usr/sbin/mysqld")).arg("--version");
    as_tests_do(&mut server);
    let output = server.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("MySQL does not run here: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    version_in(&said).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("MySQL does not run here: {}", said.trim_end())
    })
}

/// Tests that run as root start servers under another account, which has to reach them.
fn as_tests_do(server: &mut Command) {
    #[cfg(unix)]
    if crate::servers::is_root() {
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65534;
        server.uid(NOBODY).gid(NOBODY);
    }
    #[cfg(not(unix))]
    let _ = server;
}

/// Of `mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))`.
fn version_in(said: &str) -> Option<String> {
    let mut words = said.split_whitespace().skip_while(|word| *word != "Ver");
    words.nth(1).map(str::to_owned)
}

/// The names of the packages to fetch. A line is `'address' file size digest`, and a file is `name_version_architecture.deb`.
fn names(plan: &str) -> Vec<String> {
    let lines = plan.lines().filter(|line| line.starts_with('\''));
    let files = lines.filter_map(|line| line.split(' ').nth(1));
    let names = files.filter_map(|file| file.split('_').next());
    names
        .filter(|name| !NOT_NEEDED.iter().any(|start| name.starts_with(start)))
        .map(str::to_owned)
        .collect()
}

/// Debian's client with a state of its own: what is installed here is not asked and not touched.
struct Apt {
    settings: PathBuf,
    packages: PathBuf,
}

impl Apt {
    fn new(work: &Path) -> std::io::Result<Self> {
        let _ = std::fs::remove_dir_all(work);
        let packages = work.join("packages");
        for folder in [
            work.join("state/lists/partial"),
            work.join("cache/archives/partial"),
            packages.clone(),
        ] {
            std::fs::create_dir_all(folder)?;
        }
        let source = format!("deb [signed-by={KEYRING}] http://deb.debian.org/debian sid main\n");
        std::fs::write(work.join("sid.list"), source)?;
        let at = work.display();
        let settings = work.join("apt.conf");
        let text = format!(
            "Dir::State \"{at}/state\";\n\
             Dir::State::status \"/dev/null\";\n\
             Dir::Cache \"{at}/cache\";\n\
             Dir::Etc::sourcelist \"{at}/sid.list\";\n\
             Dir::Etc::sourceparts \"-\";\n\
             Dir::Etc::preferences \"-\";\n\
             Dir::Etc::preferencesparts \"-\";\n\
             APT::Update::Error-Mode \"any\";\n\
             Acquire::http::Timeout \"20\";\n\
             Acquire::Retries \"1\";\n\
             Acquire::Languages \"none\";\n\
             Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n"
        );
        std::fs::write(&settings, text)?;
        Ok(Self { settings, packages })
    }

    /// What apt-get says; the error is the last line of it.
    fn get(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new("apt-get")
            .arg("--quiet=2")
            .args(arguments)
            .env("APT_CONFIG", &self.settings)
            .current_dir(&self.packages)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("MySQL needs apt-get to be fetched: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        Err(format!("MySQL cannot be fetched: {last}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_needs_is_fetched_and_its_scripts_do_not_count() {
        let plan = "\
Reading package lists...
'http://deb.debian.org/debian/pool/main/g/glibc/libc6_2.43-7_amd64.deb' libc6_2.43-7_amd64.deb 2900000 SHA256:00
'http://deb.debian.org/debian/pool/main/p/perl/perl-base_5.42.3-1_amd64.deb' perl-base_5.42.3-1_amd64.deb 1700000 SHA256:00
'http://deb.debian.org/debian/pool/main/m/mysql/mysql-server-core_9.7.4-2_amd64.deb' mysql-server-core_9.7.4-2_amd64.deb 26124236 SHA256:00
";
        assert_eq!(names(plan), ["libc6", "mysql-server-core"]);
    }

    #[test]
    fn the_version_is_what_the_server_says_it_is() {
        let said = "/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))\n";
        assert_eq!(version_in(said).as_deref(), Some("9.7.4-2"));
        assert_eq!(version_in("cannot open shared object file"), None);
    }
}
