use super::Migration;

/// The enum's variant for a migration: `V0003AddEmail`.
///
/// A name that begins with a digit is set off, so that `1_0x` and `10_x` stay two variants.
pub(super) fn variant(migration: &Migration) -> String {
    variant_of(&spelt(migration), &migration.name)
}

/// The same, for a version as its file spells it.
pub(super) fn variant_of(version: &str, name: &str) -> String {
    let name: String = words(name).map(capitalized).collect();
    let gap = if name.starts_with(|first: char| first.is_ascii_digit()) {
        "_"
    } else {
        ""
    };
    let candidate = format!("V{version}{gap}{name}");
    if is_identifier(&candidate) {
        candidate
    } else {
        candidate.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }
}

/// The module that holds a migration's Rust file.
pub(super) fn rust_module(migration: &Migration) -> String {
    format!("__migration_{}", spelt(migration))
}

/// The module of a table's names: `users`; `None` where the name has no letter or digit to make one of.
pub(super) fn module(table: &str) -> Option<String> {
    identifier(
        words(table)
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
            .join("_"),
    )
}

/// The constant of a column's name: `CREATED_AT`.
pub(super) fn constant(column: &str) -> Option<String> {
    identifier(
        words(column)
            .map(str::to_uppercase)
            .collect::<Vec<_>>()
            .join("_"),
    )
}

/// The version as its file spells it.
pub(super) fn spelt(migration: &Migration) -> String {
    format!(
        "{:0width$}",
        migration.version,
        width = usize::from(migration.width)
    )
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn identifier(candidate: String) -> Option<String> {
    let candidates = [
        candidate.clone(),
        format!("r#{candidate}"),
        format!("_{candidate}"),
    ];
    if candidate.is_empty() {
        return None;
    }
    candidates
        .into_iter()
        .find(|candidate| is_identifier(candidate))
}

fn is_identifier(text: &str) -> bool {
    is_plainly_identifier(text) || syn::parse_str::<syn::Ident>(text).is_ok()
}

/// Whether a name is an identifier at first sight. All keywords but `Self` consist of lower-case letters alone, so that most names
/// need no parser; a thousand tables have ten thousand of them.
fn is_plainly_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && bytes.iter().any(|byte| !byte.is_ascii_lowercase())
        && text != "Self"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_identifier_that_tells_it_apart() {
        let modules = [
            ("users", Some("users")),
            ("UserAccounts", Some("useraccounts")),
            ("order items", Some("order_items")),
            ("2fa", Some("_2fa")),
            ("type", Some("r#type")),
            ("self", Some("_self")),
            ("größe", Some("größe")),
            ("\u{b2}", None),
            ("--", None),
            ("", None),
        ];
        for (table, name) in modules {
            assert_eq!(module(table).as_deref(), name, "{table:?}");
        }
        assert_eq!(constant("created-at").as_deref(), Some("CREATED_AT"));
        assert_eq!(constant("Self").as_deref(), Some("SELF"));
    }
}
