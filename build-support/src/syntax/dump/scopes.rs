use std::fmt::Write;

use super::Dump;
use crate::syntax::ir::{NameSource, NameSourceKind, Output, Scope};

impl Dump<'_> {
    pub(super) fn scopes(&mut self, scopes: &[Scope]) {
        for (index, scope) in scopes.iter().enumerate() {
            let mut head = format!("scope {index}");
            if let Some(parent) = scope.parent {
                let _ = write!(head, " in {parent}");
            }
            self.line(1, &head, &[]);
            for source in &scope.sources {
                let line = self.name_source(source);
                self.line(2, &line, &[]);
            }
            for scoped in &scope.columns {
                let line = format!("looks up {}", self.column_ref(&scoped.column));
                self.line(2, &line, &[("or an output", scoped.may_be_output)]);
            }
            for output in &scope.outputs {
                let line = self.output(output);
                self.line(2, &line, &[]);
            }
        }
    }

    fn name_source(&self, source: &NameSource) -> String {
        let kind = match &source.kind {
            NameSourceKind::Table(name) => format!("table {}", self.object(name)),
            NameSourceKind::Query(scope) => format!("query in scope {scope}"),
            NameSourceKind::Opaque => "opaque".to_owned(),
        };
        let mut line = format!("from {kind} as {}", self.maybe(source.alias.as_ref()));
        if !source.columns.is_empty() {
            let _ = write!(line, " ({})", self.idents(&source.columns));
        }
        line
    }

    fn output(&self, output: &Output) -> String {
        match output {
            Output::Star(qualifier) => format!("gives * of {}", self.maybe(qualifier.as_ref())),
            Output::Column { column, alias } => {
                let column = self.column_ref(column);
                format!("gives {column} as {}", self.maybe(alias.as_ref()))
            }
            Output::Other(name) => format!("gives another as {}", self.maybe(name.as_ref())),
        }
    }
}
