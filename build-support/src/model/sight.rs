//! How much of what code runs is in sight.

use super::code::Code;
use crate::syntax::TokenKind;

/// What a text begins with that changes rows, rights or nothing.
const HARMLESS: [&str; 20] = [
    "select", "insert", "update", "delete", "with", "merge", "truncate", "analyze", "vacuum",
    "refresh", "grant", "revoke", "comment", "set", "notify", "lock", "cluster", "reindex", "copy",
    "replace",
];

/// Functions that make another text of one.
const BENDING: [&str; 20] = [
    "array_to_string",
    "concat_ws",
    "elt",
    "group_concat",
    "insert",
    "left",
    "lower",
    "lpad",
    "overlay",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "rpad",
    "string_agg",
    "substr",
    "substring",
    "translate",
    "upper",
];

impl Code<'_> {
    /// The statement that begins at a place, where all of it is in sight.
    pub(super) fn whole(&self, place: usize, is_cut: bool) -> Option<String> {
        let last = self.rest(place).last()?;
        let is_ended =
            last + 1 == self.tokens.len() || self.is_kind(last + 1, TokenKind::Semicolon);
        let text = &self.text[self.tokens[place].span.start..self.tokens[last].span.end];
        let is_whole = is_ended && !is_cut && !text.contains(['%', '\\']);
        is_whole.then(|| text.to_owned())
    }

    /// Whether text is run from here on: `EXECUTE`, but that of a trigger or a right.
    pub(super) fn runs(&self, place: usize) -> bool {
        let is_right = place > 0 && self.is_any(place - 1, &["grant", "revoke"]);
        let is_other = self.is_any(place + 1, &["function", "procedure", "on"])
            || self.is_kind(place + 1, TokenKind::Comma);
        self.is(place, "execute") && !is_right && !is_other
    }

    /// Whether text is run that may change the schema, as far as its own beginning tells.
    pub(super) fn runs_unseen(&self, place: usize) -> bool {
        if !self.runs(place) {
            return false;
        }
        let first = self.rest(place + 1).find_map(|place| self.string(place));
        first.is_none_or(|text| {
            let code = Code::new(self.dialect, &text);
            !code.is_any(0, &HARMLESS)
        })
    }

    /// Whether something is put behind the string at a place: `'...' || name`, `concat('...', name)`.
    pub(super) fn is_cut(&self, place: usize) -> bool {
        let next = self.tokens.get(place + 1);
        next.is_some_and(|next| match next.kind {
            TokenKind::Comma => !self.is_called_by(place, &["if"]),
            _ => next.text(self.text).starts_with('|'),
        })
    }

    /// Whether text is made here that nobody can follow: strings that are still in pieces, and functions that make another text of one.
    pub(super) fn is_pieced(&self) -> bool {
        (0..self.tokens.len()).any(|place| {
            let is_joined = self.tokens[place].text(self.text) == "||"
                || self.is_kind(place, TokenKind::Comma) && self.is_called_by(place, &["concat"]);
            let is_bent =
                self.is_kind(place + 1, TokenKind::LeftParen) && self.is_any(place, &BENDING);
            is_joined || is_bent
        })
    }

    /// Whether names may stand for something else here than in the script.
    pub(super) fn changes_path(&self) -> bool {
        self.has_any(&["search_path", "use"])
    }

    /// Whether what stands here may run twice, or before what stands above it.
    pub(super) fn repeats(&self) -> bool {
        self.has_any(&["loop", "while", "repeat", "handler"])
    }

    fn has_any(&self, words: &[&str]) -> bool {
        (0..self.tokens.len()).any(|place| self.is_any(place, words))
    }

    fn is_called_by(&self, place: usize, words: &[&str]) -> bool {
        self.called_by[place].is_some_and(|word| self.is_any(word, words))
    }
}
