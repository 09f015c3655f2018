//! Whatever is wrong with the database that it is told of, no word of the password is printed.

#![cfg(unix)]

use std::process::Command;

const RAW: &str = "orchid@walnut:cactus/magnolia%sorrel";

/// As it has to be in a URL.
const ENCODED: &str = "orchid%40walnut%3Acactus%2Fmagnolia%25sorrel";

const WORDS: [&str; 5] = ["orchid", "walnut", "cactus", "magnolia", "sorrel"];

#[test]
fn of_a_password_that_is_wrong() {
    let server = servers::require!(servers::shared_postgres());
    let database = server.database("service");
    let account = database.account("another");
    let nobody = format!("//{}@", database.user());
    let somebody = format!("//{account}:{ENCODED}@");
    let said = refused(&database.url().replace(&nobody, &somebody));
    assert!(said.contains(&account), "{said}");
}

#[test]
fn of_a_server_that_is_not_there_and_of_a_url_that_is_none() {
    for url in [
        format!("postgres://ann:{ENCODED}@127.0.0.1:1/shop"),
        format!("postgres://ann:{RAW}@127.0.0.1:1/shop"),
        format!("postgres://ann:{ENCODED}@127.0.0.1:port/shop"),
        format!("postgres://ann@127.0.0.1:1/shop?passwort={ENCODED}"),
        format!("postgres://ann@127.0.0.1:1/shop?{ENCODED}=1"),
        format!("ann:{ENCODED}@127.0.0.1:1/shop?sslmode=disable"),
        format!("ann:{RAW}@127.0.0.1:1/shop"),
        format!("host=127.0.0.1 port=1 user=ann password={RAW} dbname=shop"),
        format!("host=127.0.0.1 port=1 user=ann password=a {RAW}=1"),
    ] {
        refused(&url);
    }
}

/// What it says, none of it a word of the password.
fn refused(url: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_service-postgres"))
        .env("DATABASE_URL", url)
        .env("ADDRESS", "127.0.0.1:0")
        .output()
        .expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!output.status.success(), "{url}: {said}");
    let word = WORDS.iter().find(|word| said.contains(**word));
    assert_eq!(word, None, "{url}: {said}");
    said
}
