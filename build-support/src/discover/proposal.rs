//! A valid name for a file whose own fits no pattern.

use std::collections::{BTreeMap, BTreeSet};

use migratory_core::Version;

use super::Entry;
use super::name::{Part, leading_digits};
use super::style::{Date, Style, prevailing};

/// How the directory numbers its migrations, and which numbers are free.
pub(super) struct Numbering {
    style: Style,
    width: usize,
    taken: BTreeSet<u64>,
    now: u64,
}

impl Numbering {
    pub(super) fn of(entries: &[Entry], now: u64) -> Self {
        let style = prevailing(entries);
        let mut widths = BTreeMap::new();
        for entry in entries {
            if Style::of(entry.version) == style {
                *widths.entry(entry.version.width()).or_insert(0) += 1;
            }
        }
        let usual = widths.into_iter().max_by_key(|(_, count)| *count);
        let width = usual.map_or(4, |(width, _)| usize::from(width));
        Self {
            style,
            width,
            taken: entries.iter().map(|entry| entry.version.number()).collect(),
            now,
        }
    }

    /// The spelling of `number` if no migration has it.
    fn claim(&mut self, number: u64) -> Option<String> {
        let free = number <= Version::MAX && self.taken.insert(number);
        free.then(|| self.spell(number))
    }

    /// The next version after all others.
    pub(super) fn next(&mut self) -> String {
        let after_all = self.taken.last().map_or(1, |last| last.saturating_add(1));
        let wanted = match self.style {
            Style::Sequential => after_all,
            Style::Unix(10) => after_all.max(self.now),
            Style::Unix(_) => after_all.max(self.now.saturating_mul(1000)),
            Style::Date(digits) => {
                let full = format!("{}000", Date::of_seconds(self.now));
                let cut = full.get(..usize::from(digits)).unwrap_or(&full);
                after_all.max(cut.parse().unwrap_or(after_all))
            }
        };
        self.claim(wanted).unwrap_or_else(|| self.smallest_free())
    }

    /// Where the largest number is taken there is no next one.
    fn smallest_free(&mut self) -> String {
        let free = (1..)
            .find(|number| !self.taken.contains(number))
            .unwrap_or(0);
        self.taken.insert(free);
        self.spell(free)
    }

    fn spell(&self, number: u64) -> String {
        // A date among sequential numbers keeps its own digits: it is longer than the width.
        format!("{number:0width$}", width = self.width)
    }
}

/// A valid name in place of `name`, or `None` where it is no migration at all, such as `notes.txt`.
pub(super) fn proposal(name: &str, numbering: &mut Numbering) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let (stem, part) = cut_extension(&lower)?;
    let stem = &name[..stem.len()];
    if let Some(rest) = repeatable(stem) {
        return Some(format!("R__{}.sql", description(rest)));
    }
    let (stem, part) = match flyway(stem) {
        Some(('u' | 'U', rest)) => (rest, Part::Down),
        Some((_, rest)) => (rest, part),
        None => (stem, part),
    };
    let (number, rest) = match date(stem) {
        Some((digits, rest)) => (digits.parse().ok(), rest),
        None => number(stem),
    };
    let version = match number {
        // The down of a migration has the version of its up: that it is taken is as it should be.
        Some(number) if part == Part::Down => numbering.spell(number),
        Some(number) => match numbering.claim(number) {
            Some(version) => version,
            None => numbering.next(),
        },
        None => numbering.next(),
    };
    Some(format!(
        "{version}_{}{}",
        description(rest),
        part.extension()
    ))
}

/// A valid file for a folder in the manner of diesel (`up.sql`, `down.sql`) or Prisma (`migration.sql`), for each file it has.
pub(super) fn folder_proposal(
    folder: &str,
    names: &[String],
    numbering: &mut Numbering,
) -> Vec<(String, String)> {
    let parts = [
        ("up.sql", ".up.sql"),
        ("down.sql", ".down.sql"),
        ("migration.sql", ".sql"),
    ];
    let known = parts
        .iter()
        .filter(|(name, _)| names.iter().any(|there| there == name));
    let mut known = known.peekable();
    if known.peek().is_none() {
        return Vec::new();
    }
    let Some(whole) = proposal(&format!("{folder}.sql"), numbering) else {
        return Vec::new();
    };
    let stem = whole.trim_end_matches(".sql");
    known
        .map(|(name, extension)| (format!("{folder}/{name}"), format!("{stem}{extension}")))
        .collect()
}

