//! What code that nobody interprets may do to the schema, read off its words: a `DO` block, a routine's body, an unknown statement.

use std::collections::BTreeMap;

use migratory_core::Dialect;

use super::code::Code;
use super::settle::settle;
use crate::syntax::ir::{ObjectKind, ObjectName};
use crate::syntax::{Token, TokenKind, tokenize};

/// What code may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    /// The statements in it that make, change or drop objects.
    pub(super) heads: Vec<Head>,
    /// Whether it runs text that is not all in sight.
    pub(super) is_dynamic: bool,
    /// Whether its statements may run more than once, or in another order than they are written in.
    pub(super) repeats: bool,
    /// Whether it asks the server's own tables what there is.
    pub(super) reads_catalog: bool,
    /// What it may call: names before a parenthesis, and those behind `CALL`.
    pub(super) calls: Vec<Call>,
    /// Its strings.
    pub(super) strings: Vec<String>,
}

/// The beginning of a statement that makes, changes or drops something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) verb: Verb,
    pub(super) kind: ObjectKind,
    /// What it is about.
    pub(super) name: Named,
    /// The table after `ON`.
    pub(super) table: Option<Named>,
    /// Of an `ALTER TABLE`, what it may do to what belongs to the table.
    pub(super) parts: Parts,
    /// Of an `ALTER TABLE`, all of it, where all of it is in sight.
    pub(super) text: Option<String>,
}

/// A name, as far as it is in sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// All of it.
    Whole(ObjectName),
    /// It begins so, with nothing where no piece of it is in sight.
    From(String),
    /// That, in some schema.
    Somewhere(String),
}

impl Named {
    pub(super) fn whole(&self) -> Option<&ObjectName> {
        match self {
            Self::Whole(name) => Some(name),
            Self::From(_) | Self::Somewhere(_) => None,
        }
    }

    /// Whether it may be the name of something that is called so.
    pub(super) fn may_be(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        match self {
            Self::Whole(whole) => whole.name.text.eq_ignore_ascii_case(&name),
            Self::From(start) => name.starts_with(&start.to_ascii_lowercase()),
            Self::Somewhere(all) => name == all.to_ascii_lowercase(),
        }
    }
}

/// What an `ALTER TABLE` may do to the parts of its table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Parts {
    /// Something to those of these names.
    Called(Vec<String>),
    /// Nobody can tell.
    #[default]
    Any,
}

/// Something that is called, with the strings that are passed to it; `None` for what is no string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: ObjectName,
    pub(super) arguments: Vec<Option<String>>,
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
        Self::of_call(dialect, text, &[])
    }

    /// Reads the body of a routine that is called with those strings. On MySQL its parameters stand before it.
    pub(super) fn of_call(dialect: Dialect, text: &str, arguments: &[Option<String>]) -> Self {
        let inner = unquoted(dialect, text);
        let names = Code::new(dialect, &inner).parameters();
        let passed = names.into_iter().zip(arguments);
        let known: BTreeMap<String, String> = passed
            .filter_map(|(name, value)| Some((name, value.clone()?)))
            .collect();
        let inner = settle(dialect, &inner, &known);
        Self::of_settled(dialect, &Code::new(dialect, &inner), true)
    }

    /// Reads a script of which no more is run than what stands in its strings.
    pub(super) fn of_strings(dialect: Dialect, text: &str) -> Self {
        let settled = settle(dialect, text, &BTreeMap::new());
        Self::of_settled(dialect, &Code::new(dialect, &settled), false)
    }

    fn of_settled(dialect: Dialect, code: &Code<'_>, is_run: bool) -> Self {
        let mut effects = Self {
            // Which of the strings of a script is run where is not looked at.
            repeats: !is_run || code.repeats(),
            ..Self::default()
        };
        let mut of_strings = Vec::new();
        let mut is_unseen = false;
        let is_pieced = code.is_pieced();
        for place in 0..code.tokens.len() {
            if is_run && !code.is_in_alter(place) {
                effects.heads.extend(code.heads(place, false));
            }
            if is_run {
                effects.calls.extend(code.call(place));
            }
            effects.reads_catalog |= code.is_catalog(place);
            is_unseen |= code.runs_unseen(place);
            effects.is_dynamic |= code.runs(place);
            if let Some(string) = code.string(place) {
                let is_cut = code.is_cut(place);
                let inner = Code::new(dialect, &string);
                for place in (0..inner.tokens.len()).filter(|place| !inner.is_in_alter(*place)) {
                    of_strings.extend(inner.heads(place, is_cut));
                }
                effects.strings.push(string);
            }
        }
        if is_pieced {
            of_strings.iter_mut().for_each(|head| head.text = None);
        }
        if effects.is_dynamic {
            effects.is_dynamic = is_unseen && of_strings.is_empty();
            // A string need not be run where it stands.
            let are_more = effects.heads.len() + of_strings.len() > 1;
            effects.repeats |= are_more && !of_strings.is_empty();
            effects.heads.extend(of_strings);
        }
        if code.changes_path() {
            effects.heads.iter_mut().for_each(|head| head.text = None);
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
pub(super) fn literal(token: Token, text: &str) -> String {
    let raw = token.text(text);
    if let Some(rest) = raw.strip_prefix('$')
        && let Some((tag, rest)) = rest.split_once('$')
    {
        let close = format!("${tag}$");
        return rest.strip_suffix(&close).unwrap_or(rest).to_owned();
    }
    let plain = raw.trim_start_matches(['e', 'E', 'n', 'N']);
    let quote = if plain.starts_with('"') { "\"" } else { "'" };
    let inner = plain.strip_prefix(quote).unwrap_or(plain);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&quote.repeat(2), quote)
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
                let shown = |name: &Named| match name {
                    Named::Whole(name) => name.to_string(),
                    Named::From(start) => format!("{start}?"),
                    Named::Somewhere(name) => format!("?.{name}"),
                };
                let table = head.table.as_ref();
                let table = table.map_or_else(String::new, |table| format!(" on {}", shown(table)));
                let sight = head.text.as_ref().map_or("", |_| ", all of it");
                let name = shown(&head.name);
                format!("{:?} {} {name}{table}{sight}", head.verb, head.kind)
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
                "Alter table a, all of it",
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
                "Create table part_?",
            ),
            (
                "$$ begin execute 'create table part_' || n; end $$",
                "Create table part_?",
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
                "Alter table t, all of it",
            ),
            (
                "BEGIN SET @s = CONCAT('ALTER TABLE ', n, ' ADD a INT'); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table ?",
            ),
            (
                "BEGIN SET @s = IF(c, 'ALTER TABLE t ADD a INT', 'SELECT 1'); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table t, all of it",
            ),
            (
                "BEGIN SET @s = CONCAT('ALTER TABLE t ADD a ', n); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table t",
            ),
            (
                "BEGIN SET @s = CONCAT(@a, 'ALTER TABLE t ADD a INT'); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table t",
            ),
            (
                "BEGIN SET @s = LOWER('ALTER TABLE t ADD a INT'); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table t",
            ),
            (
                "BEGIN SET @s = f('ALTER TABLE t ADD a INT', 1); PREPARE p FROM @s; EXECUTE p; END",
                "Alter table t",
            ),
            (
                "BEGIN USE other; ALTER TABLE t ADD a INT; END",
                "Alter table t",
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
