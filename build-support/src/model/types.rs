use super::Work;
use crate::syntax::ir::DataType;

impl Work<'_, '_> {
    /// A type as the server prints it, `written` where it is not taken apart; an unknown type is an error.
    pub(super) fn type_name(&mut self, data_type: Option<&DataType>, written: &str) -> String {
        data_type.map_or_else(|| written.to_owned(), DataType::to_string)
    }
}
