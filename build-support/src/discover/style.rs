//! How a directory numbers its migrations: by sequence or by time.

use std::collections::BTreeMap;

use migratory_core::Version;

use super::{Entry, Source};
use crate::diagnostic::{Diagnostic, Level};

/// What a version's digits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    /// 1, 2, 3.
    Sequential,
    /// `20240131` or `20240131120000`, with so many digits.
    Date(u8),
    /// Seconds (10 digits) or milliseconds (13) since 1970.
    Unix(u8),
}

impl Style {
    /// The style of one version. A number of 8 to 17 digits whose first four are a year from 2000 to 2199 is a date, even a wrong one.
    pub(super) fn of(version: Version) -> Self {
        let width = version.width();
        match width {
            10 if (1_000_000_000..2_000_000_000).contains(&version.number()) => Self::Unix(10),
            13 if (1_000_000_000_000..2_000_000_000_000).contains(&version.number()) => {
                Self::Unix(13)
            }
            8..=17
                if (2000..2200)
                    .contains(&(version.number() / 10_u64.pow(u32::from(width) - 4))) =>
            {
                Self::Date(width)
            }
            _ => Self::Sequential,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Sequential => "a sequence".to_owned(),
            Self::Date(digits) => format!("dates of {digits} digits"),
            Self::Unix(10) => "seconds since 1970".to_owned(),
            Self::Unix(_) => "milliseconds since 1970".to_owned(),
        }
    }
}

/// Whether a version counts, and is no date.
pub(crate) fn is_sequential(version: Version) -> bool {
    Style::of(version) == Style::Sequential
}

/// The style that most migrations have; on a tie, that of the first.
pub(super) fn prevailing(entries: &[Entry]) -> Style {
    let mut counts: BTreeMap<Style, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(Style::of(entry.version)).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    entries
        .iter()
        .map(|entry| Style::of(entry.version))
        .find(|style| counts[style] == most)
        .unwrap_or(Style::Sequential)
}

/// What is odd about the numbering: mixed styles, missing numbers, dates that are none or lie ahead of `now` (seconds since 1970).
pub(super) fn check(source: &Source, now: u64) -> Vec<Diagnostic> {
    let prevailing = prevailing(&source.migrations);
    let mut found = Vec::new();
    found.extend(mixed(source, prevailing));
    if prevailing == Style::Sequential {
        found.extend(gaps(source));
    }
    for entry in &source.migrations {
        found.extend(wrong_date(source, entry));
        found.extend(future(source, entry, now));
    }
    found
}

/// One finding for all that deviate: they were mostly made by one tool on one day.
fn mixed(source: &Source, prevailing: Style) -> Option<Diagnostic> {
    let mut deviating = source
        .migrations
        .iter()
        .filter(|entry| Style::of(entry.version) != prevailing);
    let first = deviating.next()?;
    let path = source.path_of(first);
    let others = deviating.count();
    let mut diagnostic = Diagnostic::error(
        "mixed-version-styles",
        format!(
            "`{path}` is numbered by {}, the other migrations by {}",
            Style::of(first.version).words(),
            prevailing.words()
        ),
    )
    .at(path, None, "")
    .note("numbers of two styles do not sort by age: a short one comes before every long one")
    .help(
        "number all migrations of a directory in one style; those that are final keep their names",
    );
    if others > 0 {
        diagnostic = diagnostic.note(format!("{others} more differ from the prevailing style"));
    }
    Some(diagnostic)
}

/// Missing numbers between the first and the last of a sequence. A directory that counts in steps of 5, 10 or 100 is no gap.
fn gaps(source: &Source) -> Vec<Diagnostic> {
    let sequence: Vec<&Entry> = source
        .migrations
        .iter()
        .filter(|entry| Style::of(entry.version) == Style::Sequential)
        .collect();
    let common = sequence.iter().fold(0, |divisor, entry| {
        greatest_common_divisor(divisor, entry.version.number())
    });
    let step = if common > 0 && common.is_multiple_of(5) {
        common
    } else {
        1
    };
    sequence
        .windows(2)
        .filter_map(|pair| gap(source, pair[0], pair[1], step))
        .collect()
}

fn gap(source: &Source, before: &Entry, after: &Entry, step: u64) -> Option<Diagnostic> {
    let first = before.version.number().checked_add(step)?;
    let end = after.version.number();
    if first >= end {
        return None;
    }
    let spelled = |number: u64| Version::new(number, before.version.width()).to_string();
    let last = end - step;
    let (missing, verb) = match last > first {
        true => (
            format!("versions {} to {}", spelled(first), spelled(last)),
            "are",
        ),
        false => (format!("version {}", spelled(first)), "is"),
    };
    let path = source.path_of(after);
    Some(
        Diagnostic::new(Level::Warn,
            "version-gap",
            format!("{missing} {verb} missing before `{path}`"),
        )
        .at(path, None, "")
        .note(format!("the migration before it is `{}`", source.path_of(before)))
        .help("if a file was lost, restore it; if it was dropped on purpose, set `version-gap = \"allow\"` under `[levels]` in `migratory.toml`"),
    )
}

fn greatest_common_divisor(left: u64, right: u64) -> u64 {
    match right {
        0 => left,
        _ => greatest_common_divisor(right, left % right),
    }
}

fn wrong_date(source: &Source, entry: &Entry) -> Option<Diagnostic> {
    let Style::Date(_) = Style::of(entry.version) else {
        return None;
    };
    let flaw = Date::read(entry.version).flaw()?;
    let path = source.path_of(entry);
    Some(
        Diagnostic::new(
            Level::Warn,
            "wrong-timestamp",
            format!(
                "version {} of `{path}` looks like a date, and has {flaw}",
                entry.version
            ),
        )
        .at(path, None, "")
        .note("a wrong date sorts where nobody expects it"),
    )
}

