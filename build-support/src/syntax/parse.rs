//! A migration's files to its scripts: statements read, directives put where they belong.

use std::ops::Range;

use migratory_core::Dialect;

use super::directive::{self, Directive, DirectiveErrorKind, Found, Position};
use super::ir::{Body, Statement};
use super::script::{Down, Outcome, Parsed, Script, Settings, Sql, SyntaxError, Waiver};
use super::split::{Split, StatementSpan, split};
use super::{Token, canonical, checksum, digest, tokenize};
use crate::Span;
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::{Entry, EntryLayout, File, FileId, Source};

/// Reads the files of one migration. Never fails: what cannot be read is a finding.
pub fn parse(source: &Source, entry: &Entry) -> Outcome {
    let mut found = Vec::new();
    let mut settings = Settings::new(source.config.transactions);
    let (up, down, description) = match entry.layout {
        EntryLayout::Rust(file) => {
            found.extend(without_up(source.file(file)));
            let has_down = declares_down(&source.file(file).text);
            let down = if has_down {
                Down::Script(Script::Rust(file))
            } else {
                Down::Missing
            };
            (
                Script::Rust(file),
                down,
                description_of(&source.file(file).text),
            )
        }
        EntryLayout::Single(file) => {
            let reading = Reading::new(source, file);
            let (up, down) = reading.halves(&mut found);
            reading.settings(&mut settings, &mut found);
            let down = match down {
                Some(half) => Down::Script(Script::Sql(reading.script(half, &mut found))),
                None => reading.without_down(),
            };
            (
                Script::Sql(reading.script(up, &mut found)),
                down,
                reading.description(),
            )
        }
        EntryLayout::UpOnly(file) => {
            let reading = Reading::new(source, file);
            reading.refuse_down_line(&mut found);
            reading.settings(&mut settings, &mut found);
            let up = reading.script(reading.whole(), &mut found);
            (
                Script::Sql(up),
                reading.without_down(),
                reading.description(),
            )
        }
        EntryLayout::Pair { up, down } => {
            let reading = Reading::new(source, up);
            reading.refuse_down_line(&mut found);
            reading.settings(&mut settings, &mut found);
            let back = Reading::new(source, down);
            back.refuse_down_line(&mut found);
            back.settings_of_down(&settings, &mut found);
            let up = reading.script(reading.whole(), &mut found);
            let down = back.script(back.whole(), &mut found);
            (
                Script::Sql(up),
                Down::Script(Script::Sql(down)),
                reading.description(),
            )
        }
    };
    Outcome {
        parsed: Parsed {
            up,
            down,
            description,
            settings,
        },
        diagnostics: found,
    }
}

/// Reads a file that goes one way only: a repeatable migration or a seed.
pub fn parse_single(source: &Source, file: FileId) -> (Sql, Settings, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut settings = Settings::new(source.config.transactions);
    let reading = Reading::new(source, file);
    reading.refuse_down_line(&mut found);
    reading.settings(&mut settings, &mut found);
    let sql = reading.script(reading.whole(), &mut found);
    (sql, settings, found)
}

/// A file, cut into tokens, statements and directives.
struct Reading<'s> {
    dialect: Dialect,
    id: FileId,
    file: &'s File,
    tokens: Vec<Token>,
    split: Split,
    directives: Vec<Found>,
}

/// The part of a file that goes one way.
struct Half {
    statements: Range<usize>,
    range: Span,
}

impl<'s> Reading<'s> {
    fn new(source: &'s Source, id: FileId) -> Self {
        let dialect = source.config.dialect;
        let file = source.file(id);
        let tokens = tokenize(dialect, &file.text);
        let split = split(dialect, &file.text, &tokens);
        let directives = directive::directives(&file.text, &tokens);
        Self {
            dialect,
            id,
            file,
            tokens,
            split,
            directives,
        }
    }

    fn whole(&self) -> Half {
        Half {
            statements: 0..self.split.statements.len(),
            range: Span::new(0, self.file.text.len()),
        }
    }

