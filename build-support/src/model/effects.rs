//! What code that nobody interprets may do to the schema, read off its words: a `DO` block, a routine's body, an unknown statement.

use migratory_core::Dialect;

use crate::syntax::ir::{Ident, ObjectKind, ObjectName};
use crate::syntax::{Token, TokenKind, tokenize};

/// What code may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    /// The statements in it that make, change or drop objects.
    pub(super) heads: Vec<Head>,
    /// Whether it runs text that is not all in sight.
    pub(super) is_dynamic: bool,
    /// Whether it asks the server's own tables what there is.
    pub(super) reads_catalog: bool,
    /// What it may call: names before a parenthesis, and those behind `CALL`.
    pub(super) calls: Vec<ObjectName>,
    /// Its strings.
    pub(super) strings: Vec<String>,
}

/// The beginning of a statement that makes, changes or drops something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) verb: Verb,
    pub(super) kind: ObjectKind,
    /// What it is about; `None` where the text is put together from pieces.
    pub(super) name: Option<ObjectName>,
    /// The table after `ON`.
    pub(super) table: Option<ObjectName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Alter,
    /// Afterwards the name may be gone: `DROP`, and `ALTER ... RENAME`.
    Drop,
}

impl Effects {
    /// Reads code, with the quotes around it or without.
    pub(super) fn read(dialect: Dialect, text: &str) -> Self {
        let mut effects = Self::default();
        let inner = unquoted(dialect, text);
        let code = Code::new(dialect, &inner);
        let mut of_strings = Vec::new();
        let mut is_unseen = false;
        for place in 0..code.tokens.len() {
            effects.heads.extend(code.heads(place, false));
            effects.calls.extend(code.call(place));
            effects.reads_catalog |= code.is_catalog(place);
            is_unseen |= code.runs_unseen(place);
            effects.is_dynamic |= code.runs(place);
            if let Some(string) = code.string(place) {
                let is_cut = code.is_cut(place);
                let inner = Code::new(dialect, &string);
                for place in 0..inner.tokens.len() {
                    of_strings.extend(inner.heads(place, is_cut));
                }
                effects.strings.push(string);
            }
        }
        if effects.is_dynamic {
            effects.is_dynamic = is_unseen && of_strings.is_empty();
            effects.heads.extend(of_strings);
        }
        effects
    }

    /// Whether running it may change the schema, as far as it does so itself.
    pub(super) fn may_change(&self) -> bool {
        !self.heads.is_empty() || self.is_dynamic
    }
}

/// The text of a body in quotes.
fn unquoted(dialect: Dialect, text: &str) -> String {
    let text = text.trim();
    let tokens = tokenize(dialect, text);
    match tokens.first() {
        Some(token) if tokens.len() == 1 && token.kind == TokenKind::String => {
            literal(*token, text)
        }
        // `DO LANGUAGE plpgsql $$ ... $$`, and the other way round.
        _ => text.to_owned(),
    }
}

/// What stands between the quotes of a string.
fn literal(token: Token, text: &str) -> String {
    let raw = token.text(text);
    if let Some(rest) = raw.strip_prefix('$')
        && let Some((tag, rest)) = rest.split_once('$')
    {
        let close = format!("${tag}$");
        return rest.strip_suffix(&close).unwrap_or(rest).to_owned();
    }
    let plain = raw.trim_start_matches(['e', 'E', 'n', 'N']);
    let inner = plain.trim_start_matches(['\'', '"']);
    let inner = inner.strip_suffix(['\'', '"']).unwrap_or(inner);
    inner.replace("''", "'")
}

/// How many tokens behind a verb are looked at, so that time stays linear.
const FAR: usize = 4096;

/// Code with its tokens, but blanks and comments.
struct Code<'t> {
    dialect: Dialect,
    text: &'t str,
    tokens: Vec<Token>,
}

/// Words between a verb and the kind of object.
const BEFORE_KIND: [&str; 16] = [
    "or",
    "replace",
    "temp",
    "temporary",
    "global",
    "local",
    "unlogged",
    "unique",
    "fulltext",
    "spatial",
    "constraint",
    "foreign",
    "recursive",
    "materialized",
    "ignore",
    "online",
];

