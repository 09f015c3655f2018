use super::reader::{Reader, Refusal};
use crate::syntax::ir::{Column, ForeignKey, Generated, Key, Table};

impl Reader<'_> {
    /// A column's name and definition. Its constraints go to the table it is put in.
    pub(super) fn column(&mut self, table: &mut Table) -> Result<(), Refusal> {
        let name = self.ident()?;
        let (data_type, type_name, collation) = self.data_type()?;
        let mut column = Column {
            collation,
            ..Column::new(name, type_name)
        };
        if data_type.name == "serial" && data_type.arguments.is_empty() {
            self.serial(&mut column, table, data_type.span);
        }
        column.data_type = Some(data_type);
        while self.column_attribute(&mut column, table)? {}
        table.columns.push(column);
        Ok(())
    }

    /// `SERIAL` is short for `BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE`.
    fn serial(&self, column: &mut Column, table: &mut Table, span: crate::Span) {
        column.not_null = true;
        column.auto_increment = true;
        table.uniques.push(Key {
            columns: vec![column.name.clone()],
            span,
            inline: true,
            ..Key::default()
        });
    }

    /// Takes the next attribute of a column, if there is one.
    fn column_attribute(
        &mut self,
        column: &mut Column,
        table: &mut Table,
    ) -> Result<bool, Refusal> {
        let mark = self.mark();
        if self.eat_all(&["not", "null"]) {
            column.not_null = true;
        } else if self.eat("null") {
            column.not_null = false;
        } else if self.eat("default") {
            column.default = Some(self.value()?);
        } else if self.eat_all(&["on", "update"]) {
            column.on_update = Some(self.value()?);
        } else if self.eat("auto_increment") {
            column.auto_increment = true;
        } else if self.at("unique") || self.at("key") || self.at_all(&["primary", "key"]) {
            self.column_key(column, table)?;
        } else if self.at("references") {
            let key = ForeignKey {
                columns: vec![column.name.clone()],
                inline: true,
                ..ForeignKey::default()
            };
            self.references(key, mark, table)?;
        } else if self.at("constraint") || self.at("check") {
            self.column_check(column, table)?;
        } else if self.at("as") || self.at_all(&["generated", "always", "as"]) {
            self.generated(column)?;
        } else if self.eat("collate") {
            column.collation = Some(self.any_ident()?);
        } else if let Some(charset) = self.character_set()? {
            if let Some(data_type) = &mut column.data_type {
                data_type.charset = Some(charset);
            }
        } else if self.eat_all(&["serial", "default", "value"]) {
            self.serial(column, table, self.since(mark));
        } else {
            return self.column_option();
        }
        Ok(true)
    }

    fn column_key(&mut self, column: &mut Column, table: &mut Table) -> Result<(), Refusal> {
        let mark = self.mark();
        let unique = self.eat("unique");
        let primary = !unique && (self.eat("primary") || self.at("key"));
        self.eat("key");
        let key = Key {
            columns: vec![column.name.clone()],
            span: self.since(mark),
            inline: true,
            ..Key::default()
        };
        if primary {
            column.not_null = true;
            table.primary_key = Some(key);
        } else {
            table.uniques.push(key);
        }
        Ok(())
    }

    fn column_check(&mut self, column: &Column, table: &mut Table) -> Result<(), Refusal> {
        let name = self.constraint_name()?;
        if !self.at("check") {
            return self.refuse();
        }
        self.check(name, Some(column.name.clone()), table)
    }

    fn generated(&mut self, column: &mut Column) -> Result<(), Refusal> {
        self.eat_all(&["generated", "always"]);
        self.expect("as")?;
        if self.at("row") {
            // A period's bounds (MariaDB).
            self.next += 1;
            return if self.eat_any(&["start", "end"]) {
                Ok(())
            } else {
                self.refuse()
            };
        }
        self.open()?;
        let expr = self.summary()?;
        self.close()?;
        let stored = self.eat_any(&["stored", "persistent"]);
        if !stored {
            self.eat("virtual");
        }
        column.generated = Some(Generated { expr, stored });
        Ok(())
    }

    /// Attributes without a trace in the schema as it is modelled.
    fn column_option(&mut self) -> Result<bool, Refusal> {
        if self.eat_any(&["visible", "invisible"])
            || self.eat_all(&["with", "system", "versioning"])
            || self.eat_all(&["without", "system", "versioning"])
        {
            return Ok(true);
        }
        if self.eat_any(&[
            "comment",
            "column_format",
            "storage",
            "srid",
            "ref_system_id",
        ]) || self.eat_any(&[
            "engine_attribute",
            "secondary_engine_attribute",
            "compression",
        ]) {
            self.eat_operator("=");
            self.take()?;
            return Ok(true);
        }
        if self.eat("compressed") {
            if self.eat_operator("=") {
                self.take()?;
            }
            return Ok(true);
        }
        // An engine's own attribute (MariaDB).
        if self.is_name_ahead(0) && self.is_operator_ahead(1, "=") {
            self.next += 2;
            self.take()?;
            return Ok(true);
        }
        Ok(false)
    }
}
