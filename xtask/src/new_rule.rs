use std::path::Path;

const FOLDER: &str = "build-support/src/rules";

/// What a new rule brings.
#[derive(Debug, PartialEq, Eq)]
struct Skeleton {
    /// Name of its files, without the extension.
    stem: String,
    code: String,
    page: String,
    /// `rules/mod.rs` with its line in.
    registry: String,
}

/// Writes the files and the line of a new rule. What it does, its author has to say: until then its page fails as a test.
pub(crate) fn create(root: &Path, name: &str) -> Result<String, String> {
    let folder = root.join(FOLDER);
    let registry_path = folder.join("mod.rs");
    let registry = std::fs::read_to_string(&registry_path)
        .map_err(|error| format!("failed to read file `{FOLDER}/mod.rs`: {error}"))?;
    let skeleton = skeleton(name, &registry)?;
    let write = |file: &str, text: &str| {
        std::fs::write(folder.join(file), text)
            .map_err(|error| format!("failed to write file `{FOLDER}/{file}`: {error}"))
    };
    let (code, page) = (
        format!("{}.rs", skeleton.stem),
        format!("{}.md", skeleton.stem),
    );
    if folder.join(&code).exists() {
        return Err(format!("there is a rule `{name}` already: {FOLDER}/{code}"));
    }
    write(&code, &skeleton.code)?;
    write(&page, &skeleton.page)?;
    write("mod.rs", &skeleton.registry)?;
    Ok(format!(
        "wrote {FOLDER}/{code}, {FOLDER}/{page} and the line in {FOLDER}/mod.rs"
    ))
}

/// The texts of a new rule, from its name and `rules/mod.rs` as it stands.
fn skeleton(name: &str, registry: &str) -> Result<Skeleton, String> {
    let words: Vec<&str> = name.split('-').collect();
    let is_word = |word: &&str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if !words.iter().all(is_word) || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!(
            "`{name}` is no rule's name: lower-case words with `-` between them, such as `drop-column`"
        ));
    }
    let stem = words.join("_");
    let type_name: String = words.iter().map(|word| capitalized(word)).collect();
    Ok(Skeleton {
        code: code(name, &stem, &type_name),
        page: page(name),
        registry: registered(registry, &stem, &type_name)?,
        stem,
    })
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

fn code(name: &str, stem: &str, type_name: &str) -> String {
    format!(
        "\
#![doc = include_str!(\"{stem}.md\")]

use super::{{Context, Group, Reporter, Rule}};
use crate::catalog::Change;

/// Say in one sentence what goes wrong.
pub(super) struct {type_name};

impl Rule for {type_name} {{
    fn name(&self) -> &'static str {{
        \"{name}\"
    }}

    fn group(&self) -> Group {{
        Group::Style
    }}

    fn page(&self) -> &'static str {{
        include_str!(\"{stem}.md\")
    }}

    fn check(&self, change: &Change<'_>, context: &Context<'_>, report: &mut Reporter<'_>) {{
        let _ = (change, context, report);
    }}
}}
"
    )
}

fn page(name: &str) -> String {
    format!(
        "\
# {name}

What it finds.

## Why

What happens then, and how that is known.

```sql
-- file: 0001_users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY);
-- file: 0002_wrong.sql
SELECT 1; -- error: {name}
```

## Use instead

```sql
-- file: 0001_users.sql
CREATE TABLE users (id INTEGER PRIMARY KEY);
```
"
    )
}

/// Puts `mod stem;` and `&stem::Type,` where the alphabet wants them.
fn registered(registry: &str, stem: &str, type_name: &str) -> Result<String, String> {
    let lines: Vec<&str> = registry.lines().collect();
    let list = lines
        .iter()
        .position(|line| line.starts_with("pub const RULES"))
        .ok_or("`rules/mod.rs` has no `RULES` list")?;
    let mut out: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let entry = format!("    &{stem}::{type_name},");
    if lines[list].ends_with("&[];") {
        out[list] = lines[list].replace("&[];", "&[");
        out.splice(list + 1..list + 1, [entry, "];".to_owned()]);
    } else {
        let at = lines
            .iter()
            .enumerate()
            .skip(list + 1)
            .find(|(_, line)| **line > entry.as_str() || line.starts_with("];"))
            .map_or(list + 1, |(at, _)| at);
        out.insert(at, entry);
    }
    let module = format!("mod {stem};");
    match place_of_module(registry, &lines[..list], &module) {
        Some(at) => out.insert(at, module),
        None => out.insert(documentation_begin(&lines, list), format!("{module}\n")),
    }
    Ok(out.join("\n") + "\n")
}

/// Where a rule's `mod` line goes among those of the other rules; `None` where there are none.
fn place_of_module(registry: &str, lines: &[&str], module: &str) -> Option<usize> {
    let is_rule = |line: &str| {
        line.strip_prefix("mod ")
            .and_then(|line| line.strip_suffix(';'))
            .is_some_and(|name| registry.contains(&format!("&{name}::")))
    };
    let rules = || lines.iter().enumerate().filter(|(_, line)| is_rule(line));
    rules()
        .find(|(_, line)| **line > module)
        .map(|(at, _)| at)
        .or_else(|| rules().next_back().map(|(at, _)| at + 1))
}

/// The first line of the comment that stands on the list.
fn documentation_begin(lines: &[&str], list: usize) -> usize {
    lines[..list]
        .iter()
        .rposition(|line| !line.starts_with("///"))
        .map_or(0, |before| before + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_where_the_alphabet_wants_it() {
        let registry = "\
mod report;
mod zone;

mod drop_table;
mod rename_table;

use x;

/// Every rule there is.
pub const RULES: &[&dyn Rule] = &[
    &drop_table::DropTable,
    &rename_table::RenameTable,
];
";
        let expected = "\
mod report;
mod zone;

mod drop_table;
mod rename_column;
mod rename_table;

use x;

/// Every rule there is.
pub const RULES: &[&dyn Rule] = &[
    &drop_table::DropTable,
    &rename_column::RenameColumn,
    &rename_table::RenameTable,
];
";
        let skeleton = skeleton("rename-column", registry).unwrap();
        assert_eq!(skeleton.registry, expected);
        assert_eq!(skeleton.stem, "rename_column");
    }

    #[test]
    fn the_last_of_the_alphabet_goes_last() {
        let registry = "mod a;\n\npub const RULES: &[&dyn Rule] = &[\n    &a::A,\n];\n";
        let expected = "mod a;\nmod b_c;\n\npub const RULES: &[&dyn Rule] = &[\n    &a::A,\n    &b_c::BC,\n];\n";
        assert_eq!(skeleton("b-c", registry).unwrap().registry, expected);
    }

    #[test]
    fn the_first_rule_opens_the_list() {
        let registry = "use x;\n\n/// Every rule there is.\npub const RULES: &[&dyn Rule] = &[];\n";
        let expected = "use x;\n\nmod a;\n\n/// Every rule there is.\npub const RULES: &[&dyn Rule] = &[\n    &a::A,\n];\n";
        assert_eq!(skeleton("a", registry).unwrap().registry, expected);
    }

    #[test]
    fn a_name_of_another_form_is_refused() {
        for name in [
            "",
            "Drop-Column",
            "drop_column",
            "-drop",
            "drop--column",
            "2-drops",
        ] {
            let refusal = skeleton(name, "").unwrap_err();
            assert!(refusal.contains("is no rule's name"), "{name}: {refusal}");
        }
    }
}
