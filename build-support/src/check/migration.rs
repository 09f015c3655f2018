//! One migration: read, run up, down and up again, and held against the rules.

use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::state::State;
use super::weigh::weigh;
use super::{Coverage, Examined};
use crate::catalog::{Catalog, Replayed, Script as Run, summary};
use crate::codegen;
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::{Entry, FileId, Source};
use crate::rules::{self, ScriptContext, Verdict};
use crate::syntax::ir::Body;
use crate::syntax::{Down, Parsed, Script, Sql, parse, refuses_transaction, touches_session};

/// Examines the migration that follows on `state`, and takes the state behind it.
pub(super) fn examine(source: &Source, entry: &Entry, state: &mut State) -> Examined {
    let outcome = parse(source, entry);
    let parsed = outcome.parsed;
    let mut examination = Examination {
        source,
        entry,
        parsed: &parsed,
        read: outcome.diagnostics,
        diagnostics: Vec::new(),
        coverage: Coverage::default(),
        doubt: None,
        foreign_keys_off: false,
        safety: Vec::new(),
        summary: Vec::new(),
    };
    match &parsed.up {
        Script::Sql(up) => examination.run(up, state),
        Script::Rust(file) => examination.pass_over(*file, state),
    }
    examination.examined(state)
}

struct Examination<'s> {
    source: &'s Source,
    entry: &'s Entry,
    parsed: &'s Parsed,
    /// What reading found, until it is judged with the script it stands in.
    read: Vec<Diagnostic>,
    diagnostics: Vec<Diagnostic>,
    coverage: Coverage,
    doubt: Option<String>,
    foreign_keys_off: bool,
    /// What waivers silenced: rule and reason.
    safety: Vec<String>,
    summary: Vec<String>,
}

impl Examination<'_> {
    /// Up, down and up again on the engine, and both ways under the rules.
    fn run(&mut self, up: &Sql, state: &mut State) {
        let before = state.catalog.clone();
        let file = self.path(up.file);
        let up_run = run_of(self.source, up, &file, self.parsed.settings.in_transaction);
        let went_up = state.prover.replay(&mut state.catalog, &up_run);
        self.foreign_keys_off =
            self.parsed.settings.in_transaction && rules::needs_foreign_keys_off(&went_up.steps);
        self.summary = summary(went_up.steps.iter().map(|step| &step.change));
        let found = self.weigh(up, &went_up);
        self.judge(up, &went_up, &before, &state.catalog, false, found);

        let Down::Script(Script::Sql(down)) = &self.parsed.down else {
            return;
        };
        let down_file = self.path(down.file);
        let down_run = run_of(
            self.source,
            down,
            &down_file,
            self.parsed.settings.in_transaction,
        );
        let reversed =
            state
                .prover
                .reverse(&before, &state.catalog, (&up_run, &went_up), &down_run);
        match reversed {
            Ok(reversed) => {
                let mut found = self.weigh(down, &reversed.down);
                found.extend(reversed.diagnostics);
                let start = state.catalog.clone();
                self.judge(down, &reversed.down, &start, &reversed.after, true, found);
            }
            Err(error) => self.doubt(format!("the way down could not be tried: {error}")),
        }
    }

    /// A Rust migration does not run in the build. Where its text speaks of changing the schema, the schema is no longer
    /// known for certain.
    fn pass_over(&mut self, file: FileId, state: &mut State) {
        let path = self.path(file);
        self.doubt(format!("`{path}` is Rust and does not run in the build"));
        self.summary = vec!["runs Rust code".to_owned()];
        if !changes_schema(&self.source.file(file).text) {
            return;
        }
        state.catalog.mark_incomplete();
        self.diagnostics.push(
            Diagnostic::new(
                Level::Warn,
                "schema-change-in-rust",
                "this Rust migration seems to change the schema, which the build cannot follow",
            )
            .at(&path, None, "")
            .note("from here on, missing tables and columns are no longer reported")
            .help("change the schema in an SQL migration, and only data in Rust"),
        );
    }

    /// The findings of a run; what it covers and leaves open is added up.
    fn weigh(&mut self, sql: &Sql, replayed: &Replayed<'_>) -> Vec<Diagnostic> {
        let weighed = weigh(self.source, sql, &mut self.read, replayed);
        self.coverage = self.coverage.plus(weighed.coverage);
        self.doubt = self.doubt.take().or(weighed.doubt);
        weighed.found
    }

    fn judge(
        &mut self,
        sql: &Sql,
        replayed: &Replayed<'_>,
        before: &Catalog,
        after: &Catalog,
        down: bool,
        found: Vec<Diagnostic>,
    ) {
        let file = self.source.file(sql.file);
        let context = ScriptContext {
            dialect: self.source.config.dialect,
            config: &self.source.config,
            file: &file.path,
            text: &file.text,
            migration: &self.entry.name,
            down,
            one_way: matches!(self.parsed.down, Down::Missing),
            in_transaction: self.parsed.settings.in_transaction,
            statements: &sql.statements,
            steps: &replayed.steps,
            before,
            after,
        };
        let Verdict {
            diagnostics,
            waived,
        } = rules::judge(&context, &sql.waivers, found);
        self.diagnostics.extend(diagnostics);
        for waived in waived {
            self.safety.push(format!(
                "{} (allowed: {})",
                waived.diagnostic.code, waived.reason
            ));
        }
    }

    fn doubt(&mut self, reason: String) {
        self.doubt.get_or_insert(reason);
    }

    fn path(&self, file: FileId) -> Rc<str> {
        self.source.file(file).path.as_str().into()
    }

    fn examined(mut self, state: &mut State) -> Examined {
        let checksum = self.checksum();
        let settings = &self.parsed.settings;
        let migration = codegen::Migration {
            version: self.entry.version.number(),
            width: self.entry.version.width(),
            name: self.entry.name.clone(),
            description: self.parsed.description.clone(),
            link: link(
                self.entry.version.number() as i64,
                &self.entry.name,
                &checksum,
            ),
            checksum,
            in_transaction: settings.in_transaction,
            foreign_keys_off: self.foreign_keys_off,
            timeouts: codegen::Timeouts {
                lock: settings.lock_timeout.map(milliseconds),
                statement: settings.statement_timeout.map(milliseconds),
            },
            up: self.packed(&self.parsed.up),
            down: match &self.parsed.down {
                Down::Missing => codegen::Down::Missing,
                Down::Irreversible(_) => codegen::Down::Irreversible,
                Down::Script(script) => codegen::Down::Script(self.packed(script)),
            },
            safety: if self.safety.is_empty() {
                "safe".to_owned()
            } else {
                self.safety.join(", ")
            },
            summary: self.summary.clone(),
            fingerprint: state.fingerprint(),
        };
        self.diagnostics.append(&mut self.read);
        Examined {
            migration,
            diagnostics: self.diagnostics,
            coverage: self.coverage,
            doubt: self.doubt,
        }
    }

    fn checksum(&self) -> String {
        match &self.parsed.up {
            Script::Sql(sql) => sql.checksum.clone(),
            Script::Rust(file) => rust_checksum(&self.source.file(*file).text),
        }
    }

    fn packed(&self, script: &Script) -> codegen::Script {
        match script {
            Script::Rust(file) => codegen::Script::Rust {
                file: self.source.file(*file).path.clone(),
            },
            Script::Sql(sql) => pack(self.source, sql),
        }
    }
}

