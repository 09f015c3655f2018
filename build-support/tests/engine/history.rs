use std::collections::BTreeSet;
use std::rc::Rc;

use migratory_build::catalog::{Catalog, Origin};
use migratory_build::catalog::{Later, Partial, Script};
use migratory_build::diagnostic::Diagnostic;
use migratory_build::engine::{Engine, replay_script, reverse_script};
use migratory_build::syntax::ir::{Body, Statement};
use migratory_build::syntax::{split, sqlite, tokenize};
use migratory_core::Dialect;

/// A file of a history, parsed.
pub(crate) struct File {
    pub(crate) name: Rc<str>,
    pub(crate) text: String,
    pub(crate) statements: Vec<Statement>,
    pub(crate) opaque: Vec<usize>,
    pub(crate) in_transaction: bool,
}

impl File {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let tokens = tokenize(Dialect::Sqlite, text);
        let spans = split(Dialect::Sqlite, text, &tokens).statements;
        let statements = spans.iter().map(|statement| {
            let line = u32::try_from(statement.line).unwrap();
            let tokens = &tokens[statement.tokens.clone()];
            sqlite::parse(text, statement.span, line, tokens).unwrap_or_else(|error| {
                let reason = error.message;
                Statement::new(statement.span, line, Body::Unknown { reason })
            })
        });
        Self {
            name: name.into(),
            statements: statements.collect(),
            text: text.to_owned(),
            opaque: Vec::new(),
            in_transaction: true,
        }
    }

    pub(crate) fn script<'a>(&'a self, later: Option<&'a Later<'a>>) -> Script<'a> {
        Script {
            file: &self.name,
            text: &self.text,
            statements: &self.statements,
            opaque: &self.opaque,
            in_transaction: self.in_transaction,
            later,
        }
    }
}

/// A migration's way up, and its way down where it has one.
pub(crate) struct Migration {
    pub(crate) up: File,
    pub(crate) down: Option<File>,
}

/// What came of a history.
pub(crate) struct Run {
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) partial: Vec<Partial>,
}

/// Runs a history as the pipeline does: every way up, and where there is one its way down and up again.
pub(crate) fn run(history: &[Migration]) -> Run {
    let mut run = Run {
        engine: Engine::new().unwrap(),
        catalog: Catalog::default(),
        diagnostics: Vec::new(),
        partial: Vec::new(),
    };
    let later = |name: &str| first_maker(history, name);
    for migration in history {
        let before = run.catalog.clone();
        let script = migration.up.script(Some(&later));
        let up = replay_script(&mut run.engine, &mut run.catalog, &script);
        if let Some(down) = &migration.down {
            let down = down.script(Some(&later));
            let reversed = reverse_script(
                &mut run.engine,
                &before,
                &run.catalog,
                (&script, &up),
                &down,
            )
            .unwrap();
            run.diagnostics.extend(reversed.down.diagnostics);
            run.diagnostics.extend(reversed.diagnostics);
            run.partial.extend(reversed.down.partial);
        }
        run.diagnostics.extend(up.diagnostics);
        run.partial.extend(up.partial);
    }
    run
}

/// The catalog as lines, to compare two of them.
pub(crate) fn lines(catalog: &Catalog) -> BTreeSet<String> {
    let objects = catalog.objects();
    objects
        .map(|object| {
            let origin = object.origin.as_ref().map(|origin| origin.line);
            let schema = object.schema.as_deref().unwrap_or("main");
            format!(
                "{schema} {} {} on {} {origin:?}: {}",
                object.kind, object.name, object.table, object.sql
            )
        })
        .collect()
}

fn first_maker(history: &[Migration], name: &str) -> Option<Origin> {
    history.iter().find_map(|migration| {
        let file = &migration.up;
        let made = file.statements.iter().find(|statement| {
            let made = match &statement.body {
                Body::CreateTable(create) => &create.name,
                Body::CreateView(create) => &create.name,
                _ => return false,
            };
            made.name.is(name)
        })?;
        Some(Origin {
            file: file.name.clone(),
            line: made.line,
            span: made.span,
        })
    })
}
