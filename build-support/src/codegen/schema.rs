use std::collections::BTreeSet;
use std::fmt::Write;

use super::generate::ITEM_ATTRIBUTES;
use super::names::{constant, module};
use super::{Checked, Table};

/// A module for each table with the names of its columns. Names that meet after they were made identifiers are left out.
pub fn schema(checked: &Checked) -> String {
    let mut code = String::new();
    put!(
        code,
        "/// The names of the tables and views at the end of the history, and of their columns.\n{ITEM_ATTRIBUTES}pub mod schema {{\n"
    );
    let mut modules = BTreeSet::new();
    for table in &checked.tables {
        if !table.module.is_empty() && modules.insert(&table.module) {
            for part in ["pub mod ", &table.module, " {\n", &table.code, "}\n"] {
                code.push_str(part);
            }
        }
    }
    code.push_str("}\n");
    code
}

impl Table {
    /// The table or view of that name with these columns.
    pub fn new(name: &str, columns: &[String]) -> Self {
        let mut code = String::new();
        put!(code, "pub const TABLE: &str = {name:?};\n");
        let mut constants = BTreeSet::from(["TABLE".to_owned()]);
        for column in columns {
            if let Some(name) = constant(column).filter(|name| constants.insert(name.clone())) {
                put!(code, "pub const {name}: &str = {column:?};\n");
            }
        }
        Self {
            name: name.to_owned(),
            module: module(name).unwrap_or_default(),
            code,
        }
    }
}
