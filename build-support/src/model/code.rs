//! Code as tokens, and what can be read off them.

use migratory_core::Dialect;

use super::effects::{Call, Head, Named, Parts, Verb, literal};
use crate::syntax::ir::{Ident, ObjectKind, ObjectName};
use crate::syntax::{Token, TokenKind, tokenize};

/// How many tokens behind a verb are looked at, so that time stays linear.
const FAR: usize = 4096;

/// Code with its tokens, but blanks and comments.
pub(super) struct Code<'t> {
    pub(super) dialect: Dialect,
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    /// Of each token, whether it stands in an `ALTER TABLE`, behind its first word.
    in_alter: Vec<bool>,
    /// Of each token, the place of the word right before the parentheses that it stands in.
    pub(super) called_by: Vec<Option<usize>>,
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

/// What `DROP` is followed by in an `ALTER TABLE` where it is not about a column.
const NO_COLUMN: [&str; 11] = [
    "index",
    "key",
    "constraint",
    "foreign",
    "primary",
    "check",
    "default",
    "not",
    "expression",
    "identity",
    "partition",
];

impl<'t> Code<'t> {
    pub(super) fn new(dialect: Dialect, text: &'t str) -> Self {
        let mut tokens = tokenize(dialect, text);
        tokens.retain(|token| !token.is_trivia());
        let mut code = Self {
            dialect,
            text,
            called_by: called_by(&tokens),
            tokens,
            in_alter: Vec::new(),
        };
        let mut inside = false;
        for place in 0..code.tokens.len() {
            inside &= !code.is_kind(place, TokenKind::Semicolon);
            code.in_alter.push(inside);
            let kind = code.is(place, "alter").then(|| code.kind_after(place));
            inside |= matches!(kind, Some(Some((ObjectKind::Table, _))));
        }
        code
    }

    /// Whether the word at a place is part of an `ALTER TABLE`, and no statement of its own.
    pub(super) fn is_in_alter(&self, place: usize) -> bool {
        self.in_alter[place]
    }

