//! What SQLite says when it refuses a statement, read back from its words.

use crate::syntax::ir::ObjectKind;

/// A refusal, with the names that SQLite gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complaint<'m> {
    /// A table or view that is not there.
    UnknownTable {
        schema: Option<&'m str>,
        name: &'m str,
    },
    /// A column that is not there.
    UnknownColumn {
        /// The table, where SQLite names it.
        table: Option<&'m str>,
        /// The table or alias written before it.
        qualifier: Option<&'m str>,
        name: &'m str,
    },
    /// An index, view or trigger that is not there.
    UnknownObject {
        kind: ObjectKind,
        name: &'m str,
    },
    /// A schema that is not there.
    UnknownSchema {
        name: &'m str,
    },
    UnknownFunction {
        name: &'m str,
    },
    UnknownCollation {
        name: &'m str,
    },
    UnknownModule {
        name: &'m str,
    },
    /// The name is taken.
    DuplicateObject {
        name: &'m str,
    },
    DuplicateColumn {
        name: &'m str,
    },
    /// The name belongs to an object of another kind.
    OtherKind {
        name: &'m str,
    },
    Syntax {
        /// The token where reading stopped; `None` at the end.
        near: Option<&'m str>,
    },
    /// A row breaks a constraint.
    Constraint,
    /// Another object of the schema would be broken or is already.
    InObject {
        kind: &'m str,
        name: &'m str,
        inner: &'m str,
    },
    Other,
}

/// Reads SQLite's message.
pub(super) fn read(message: &str) -> Complaint<'_> {
    let message = message
        .split_once(" - should this be")
        .map_or(message, |(message, _)| message);
    named(message)
        .or_else(|| duplicate(message))
        .or_else(|| in_object(message))
        .unwrap_or_else(|| other(message))
}

fn named(message: &str) -> Option<Complaint<'_>> {
    let after = |prefix| message.strip_prefix(prefix).map(unquote);
    if let Some(name) = after("no such table: ") {
        let (schema, name) = split_qualifier(name);
        return Some(Complaint::UnknownTable { schema, name });
    }
    if let Some(name) = after("no such column: ") {
        let (qualifier, name) = split_qualifier(name);
        return Some(Complaint::UnknownColumn {
            table: None,
            qualifier: qualifier.map(|text| text.rsplit('.').next().unwrap_or(text)),
            name: unquote(name),
        });
    }
    let object = |kind| move |name| Complaint::UnknownObject { kind, name };
    let kinds = [
        ("no such index: ", ObjectKind::Index),
        ("no such view: ", ObjectKind::View),
        ("no such trigger: ", ObjectKind::Trigger),
    ];
    for (prefix, kind) in kinds {
        if let Some(name) = after(prefix) {
            return Some(object(kind)(split_qualifier(name).1));
        }
    }
    if let Some(rest) = message.strip_prefix("table ")
        && let Some((table, name)) = rest.split_once(" has no column named ")
    {
        return Some(Complaint::UnknownColumn {
            table: Some(table),
            qualifier: None,
            name,
        });
    }
    if let Some(rest) = message.strip_prefix("unknown column \"") {
        let name = rest.split('"').next().unwrap_or(rest);
        return Some(Complaint::UnknownColumn {
            table: None,
            qualifier: None,
            name,
        });
    }
    let indexed = message.strip_prefix("unknown function: ");
    let indexed = indexed.and_then(|name| name.strip_suffix("()"));
    let called = after("no such function: ").or(indexed);
    None.or_else(|| called.map(|name| Complaint::UnknownFunction { name }))
        .or_else(|| {
            after("no such collation sequence: ").map(|name| Complaint::UnknownCollation { name })
        })
        .or_else(|| after("no such module: ").map(|name| Complaint::UnknownModule { name }))
        .or_else(|| after("unknown database ").map(|name| Complaint::UnknownSchema { name }))
}

