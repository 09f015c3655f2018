use super::tree::Tree;
use super::{CHECKS, Finding};

const PAGE: &str = "ARCHITECTURE.md";

/// Every item under "Invariants" ends in "Held by" and the names of the tests or tidy checks that hold it.
pub(super) fn invariants_name_tests(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(PAGE) else {
        return vec![Finding::new(PAGE, None, "there is no such page")];
    };
    let items = invariants(text);
    if items.is_empty() {
        return vec![Finding::new(PAGE, None, "it lists no invariant")];
    }
    let mut found = Vec::new();
    for (number, item) in items {
        let holders = item
            .rsplit_once("Held by")
            .map(|(_, names)| in_backticks(names));
        match holders.filter(|names| !names.is_empty()) {
            None => found.push(Finding::new(PAGE, number, "this invariant names no test")),
            Some(names) => {
                found.extend(names.iter().filter(|name| !exists(tree, name)).map(|name| {
                    Finding::new(PAGE, number, format!("no test or check is called `{name}`"))
                }))
            }
        }
    }
    found
}

/// The list items of the section, each with the line it begins on.
fn invariants(text: &str) -> Vec<(usize, String)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let section = text
        .lines()
        .zip(1..)
        .skip_while(|(line, _)| *line != "## Invariants")
        .skip(1)
        .take_while(|(line, _)| !line.starts_with("## "));
    for (line, number) in section {
        if line.starts_with("- ") {
            items.push((number, line.to_owned()));
        } else if let Some((_, item)) = items.last_mut().filter(|_| line.starts_with("  ")) {
            item.push_str(line);
        }
    }
    items
}

fn in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn exists(tree: &Tree, name: &str) -> bool {
    let function = format!("fn {name}(");
    CHECKS.iter().any(|(check, _)| *check == name)
        || tree.rust("").any(|(_, text)| text.contains(&function))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn an_invariant_without_a_living_test_is_found() {
        let page = "\
# Architecture
- not an invariant
## Invariants
- Held twice. Held by `no-stubs`
  and `it_holds`.
- Promised only.
- Held by `it_went_away`.
## Elsewhere
- not an invariant
";
        let files = [
            (PAGE, page),
            ("core/src/a.rs", "#[test]\nfn it_holds() {}\n"),
        ];
        let expected = [
            "ARCHITECTURE.md:6: this invariant names no test",
            "ARCHITECTURE.md:7: no test or check is called `it_went_away`",
        ];
        expect(invariants_name_tests, &files, &expected);
    }

    #[test]
    fn a_page_without_invariants_is_found() {
        expect(
            invariants_name_tests,
            &[(PAGE, "## Invariants\n")],
            &["ARCHITECTURE.md: it lists no invariant"],
        );
    }
}
