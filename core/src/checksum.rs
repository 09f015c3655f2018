use core::fmt;

/// The algorithm-tagged digest of a migration's canonical statements: `sha256:<64 hex digits>`.
///
/// The tag stays with every row of the history, so an old row remains verifiable when a new algorithm comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Checksum(&'static str);

impl Checksum {
    /// The tagged text, as the build computed it.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The tagged text.
    pub const fn as_str(&self) -> &'static str {
        self.0
    }

    /// The part before the colon; empty when there is none.
    pub fn algorithm(&self) -> &'static str {
        split(self.0).0
    }

    /// The part after the colon.
    pub fn digest(&self) -> &'static str {
        split(self.0).1
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Cuts a tagged checksum into algorithm and digest. An untagged text has an empty algorithm.
pub(crate) fn split(text: &str) -> (&str, &str) {
    text.split_once(':').unwrap_or(("", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F13 and F28.
    #[test]
    fn a_checksum_names_its_algorithm() {
        let cases = [
            ("sha256:ab", "sha256", "ab"),
            ("ab", "", "ab"),
            ("blake3:a:b", "blake3", "a:b"),
        ];
        for (text, algorithm, digest) in cases {
            let checksum = Checksum::new(text);
            assert_eq!(
                (checksum.algorithm(), checksum.digest()),
                (algorithm, digest)
            );
        }
    }
}
