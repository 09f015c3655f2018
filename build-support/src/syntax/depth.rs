//! How deep a statement nests, told from its tokens before a parser sees it.

use super::{Token, TokenKind};

/// Levels of parentheses that are read: a level costs some kilobytes of stack where nothing is optimised, and a thread may have no more
/// than two megabytes.
pub(super) const DEEPEST: usize = 128;

/// Whether parentheses nest deeper than anybody writes; then not even a tree could be dropped safely.
pub(super) fn is_deep(tokens: &[Token]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// The same of a text for SQLite whose tokens are not at hand.
#[cfg(feature = "sqlite")]
pub(crate) fn nests_deeply(text: &str) -> bool {
    let opened = text.bytes().filter(|byte| *byte == b'(').count();
    opened > DEEPEST && is_deep(&super::tokenize(migratory_core::Dialect::Sqlite, text))
}