    pub(super) fn is(&self, place: usize, word: &str) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.is_word(self.text, word))
    }

    pub(super) fn is_any(&self, place: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(place);
        token.is_some_and(|token| token.is_any_word(self.text, words))
    }

    pub(super) fn is_kind(&self, place: usize, kind: TokenKind) -> bool {
        self.tokens
            .get(place)
            .is_some_and(|token| token.kind == kind)
    }

    /// The statement that begins at a token, where it is about an object; several where it names several. `is_cut` says that more text
    /// follows behind what is here.
    pub(super) fn heads(&self, place: usize, is_cut: bool) -> Vec<Head> {
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
                true => (Named::From(String::new()), next),
                false => self.name(next, is_cut),
            };
            let head = Head {
                verb,
                kind,
                table: self.table_after(kind, behind, is_cut),
                parts: self.parts(behind, is_cut),
                text: self
                    .whole(place, is_cut)
                    .filter(|_| verb == Verb::Alter && kind == ObjectKind::Table),
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

    /// The name at a place, and the place behind it.
    fn name(&self, place: usize, is_cut: bool) -> (Named, usize) {
        if let Some(found) = self.pieced(place) {
            return found;
        }
        let Some(first) = self.ident(place) else {
            return (Named::From(String::new()), place);
        };
        let (schema, name, last) = match self.ident(place + 2) {
            Some(second) if self.is_kind(place + 1, TokenKind::Dot) => {
                (Some(first), second, place + 2)
            }
            _ => (None, first, place),
        };
        let end = self.tokens[last].span.end;
        let named = match self.tokens.get(last + 1) {
            // What follows is the name, and this only its schema.
            Some(next) if next.span.start == end && next.kind == TokenKind::Dot => {
                Named::From(String::new())
            }
            None if is_cut && end == self.text.len() => Named::From(name.text),
            _ => Named::Whole(ObjectName { schema, name }),
        };
        (named, last + 1)
    }

    /// A name with `%s` in it, as `format` has it, and the place behind it.
    fn pieced(&self, place: usize) -> Option<(Named, usize)> {
        let start = self.tokens.get(place)?.span.start;
        let mut end = start;
        let mut behind = place;
        while let Some(token) = self.tokens.get(behind) {
            let is_piece = token.is_identifier()
                || matches!(token.kind, TokenKind::Dot | TokenKind::Number)
                || token.text(self.text).starts_with(['%', '$']);
            if token.span.start != end || !is_piece {
                break;
            }
            end = token.span.end;
            behind += 1;
        }
        let text = self.text[start..end].to_ascii_lowercase();
        let last = text.rsplit('.').next().unwrap_or_default();
        let last = last.trim_matches(['"', '`']);
        let named = match last.split_once('%') {
            Some((start, _)) => Named::From(start.to_owned()),
            None if text.contains('%') && !last.is_empty() => Named::Somewhere(last.to_owned()),
            None if text.contains('%') => Named::From(String::new()),
            None => return None,
        };
        Some((named, behind))
    }

    /// What the rest of an `ALTER TABLE` may do to the parts of its table.
    fn parts(&self, place: usize, is_cut: bool) -> Parts {
        let is_open = is_cut
            || self.rest(place).any(|place| {
                let is_column = self.is(place, "drop") && !self.is_any(place + 1, &NO_COLUMN);
                is_column || self.tokens[place].text(self.text).starts_with('%')
            });
        if is_open {
            return Parts::Any;
        }
        let names = self.rest(place).filter_map(|place| self.ident(place));
        Parts::Called(names.map(|name| name.text).collect())
    }

    pub(super) fn ident(&self, place: usize) -> Option<Ident> {
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
    fn table_after(&self, kind: ObjectKind, place: usize, is_cut: bool) -> Option<Named> {
        if !kind.is_part() {
            return None;
        }
        let mut on = self.rest(place).filter(|place| self.is(*place, "on"));
        let mut table = on.next()? + 1;
        while self.is(table, "only") {
            table += 1;
        }
        Some(self.name(table, is_cut).0)
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
                head.text = None;
            }
            let (name, _) = self.name(place + 2, is_cut);
            let old = heads.last().map(|head| head.name.clone());
            let name = match (is_moved, name, old) {
                (true, Named::Whole(schema), Some(Named::Whole(old))) => Named::Whole(ObjectName {
                    schema: Some(schema.name),
                    name: old.name,
                }),
                (true, ..) => Named::From(String::new()),
                (false, Named::Whole(new), Some(Named::Whole(old))) => Named::Whole(ObjectName {
                    schema: old.schema,
                    ..new
                }),
                (false, new, _) => new,
            };
            heads.push(Head {
                verb: Verb::Create,
                kind,
                name,
                table: None,
                parts: Parts::default(),
                text: None,
            });
            return;
        }
    }

    /// The places up to the end of the statement, as far as they are looked at.
    pub(super) fn rest(&self, place: usize) -> impl Iterator<Item = usize> {
        (place..self.tokens.len())
            .take(FAR)
            .take_while(|place| !self.is_kind(*place, TokenKind::Semicolon))
    }

    /// Something that is called at a place.
    pub(super) fn call(&self, place: usize) -> Option<Call> {
        let is_called = self.is_kind(place + 1, TokenKind::LeftParen)
            || place > 0 && self.is(place - 1, "call");
        let name = self.ident(place).filter(|_| is_called)?;
        let is_qualified = place >= 2 && self.is_kind(place - 1, TokenKind::Dot);
        let schema = place.checked_sub(2).filter(|_| is_qualified);
        let schema = schema.and_then(|schema| self.ident(schema));
        let arguments = self.list(place + 1).into_iter();
        let arguments = arguments.map(|(first, last)| match first == last {
            true => self.string(first),
            false => None,
        });
        Some(Call {
            name: ObjectName { schema, name },
            arguments: arguments.collect(),
        })
    }

    /// The parameters before a body of MySQL, in small letters.
    pub(super) fn parameters(&self) -> Vec<String> {
        if self.dialect != Dialect::Mysql {
            return Vec::new();
        }
        let listed = self.list(0).into_iter();
        let named = listed.map(|(first, last)| {
            let first = first + usize::from(first < last && self.is(first, "in"));
            let name = self.ident(first);
            name.map_or_else(String::new, |name| name.text.to_ascii_lowercase())
        });
        named.collect()
    }

    /// What stands between the commas of the parentheses at a place: first and last token of each.
    fn list(&self, place: usize) -> Vec<(usize, usize)> {
        let mut list = Vec::new();
        if !self.is_kind(place, TokenKind::LeftParen) {
            return list;
        }
        let (mut depth, mut first) = (0_usize, place + 1);
        for place in (place + 1..self.tokens.len()).take(FAR) {
            let kind = self.tokens[place].kind;
            let is_end = kind == TokenKind::RightParen && depth == 0;
            if (is_end || kind == TokenKind::Comma && depth == 0) && place > first {
                list.push((first, place - 1));
            }
            match kind {
                _ if is_end => break,
                TokenKind::Comma if depth == 0 => first = place + 1,
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
        }
        list
    }

    pub(super) fn is_catalog(&self, place: usize) -> bool {
        self.ident(place).is_some_and(|name| {
            let name = name.text.to_ascii_lowercase();
            name.starts_with("pg_") || name == "information_schema"
        })
    }

    /// What the string at a place says.
    pub(super) fn string(&self, place: usize) -> Option<String> {
        let token = *self.tokens.get(place)?;
        (token.kind == TokenKind::String).then(|| literal(token, self.text))
    }
}

/// Of each token, the place of the word right before the parentheses that it stands in.
fn called_by(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut open = Vec::new();
    let mut words = Vec::with_capacity(tokens.len());
    for (place, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::RightParen {
            open.pop();
        }
        words.push(open.last().copied().flatten());
        if token.kind == TokenKind::LeftParen {
            open.push(place.checked_sub(1));
        }
    }
    words
}