fn future(source: &Source, entry: &Entry, now: u64) -> Option<Diagnostic> {
    // Local time is up to 14 hours ahead of UTC, and clocks differ.
    const TOLERANCE: u64 = 24 * 60 * 60;
    let seconds = seconds(entry.version)?;
    if seconds <= now.saturating_add(TOLERANCE) {
        return None;
    }
    let path = source.path_of(entry);
    let renamed = path.replacen(
        &entry.version.to_string(),
        &timestamp(now, entry.version),
        1,
    );
    Some(
        Diagnostic::new(Level::Warn,
            "future-timestamp",
            format!("version {} of `{path}` lies in the future", entry.version),
        )
        .at(path, None, "")
        .note("every migration that is written before that date sorts before this one, and is out of order once this one is final")
        .help(format!("rename it to the time it was written, such as `{renamed}`")),
    )
}

/// `now` in the style of `like`.
fn timestamp(now: u64, like: Version) -> String {
    match Style::of(like) {
        Style::Unix(13) => (now * 1000).to_string(),
        Style::Unix(_) => now.to_string(),
        _ => {
            let full = format!("{}000", Date::of_seconds(now));
            full[..usize::from(like.width()).min(full.len())].to_owned()
        }
    }
}

/// The moment a version names, in seconds since 1970.
pub(super) fn seconds(version: Version) -> Option<u64> {
    match Style::of(version) {
        Style::Sequential => None,
        Style::Unix(13) => Some(version.number() / 1000),
        Style::Unix(_) => Some(version.number()),
        Style::Date(_) => {
            let date = Date::read(version);
            date.flaw().is_none().then(|| date.seconds())
        }
    }
}

/// A date of the proleptic Gregorian calendar in UTC. Its `Display` is 14 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Date {
    /// Reads 8 or more digits. Two or four digits behind the day may be a counter, so only 14 and more are read as a time of day.
    fn read(version: Version) -> Self {
        let digits = version.to_string();
        let part = |from: usize, to: usize| digits[from..to].parse().unwrap_or(0);
        let timed = digits.len() >= 14;
        let of_day = |from: usize| if timed { part(from, from + 2) } else { 0 };
        Self {
            year: part(0, 4),
            month: part(4, 6),
            day: part(6, 8),
            hour: of_day(8),
            minute: of_day(10),
            second: of_day(12),
        }
    }

    pub(super) fn of_seconds(seconds: u64) -> Self {
        let (mut days, time) = (seconds / 86_400, seconds % 86_400);
        let mut year = 1970;
        while days >= days_of_year(year) {
            days -= days_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while days >= days_of_month(year, month) {
            days -= days_of_month(year, month);
            month += 1;
        }
        Self {
            year,
            month,
            day: days + 1,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
        }
    }

    fn seconds(self) -> u64 {
        let years: u64 = (1970..self.year).map(days_of_year).sum();
        let months: u64 = (1..self.month)
            .map(|month| days_of_month(self.year, month))
            .sum();
        let days = years + months + self.day - 1;
        days * 86_400 + self.hour * 3600 + self.minute * 60 + self.second
    }

    /// What makes it no date.
    fn flaw(self) -> Option<String> {
        if !(1..=12).contains(&self.month) {
            return Some(format!("month {:02}", self.month));
        }
        if self.day == 0 || self.day > days_of_month(self.year, self.month) {
            return Some(format!("day {:02} in month {:02}", self.day, self.month));
        }
        [
            ("hour", self.hour, 23),
            ("minute", self.minute, 59),
            ("second", self.second, 60),
        ]
        .into_iter()
        .find(|(_, value, largest)| value > largest)
        .map(|(unit, value, _)| format!("{unit} {value}"))
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.year, self.month, self.day)?;
        write!(f, "{:02}{:02}{:02}", self.hour, self.minute, self.second)
    }
}

fn days_of_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_counted_in_seconds_and_back() {
        let known = [
            (0, "19700101000000"),
            (951_782_400, "20000229000000"),
            (1_709_164_800, "20240229000000"),
            (1_735_689_599, "20241231235959"),
            (4_102_444_800, "21000101000000"),
        ];
        for (seconds, text) in known {
            let date = Date::of_seconds(seconds);
            assert_eq!((date.to_string().as_str(), date.seconds()), (text, seconds));
        }
    }

    #[test]
    fn digits_tell_their_style() {
        let cases = [
            ("1", Style::Sequential),
            ("00000001", Style::Sequential),
            ("12345678", Style::Sequential),
            ("20240131", Style::Date(8)),
            ("2024013101", Style::Date(10)),
            ("20240131120000", Style::Date(14)),
            ("20241331", Style::Date(8)),
            ("1700000000", Style::Unix(10)),
            ("1700000000000", Style::Unix(13)),
            ("9223372036854775807", Style::Sequential),
        ];
        for (text, style) in cases {
            assert_eq!(Style::of(Version::parse(text).unwrap()), style, "{text}");
        }
    }

    #[test]
    fn the_present_is_spelt_in_the_style_of_its_neighbours() {
        let now = 1_735_689_599;
        let cases = [
            ("20300101", "20241231"),
            ("2030010101", "2024123123"),
            ("20300101000000", "20241231235959"),
            ("20300101000000123", "20241231235959000"),
            ("1900000000", "1735689599"),
            ("1900000000000", "1735689599000"),
        ];
        for (like, expected) in cases {
            assert_eq!(timestamp(now, Version::parse(like).unwrap()), expected);
        }
    }
}
