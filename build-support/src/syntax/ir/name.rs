use serde::{Deserialize, Serialize};

use crate::Span;

/// A name as written, unquoted.
///
/// On PostgreSQL a name without quotes is already in small letters, as the server folds it, so that equal text is the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ident {
    /// The name without its quotes.
    pub text: String,
    /// Where it stands; empty for names that no text spells out.
    pub span: Span,
    /// How it was quoted.
    pub quote: Quote,
}

impl Ident {
    /// A name that no text spells out.
    pub fn unwritten(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            span: Span::default(),
            quote: Quote::None,
        }
    }

    /// Whether both name the same object where case does not count (ASCII).
    pub fn is(&self, other: &str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

/// How a name was quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Quote {
    /// Not at all.
    #[default]
    None,
    /// `"name"`: on SQLite it may turn into a string.
    Double,
    /// `` `name` ``.
    Backtick,
    /// `[name]`.
    Bracket,
    /// `'name'`: a string where a name was meant.
    Single,
}

/// A name with the schema before it, where one was written. On MySQL a schema is a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectName {
    /// `main` of `main.users`.
    pub schema: Option<Ident>,
    /// `users` of `main.users`.
    pub name: Ident,
}

impl ObjectName {
    /// A name that no text spells out.
    pub fn unwritten(schema: Option<&str>, name: &str) -> Self {
        Self {
            schema: schema.map(Ident::unwritten),
            name: Ident::unwritten(name),
        }
    }

    /// The whole stretch it covers.
    pub fn span(&self) -> Span {
        self.schema
            .as_ref()
            .map_or(self.name.span, |schema| schema.span.cover(self.name.span))
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", schema.text)?;
        }
        f.write_str(&self.name.text)
    }
}
