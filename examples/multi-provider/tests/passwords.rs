//! Whatever is wrong with the database that it is told of, no word of the password is printed.

#![cfg(unix)]

use std::process::Command;

/// Words between characters that mean something in URLs, in settings and in SQL; as it is, and as it has to be in a URL.
const PASSWORDS: [(&str, &str); 2] = [
    (
        "orchid@walnut:cactus/magnolia%sorrel",
        "orchid%40walnut%3Acactus%2Fmagnolia%25sorrel",
    ),
    (
        "orchid walnut'cactus\"magnolia\\sorrel?#&=$",
        "orchid%20walnut%27cactus%22magnolia%5Csorrel%3F%23%26%3D%24",
    ),
];

const WORDS: [&str; 5] = ["orchid", "walnut", "cactus", "magnolia", "sorrel"];

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn of_a_password_that_is_wrong() {
    let postgres = servers::require!(servers::shared_postgres()).database("provider");
    let mariadb = servers::require!(servers::shared_mariadb()).database("provider");
    for (provider, database) in [("postgres", postgres), ("mysql", mariadb)] {
        let account = database.account("another");
        let nobody = format!("//{}@", database.user());
        for (_, encoded) in PASSWORDS {
            let somebody = format!("//{account}:{encoded}@");
            let said = refused(provider, &database.url().replace(&nobody, &somebody));
            assert!(said.contains(&account), "{said}");
        }
        // It was the password: with the right one it goes well.
        let right = format!("//{account}:another@");
        let mut program = program(provider, &database.url().replace(&nobody, &right));
        let output = program.output().expect("the program starts");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
    }
}

#[test]
fn of_a_server_that_is_not_there() {
    for (raw, encoded) in PASSWORDS {
        for provider in ["postgres", "mysql"] {
            refused(
                provider,
                &format!("{provider}://ann:{encoded}@{NOBODY}/shop"),
            );
        }
        let quoted = raw.replace('\\', r"\\").replace('\'', r"\'");
        refused(
            "postgres",
            &format!("host=127.0.0.1 port=1 user=ann password='{quoted}' dbname=shop"),
        );
    }
}

#[test]
fn of_a_url_that_is_none() {
    for (raw, encoded) in PASSWORDS {
        for provider in ["postgres", "mysql", "sqlite"] {
            for url in [
                format!("{provider}://ann:{raw}@{NOBODY}/shop"),
                format!("{provider}://ann:1{raw}@{NOBODY}/shop"),
                format!("ann:{encoded}@{NOBODY}/shop?sslmode=disable"),
                format!("ann:{raw}@{NOBODY}/shop"),
                format!("{provider}://ann@{NOBODY}/shop?{encoded}=1"),
                format!("{provider}://ann@{NOBODY}/shop?passwort={encoded}"),
                format!("{provider}://ann@{NOBODY}/shop?connect_timeout={encoded}"),
                format!("{provider}://ann@{NOBODY}/shop?tcp_connect_timeout_ms={encoded}"),
                format!("{provider}://ann:{encoded}@127.0.0.1:port/shop"),
                format!("host=127.0.0.1 port=1 user=ann password={raw} dbname=shop"),
                format!("host=127.0.0.1 port=1 user=ann passwort={raw} dbname=shop"),
                format!("host=127.0.0.1 port={encoded} user=ann dbname=shop"),
            ] {
                let (said, is_refused) = told(provider, &url);
                // To SQLite almost anything is the name of a file.
                assert!(is_refused || provider == "sqlite", "{url}: {said}");
            }
        }
        refused(&format!("postgres://ann:{encoded}@{NOBODY}/shop"), "");
    }
}

fn refused(provider: &str, url: &str) -> String {
    let (said, is_refused) = told(provider, url);
    assert!(is_refused, "{provider}, {url}: {said}");
    said
}

/// What it says, none of it a word of the password, and whether it failed.
fn told(provider: &str, url: &str) -> (String, bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = program(provider, url);
    let output = program.current_dir(folder.path()).output();
    let output = output.expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let word = WORDS.iter().find(|word| said.contains(**word));
    assert_eq!(word, None, "{provider}, {url}: {said}");
    (said, !output.status.success())
}

fn program(provider: &str, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_multi-provider"));
    command
        .env("DATABASE_PROVIDER", provider)
        .env("DATABASE_URL", url);
    command
}
