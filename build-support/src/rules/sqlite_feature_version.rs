#![doc = include_str!("sqlite_feature_version.md")]

use std::borrow::Cow;

use migratory_core::Dialect;

use super::{Group, Reporter, Rule, ScriptContext};
use crate::Span;
use crate::catalog::Change;
use crate::syntax::ir::{Body, Statement, Table};
use crate::syntax::{Token, TokenKind, tokenize};

/// Something newer than the oldest SQLite that has to run it.
pub(super) struct SqliteFeatureVersion;

impl Rule for SqliteFeatureVersion {
    fn name(&self) -> &'static str {
        "sqlite-feature-version"
    }

    fn group(&self) -> Group {
        Group::Correctness
    }

    fn page(&self) -> &'static str {
        include_str!("sqlite_feature_version.md")
    }

    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Sqlite]
    }

    fn check_script(&self, script: &ScriptContext<'_>, report: &mut Reporter<'_>) {
        let Some(minimum) = script.config.minimum_version else {
            return;
        };
        let mut uses = Vec::new();
        for step in script.steps {
            uses.extend(by_change(&step.change).map(|feature| (feature, step.span)));
        }
        for statement in script.statements {
            uses.extend(by_words(statement, script.text));
        }
        for ((what, since), span) in uses {
            if minimum >= (3, since, 0) {
                continue;
            }
            let (major, minor, patch) = minimum;
            report
                .at(span)
                .message(format!("{what} needs SQLite 3.{since}"))
                .label(format!("new in 3.{since}"))
                .note(format!("`minimum-version` is {major}.{minor}.{patch}"))
                .help("write it another way, or raise `minimum-version` in migratory.toml");
        }
    }
}

/// What it is, and the minor version of SQLite 3 that brought it. From sqlite.org/changes.html.
type Feature = (Cow<'static, str>, u16);

fn by_change(change: &Change<'_>) -> Option<Feature> {
    match change {
        Change::AlterTable { .. } => Some(("changing a constraint with `ALTER TABLE`".into(), 53)),
        Change::DropColumn { .. } => Some(("`DROP COLUMN`".into(), 35)),
        Change::RenameColumn { .. } => Some(("`RENAME COLUMN`".into(), 25)),
        Change::CreateTable(create) => by_table(&create.table),
        Change::AddColumn { added, .. } => by_table(added),
        _ => None,
    }
}

fn by_table(table: &Table) -> Option<Feature> {
    if table.strict {
        Some(("a STRICT table".into(), 37))
    } else if table
        .columns
        .iter()
        .any(|column| column.generated.is_some())
    {
        Some(("a generated column".into(), 31))
    } else {
        None
    }
}

/// Functions and operators leave no trace in the tree, so the words are looked at.
fn by_words(statement: &Statement, text: &str) -> Vec<(Feature, Span)> {
    let text = statement.span.of(text);
    let tokens = tokenize(Dialect::Sqlite, text);
    let tokens: Vec<Token> = tokens
        .into_iter()
        .filter(|token| !token.is_trivia())
        .collect();
    let writes = matches!(
        statement.body,
        Body::Insert(_) | Body::Update(_) | Body::Delete { .. }
    );
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        let feature = match token.kind {
            TokenKind::Word if next.is_some_and(|next| next.kind == TokenKind::LeftParen) => {
                FUNCTIONS
                    .iter()
                    .find(|(name, _)| token.is_word(text, name))
                    .map(|&(name, since)| (format!("the function `{name}`").into(), since))
            }
            TokenKind::Word if writes && token.is_word(text, "returning") => {
                Some(("`RETURNING`".into(), 35))
            }
            TokenKind::Word if writes && token.is_word(text, "do") => {
                Some(("`ON CONFLICT ... DO`".into(), 24))
            }
            TokenKind::Operator if matches!(token.text(text), "->" | "->>") => {
                Some(("the operator `->`".into(), 38))
            }
            _ => None,
        };
        let start = statement.span.start;
        let span = Span::new(start + token.span.start, start + token.span.end);
        found.extend(feature.map(|feature| (feature, span)));
    }
    found
}

const FUNCTIONS: &[(&str, u16)] = &[
    ("concat", 44),
    ("concat_ws", 44),
    ("format", 38),
    ("iif", 32),
    ("jsonb", 45),
    ("octet_length", 43),
    ("string_agg", 44),
    ("timediff", 43),
    ("unhex", 41),
    ("unistr", 50),
    ("unixepoch", 38),
];