    /// The halves before and behind the `down` line.
    fn halves(&self, found: &mut Vec<Diagnostic>) -> (Half, Option<Half>) {
        let mut lines = self
            .readable()
            .filter(|(_, directive)| matches!(directive, Directive::Down));
        let Some((line, _)) = lines.next() else {
            return (self.whole(), None);
        };
        for (second, _) in lines {
            found.push(self.misplaced(second.span, "a file has one `down` line", ""));
        }
        let Position::Between { next } = line.position(&self.split.statements) else {
            return (self.whole(), None);
        };
        let up = Half {
            statements: 0..next,
            range: Span::new(0, line.span.start),
        };
        let down = Half {
            statements: next..self.split.statements.len(),
            range: Span::new(line.span.end, self.file.text.len()),
        };
        if down.statements.is_empty() {
            found.push(
                Diagnostic::new(
                    Level::Warn,
                    "empty-migration",
                    "the down half has no statement",
                )
                .at(&self.file.path, line.span, "nothing follows")
                .help("write what undoes the up half, or say `-- migratory: irreversible` instead"),
            );
        }
        (up, Some(down))
    }

    fn refuse_down_line(&self, found: &mut Vec<Diagnostic>) {
        for (line, directive) in self.readable() {
            if matches!(directive, Directive::Down) {
                found.push(self.misplaced(
                    line.span,
                    "this file goes one way only",
                    "a `down` line divides a file `<version>_<name>.sql`, without `.up` or `.down` in its name",
                ));
            }
        }
    }

    fn without_down(&self) -> Down {
        self.readable()
            .find(|(_, directive)| matches!(directive, Directive::Irreversible { .. }))
            .map_or(Down::Missing, |(found, _)| Down::Irreversible(found.span))
    }

    /// What the header asks of the run; directives that stand in the wrong place are findings.
    fn settings(&self, settings: &mut Settings, found: &mut Vec<Diagnostic>) {
        let header_end = directive::header_end(&self.tokens);
        for (place, directive) in self.readable() {
            let in_header = place.token < header_end;
            match directive {
                Directive::NoTransaction if in_header => settings.in_transaction = false,
                Directive::Timeout { lock, statement } if in_header => {
                    settings.lock_timeout = *lock;
                    settings.statement_timeout = *statement;
                }
                Directive::Irreversible { .. } if in_header => {}
                Directive::NoTransaction
                | Directive::Timeout { .. }
                | Directive::Irreversible { .. } => {
                    found.push(self.misplaced(
                        place.span,
                        "this directive holds for the whole file",
                        "write it above the first statement",
                    ));
                }
                Directive::Env { .. } if !self.file.path.starts_with("seeds/") => {
                    found.push(self.misplaced(
                        place.span,
                        "every database gets every migration",
                        "`env(...)` chooses among the files of `seeds/`",
                    ));
                }
                Directive::Squash { .. } => {
                    found.push(
                        Diagnostic::error("unsupported-directive", "`squash` is not supported yet")
                            .at(&self.file.path, place.span, "would be ignored"),
                    )
                }
                _ => {}
            }
        }
    }

    /// A down file cannot ask for what its up file does not: the settings hold for both ways.
    fn settings_of_down(&self, settings: &Settings, found: &mut Vec<Diagnostic>) {
        for (place, directive) in self.readable() {
            let repeats = match directive {
                Directive::NoTransaction => !settings.in_transaction,
                Directive::Timeout { lock, statement } => {
                    (*lock, *statement) == (settings.lock_timeout, settings.statement_timeout)
                }
                Directive::Irreversible { .. }
                | Directive::Env { .. }
                | Directive::Squash { .. } => false,
                _ => true,
            };
            if !repeats {
                found.push(self.misplaced(
                    place.span,
                    "a directive that holds for both ways stands in the up file",
                    "move it there",
                ));
            }
        }
    }

    fn description(&self) -> String {
        let header = directive::header(&self.file.text, &self.tokens);
        header
            .description
            .or(header.migration)
            .map_or_else(String::new, |(text, _)| text)
    }