/// The name before its extension; extensions of other tools are translated.
fn cut_extension(lower: &str) -> Option<(&str, Part)> {
    const DOWNS: [&str; 5] = [".down", ".undo", ".rollback", ".revert", ".rev"];
    const UPS: [&str; 4] = [".up", ".do", ".apply", ".fwd"];
    if let Some(stem) = lower.strip_suffix(".rs") {
        return Some((stem, Part::Rust));
    }
    let stem = [".sql", ".psql", ".pgsql", ".mysql", ".ddl"]
        .iter()
        .find_map(|extension| lower.strip_suffix(extension))?;
    let strip = |suffixes: &[&str]| suffixes.iter().find_map(|suffix| stem.strip_suffix(suffix));
    Some(match (strip(&DOWNS), strip(&UPS)) {
        (Some(stem), _) => (stem, Part::Down),
        (_, Some(stem)) => (stem, Part::Up),
        _ => (stem, Part::Whole),
    })
}

/// What follows `R__`, `r__` or `R_`.
fn repeatable(stem: &str) -> Option<&str> {
    ["R__", "r__", "R_", "R-"]
        .iter()
        .find_map(|prefix| stem.strip_prefix(prefix))
}

/// Flyway's prefix: `V2__x`, and `U2__x` for the way down.
fn flyway(stem: &str) -> Option<(char, &str)> {
    let prefix = stem.chars().next()?;
    let rest = stem.get(1..)?;
    let known = matches!(prefix, 'v' | 'V' | 'u' | 'U' | 'b' | 'B');
    (known && rest.starts_with(|next: char| next.is_ascii_digit())).then_some((prefix, rest))
}

/// A date that is written with separators, such as diesel's `2024-01-31-120000`, as digits.
fn date(stem: &str) -> Option<(String, &str)> {
    let mut digits = leading_digits(stem).to_owned();
    let mut rest = &stem[digits.len()..];
    if digits.len() != 4 || !("2000".."2200").contains(&digits.as_str()) {
        return None;
    }
    while let Some(behind) = rest.strip_prefix(['-', '_', '.', 'T', ' ', ':']) {
        let group = leading_digits(behind);
        let fits = matches!(group.len(), 2 | 4 | 6) && digits.len() + group.len() <= 14;
        if !fits {
            break;
        }
        digits.push_str(group);
        rest = &behind[group.len()..];
    }
    (digits.len() >= 8).then_some((digits, rest))
}

/// The version at the start, if it is one; a dotted version such as `1.2` is none.
fn number(stem: &str) -> (Option<u64>, &str) {
    let digits = leading_digits(stem);
    let rest = &stem[digits.len()..];
    let dotted = rest
        .strip_prefix('.')
        .filter(|behind| behind.starts_with(|next: char| next.is_ascii_digit()));
    match dotted {
        Some(behind) => (None, number(behind).1),
        None => (Version::parse(digits).map(Version::number), rest),
    }
}

/// The text as a description: ASCII letters and digits, single underscores between.
fn description(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|found: char| !found.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => "describe_it".to_owned(),
        false => words.join("_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::name::{Role, role};

    #[test]
    fn every_proposal_is_a_valid_name() {
        let stems = [
            "",
            "x",
            "3_upper",
            "V2_x",
            "V1.2.3__x",
            "U7__x",
            "2-dash",
            "2__x",
            "2",
            "2_",
            "_",
            "é",
            "2_é",
            "🦀",
            "2024-01-31-120000_x",
            "2024-01-31_x",
            "2024_13_99_999999_x",
            "99999999999999999999_x",
            "9223372036854775808_x",
            "9223372036854775807_x",
            "1.2",
            "1.",
            "..",
            "a b\tc",
            "R_x",
            "r__x",
            "R__",
            "R__é",
            "x.up.down",
            "00000000000000000000",
            "20240101000000_x-y",
            "0001_x (copy)",
            "~$x",
            "vé",
            "V",
            "1 2 3",
            "२_x",
        ];
        let extensions = [
            ".sql",
            ".SQL",
            ".up.sql",
            ".Down.SQL",
            ".undo.sql",
            ".rs",
            ".psql",
        ];
        for now in [0, 1_767_268_800, 253_402_300_800] {
            for extension in extensions {
                // One numbering for all: what was proposed is taken from then on.
                let mut numbering = Numbering::of(&[], now);
                for stem in stems {
                    let name = format!("{stem}{extension}");
                    let proposed = proposal(&name, &mut numbering).unwrap();
                    let role = role(&proposed);
                    let valid =
                        matches!(role, Ok(Role::Versioned { .. } | Role::Repeatable { .. }));
                    assert!(valid, "{name} -> {proposed}: {role:?}");
                }
            }
        }
    }
}
