use alloc::format;
use alloc::string::String;
use core::fmt;

/// A value that commits to a whole set of applied migrations.
///
/// Each migration has a *link*, 64 bits of a digest over its version, name and checksum. The chain is the wrapping sum of
/// the links, so it does not depend on the order of application, needs no hashing at run time, and a migration that goes
/// down is subtracted again. One that is under way counts as a number of its own, which no finished list comes to. Equal
/// chains mean equal histories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chain(u64);

impl Chain {
    /// The chain of no migration at all.
    pub const EMPTY: Self = Self(0);

    /// The chain with one more migration.
    pub const fn plus(self, link: u64) -> Self {
        Self(self.0.wrapping_add(link))
    }

    /// The chain with one migration less.
    pub const fn minus(self, link: u64) -> Self {
        Self(self.0.wrapping_sub(link))
    }

    /// The chain as a number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The first 31 bits, which SQLite's `user_version` can hold; never 0, which is what an untouched file has there.
    pub const fn marker(self) -> i64 {
        let bits = (self.0 >> 33) as i64;
        if bits == 0 { 1 } else { bits }
    }

    /// Reads the 16 hex digits that [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        parse_hex(text).map(Self)
    }
}

impl FromIterator<u64> for Chain {
    fn from_iter<I: IntoIterator<Item = u64>>(links: I) -> Self {
        links.into_iter().fold(Self::EMPTY, Self::plus)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The text whose SHA-256 gives a migration's link; `key` is the version, or a repeatable's key.
pub fn link_text(key: i64, name: &str, checksum: &str) -> String {
    format!("migratory link\0{key}\0{name}\0{checksum}")
}

/// The link in a SHA-256 of [`link_text`]: its first 8 bytes.
pub fn link_of(digest: &[u8; 32]) -> u64 {
    first_bytes(digest)
}

/// The key of a repeatable migration, out of a SHA-256 of its name: always negative, so no version can meet it.
pub fn repeatable_key_of(digest: &[u8; 32]) -> i64 {
    -1 - (first_bytes(digest) >> 1) as i64
}

pub(crate) fn parse_hex(text: &str) -> Option<u64> {
    let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits {
        u64::from_str_radix(text, 16).ok()
    } else {
        None
    }
}

fn first_bytes(digest: &[u8; 32]) -> u64 {
    digest[..8]
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const LINKS: [u64; 4] = [u64::MAX, 0x8000_0000_0000_0001, 7, 0xdead_beef_0000_0000];

    #[test]
    fn a_chain_does_not_depend_on_the_order_of_application() {
        let forwards: Chain = LINKS.into_iter().collect();
        let backwards: Chain = LINKS.into_iter().rev().collect();
        assert_eq!(forwards, backwards);
        assert_ne!(forwards, LINKS[1..].iter().copied().collect());
    }

    #[test]
    fn going_down_takes_the_link_out_again() {
        let chain = Chain::EMPTY.plus(LINKS[0]).plus(LINKS[3]);
        assert_eq!(chain.minus(LINKS[0]), Chain::EMPTY.plus(LINKS[3]));
    }

    #[test]
    fn a_chain_is_written_as_16_hex_digits_and_read_back() {
        for value in [0, 7, u64::MAX, 0x0123_4567_89ab_cdef] {
            let text = Chain(value).to_string();
            assert_eq!(text.len(), 16);
            assert_eq!(Chain::parse(&text), Some(Chain(value)));
        }
        for text in [
            "",
            "7",
            "+123456789abcdef",
            "0123456789abcdefg",
            "é23456789abcdef",
        ] {
            assert_eq!(Chain::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_marker_fits_user_version_and_is_never_0() {
        assert_eq!(Chain(0).marker(), 1);
        assert_eq!(Chain(1).marker(), 1);
        assert_eq!(Chain(u64::MAX).marker(), i64::from(i32::MAX));
        assert_eq!(Chain(1 << 34).marker(), 2);
    }

    #[test]
    fn a_repeatable_key_is_negative_whatever_the_digest() {
        assert_eq!(repeatable_key_of(&[0; 32]), -1);
        assert_eq!(repeatable_key_of(&[255; 32]), i64::MIN);
    }

    #[test]
    fn a_link_is_the_first_8_bytes_of_the_digest() {
        let mut digest = [9; 32];
        digest[..8].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(link_of(&digest), 0x0102_0304_0506_0708);
        assert_eq!(
            link_text(7, "add_email", "sha256:ab"),
            "migratory link\x007\0add_email\0sha256:ab"
        );
    }
}