    /// One way of the file: its statements read, with the findings on them.
    fn script(&self, half: Half, found: &mut Vec<Diagnostic>) -> Sql {
        let within = |span: Span| half.range.start <= span.start && span.start < half.range.end;
        for problem in self
            .split
            .problems
            .iter()
            .filter(|problem| within(problem.span))
        {
            found.push(Diagnostic::error("syntax-error", problem.to_string()).at(
                &self.file.path,
                problem.span,
                "",
            ));
        }
        if half.statements.is_empty() && self.split.problems.is_empty() && half.range.start == 0 {
            found.push(
                Diagnostic::new(
                    Level::Warn,
                    "empty-migration",
                    "the migration has no statement",
                )
                .at(&self.file.path, None, "")
                .help("write a statement, or remove the file"),
            );
        }
        let mut sql = Sql {
            file: self.id,
            range: half.range,
            statements: Vec::with_capacity(half.statements.len()),
            opaque: Vec::new(),
            refused: Vec::new(),
            waivers: Vec::new(),
            checksum: String::new(),
            digests: Vec::new(),
        };
        for place in self.directives.iter().filter(|place| within(place.span)) {
            self.attach(place, &half, &mut sql, found);
        }
        let spans = &self.split.statements[half.statements.clone()];
        for (index, span) in spans.iter().enumerate() {
            let statement = self.statement(index, span, &mut sql, found);
            sql.statements.push(statement);
        }
        let canonical: Vec<String> = spans
            .iter()
            .map(|span| canonical(&self.file.text, &self.tokens[span.tokens.clone()]))
            .collect();
        sql.digests = canonical
            .iter()
            .map(|statement| digest(statement))
            .collect();
        sql.checksum = checksum(&canonical);
        sql
    }

    /// Puts `allow` and `opaque` where they belong, and says what is wrong with a directive nobody can read.
    fn attach(&self, place: &Found, half: &Half, sql: &mut Sql, found: &mut Vec<Diagnostic>) {
        let directive =
            match &place.directive {
                Ok(directive) => directive,
                Err(error) => {
                    let level = match error.kind {
                        DirectiveErrorKind::NearPrefix => Level::Warn,
                        _ => Level::Deny,
                    };
                    let mut diagnostic = Diagnostic::new(level, "bad-directive", &error.message)
                        .at(&self.file.path, error.span, "");
                    diagnostic.helps.extend(error.help.clone());
                    found.push(diagnostic);
                    return;
                }
            };
        let next = match place.position(&self.split.statements) {
            Position::Between { next } => next,
            Position::Within { .. } => {
                found.push(self.misplaced(
                    place.span,
                    "a directive stands between statements",
                    "write it above the statement",
                ));
                return;
            }
        };
        let covered = half
            .statements
            .contains(&next)
            .then(|| next - half.statements.start);
        match directive {
            Directive::Allow { rules, reason } => {
                let whole = covered == Some(0) && !self.touches(place, next);
                match covered {
                    Some(statement) => sql.waivers.push(Waiver {
                        rules: rules.clone(),
                        reason: reason.clone().unwrap_or_default(),
                        span: place.span,
                        statement: (!whole).then_some(statement),
                    }),
                    None => found.push(self.nothing_follows(place.span)),
                }
            }
            Directive::Opaque { .. } => match covered {
                Some(statement) => sql.opaque.push(statement),
                None => found.push(self.nothing_follows(place.span)),
            },
            _ => {}
        }
    }

    /// Whether no blank line stands between a comment and the statement: then it speaks of that statement alone.
    fn touches(&self, place: &Found, statement: usize) -> bool {
        let start = self.split.statements[statement].tokens.start;
        self.tokens[place.token..start].iter().all(|token| {
            let text = token.text(&self.file.text);
            token.is_comment() || text.bytes().filter(|&byte| byte == b'\n').count() < 2
        })
    }

    fn statement(
        &self,
        index: usize,
        place: &StatementSpan,
        sql: &mut Sql,
        found: &mut Vec<Diagnostic>,
    ) -> Statement {
        let line = u32::try_from(place.line).unwrap_or(u32::MAX);
        let unknown = |reason: &str| {
            let reason = reason.to_owned();
            Statement::new(place.span, line, Body::Unknown { reason })
        };
        if sql.opaque.contains(&index) {
            return unknown("it is declared opaque");
        }
        if self
            .split
            .problems
            .iter()
            .any(|problem| place.span.contains(problem.span))
        {
            return unknown("it has a syntax error");
        }
        match read(
            self.dialect,
            &self.file.text,
            place.span,
            line,
            &self.tokens[place.tokens.clone()],
        ) {
            Ok(statement) => {
                if let Body::Unknown { reason } = &statement.body {
                    found.push(unknown_statement(&self.file.path, place.span, reason));
                }
                statement
            }
            Err(SyntaxError { message, span }) => {
                sql.refused.push((
                    index,
                    Diagnostic::error("syntax-error", message).at(&self.file.path, span, "here"),
                ));
                unknown("the parser does not know it")
            }
        }
    }

