use super::*;
use crate::diagnostic::{self, Color};
use crate::discover::tests::Scratch;
use crate::discover::{LOCK_FILE, Raw, RawFile, discover};
use crate::fixture::{self, Section};
use crate::syntax;

#[test]
fn what_became_of_final_migrations_is_told() {
    let cases = ["edits.txt", "names.txt", "drafts.txt", "broken.txt"]
        .map(|file| fixture::check(&format!("lock/{file}"), compare));
    assert!(cases.into_iter().sum::<usize>() >= 35);
}

#[test]
fn the_file_is_written_in_the_same_form_for_ever() {
    fixture::check("lock/form.txt", |sections| {
        render(&migrations(sections, "file").0)
    });
}

#[test]
fn a_lock_is_read_as_it_was_written() {
    let (source, migrations) = sample(&["0001_a.sql", "0002_b.sql", "0003_c.sql"]);
    assert!(source.lock.is_none());
    let text = render(&migrations);
    let crlf = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for text in [&text, &crlf, text.trim_end()] {
        let (lock, found) = parse(text);
        assert_eq!((found.len(), lock.intact), (0, true), "{found:?}");
        assert_eq!(
            check(Some((&lock, text)), &migrations, Strictness::Release),
            []
        );
        let rewritten = update(Some(&lock), &migrations).unwrap();
        assert_eq!(rewritten, render(&migrations));
        for line in &lock.lines {
            assert!(line.span.of(text).starts_with(&line.title()));
            assert_eq!(line.title_span().of(text), line.title());
        }
    }
}

/// F20: line ends, byte order marks and blanks are no edit.
#[test]
fn twins_of_a_migration_have_one_checksum() {
    let text = "-- why\nCREATE TABLE t (\n\ta INTEGER,\n  b TEXT DEFAULT 'x'\n);\n\n-- migratory: down\nDROP TABLE t;\n";
    let twins = [
        text.to_owned(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        text.replace('\n', "  \n"),
        text.replace('\t', "        "),
        text.trim_end().to_owned(),
    ];
    let checksums = twins.map(|twin| locked(&[("0001_t.sql", &twin)])[0].checksum.clone());
    assert!(
        checksums.iter().all(|checksum| *checksum == checksums[0]),
        "{checksums:#?}"
    );
    let other = locked(&[("0001_t.sql", &text.replace("'x'", "'x '"))]);
    assert_ne!(other[0].checksum, checksums[0]);
}

#[test]
fn a_checkout_with_crlf_is_not_even_a_cosmetic_edit() {
    let before = locked(&[("0001_t.sql", "SELECT 1;\nSELECT 2;\n")]);
    for twin in [
        "SELECT 1;\r\nSELECT 2;\r\n",
        "\u{feff}SELECT 1;\nSELECT 2;\n",
    ] {
        assert_eq!(locked(&[("0001_t.sql", twin)])[0].raw, before[0].raw);
    }
    assert_ne!(
        locked(&[("0001_t.sql", "SELECT 1; \nSELECT 2;\n")])[0].raw,
        before[0].raw
    );
}

#[test]
fn twins_of_a_rust_file_have_one_checksum() {
    let text = "pub fn up() {\n    fill();\n}\n";
    let sum = rust_checksum(text);
    for twin in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        text.replace('\n', " \n"),
        text.trim_end().to_owned(),
    ] {
        assert_eq!(rust_checksum(&twin), sum);
    }
    assert_ne!(rust_checksum(&text.replace("fill", "f_ill")), sum);
    assert_ne!(rust_checksum(&text.replace("\n", "")), sum);
}

#[test]
fn a_statement_that_changes_sides_changes_the_checksum() {
    let (one, two) = (syntax::checksum(["a"]), syntax::checksum(["b"]));
    let sums = [
        checksum(&one, None),
        checksum(&one, Some(&two)),
        checksum(&two, Some(&one)),
        checksum(&one, Some(&one)),
        one,
    ];
    let distinct: std::collections::BTreeSet<&String> = sums.iter().collect();
    assert_eq!(distinct.len(), sums.len());
}

