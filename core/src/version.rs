use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// The number a migration is ordered by, with the spelling of its file: `0007` is version 7 and prints as `0007`.
///
/// Two versions are equal when their numbers are; the width is for people.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    number: u64,
    width: u8,
}

impl Version {
    /// The largest number, so that every version fits a database's signed 64-bit column.
    pub const MAX: u64 = i64::MAX as u64;

    /// A version that prints with leading zeros up to `width` digits.
    ///
    /// # Panics
    ///
    /// If `number` is over [`Version::MAX`]. The build refuses such files, and in a static list this is a compile error.
    /// Text from a person goes through [`Version::parse`].
    pub const fn new(number: u64, width: u8) -> Self {
        assert!(
            number <= Self::MAX,
            "a version is at most 9223372036854775807"
        );
        Self { number, width }
    }

    /// Reads 1 to 19 decimal digits and keeps their number as the width.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || text.is_empty() || text.len() > 19 {
            return None;
        }
        let number = text.parse().ok().filter(|number| *number <= Self::MAX)?;
        Some(Self {
            number,
            width: text.len() as u8,
        })
    }

    /// The number that orders it.
    pub const fn number(self) -> u64 {
        self.number
    }

    /// How many digits its file spells.
    pub const fn width(self) -> u8 {
        self.width
    }

    /// The number as the history table holds it.
    pub const fn key(self) -> i64 {
        self.number as i64
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:0width$}",
            self.number,
            width = usize::from(self.width)
        )
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_version_prints_as_its_file_spells_it() {
        for text in [
            "7",
            "0007",
            "20240131120000",
            "0",
            "9223372036854775807",
            "0000000000000000001",
        ] {
            assert_eq!(Version::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_version_is_not_read_as_one() {
        for text in [
            "",
            "x",
            "1x",
            "+1",
            "-1",
            " 1",
            "9223372036854775808",
            "00000000000000000001",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn leading_zeros_make_no_other_version() {
        assert_eq!(Version::new(1, 1), Version::new(1, 4));
        assert!(Version::new(2, 1) < Version::new(10, 2));
    }
}
