//! What is generated of a checked directory. `UPDATE=1` rewrites `golden/generated.txt`.

use migratory_build::codegen::{
    Checked, Down, File, Migration, Proof, Repeatable, Script, Table, Timeouts, Written, generate,
    rust_modules, schema, stub,
};
use migratory_core::{Dialect, Statement, pack};

fn sql(file: &str, statements: &[&str]) -> Script {
    let lines = statements.iter().zip(1..);
    let packed = pack(lines.map(|(sql, line)| Statement {
        sql,
        line,
        transactional: !sql.starts_with("VACUUM"),
        touches_session: false,
    }));
    let file = file.to_owned();
    Script::Sql { file, packed }
}

fn migration(version: u64, name: &str, up: Script) -> Migration {
    Migration {
        version,
        width: 4,
        name: name.to_owned(),
        description: String::new(),
        checksum: format!("sha256:{version:04}"),
        link: version << 60,
        in_transaction: true,
        foreign_keys_off: false,
        timeouts: Timeouts::default(),
        up,
        down: Down::Missing,
        safety: String::new(),
        summary: Vec::new(),
        fingerprint: Some(version),
    }
}

fn table(name: &str, columns: &[&str]) -> Table {
    let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
    Table::new(name, &columns)
}

/// Everything that code is generated for, once.
fn checked() -> Checked {
    let rust = Script::Rust {
        file: "0003_fill-slugs.rs".to_owned(),
    };
    let statements = ["CREATE TABLE \"größe\" (a DEFAULT 'it''s\n\\n')", "VACUUM"];
    Checked {
        directory: "db/migrations".to_owned(),
        dialect: Dialect::Sqlite,
        scope: "billing".to_owned(),
        table: "billing \"history\"".to_owned(),
        schema: Some("aux".to_owned()),
        table_lock: true,
        earlier: Written::default(),
        migrations: vec![
            Migration {
                description: "The first tables.\nSee [the plan].".to_owned(),
                down: Down::Script(sql("0001_initial.down.sql", &["DROP TABLE \"größe\""])),
                safety: "safe".to_owned(),
                summary: vec!["creates table `größe`".to_owned()],
                ..migration(1, "initial", sql("0001_initial.up.sql", &statements))
            },
            Migration {
                in_transaction: false,
                foreign_keys_off: true,
                timeouts: Timeouts {
                    lock: Some(5000),
                    statement: None,
                },
                down: Down::Irreversible,
                fingerprint: None,
                ..migration(2, "2fa", sql("0002_2fa.sql", &[]))
            },
            Migration {
                down: Down::Script(rust.clone()),
                ..migration(3, "fill-slugs", rust)
            },
        ],
        repeatables: vec![Repeatable {
            key: -7,
            name: "views".to_owned(),
            checksum: "sha256:ff".to_owned(),
            link: 5,
            in_transaction: false,
            timeouts: Timeouts {
                lock: None,
                statement: Some(1),
            },
            script: sql("R__views.sql", &["SELECT 1"]),
        }],
        tables: vec![
            table("order items", &["id", "type", "2fa", "ID", "--", "table"]),
            table("order_items", &[]),
            table("type", &["größe"]),
        ],
        files: vec![File {
            path: "0001_initial.up.sql".to_owned(),
            digest: 0xab,
        }],
        proof: Proof::Partial {
            engine: "SQLite 3.50".to_owned(),
            reason: "no \"shout\"".to_owned(),
        },
        locked: "0001_initial sha256:0001\n".to_owned(),
    }
}

/// F10: one literal for the SQL of all migrations, and one list.
#[test]
fn a_checked_directory_becomes_these_items() {
    let checked = checked();
    let all = format!(
        "== items\n{}\n== schema\n{}\n== stub\n{}\n== modules\n{:?}\n",
        generate(&checked),
        schema(&checked),
        stub(&checked, &[]),
        rust_modules(&checked),
    );
    golden("generated.txt", &all);
}

#[test]
fn an_empty_directory_still_has_its_names() {
    let checked = Checked {
        migrations: Vec::new(),
        ..checked()
    };
    let code = generate(&checked);
    assert!(code.contains("pub static MIGRATIONS"), "{code}");
    assert!(code.contains("pub enum Version {\n}"), "{code}");
    let code = stub(&checked, &[]);
    assert!(code.contains("pub static MIGRATIONS"), "{code}");
    assert!(code.contains("pub const LATEST: Self = "), "{code}");
}

/// Code that names a final migration is not to blame where its file is missing.
#[test]
fn a_stub_has_the_variants_of_all_that_is_final() {
    let version = |text: &str| migratory_core::Version::parse(text).unwrap();
    let finals = [
        (version("0001"), "initial".to_owned()),
        (version("0009"), "lost".to_owned()),
    ];
    let code = stub(&checked(), &finals);
    assert_eq!(code.matches("\nV0001Initial,").count(), 1, "{code}");
    assert_eq!(code.matches("\nV0009Lost,").count(), 1, "{code}");
}

/// A version that is there twice is an error of its own, and must not bring a second one.
#[test]
fn a_stub_has_each_variant_once() {
    let mut checked = checked();
    checked.migrations.insert(1, checked.migrations[0].clone());
    assert_eq!(stub(&checked, &[]).matches("\nV0001Initial,").count(), 1);
}

#[test]
fn checked_data_survives_being_written_down() {
    let checked = checked();
    let text = serde_json::to_string(&checked).unwrap();
    assert_eq!(serde_json::from_str::<Checked>(&text).unwrap(), checked);
}

fn golden(file: &str, found: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "UPDATE=1 rewrites {}", path.display());
}