/// Whatever line is lost, repeated or changed, the chain or the comparison notices.
#[test]
fn no_line_is_changed_unnoticed() {
    let names = ["0001_a.sql", "0002_b.sql", "0003_c.sql", "0004_d.sql"];
    let (_, migrations) = sample(&names);
    let text = render(&migrations);
    let first = text
        .lines()
        .position(|line| !line.starts_with('#'))
        .unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let noticed = |lines: &[&str]| {
        let text = lines.join("\n");
        let (lock, mut found) = parse(&text);
        found.extend(check(
            Some((&lock, &text)),
            &migrations,
            Strictness::Release,
        ));
        found.iter().any(|diagnostic| diagnostic.is_error())
    };
    assert!(!noticed(&lines));
    for index in first..lines.len() {
        let mut lost = lines.clone();
        lost.remove(index);
        assert!(noticed(&lost), "line {index} is lost");
        let mut repeated = lines.clone();
        repeated.insert(index, lines[index]);
        assert!(noticed(&repeated), "line {index} is repeated");
        for other in first..index {
            let mut swapped = lines.clone();
            swapped.swap(index, other);
            assert!(noticed(&swapped), "lines {other} and {index} are swapped");
        }
        for (offset, digit) in lines[index]
            .char_indices()
            .filter(|(_, digit)| digit.is_ascii_hexdigit())
        {
            let word = lines[index][..offset]
                .rfind(' ')
                .map_or(0, |blank| blank + 1);
            // These only choose the words of a message.
            if ["raw:", "up:", "down:"]
                .iter()
                .any(|tag| lines[index][word..].starts_with(tag))
            {
                continue;
            }
            let mut line = lines[index].to_owned();
            line.replace_range(offset..=offset, if digit == '0' { "1" } else { "0" });
            let mut changed = lines.clone();
            changed[index] = &line;
            assert!(noticed(&changed), "{line}");
        }
    }
}

/// Two branches that each add a migration do not merge in silence.
#[test]
fn lines_of_two_branches_conflict_in_git() {
    let (_, migrations) = sample(&["0001_a.sql", "0002_ours.sql", "0003_theirs.sql"]);
    let folder = Scratch::new("merge");
    let [common, ours, theirs] = &*migrations else {
        unreachable!()
    };
    let branches = [
        ("base", vec![common.clone()]),
        ("ours", vec![common.clone(), ours.clone()]),
        ("theirs", vec![common.clone(), theirs.clone()]),
    ];
    for (branch, migrations) in branches {
        folder.write(branch, &render(&migrations));
    }
    let merge = std::process::Command::new("git")
        .args(["merge-file", "--stdout", "ours", "base", "theirs"])
        .current_dir(&folder.path)
        .output()
        .unwrap();
    assert_eq!(merge.status.code(), Some(1), "one conflict");
    let (lock, found) = parse(std::str::from_utf8(&merge.stdout).unwrap());
    assert!(!lock.intact);
    assert!(found[0].message.contains("merge conflict"), "{found:?}");
}

#[test]
fn release_builds_and_ci_are_strict() {
    let cases = [
        (None, None, Strictness::Development),
        (Some("debug"), None, Strictness::Development),
        (Some("debug"), Some(""), Strictness::Development),
        (Some("debug"), Some("false"), Strictness::Development),
        (Some("debug"), Some("0"), Strictness::Development),
        (Some("debug"), Some("true"), Strictness::Release),
        (Some("debug"), Some("1"), Strictness::Release),
        (Some("release"), Some("false"), Strictness::Release),
    ];
    for (profile, ci, strictness) in cases {
        assert_eq!(
            Strictness::of(profile, ci),
            strictness,
            "{profile:?} {ci:?}"
        );
    }
}

