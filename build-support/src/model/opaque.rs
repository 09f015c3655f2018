//! Statements that nobody interprets: what they may have touched is no longer fully known, and no more than that.

use std::collections::{BTreeMap, BTreeSet};

use super::Work;
use super::effects::{Call, Effects, Head, Named, Parts, Verb};
use super::lookup::Lookup;
use crate::Span;
use crate::catalog::{Definition, Key, Object};
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

/// A routine, and what was passed to it.
type Followed = (Key, Vec<Option<String>>);

impl Work<'_, '_> {
    /// Says that anything may have been touched: nobody knows what is missing, and what is there may have changed.
    pub(super) fn lose_track(&mut self) {
        let keys: Vec<Key> = self.catalog.objects().map(|object| object.key()).collect();
        for key in &keys {
            self.catalog.mark_if_there(key);
        }
        self.catalog.mark_incomplete();
    }

    /// Code in another language, and calls of it.
    pub(super) fn run_block(&mut self, body: Span) {
        let text = body.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        // What a prepared statement says was put together somewhere above.
        let effects = match effects.is_dynamic && self.begins_with(&["execute"]) {
            true => Effects::read(self.dialect, self.script.text),
            false => effects,
        };
        self.suffer(&effects, &mut BTreeSet::new());
    }

    /// A query may call what changes the schema.
    pub(super) fn run_query(&mut self) {
        let text = self.statement.span.of(self.script.text);
        let effects = Effects::read(self.dialect, text);
        let is_plain = effects.calls.iter().all(|call| {
            let name = call.name.name.text.to_ascii_lowercase();
            PLAIN_FUNCTIONS.contains(&name.as_str())
        });
        self.follow(&effects, &mut BTreeSet::new());
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
            return self.follow(&effects, &mut BTreeSet::new());
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

    fn suffer(&mut self, effects: &Effects, seen: &mut BTreeSet<Followed>) {
        for head in &effects.heads {
            self.suffer_head(head, effects);
        }
        if effects.is_dynamic {
            self.lose_track();
        }
        self.follow(effects, seen);
    }

    /// What the routines do that code calls, each looked at once for what is passed to it.
    fn follow(&mut self, effects: &Effects, seen: &mut BTreeSet<Followed>) {
        let folded = |name: &str| name.to_ascii_lowercase();
        let mut called: BTreeMap<String, Vec<&Call>> = BTreeMap::new();
        for call in &effects.calls {
            called
                .entry(folded(&call.name.name.text))
                .or_default()
                .push(call);
        }
        if called.is_empty() {
            return;
        }
        let mut bodies = Vec::new();
        for routine in self.catalog.objects() {
            if !matches!(routine.kind, ObjectKind::Function | ObjectKind::Procedure) {
                continue;
            }
            let bare = routine.name.split('(').next().unwrap_or_default();
            for call in called.get(&folded(bare)).into_iter().flatten() {
                if !seen.insert((routine.key(), call.arguments.clone())) {
                    continue;
                }
                match routine.definition() {
                    // One that was made where nobody looked.
                    Definition::Unknown => bodies.push(None),
                    _ if routine.sql.is_empty() => {}
                    _ => bodies.push(Some((routine.sql.clone(), &call.arguments))),
                }
            }
        }
        for body in bodies {
            match body {
                Some((body, arguments)) => {
                    self.suffer(&Effects::of_call(self.dialect, &body, arguments), seen);
                }
                None => self.lose_track(),
            }
        }
    }

    fn is_unknown_routine(&self, call: &Call) -> bool {
        let mut objects = self.catalog.objects();
        !objects.any(|object| {
            let bare = object.name.split('(').next().unwrap_or_default();
            matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure)
                && self.catalog.naming().is_same(bare, &call.name.name.text)
        })
    }

    fn suffer_head(&mut self, head: &Head, effects: &Effects) {
        let Named::Whole(name) = &head.name else {
            return self.suffer_some(head, effects);
        };
        match (head.kind, head.table.as_ref().and_then(Named::whole)) {
            (kind, Some(table)) if self.is_in_table(kind) => {
                self.suffer_part(head.verb, kind, name, table);
            }
            // Without its table nobody finds it.
            (kind, None) if self.is_in_table(kind) => self.suffer_parts(kind),
            (ObjectKind::Function | ObjectKind::Procedure, _) => self.suffer_routine(head, name),
            (ObjectKind::Schema, _) if head.verb == Verb::Drop => self.lose_track(),
            (kind, table) => {
                if let Some(Lookup::Found(table)) =
                    table.map(|table| self.look_up(ObjectKind::Table, table))
                {
                    // Its indexes are asked for when a foreign key wants a key.
                    self.touched.insert(table.key());
                }
                match (self.look_up(kind, name), head.verb) {
                    (Lookup::Found(object), Verb::Drop) => self.doubt(&object),
                    (Lookup::Found(object), _) => {
                        self.mark(&object.key());
                        self.suffer_altered(head, &object);
                    }
                    (Lookup::Missing, Verb::Drop) | (Lookup::Open, _) => {}
                    (Lookup::Missing, _) => self.stand_in(kind, name),
                }
            }
        }
    }

    fn is_in_table(&self, kind: ObjectKind) -> bool {
        let naming = self.catalog.naming();
        kind.is_part() && !naming.key(None, "a", kind, "b").table.is_empty()
    }

    /// What an `ALTER TABLE` may have done to what belongs to the table.
    fn suffer_altered(&mut self, head: &Head, table: &Object) {
        if head.kind != ObjectKind::Table || head.verb != Verb::Alter {
            return;
        }
        let naming = self.catalog.naming();
        for part in self.catalog.belongings_of(table) {
            let is_meant = match &head.parts {
                Parts::Any => true,
                Parts::Called(names) => names.iter().any(|name| naming.is_same(name, &part.name)),
            };
            if is_meant {
                self.doubt(&part);
            }
        }
    }

