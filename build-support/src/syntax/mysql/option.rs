use super::reader::{Reader, Refusal};
use crate::syntax::ir::Table;
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// Options of a table, up to what is none. Commas between them are taken where `with_commas`.
    pub(super) fn table_options(
        &mut self,
        table: &mut Table,
        with_commas: bool,
    ) -> Result<(), Refusal> {
        loop {
            if with_commas && self.at_kind(TokenKind::Comma) {
                self.next += 1;
            }
            let Some(name) = self.option_name() else {
                return Ok(());
            };
            self.eat_operator("=");
            let mark = self.mark();
            if self.at_open() {
                self.skip_parentheses()?;
            } else {
                self.take()?;
            }
            let value = match self.tokens[mark.next..self.next] {
                [only] if only.kind == TokenKind::String => self.literal(only),
                [only] => only.unquote(self.text).into_owned(),
                _ => self.print(mark),
            };
            if name == "tablespace" && self.eat("storage") {
                self.take()?;
            }
            table.options.push((name, value));
        }
    }

    /// Takes the name of a table's option.
    fn option_name(&mut self) -> Option<String> {
        let start = self.next;
        self.eat("default");
        let two = |first, second| self.at_all(&[first, second]);
        let (name, length) = if two("character", "set") || two("char", "set") || self.at("charset")
        {
            ("charset".to_owned(), 2 - usize::from(self.at("charset")))
        } else if two("data", "directory") || two("index", "directory") || two("with", "system") {
            let name = if self.at("with") {
                "with system".to_owned()
            } else {
                format!("{} directory", self.word().to_ascii_lowercase())
            };
            (name, 2)
        } else if self.at_any(&["collate", "union"])
            || start == self.next && self.is_name_ahead(0) && self.at_option()
        {
            (self.word().to_ascii_lowercase(), 1)
        } else {
            self.next = start;
            return None;
        };
        self.next += length;
        Some(name)
    }

    /// Whether the next word is an option's name: a known one, or any before an equals sign.
    fn at_option(&self) -> bool {
        self.is_operator_ahead(1, "=") || self.at_any(&OPTIONS)
    }
}

/// Names of table options that may stand without an equals sign.
const OPTIONS: [&str; 24] = [
    "auto_increment",
    "avg_row_length",
    "checksum",
    "comment",
    "compression",
    "connection",
    "delay_key_write",
    "encryption",
    "engine",
    "insert_method",
    "key_block_size",
    "max_rows",
    "min_rows",
    "pack_keys",
    "page_checksum",
    "password",
    "row_format",
    "stats_auto_recalc",
    "stats_persistent",
    "stats_sample_pages",
    "storage",
    "tablespace",
    "transactional",
    "type",
];