/// Words between the kind of object and its name.
const BEFORE_NAME: [&str; 5] = ["concurrently", "if", "not", "exists", "only"];

const KINDS: [(&str, ObjectKind); 14] = [
    ("table", ObjectKind::Table),
    ("view", ObjectKind::View),
    ("index", ObjectKind::Index),
    ("sequence", ObjectKind::Sequence),
    ("type", ObjectKind::Type),
    ("domain", ObjectKind::Domain),
    ("function", ObjectKind::Function),
    ("aggregate", ObjectKind::Function),
    ("procedure", ObjectKind::Procedure),
    ("trigger", ObjectKind::Trigger),
    ("policy", ObjectKind::Policy),
    ("schema", ObjectKind::Schema),
    ("extension", ObjectKind::Extension),
    ("event", ObjectKind::Event),
];

/// What a text begins with that changes rows, rights or nothing.
const HARMLESS: [&str; 20] = [
    "select", "insert", "update", "delete", "with", "merge", "truncate", "analyze", "vacuum",
    "refresh", "grant", "revoke", "comment", "set", "notify", "lock", "cluster", "reindex", "copy",
    "replace",
];

impl<'t> Code<'t> {
    fn new(dialect: Dialect, text: &'t str) -> Self {
        let mut tokens = tokenize(dialect, text);
        tokens.retain(|token| !token.is_trivia());
        Self {
            dialect,
            text,
            tokens,
        }
    }

