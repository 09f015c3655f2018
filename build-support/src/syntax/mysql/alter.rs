use super::reader::{Mark, Reader, Refusal};
use crate::syntax::ir::{
    AlterAction, Body, ColumnChange, ConstraintKind, CreateIndex, Ident, ObjectKind, ObjectName,
    Position, Table,
};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// What follows `ALTER TABLE`.
    pub(super) fn alter_table(&mut self) -> Result<Body, Refusal> {
        let if_exists = self.if_exists();
        let table = self.object_name()?;
        self.algorithm_and_lock()?;
        let mut actions = Vec::new();
        while !self.is_done() {
            self.action_or_other(&table, &mut actions);
            if !self.eat_comma() {
                self.end()?;
                break;
            }
            if self.is_done() {
                return self.refuse();
            }
        }
        Ok(Body::AlterTable {
            kind: ObjectKind::Table,
            table,
            if_exists,
            only: false,
            actions,
        })
    }

    /// An action; one that cannot be read leaves the others readable.
    fn action_or_other(&mut self, table: &ObjectName, actions: &mut Vec<AlterAction>) {
        let mark = self.mark();
        let known = actions.len();
        let read = self.action(table, actions);
        if read.is_ok() && (self.is_done() || self.at_kind(TokenKind::Comma)) {
            return;
        }
        actions.truncate(known);
        self.depth = 0;
        self.next = mark.next;
        self.skip_to_comma();
        actions.push(AlterAction::Other {
            text: self.print(mark),
            span: self.since(mark),
        });
    }

    fn action(
        &mut self,
        table: &ObjectName,
        actions: &mut Vec<AlterAction>,
    ) -> Result<(), Refusal> {
        let mark = self.mark();
        if self.at_any(&PARTITIONING) && !self.is_ahead(1, &["key", "keys"]) || self.at_partition()
        {
            self.skip_to_end();
        } else if self.eat("add") {
            return self.add(mark, table, actions);
        } else if self.eat("drop") {
            let action = self.drop_part(mark)?;
            actions.push(action);
            return Ok(());
        } else if self.at_any(&["change", "modify"]) {
            let action = self.redefine()?;
            actions.push(action);
            return Ok(());
        } else if self.eat("alter") {
            if let Some(action) = self.alter_part()? {
                actions.push(action);
                return Ok(());
            }
        } else if self.eat("rename") {
            return self.rename_part(actions);
        } else if self.at_all(&["order", "by"]) {
            self.skip_to_end();
        } else if self.is_option() {
            self.skip_to_comma();
        } else {
            return self.refuse();
        }
        actions.push(self.options_since(mark));
        Ok(())
    }

    fn options_since(&self, mark: Mark) -> AlterAction {
        AlterAction::Options {
            text: self.print(mark),
            span: self.since(mark),
        }
    }

    /// Whether an action on partitions follows; those stand last, with commas of their own.
    fn at_partition(&self) -> bool {
        self.at_any(&[
            "add", "drop", "analyze", "optimize", "check", "repair", "import", "discard",
        ]) && self.is_ahead(1, &["partition"])
    }

    /// Whether something follows that leaves columns and keys as they are.
    fn is_option(&mut self) -> bool {
        if self.at_any(&[
            "algorithm",
            "lock",
            "convert",
            "enable",
            "disable",
            "discard",
            "import",
            "force",
            "with",
            "without",
        ]) {
            return true;
        }
        let start = self.next;
        let read = self.table_options(&mut Table::default(), false);
        let found = read.is_ok() && self.next > start;
        self.next = start;
        found
    }

    fn add(
        &mut self,
        mark: Mark,
        owner: &ObjectName,
        actions: &mut Vec<AlterAction>,
    ) -> Result<(), Refusal> {
        if self.eat_all(&["system", "versioning"]) || self.at_all(&["period", "for"]) {
            self.skip_to_comma();
            actions.push(self.options_since(mark));
            return Ok(());
        }
        if self.at_table_part() {
            return self.add_part(owner, actions);
        }
        self.eat("column");
        let if_not_exists = self.if_not_exists();
        if !self.at_open() {
            return self.add_column(if_not_exists, actions);
        }
        self.open()?;
        loop {
            if self.at_table_part() {
                self.add_part(owner, actions)?;
            } else {
                self.add_column(if_not_exists, actions)?;
            }
            if !self.eat_comma() {
                return self.close();
            }
        }
    }

    fn add_column(
        &mut self,
        if_not_exists: bool,
        actions: &mut Vec<AlterAction>,
    ) -> Result<(), Refusal> {
        let mut table = Table::default();
        self.column(&mut table)?;
        actions.push(AlterAction::AddColumn {
            table: Box::new(table),
            if_not_exists,
            position: self.position()?,
        });
        Ok(())
    }

    fn add_part(
        &mut self,
        owner: &ObjectName,
        actions: &mut Vec<AlterAction>,
    ) -> Result<(), Refusal> {
        let mark = self.mark();
        let (mut table, mut indexes) = (Table::default(), Vec::<CreateIndex>::new());
        let if_not_exists = self.table_part(owner, &mut table, &mut indexes)?;
        match indexes.pop() {
            Some(index) => actions.push(AlterAction::AddIndex(Box::new(index))),
            None => actions.push(AlterAction::AddConstraint {
                table: Box::new(table),
                if_not_exists,
                span: self.since(mark),
            }),
        }
        Ok(())
    }

    fn position(&mut self) -> Result<Option<Position>, Refusal> {
        if self.eat("first") {
            return Ok(Some(Position::First));
        }
        if self.eat("after") {
            return Ok(Some(Position::After(self.ident()?)));
        }
        Ok(None)
    }

    /// `CHANGE` and `MODIFY`.
    fn redefine(&mut self) -> Result<AlterAction, Refusal> {
        let renames = self.at("change");
        self.next += 1;
        self.eat("column");
        let if_exists = self.if_exists();
        let from = if renames { Some(self.ident()?) } else { None };
        let mut table = Table::default();
        self.column(&mut table)?;
        let Some(from) = from.or_else(|| Some(table.columns.first()?.name.clone())) else {
            return self.refuse();
        };
        Ok(AlterAction::RedefineColumn {
            from,
            table: Box::new(table),
            position: self.position()?,
            if_exists,
        })
    }

    /// What follows `DROP`.
    fn drop_part(&mut self, mark: Mark) -> Result<AlterAction, Refusal> {
        if self.eat_all(&["system", "versioning"]) || self.at_all(&["period", "for"]) {
            self.skip_to_comma();
            return Ok(self.options_since(mark));
        }
        if self.eat_all(&["primary", "key"]) {
            return Ok(self.drop_constraint(mark, None, Some(ConstraintKind::PrimaryKey), false));
        }
        if self.eat_any(&["index", "key"]) {
            let if_exists = self.if_exists();
            let name = self.any_ident()?;
            if name.is("primary") {
                return Ok(self.drop_constraint(
                    mark,
                    None,
                    Some(ConstraintKind::PrimaryKey),
                    if_exists,
                ));
            }
            return Ok(AlterAction::DropIndex { name, if_exists });
        }
        let kind = if self.eat_all(&["foreign", "key"]) {
            Some(Some(ConstraintKind::ForeignKey))
        } else if self.eat("check") {
            Some(Some(ConstraintKind::Check))
        } else if self.eat("constraint") {
            Some(None)
        } else {
            None
        };
        if let Some(kind) = kind {
            let if_exists = self.if_exists();
            let name = self.ident()?;
            return Ok(self.drop_constraint(mark, Some(name), kind, if_exists));
        }
        self.eat("column");
        let if_exists = self.if_exists();
        let column = self.ident()?;
        let cascade = self.eat("cascade");
        if !cascade {
            self.eat("restrict");
        }
        Ok(AlterAction::DropColumn {
            column,
            if_exists,
            cascade,
        })
    }

    fn drop_constraint(
        &self,
        mark: Mark,
        name: Option<Ident>,
        kind: Option<ConstraintKind>,
        if_exists: bool,
    ) -> AlterAction {
        AlterAction::DropConstraint {
            name,
            kind,
            if_exists,
            cascade: false,
            span: self.since(mark),
        }
    }

    /// What follows `ALTER`; `None` for what only switches something.
    fn alter_part(&mut self) -> Result<Option<AlterAction>, Refusal> {
        if self.eat_any(&["index", "key", "check", "constraint"]) {
            self.skip_to_comma();
            return Ok(None);
        }
        self.eat("column");
        self.if_exists();
        let column = self.ident()?;
        let change = if self.eat_all(&["set", "default"]) {
            ColumnChange::SetDefault(self.value()?)
        } else if self.eat_all(&["drop", "default"]) {
            ColumnChange::DropDefault
        } else if self.eat("set") && self.eat_any(&["visible", "invisible"]) {
            ColumnChange::Options
        } else {
            return self.refuse();
        };
        Ok(Some(AlterAction::AlterColumn {
            column,
            change: Box::new(change),
        }))
    }

    /// What follows `RENAME`.
    fn rename_part(&mut self, actions: &mut Vec<AlterAction>) -> Result<(), Refusal> {
        let is_column = self.at("column");
        if is_column || self.at_any(&["index", "key"]) {
            self.next += 1;
            self.if_exists();
            let from = self.ident()?;
            self.expect("to")?;
            let to = self.ident()?;
            actions.push(if is_column {
                AlterAction::RenameColumn { from, to }
            } else {
                AlterAction::RenameIndex { from, to }
            });
            return Ok(());
        }
        if !self.eat_any(&["to", "as"]) {
            self.eat_operator("=");
        }
        let ObjectName { schema, name } = self.object_name()?;
        // First the move: in the old database the new name may be taken, by the table itself to begin with.
        actions.extend(schema.map(|schema| AlterAction::SetSchema { schema }));
        actions.push(AlterAction::RenameTable { to: name });
        Ok(())
    }
}

const PARTITIONING: [&str; 8] = [
    "coalesce",
    "exchange",
    "partition",
    "rebuild",
    "remove",
    "reorganize",
    "truncate",
    "upgrade",
];