/// A script as the engine runs it; `file` is the path of its file.
pub(super) fn run_of<'r>(
    source: &'r Source,
    sql: &'r Sql,
    file: &'r Rc<str>,
    in_transaction: bool,
) -> Run<'r> {
    Run {
        file,
        text: &source.file(sql.file).text,
        statements: &sql.statements,
        opaque: &sql.opaque,
        in_transaction,
        later: None,
    }
}

/// A script's statements in the form that generated code holds.
pub(super) fn pack(source: &Source, sql: &Sql) -> codegen::Script {
    let file = source.file(sql.file);
    let dialect = source.config.dialect;
    let statements = sql.statements.iter().map(|statement| {
        let sql = statement.span.of(&file.text);
        migratory_core::Statement {
            sql,
            line: statement.line,
            transactional: !matches!(statement.body, Body::Vacuum | Body::Attach)
                && refuses_transaction(dialect, sql).is_none(),
            touches_session: touches_session(dialect, sql),
        }
    });
    // A NUL byte is an error by now, and the stub that stands in its place has no SQL.
    let sound = statements.filter(|statement| !statement.sql.contains('\0'));
    codegen::Script::Sql {
        file: file.path.clone(),
        packed: migratory_core::pack(sound),
    }
}

/// A migration's share in the chain.
pub(super) fn link(key: i64, name: &str, checksum: &str) -> u64 {
    let digest = Sha256::digest(migratory_core::link_text(key, name, checksum));
    migratory_core::link_of(&digest.into())
}

/// Longer than 49 days is for ever.
pub(super) fn milliseconds(duration: u64) -> u32 {
    u32::try_from(duration).unwrap_or(u32::MAX)
}

/// The checksum of a Rust migration: its text, however its lines end.
fn rust_checksum(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    crate::syntax::checksum([lines.join("\n").trim_end()])
}

/// Whether a Rust migration's text holds a word that changes a schema, in a place that is no comment.
fn changes_schema(text: &str) -> bool {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic()))
        .any(|word| {
            ["CREATE", "ALTER", "DROP"]
                .iter()
                .any(|verb| word.eq_ignore_ascii_case(verb))
        })
}