    fn is(&self, place: usize, word: &str) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.is_word(self.text, word))
    }

    fn is_any(&self, place: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.is_any_word(self.text, words))
    }

    fn is_kind(&self, place: usize, kind: TokenKind) -> bool {
        self.tokens
            .get(place)
            .is_some_and(|token| token.kind == kind)
    }

    /// The statement that begins at a token, where it is about an object; several where it names several. `is_cut` says that more text
    /// follows behind what is here.
    fn heads(&self, place: usize, is_cut: bool) -> Vec<Head> {
        let verb = match () {
            () if self.is(place, "create") => Verb::Create,
            () if self.is(place, "alter") => Verb::Alter,
            () if self.is_any(place, &["drop", "rename"]) => Verb::Drop,
            () => return Vec::new(),
        };
        let Some((kind, mut next)) = self.kind_after(place) else {
            return Vec::new();
        };
        while self.is_any(next, &BEFORE_NAME) {
            next += 1;
        }
        // An index may go without a name.
        let is_nameless = kind == ObjectKind::Index && self.is(next, "on");
        let mut heads = Vec::new();
        loop {
            let (name, behind) = match is_nameless {
                true => (None, next),
                false => self.name(next, is_cut),
            };
            let head = Head {
                verb,
                kind,
                table: self.table_after(kind, behind, is_cut),
                name,
            };
            if !is_nameless {
                heads.push(head);
            }
            if verb != Verb::Drop || !self.is_kind(behind, TokenKind::Comma) {
                if verb == Verb::Alter {
                    self.renamed(kind, behind, is_cut, &mut heads);
                }
                return heads;
            }
            next = behind + 1;
        }
    }

    /// The kind of object behind a verb, and the place behind that.
    fn kind_after(&self, verb: usize) -> Option<(ObjectKind, usize)> {
        let mut place = verb + 1;
        let mut is_free = false;
        let mut is_materialized = false;
        while place < self.tokens.len().min(verb + 16) {
            let found = KINDS.iter().find(|(word, _)| self.is(place, word));
            if let Some((_, kind)) = found {
                if *kind == ObjectKind::Event && self.is(place + 1, "trigger") {
                    return None;
                }
                let is_view = *kind == ObjectKind::View && is_materialized;
                let kind = if is_view {
                    ObjectKind::MaterializedView
                } else {
                    *kind
                };
                return Some((kind, place + 1));
            }
            is_materialized |= self.is(place, "materialized");
            // MySQL: `DEFINER = user@host`, `ALGORITHM = MERGE`, `SQL SECURITY INVOKER`.
            is_free |= self.dialect == Dialect::Mysql
                && self.is_any(place, &["definer", "algorithm", "sql"]);
            if !is_free && !self.is_any(place, &BEFORE_KIND) {
                return None;
            }
            place += 1;
        }
        None
    }

    /// The name at a place, and the place behind it; `None` where it is put together from pieces.
    fn name(&self, place: usize, is_cut: bool) -> (Option<ObjectName>, usize) {
        let Some(first) = self.ident(place) else {
            return (None, place);
        };
        let (schema, name, last) = match self.ident(place + 2) {
            Some(second) if self.is_kind(place + 1, TokenKind::Dot) => {
                (Some(first), second, place + 2)
            }
            _ => (None, first, place),
        };
        let end = self.tokens[last].span.end;
        let is_pieced = match self.tokens.get(last + 1) {
            Some(next) => next.span.start == end && matches!(next.text(self.text), "%" | "."),
            None => is_cut && end == self.text.len(),
        };
        let name = ObjectName { schema, name };
        ((!is_pieced).then_some(name), last + 1)
    }

    fn ident(&self, place: usize) -> Option<Ident> {
        let token = *self.tokens.get(place)?;
        if !token.is_identifier() {
            return None;
        }
        let text = token.unquote(self.text);
        let is_folded = self.dialect == Dialect::Postgres && token.kind == TokenKind::Word;
        Some(Ident::unwritten(match is_folded {
            true => text.to_ascii_lowercase(),
            false => text.into_owned(),
        }))
    }

    /// The table after `ON`, for what belongs to one.
    fn table_after(&self, kind: ObjectKind, place: usize, is_cut: bool) -> Option<ObjectName> {
        if !kind.is_part() {
            return None;
        }
        let mut on = self.rest(place).filter(|place| self.is(*place, "on"));
        let mut table = on.next()? + 1;
        while self.is(table, "only") {
            table += 1;
        }
        self.name(table, is_cut).0
    }

    /// `RENAME TO` of an `ALTER`: the old name goes, a new one comes.
    fn renamed(&self, kind: ObjectKind, place: usize, is_cut: bool, heads: &mut Vec<Head>) {
        for place in self.rest(place) {
            let is_rename = self.is(place, "rename") && self.is(place + 1, "to")
                || self.is(place, "set") && self.is(place + 1, "schema");
            if !is_rename {
                continue;
            }
            let is_moved = self.is(place, "set");
            if let Some(head) = heads.last_mut() {
                head.verb = Verb::Drop;
            }
            let (name, _) = self.name(place + 2, is_cut);
            let old = heads.last().and_then(|head| head.name.clone());
            let name = match (is_moved, name, old) {
                (true, Some(schema), Some(old)) => Some(ObjectName {
                    schema: Some(schema.name),
                    name: old.name,
                }),
                (true, ..) => None,
                (false, Some(new), old) => Some(ObjectName {
                    schema: old.and_then(|old| old.schema),
                    ..new
                }),
                (false, None, _) => None,
            };
            heads.push(Head {
                verb: Verb::Create,
                kind,
                name,
                table: None,
            });
            return;
        }
    }

    /// The places up to the end of the statement, as far as they are looked at.
    fn rest(&self, place: usize) -> impl Iterator<Item = usize> {
        (place..self.tokens.len())
            .take(FAR)
            .take_while(|place| !self.is_kind(*place, TokenKind::Semicolon))
    }

    /// Something that is called at a place.
    fn call(&self, place: usize) -> Option<ObjectName> {
        let is_called = self.is_kind(place + 1, TokenKind::LeftParen)
            || place > 0 && self.is(place - 1, "call");
        let name = self.ident(place).filter(|_| is_called)?;
        let schema = place.checked_sub(2).and_then(|schema| self.ident(schema));
        let is_qualified = place >= 2 && self.is_kind(place - 1, TokenKind::Dot);
        Some(ObjectName {
            schema: schema.filter(|_| is_qualified),
            name,
        })
    }

    fn is_catalog(&self, place: usize) -> bool {
        self.ident(place).is_some_and(|name| {
            let name = name.text.to_ascii_lowercase();
            name.starts_with("pg_") || name == "information_schema"
        })
    }

    /// Whether text is run from here on: `EXECUTE`, but that of a trigger or a right.
    fn runs(&self, place: usize) -> bool {
        let is_right = place > 0 && self.is_any(place - 1, &["grant", "revoke"]);
        let is_other = self.is_any(place + 1, &["function", "procedure", "on"])
            || self.is_kind(place + 1, TokenKind::Comma);
        self.is(place, "execute") && !is_right && !is_other
    }

    /// Whether text is run that may change the schema, as far as its own beginning tells.
    fn runs_unseen(&self, place: usize) -> bool {
        if !self.runs(place) {
            return false;
        }
        let first = self.rest(place + 1).find_map(|place| self.string(place));
        first.is_none_or(|text| {
            let code = Code::new(self.dialect, &text);
            !code.is_any(0, &HARMLESS)
        })
    }

    /// What the string at a place says.
    fn string(&self, place: usize) -> Option<String> {
        let token = *self.tokens.get(place)?;
        (token.kind == TokenKind::String).then(|| literal(token, self.text))
    }

    /// Whether something is put behind the string at a place: `'...' || name`, `concat('...', name)`.
    fn is_cut(&self, place: usize) -> bool {
        let next = self.tokens.get(place + 1);
        next.is_some_and(|next| {
            next.text(self.text).starts_with('|') || next.kind == TokenKind::Comma
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(dialect: Dialect, text: &str) -> String {
        let effects = Effects::read(dialect, text);
        let mut words: Vec<String> = effects
            .heads
            .iter()
            .map(|head| {
                let name = head
                    .name
                    .as_ref()
                    .map_or("?".to_owned(), ObjectName::to_string);
                let table = head.table.as_ref();
                let table = table.map_or_else(String::new, |table| format!(" on {table}"));
                format!("{:?} {} {name}{table}", head.verb, head.kind)
            })
            .collect();
        if effects.is_dynamic {
            words.push("dynamic".to_owned());
        }
        words.join("; ")
    }

    #[test]
    fn what_code_may_do_is_read_off_its_words() {
        for (code, expected) in [
            (
                "$$ begin create type mood as enum ('a'); exception when duplicate_object then null; end $$",
                "Create type mood",
            ),
            (
                "$$ begin if not exists (select 1) then alter table a add column b int; end if; end $$",
                "Alter table a",
            ),
            (
                "$x$ begin drop table if exists a, app.\"B\" cascade; end $x$",
                "Drop table a; Drop table app.B",
            ),
            (
                "$$ begin alter table a rename to b; end $$",
                "Drop table a; Create table b",
            ),
            (
                "$$ begin create unique index concurrently if not exists i on only t (a); end $$",
                "Create index i on t",
            ),
            (
                "$$ begin execute 'alter table ' || quote_ident(t) || ' drop column a'; end $$",
                "Alter table ?",
            ),
            (
                "$$ begin execute 'alter table t drop constraint ' || c; end $$",
                "Alter table t",
            ),
            (
                "$$ begin execute format('create table part_%s partition of t', n); end $$",
                "Create table ?",
            ),
            (
                "$$ begin execute 'create table part_' || n; end $$",
                "Create table ?",
            ),
            ("$$ begin execute 'update t set a = ' || b; end $$", ""),
            ("$$ begin execute stmt; end $$", "dynamic"),
            ("$$ begin raise notice 'drop table a'; end $$", ""),
            (
                "$$ begin create trigger g after insert on t for each row execute function f(); end $$",
                "Create trigger g on t",
            ),
            (
                "$$ begin insert into t values (1); perform f(1); end $$",
                "",
            ),
        ] {
            assert_eq!(shown(Dialect::Postgres, code), expected, "{code}");
        }
        for (code, expected) in [
            (
                "BEGIN ALTER TABLE `t` ADD COLUMN a INT; END",
                "Alter table t",
            ),
            (
                "BEGIN SET @s = CONCAT('ALTER TABLE ', n, ' ADD a INT'); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table ?",
            ),
            (
                "create definer = 'a'@'b' procedure p() select 1",
                "Create procedure p",
            ),
        ] {
            assert_eq!(shown(Dialect::Mysql, code), expected, "{code}");
        }
    }
}
