//! Bytes to text.

use std::str::Utf8Error;

use crate::Span;
use crate::diagnostic::Diagnostic;

/// The file's text. Where the bytes are no UTF-8 the text is a likeness of them, so that the rest of the file can still be looked at,
/// and the finding says what is wrong.
pub(super) fn decode(path: &str, bytes: Vec<u8>) -> (String, Option<Diagnostic>) {
    if let Some(text) = utf_16(&bytes) {
        let diagnostic = bad_encoding(path, None, "is UTF-16, not UTF-8", "");
        return (text, Some(diagnostic));
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(offset) => without_nul(path, text, offset),
            None => (text, None),
        },
        Err(error) => {
            let cause = error.utf8_error();
            not_utf_8(path, &error.into_bytes(), cause)
        }
    }
}

fn not_utf_8(path: &str, bytes: &[u8], cause: Utf8Error) -> (String, Option<Diagnostic>) {
    let offset = cause.valid_up_to();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let byte = bytes[offset];
    let (line, column) = Span::new(offset, offset).line_column(&text);
    let replacement = char::REPLACEMENT_CHARACTER.len_utf8();
    let mut diagnostic = bad_encoding(
        path,
        Some(Span::new(offset, offset + replacement)),
        &format!("is not UTF-8: byte 0x{byte:02X} at line {line}, column {column}"),
        "no UTF-8 from here",
    )
    .note(format!("that is byte {offset} of the file, counted from 0"));
    // Without a length the text just ends too early.
    if byte >= 0xA0 && cause.error_len().is_some() {
        let likely = char::from(byte);
        diagnostic = diagnostic.note(format!(
            "in Windows-1252 and Latin-1 that byte is `{likely}`"
        ));
    }
    (text, Some(diagnostic))
}

/// No database takes a NUL byte in SQL text; a blank in its place keeps all offsets.
fn without_nul(path: &str, text: String, offset: usize) -> (String, Option<Diagnostic>) {
    let (line, column) = Span::new(offset, offset).line_column(&text);
    let diagnostic = Diagnostic::error(
        "bad-encoding",
        format!("`{path}` has a NUL byte at line {line}, column {column}"),
    )
    .at(path, Span::new(offset, offset + 1), "the NUL byte")
    .note("no database takes a NUL byte in the text of a statement")
    .help("remove it; if most bytes of the file are NUL, it was saved as UTF-16: save it as UTF-8");
    (text.replace('\0', " "), Some(diagnostic))
}

fn bad_encoding(path: &str, span: Option<Span>, what: &str, label: &str) -> Diagnostic {
    Diagnostic::error("bad-encoding", format!("`{path}` {what}"))
        .at(path, span, label)
        .help("save the file as UTF-8")
}

/// Text behind one of the two byte order marks of UTF-16.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes[2..]
        .chunks_exact(2)
        .map(|pair| read([pair[0], pair[1]]))
        .collect();
    Some(String::from_utf16_lossy(&units).replace('\0', " "))
}
