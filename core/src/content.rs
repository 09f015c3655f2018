/// A digest of a file's bytes that tells whether the file is still the one that was embedded: 64 bits of FNV-1a.
///
/// It is for freshness, among files that nobody forges; what was released is held by the SHA-256 of [`Checksum`](crate::Checksum).
pub const fn content_digest(bytes: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut digest = OFFSET;
    let mut index = 0;
    while index < bytes.len() {
        digest = (digest ^ bytes[index] as u64).wrapping_mul(PRIME);
        index += 1;
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the algorithm's authors: <http://www.isthe.com/chongo/tech/comp/fnv/>.
    #[test]
    fn a_content_digest_is_fnv_1a() {
        let cases: [(&[u8], u64); 3] = [
            (b"", 0xcbf2_9ce4_8422_2325),
            (b"a", 0xaf63_dc4c_8601_ec8c),
            (b"foobar", 0x8594_4171_f739_67e8),
        ];
        for (bytes, digest) in cases {
            assert_eq!(content_digest(bytes), digest);
        }
    }
}