/// A case: the files when they were locked (`before`), what befell the lock (`lock`), the files now (`file`; none: as before).
fn compare(sections: &[Section<'_>]) -> String {
    let kind = |kind| sections.iter().find(|section| section.kind == kind);
    let now = match kind("file").or(kind("bytes")) {
        Some(_) => "file",
        None => "before",
    };
    let (migrations, source) = migrations(sections, now);
    let text = lock_text(sections);
    let strictness = match kind("strictness").map(|section| section.name) {
        Some("release") => Strictness::Release,
        _ => Strictness::Development,
    };

    let parsed = text.as_deref().map(parse);
    let (lock, mut found) = match parsed {
        Some((lock, found)) => (Some(lock), found),
        None => (None, Vec::new()),
    };
    let pair = lock.as_ref().zip(text.as_deref());
    found.extend(check(pair, &migrations, strictness));

    let text_of = |path: &str| match path {
        LOCK_FILE => text.as_deref(),
        _ => source.text(path),
    };
    let mut output = String::new();
    for diagnostic in &found {
        assert!(CHECKS.iter().any(|check| check.code == diagnostic.code));
        let rendered = diagnostic::render(diagnostic, "migrations", &text_of, Color::Never);
        output += &format!("{}\n\n", rendered.trim_end());
    }
    output + &updated(lock.as_ref(), &migrations)
}

/// The lock of the files before, and what befell it.
fn lock_text(sections: &[Section<'_>]) -> Option<String> {
    let befell = sections.iter().find(|section| section.kind == "lock");
    if befell.is_some_and(|section| section.name == "none") {
        return None;
    }
    if let Some(section) = befell.filter(|section| section.name == "text") {
        return Some(section.text.clone());
    }
    let before = migrations(sections, "before").0;
    if let Some(order) = befell.and_then(|section| section.name.strip_prefix("order ")) {
        let place = |index: &str| before[index.parse::<usize>().unwrap() - 1].clone();
        return Some(render(&order.split(' ').map(place).collect::<Vec<_>>()));
    }
    if befell.is_some_and(|section| section.name == "merged") {
        return Some(merged(&before));
    }
    let text = render(&before);
    let (comments, lines): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('#'));
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    for command in befell.iter().flat_map(|section| section.text.lines()) {
        let (verb, rest) = command.split_once(' ').unwrap();
        let (number, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let index = number.parse::<usize>().unwrap() - 1;
        match verb {
            "delete" => drop(lines.remove(index)),
            "repeat" => lines.insert(index, lines[index].clone()),
            "swap" => lines.swap(index, rest.parse::<usize>().unwrap() - 1),
            "insert" => lines.insert(index, rest.to_owned()),
            "replace" => {
                let (old, new) = rest.split_once(" => ").unwrap();
                assert!(lines[index].contains(old), "{old} in {}", lines[index]);
                lines[index] = lines[index].replace(old, new);
            }
            other => panic!("no command `{other}`"),
        }
    }
    let whole: Vec<&str> = comments
        .into_iter()
        .chain(lines.iter().map(String::as_str))
        .collect();
    Some(whole.join("\n") + "\n")
}

/// A merge that kept the lines of both branches: each added one to the migrations they have in common.
fn merged(migrations: &[Locked]) -> String {
    let [common @ .., ours, theirs] = migrations else {
        panic!("a merge needs two branches");
    };
    let branch = |own: &Locked| render(&[common, std::slice::from_ref(own)].concat());
    branch(ours) + branch(theirs).lines().last().unwrap() + "\n"
}

/// What an update does with each line.
fn updated(lock: Option<&Lock>, migrations: &[Locked]) -> String {
    let Some(text) = update(lock, migrations) else {
        return "no update\n".to_owned();
    };
    let (new, found) = parse(&text);
    assert!(found.is_empty() && new.intact);
    let mut output = String::new();
    for line in &new.lines {
        let old = lock.and_then(|lock| lock.lines.iter().find(|old| old.version == line.version));
        let done = match old {
            None => "added",
            Some(old) if old.raw != line.raw => "noted",
            Some(_) => "kept",
        };
        output += &format!("{done} {}\n", line.title());
    }
    output
}

fn migrations(sections: &[Section<'_>], kind: &str) -> (Vec<Locked>, Source) {
    let mut raw = Raw::new("migrations");
    for section in sections {
        let bytes = match section.kind {
            "bytes" if kind == "file" => section.bytes(),
            found if found == kind => section.text.clone().into_bytes(),
            _ => continue,
        };
        raw.files.push(RawFile {
            path: section.name.to_owned(),
            bytes,
        });
    }
    checked(raw)
}

fn locked(files: &[(&str, &str)]) -> Vec<Locked> {
    let mut raw = Raw::new("migrations");
    for (path, text) in files {
        raw.files.push(RawFile {
            path: (*path).to_owned(),
            bytes: text.as_bytes().to_owned(),
        });
    }
    checked(raw).0
}

fn sample(names: &[&str]) -> (Source, Vec<Locked>) {
    let mut raw = Raw::new("migrations");
    for name in names {
        raw.files.push(RawFile {
            path: (*name).to_owned(),
            bytes: format!("CREATE TABLE t{} (a);\n", &name[..4]).into_bytes(),
        });
    }
    let (migrations, source) = checked(raw);
    (source, migrations)
}

fn checked(raw: Raw) -> (Vec<Locked>, Source) {
    let (source, _) = discover(raw, 0);
    let migrations = source
        .migrations
        .iter()
        .map(|entry| Locked::of(&source, entry, &syntax::parse(&source, entry).parsed))
        .collect();
    (migrations, source)
}