    /// Something that belongs to a table.
    fn suffer_part(&mut self, verb: Verb, kind: ObjectKind, name: &ObjectName, table: &ObjectName) {
        let Lookup::Found(table) = self.look_up(ObjectKind::Table, table) else {
            return;
        };
        let text = &name.name.text;
        match (self.look_up_part(kind, &table, text), verb) {
            (Lookup::Found(object), Verb::Drop) => self.doubt(&object),
            (Lookup::Found(object), _) => self.mark(&object.key()),
            (Lookup::Missing, Verb::Create | Verb::Alter) => {
                let naming = self.catalog.naming();
                let schema = table.schema.as_deref();
                let definition = Definition::Unknown;
                let object = Object::modelled(naming, kind, schema, text, &table.name, definition);
                let mut object = object.made_by(self.origin());
                object.incomplete = true;
                self.put(object);
            }
            _ => {}
        }
    }

    fn suffer_parts(&mut self, kind: ObjectKind) {
        let parts: Vec<_> = self.catalog.of_kind(kind).cloned().collect();
        for part in parts {
            self.doubt(&part);
        }
    }

    /// A routine, of which the types of its arguments are not read.
    fn suffer_routine(&mut self, head: &Head, name: &ObjectName) {
        let routines = self.routines_named(name).unwrap_or_default();
        if head.verb == Verb::Drop {
            for routine in &routines {
                self.doubt(routine);
            }
        } else {
            self.stand_in(head.kind, name);
        }
    }

    /// An object whose name is put together from pieces.
    fn suffer_some(&mut self, head: &Head, effects: &Effects) {
        let called = self.tables_called(&effects.strings);
        let is_bare = matches!(&head.name, Named::From(start) if start.is_empty());
        if is_bare
            && head.kind == ObjectKind::Table
            && head.verb == Verb::Alter
            && !called.is_empty()
            && !effects.reads_catalog
        {
            for key in called {
                self.mark(&key);
            }
            return;
        }
        if head.verb == Verb::Create {
            return self.make_some(head);
        }
        if head.kind == ObjectKind::Schema {
            return self.lose_track();
        }
        let is_touched = |object: &Object| match head.kind {
            ObjectKind::Table => object.kind.is_table_like() || object.kind.is_part(),
            kind => object.kind == kind,
        };
        let is_touched = |object: &Object| {
            let is_meant = head.name.may_be(&object.name)
                || head.kind == ObjectKind::Table && head.name.may_be(&object.table);
            is_meant && is_touched(object)
        };
        let objects: Vec<_> = self
            .catalog
            .objects()
            .filter(|object| is_touched(object))
            .cloned()
            .collect();
        for object in objects {
            match head.verb {
                Verb::Drop => self.doubt(&object),
                _ => self.mark(&object.key()),
            }
        }
    }

    /// Something is made whose name is not all in sight.
    fn make_some(&mut self, head: &Head) {
        let table = head.table.as_ref();
        let tables: Vec<Key> = match table {
            Some(Named::Whole(table)) => {
                let found = self.look_up(ObjectKind::Table, table).found();
                found.iter().map(|table| table.key()).collect()
            }
            Some(table) => {
                let tables = self.catalog.objects();
                let tables = tables.filter(|object| object.kind.is_table_like());
                let meant = tables.filter(|object| table.may_be(&object.name));
                meant.map(|table| table.key()).collect()
            }
            None => Vec::new(),
        };
        for table in &tables {
            self.mark(table);
        }
        if table.is_some() && self.is_in_table(head.kind) {
            return;
        }
        match &head.name {
            Named::Whole(_) => {}
            Named::From(start) if start.is_empty() => self.catalog.mark_incomplete(),
            Named::From(start) | Named::Somewhere(start) => self.catalog.mark_open(start),
        }
    }

    /// The tables whose names are strings, with a schema or without.
    fn tables_called(&self, strings: &[String]) -> Vec<Key> {
        let tables = strings.iter().filter_map(|string| {
            let (schema, name) = match string.split_once('.') {
                Some((schema, name)) => (Some(schema), name),
                None => (None, string.as_str()),
            };
            let name = ObjectName::unwritten(schema, name.trim_matches('"'));
            let found = self.look_up(ObjectKind::Table, &name).found();
            found.map(|table| table.key())
        });
        tables.collect()
    }

    /// It may look otherwise now.
    fn mark(&mut self, key: &Key) {
        self.touched.insert(key.clone());
        self.catalog.mark_if_there(key);
    }

    /// It may be gone now, and what belongs to it as well.
    fn doubt(&mut self, object: &Object) {
        if object.kind.is_table_like() {
            let key = object.key();
            let mut parts = self.catalog.belongings_of(object);
            let users = self.catalog.users_of(&key).into_iter();
            parts.extend(users.filter(|user| user.kind == ObjectKind::Sequence));
            for part in &parts {
                self.doubt(part);
            }
        }
        let mut doubtful = object.redefined(Definition::Unknown);
        doubtful.incomplete = true;
        self.put(doubtful);
    }

    /// Something may be there under that name now.
    fn stand_in(&mut self, kind: ObjectKind, name: &ObjectName) {
        let text = &name.name.text;
        let definition = Definition::Unknown;
        let Some(mut object) = self.new_object(kind, name, text, false, definition) else {
            return;
        };
        object.incomplete = true;
        if self.catalog.get(&object.key()).is_none() {
            self.put(object);
        }
    }
}
