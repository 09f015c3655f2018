//! Tests as data: files of cases, each with its input and the output it must give. `UPDATE=1` rewrites the outputs.
//!
//! A case starts with `=== its promise in a sentence`. Its input is cut into sections by lines `-- kind: name`; the last, `-- found:`, holds
//! the output.

use std::path::Path;

/// A part of a case's input.
pub(crate) struct Section<'t> {
    pub(crate) kind: &'t str,
    pub(crate) name: &'t str,
    pub(crate) text: String,
}

impl Section<'_> {
    /// The text with `\r`, `\0` and `\xFF` read as bytes, and without its line breaks: these are written out as `\n`.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let joined = self.text.replace('\n', "");
        let mut parts = joined.split('\\');
        bytes.extend(parts.next().unwrap_or("").bytes());
        for part in parts {
            let (byte, length) = match part.as_bytes()[0] {
                b'n' => (b'\n', 1),
                b'r' => (b'\r', 1),
                b'0' => (0, 1),
                b'x' => (u8::from_str_radix(&part[1..3], 16).unwrap(), 3),
                other => panic!("no escape `\\{}`", char::from(other)),
            };
            bytes.push(byte);
            bytes.extend(part[length..].bytes());
        }
        bytes
    }
}

/// Runs every case of `tests/<path>`, and returns how many there are.
pub(crate) fn check(path: &str, run: impl Fn(&[Section<'_>]) -> String) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, cases) = cases(&text);
    let mut rewritten = head.to_owned();
    let mut wrong = String::new();
    for (input, expected) in &cases {
        let (title, body) = input.split_once('\n').unwrap();
        let found = run(&sections(body));
        if found.trim_end() != expected.trim_end() {
            wrong += &format!("\n=== {title}\n-- expected:\n{expected}\n-- found:\n{found}\n");
        }
        rewritten += &format!("=== {input}-- found:\n{}\n\n", found.trim_end());
    }
    if std::env::var_os("UPDATE").is_some() {
        let rewritten = format!("{}\n", rewritten.trim_end());
        if rewritten != text {
            std::fs::write(&path, rewritten).unwrap();
        }
    } else {
        assert!(
            wrong.is_empty(),
            "{wrong}\nUPDATE=1 rewrites {}",
            path.display()
        );
    }
    cases.len()
}

/// What stands before the first case, and each case's input and output.
fn cases(text: &str) -> (&str, Vec<(&str, &str)>) {
    let Some(start) = text.find("=== ") else {
        return (text, Vec::new());
    };
    let cases = text[start + 4..].split("\n=== ").map(|case| {
        case.split_once("-- found:\n")
            .unwrap_or_else(|| panic!("a case without `-- found:`: {case}"))
    });
    (&text[..start], cases.collect())
}

fn sections(body: &str) -> Vec<Section<'_>> {
    const KINDS: [&str; 9] = [
        "file",
        "bytes",
        "folder",
        "unreadable",
        "now",
        "compiled",
        "before",
        "lock",
        "strictness",
    ];
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in body.split_inclusive('\n') {
        let header = line
            .strip_prefix("-- ")
            .and_then(|rest| rest.split_once(':'));
        match header.filter(|(kind, _)| KINDS.contains(kind)) {
            Some((kind, name)) => sections.push(Section {
                kind,
                name: name.trim(),
                text: String::new(),
            }),
            None => match sections.last_mut() {
                Some(section) => section.text += line,
                None => assert!(
                    line.trim().is_empty(),
                    "text before the first section: {line}"
                ),
            },
        }
    }
    sections
}
