use crate::Span;
use crate::diagnostic::Diagnostic;
use crate::discover::FileId;
use crate::syntax::ir::Statement;

/// What an exact grammar refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, lower case.
    pub message: String,
    /// The token that does not fit; the last one where the statement ends too early.
    pub span: Span,
}

/// One migration, parsed.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The script that goes up.
    pub up: Script,
    /// The script that goes down, or why there is none.
    pub down: Down,
    /// From the header's comments; empty where there are none.
    pub description: String,
    /// What the header's directives ask of the run.
    pub settings: Settings,
}

/// One direction of a migration.
#[derive(Clone, Debug)]
pub enum Script {
    /// SQL, cut into statements.
    Sql(Sql),
    /// A Rust function in that file.
    Rust(FileId),
}

/// SQL, cut into statements.
#[derive(Clone, Debug)]
pub struct Sql {
    /// The file it stands in.
    pub file: FileId,
    /// Its stretch of the file: all of it, or one half.
    pub range: Span,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// Indices of statements that are passed on unread (`-- migratory: opaque`).
    pub opaque: Vec<usize>,
    /// Statements that the parser refused, each with its finding. Where an engine runs the script, the engine has the
    /// last word: a statement it takes is unknown, not wrong.
    pub refused: Vec<(usize, Diagnostic)>,
    /// What its `allow` directives silence.
    pub waivers: Vec<Waiver>,
    /// The tagged checksum over its canonical statements.
    pub checksum: String,
    /// Eight hexadecimal digits for each statement, to name the one that was edited.
    pub digests: Vec<String>,
}

/// The way down.
#[derive(Clone, Debug)]
pub enum Down {
    /// No down file and no down half.
    Missing,
    /// Declared so with `-- migratory: irreversible`.
    Irreversible(Span),
    /// There is one.
    Script(Script),
}

/// What the header's directives ask of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether a transaction is put around the script.
    pub in_transaction: bool,
    /// Longest wait for a lock, in milliseconds.
    pub lock_timeout: Option<u64>,
    /// Longest run of a statement, in milliseconds.
    pub statement_timeout: Option<u64>,
}

/// An `allow(...)` with its reason.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rules or groups it names, each with its place.
    pub rules: Vec<(String, Span)>,
    /// Why.
    pub reason: String,
    /// The directive's stretch of the file.
    pub span: Span,
    /// The statement it covers; `None` covers the whole script.
    pub statement: Option<usize>,
}

/// What parsing gives: always a value, with whatever was found on the way.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The migration as far as it could be read.
    pub parsed: Parsed,
    /// Syntax errors, unknown statements, misplaced directives.
    pub diagnostics: Vec<Diagnostic>,
}
