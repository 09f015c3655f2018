//! Statements that nobody interprets: what they may have touched is no longer fully known, and no more than that.

use super::Work;
use super::effects::Effects;
use crate::Span;
use crate::syntax::ir::{Ident, ObjectKind, ObjectName};
use crate::syntax::{Token, tokenize};

/// Verbs of statements that leave the schema as it is.
const TRACELESS: [&str; 52] = [
    "abort",
    "analyze",
    "begin",
    "check",
    "checkpoint",
    "checksum",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "deallocate",
    "declare",
    "delete",
    "desc",
    "describe",
    "discard",
    "end",
    "explain",
    "fetch",
    "flush",
    "grant",
    "handler",
    "help",
    "insert",
    "kill",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "optimize",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "repair",
    "replace",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "set",
    "show",
    "signal",
    "start",
    "truncate",
    "unlisten",
    "unlock",
    "update",
];

/// What `CREATE`, `ALTER` and `DROP` can be about that the catalog does not hold.
const UNHELD: [&str; 24] = [
    "access",
    "cast",
    "collation",
    "conversion",
    "database",
    "default",
    "event",
    "foreign",
    "group",
    "language",
    "large",
    "operator",
    "procedural",
    "publication",
    "role",
    "rule",
    "server",
    "statistics",
    "subscription",
    "system",
    "tablespace",
    "text",
    "transform",
    "user",
];

/// Functions that leave the schema as it is, whatever is passed to them.
const PLAIN_FUNCTIONS: [&str; 14] = [
    "coalesce",
    "concat",
    "count",
    "currval",
    "greatest",
    "lastval",
    "max",
    "min",
    "nextval",
    "now",
    "pg_get_serial_sequence",
    "set_config",
    "setval",
    "sum",
];

impl Work<'_, '_> {
    /// Code in another language, and calls of it.
    pub(super) fn run_block(&mut self, body: Span) {
        let text = body.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        // What a prepared statement says was put together somewhere above.
        let effects = match effects.is_dynamic && self.begins_with(&["execute"]) {
            true => Effects::of_strings(self.dialect, &self.script.text[..body.end]),
            false => effects,
        };
        self.may_run(effects);
    }

    /// A query may call what changes the schema.
    pub(super) fn run_query(&mut self) {
        let text = self.statement.span.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        let is_plain = effects.calls.iter().all(|call| {
            let name = call.name.name.text.to_ascii_lowercase();
            PLAIN_FUNCTIONS.contains(&name.as_str())
        });
        self.may_run_called(effects.clone());
        if is_plain {
            return;
        }
        // A function of an extension that is told the name of a table may do something to it.
        for key in self.tables_called(&effects.strings) {
            let table = self.catalog.get(&key).cloned();
            let is_known = effects
                .calls
                .iter()
                .any(|call| !self.is_unknown_routine(call));
            if table.is_some() && !is_known {
                self.mark(&key);
            }
        }
    }

    /// A statement that the adapter cannot interpret.
    pub(super) fn run_unknown(&mut self) {
        let text = self.statement.span.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        if self.begins_with(&["create", "alter", "drop", "rename"]) {
            return match effects.heads.first() {
                Some(head) => self.suffer_head(head, &effects),
                None if self.is_unheld() => {}
                None => self.lose_track(),
            };
        }
        if self.begins_with(&["select", "with", "values", "table"]) {
            self.made_by_select();
            return self.may_run_called(effects);
        }
        if self.begins_with(&["call", "execute", "prepare", "do", "if"]) {
            return self.run_block(self.statement.span);
        }
        if !self.begins_with(&TRACELESS) {
            self.lose_track();
        }
    }

    fn begins_with(&self, words: &[&str]) -> bool {
        let text = self.script.text;
        let first = self.tokens().into_iter().next();
        first.is_some_and(|(start, token)| {
            let word = &text[start + token.span.start..start + token.span.end];
            words.iter().any(|known| word.eq_ignore_ascii_case(known))
        })
    }

    /// The statement's tokens, but blanks and comments, with where they are counted from.
    fn tokens(&self) -> Vec<(usize, Token)> {
        let span = self.statement.span;
        let tokens = tokenize(self.dialect, span.of(self.script.text));
        let tokens = tokens.into_iter().filter(|token| !token.is_trivia());
        tokens.map(|token| (span.start, token)).collect()
    }

    /// Whether the statement is about something that the catalog does not hold.
    fn is_unheld(&self) -> bool {
        let text = self.statement.span.of(self.script.text);
        let words = self.tokens();
        let mut words = words.iter().skip(1).map(|(_, token)| token);
        let kind = words.find(|token| !token.is_any_word(text, &["or", "replace", "trusted"]));
        kind.is_some_and(|token| token.is_any_word(text, &UNHELD))
    }

    /// `SELECT ... INTO` makes a table.
    fn made_by_select(&mut self) {
        let text = self.statement.span.of(self.script.text);
        let tokens = self.tokens();
        let mut rest = tokens
            .iter()
            .map(|(_, token)| token)
            .skip_while(|token| !token.is_word(text, "into"))
            .skip(1)
            .skip_while(|token| {
                token.is_any_word(text, &["table", "temp", "temporary", "unlogged"])
            });
        if let Some(token) = rest.next().filter(|token| token.is_identifier()) {
            let name = ObjectName {
                schema: None,
                name: Ident::unwritten(token.unquote(text).to_ascii_lowercase()),
            };
            self.stand_in(ObjectKind::Table, &name);
        }
    }
}
