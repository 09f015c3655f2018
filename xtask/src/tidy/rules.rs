use super::Finding;
use super::tree::Tree;

const FOLDER: &str = "build-support/src/rules/";
const REGISTRY: &str = "build-support/src/rules/mod.rs";

/// A rule is one `.rs`, one `.md` and one line; one without the others is half a rule.
pub(super) fn rules_are_complete(tree: &Tree) -> Vec<Finding> {
    let registry = tree.text(REGISTRY).unwrap_or_default();
    let mut found = Vec::new();
    for (path, text) in tree.rust(FOLDER) {
        let Some(name) = rule_name(path).filter(|_| text.contains("impl Rule for")) else {
            continue;
        };
        if tree.text(&format!("{FOLDER}{name}.md")).is_none() {
            found.push(Finding::new(
                path,
                None,
                format!("its page `{name}.md` is missing"),
            ));
        }
        if !registry.contains(&format!("&{name}::")) {
            found.push(Finding::new(path, None, "its line in `RULES` is missing"));
        }
    }
    for (path, _) in tree.files().filter(|(path, _)| path.starts_with(FOLDER)) {
        let Some(name) = path
            .strip_prefix(FOLDER)
            .and_then(|file| file.strip_suffix(".md"))
        else {
            continue;
        };
        let used = format!("include_str!(\"{name}.md\")");
        if name != "README" && !tree.rust(FOLDER).any(|(_, text)| text.contains(&used)) {
            found.push(Finding::new(path, None, "no rule includes this page"));
        }
    }
    found
}

/// `drop_column` of `build-support/src/rules/drop_column.rs`.
fn rule_name(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?
        .strip_suffix(".rs")
        .filter(|name| *name != "mod")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn half_a_rule_is_found() {
        let files = [
            (
                REGISTRY,
                "pub const RULES: &[&dyn Rule] = &[&whole::Whole];",
            ),
            (
                "build-support/src/rules/whole.rs",
                "#![doc = include_str!(\"whole.md\")]\nimpl Rule for Whole {}",
            ),
            ("build-support/src/rules/whole.md", ""),
            ("build-support/src/rules/half.rs", "impl Rule for Half {}"),
            ("build-support/src/rules/level.rs", "fn level() {}"),
            ("build-support/src/rules/stray.md", ""),
            ("build-support/src/rules/README.md", ""),
        ];
        let expected = [
            "build-support/src/rules/half.rs: its page `half.md` is missing",
            "build-support/src/rules/half.rs: its line in `RULES` is missing",
            "build-support/src/rules/stray.md: no rule includes this page",
        ];
        expect(rules_are_complete, &files, &expected);
    }
}