fn duplicate(message: &str) -> Option<Complaint<'_>> {
    if let Some(name) = message.strip_prefix("duplicate column name: ") {
        return Some(Complaint::DuplicateColumn { name });
    }
    let prefixes = [
        "there is already an index named ",
        "there is already a table named ",
        "there is already another table or index with this name: ",
    ];
    let named = prefixes
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix));
    let exists = message
        .strip_suffix(" already exists")
        .and_then(|message| message.split_once(' '))
        .filter(|(kind, _)| ["table", "view", "index", "trigger"].contains(kind));
    if let Some(name) = named.or(exists.map(|(_, name)| name)) {
        let name = unquote(name);
        return Some(Complaint::DuplicateObject { name });
    }
    let wrong = message
        .strip_prefix("use DROP ")
        .and_then(|rest| rest.split_once(" to delete "))
        .and_then(|(_, rest)| rest.split_once(' '));
    wrong.map(|(_, name)| Complaint::OtherKind { name })
}

fn in_object(message: &str) -> Option<Complaint<'_>> {
    let rest = message.strip_prefix("error in ")?;
    let (subject, inner) = rest.split_once(": ")?;
    let (kind, name) = subject.split_once(' ')?;
    let name = name.split(" after ").next().unwrap_or(name);
    Some(Complaint::InObject { kind, name, inner })
}

fn other(message: &str) -> Complaint<'_> {
    if message == "incomplete input" {
        return Complaint::Syntax { near: None };
    }
    let near = message
        .strip_prefix("near \"")
        .and_then(|rest| rest.strip_suffix("\": syntax error"))
        .or_else(|| {
            let rest = message.strip_prefix("unrecognized token: \"")?;
            rest.strip_suffix('"')
        });
    if near.is_some() {
        return Complaint::Syntax { near };
    }
    if message.contains(" constraint failed") {
        return Complaint::Constraint;
    }
    Complaint::Other
}

fn split_qualifier(name: &str) -> (Option<&str>, &str) {
    match name.rsplit_once('.') {
        Some((qualifier, name)) => (Some(qualifier), name),
        None => (None, name),
    }
}

fn unquote(name: &str) -> &str {
    name.strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_out_of_the_engines_words() {
        let column = |table, qualifier, name| Complaint::UnknownColumn {
            table,
            qualifier,
            name,
        };
        let table = |schema, name| Complaint::UnknownTable { schema, name };
        let cases = [
            ("no such table: main.users", table(Some("main"), "users")),
            ("no such table: a b", table(None, "a b")),
            ("no such column: emial", column(None, None, "emial")),
            ("no such column: \"emial\"", column(None, None, "emial")),
            ("no such column: main.u.x", column(None, Some("u"), "x")),
            (
                "no such column: \"x\" - should this be a string literal in single-quotes?",
                column(None, None, "x"),
            ),
            (
                "table t has no column named nope",
                column(Some("t"), None, "nope"),
            ),
            (
                "unknown column \"x\" in foreign key definition",
                column(None, None, "x"),
            ),
            (
                "unknown function: f()",
                Complaint::UnknownFunction { name: "f" },
            ),
            (
                "index i already exists",
                Complaint::DuplicateObject { name: "i" },
            ),
            (
                "there is already another table or index with this name: u",
                Complaint::DuplicateObject { name: "u" },
            ),
            (
                "use DROP VIEW to delete view v",
                Complaint::OtherKind { name: "v" },
            ),
            (
                "near \")\": syntax error",
                Complaint::Syntax { near: Some(")") },
            ),
            ("incomplete input", Complaint::Syntax { near: None }),
            (
                "error in view bad after rename: no such column: x",
                Complaint::InObject {
                    kind: "view",
                    name: "bad",
                    inner: "no such column: x",
                },
            ),
            ("FOREIGN KEY constraint failed", Complaint::Constraint),
            ("Cannot add a UNIQUE column", Complaint::Other),
        ];
        for (message, expected) in cases {
            assert_eq!(read(message), expected, "{message}");
        }
    }
}
