use std::borrow::Cow;

use migratory_core::content_digest;

use crate::discover::File;
use crate::syntax;

/// The checksum of a migration out of those of its two directions. Moving a statement from one to the other changes it.
pub fn checksum(up: &str, down: Option<&str>) -> String {
    match down {
        Some(down) => syntax::checksum(["up", up, "down", down]),
        None => syntax::checksum(["up", up]),
    }
}

/// The checksum of a migration in Rust: over its text, whatever its line ends, byte order mark and blanks at the ends of lines.
pub fn rust_checksum(text: &str) -> String {
    let text = plain(text);
    let lines = text.trim_end().split('\n').map(str::trim_end);
    syntax::checksum(lines)
}

/// A digest of a migration's files as they stand on disk, line ends and byte order mark aside: a checkout with CRLF is no edit.
pub fn raw_digest<'f>(files: impl IntoIterator<Item = &'f File>) -> String {
    let digests: Vec<u64> = files
        .into_iter()
        .map(|file| match plain(&file.text) {
            text if text.len() == file.text.len() => file.digest(),
            text => content_digest(text.as_bytes()),
        })
        .collect();
    let digest = match digests.as_slice() {
        [digest] => *digest,
        digests => {
            let bytes: Vec<u8> = digests
                .iter()
                .flat_map(|digest| digest.to_be_bytes())
                .collect();
            content_digest(&bytes)
        }
    };
    format!("{digest:016x}")
}

fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

/// The chain value of a line: 16 digits of a SHA-256 over the value of the line above, its own title and its checksum.
pub(super) fn chain(above: &str, title: &str, checksum: &str) -> String {
    let digest = syntax::checksum([above, title, checksum]);
    digest.trim_start_matches("sha256:")[..16].to_owned()
}
