use super::Work;
use super::lookup::Lookup;
use crate::syntax::ir::NameSourceKind;

impl Work<'_, '_> {
    /// Looks every table and column up that the statement's scopes mention; what is not there is an error.
    pub(super) fn look_up_names(&mut self) {
        let statement = self.statement;
        for scope in &statement.scopes {
            for source in &scope.sources {
                if let NameSourceKind::Table(name) = &source.kind
                    && let Lookup::Missing =
                        self.look_up(crate::syntax::ir::ObjectKind::Table, name)
                {
                    self.unknown_table(name);
                }
            }
        }
    }
}