    fn readable(&self) -> impl Iterator<Item = (&Found, &Directive)> {
        self.directives
            .iter()
            .filter_map(|found| Some((found, found.directive.as_ref().ok()?)))
    }

    fn misplaced(&self, span: Span, message: &str, help: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error("misplaced-directive", message).at(
            &self.file.path,
            span,
            "has no effect here",
        );
        if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        }
    }

    fn nothing_follows(&self, span: Span) -> Diagnostic {
        self.misplaced(
            span,
            "no statement follows this directive",
            "it covers the statement after it",
        )
    }
}

/// Reads SQL that stands in no file of the directory. What the parser refuses is unknown.
pub fn parse_text(dialect: Dialect, text: &str) -> Vec<Statement> {
    let tokens = tokenize(dialect, text);
    let spans = split(dialect, text, &tokens).statements.into_iter();
    let statements = spans.map(|place| {
        let line = u32::try_from(place.line).unwrap_or(u32::MAX);
        let read = read(dialect, text, place.span, line, &tokens[place.tokens]);
        read.unwrap_or_else(|error| {
            let reason = error.message;
            Statement::new(place.span, line, Body::Unknown { reason })
        })
    });
    statements.collect()
}

/// What the parser of a dialect makes of a statement.
pub(super) fn read(
    dialect: Dialect,
    text: &str,
    span: Span,
    line: u32,
    tokens: &[Token],
) -> Result<Statement, SyntaxError> {
    match dialect {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => super::sqlite::parse(text, span, line, tokens),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => super::postgres::parse(text, span, line, tokens),
        #[cfg(feature = "mysql")]
        Dialect::Mysql => Ok(super::mysql::parse(text, span, line, tokens)),
        #[allow(unreachable_patterns, reason = "not with every dialect compiled in")]
        _ => {
            let _ = (text, tokens);
            let reason = "this build has no parser for the dialect".to_owned();
            Ok(Statement::new(span, line, Body::Unknown { reason }))
        }
    }
}

/// The warning that a statement is passed on unread.
pub fn unknown_statement(file: &str, span: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(
        Level::Warn,
        "unknown-statement",
        format!("this statement is not checked: {reason}"),
    )
    .at(file, span, "passed on as it is")
    .help("say that you know with `-- migratory: opaque` above it")
}

/// Whether a Rust migration has a way down: a line that declares `pub fn down` or `pub async fn down`.
/// The finding on a Rust file that speaks of no `up`. How it may come by one is Rust's matter: a macro or a `pub use` will do.
fn without_up(file: &File) -> Option<Diagnostic> {
    let code = file
        .text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    let mut words = code.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    let found = words.any(|word| word == "up");
    (!found).then(|| {
        let message = format!("`{}` has no function `up`", file.path);
        Diagnostic::error("rust-without-up", message)
            .at(&file.path, None, "")
            .note("it is called when the migration is applied, with the connection that the application migrates")
            .help("write `pub fn up(connection: &mut Connection) -> Result<(), Error>`, with the types of your database client")
    })
}

fn declares_down(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let rest = line
            .strip_prefix("pub fn ")
            .or_else(|| line.strip_prefix("pub async fn "));
        rest.is_some_and(|rest| {
            rest.strip_prefix("down")
                .is_some_and(|rest| rest.trim_start().starts_with(['(', '<']))
        })
    })
}

/// The description in the comments at the head of a Rust file: `// Description: ...`, as in SQL.
fn description_of(text: &str) -> String {
    let head = text
        .lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("//"));
    let mut values = head.filter_map(|line| {
        let (key, value) = line.trim_start_matches('/').split_once(':')?;
        key.trim()
            .eq_ignore_ascii_case("description")
            .then(|| value.trim().to_owned())
    });
    values.next().unwrap_or_default()
}

impl Settings {
    /// Nothing asked for.
    pub fn new(in_transaction: bool) -> Self {
        Self {
            in_transaction,
            lock_timeout: None,
            statement_timeout: None,
        }
    }
}
