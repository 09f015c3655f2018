use std::fmt::Write;

use super::Dump;
use crate::syntax::ir::{AlterAction, ColumnChange, NewType, Position, TypeChange};

impl Dump<'_> {
    pub(super) fn alter_action(&mut self, action: &AlterAction) {
        match action {
            AlterAction::AddColumn {
                table,
                if_not_exists,
                position,
            } => {
                let head = format!("AddColumn{}", self.position(position.as_ref()));
                self.line(1, &head, &[("if not exists", *if_not_exists)]);
                self.table(table);
            }
            AlterAction::RedefineColumn {
                from,
                table,
                position,
                if_exists,
            } => {
                let position = self.position(position.as_ref());
                let head = format!("RedefineColumn {}{position}", self.ident(from));
                self.line(1, &head, &[("if exists", *if_exists)]);
                self.table(table);
            }
            AlterAction::DropColumn {
                column,
                if_exists,
                cascade,
            } => {
                let head = format!("DropColumn {}", self.ident(column));
                let flags = [("if exists", *if_exists), ("cascade", *cascade)];
                self.line(1, &head, &flags);
            }
            AlterAction::AlterColumn { column, change } => {
                let change = self.column_change(change);
                let line = format!("AlterColumn {} {change}", self.ident(column));
                self.line(1, &line, &[]);
            }
            AlterAction::AddConstraint {
                table,
                if_not_exists,
                span,
            } => {
                let head = format!("AddConstraint {}", self.source(*span));
                self.line(1, &head, &[("if not exists", *if_not_exists)]);
                self.table(table);
            }
            AlterAction::DropConstraint {
                name,
                kind,
                if_exists,
                cascade,
                span,
            } => {
                let mut head = format!("DropConstraint {}", self.maybe(name.as_ref()));
                if let Some(kind) = kind {
                    let _ = write!(head, " {kind:?}");
                }
                let _ = write!(head, " {}", self.source(*span));
                let flags = [("if exists", *if_exists), ("cascade", *cascade)];
                self.line(1, &head, &flags);
            }
            AlterAction::AddIndex(index) => self.create_index(1, index),
            AlterAction::DropIndex { name, if_exists } => {
                let head = format!("DropIndex {}", self.ident(name));
                self.line(1, &head, &[("if exists", *if_exists)]);
            }
            AlterAction::DetachPartition {
                partition,
                concurrently,
            } => {
                let head = format!("DetachPartition {}", self.object(partition));
                self.line(1, &head, &[("concurrently", *concurrently)]);
            }
            _ => {
                let line = self.short_action(action);
                self.line(1, &line, &[]);
            }
        }
    }

    /// Actions that one line tells.
    fn short_action(&self, action: &AlterAction) -> String {
        match action {
            AlterAction::RenameTable { to } => format!("RenameTable to {}", self.ident(to)),
            AlterAction::SetSchema { schema } => format!("SetSchema {}", self.ident(schema)),
            AlterAction::RenameColumn { from, to } => {
                format!("RenameColumn {} to {}", self.ident(from), self.ident(to))
            }
            AlterAction::RenameConstraint { from, to } => {
                format!(
                    "RenameConstraint {} to {}",
                    self.ident(from),
                    self.ident(to)
                )
            }
            AlterAction::RenameIndex { from, to } => {
                format!("RenameIndex {} to {}", self.ident(from), self.ident(to))
            }
            AlterAction::ValidateConstraint { name } => {
                format!("ValidateConstraint {}", self.ident(name))
            }
            AlterAction::Inherit { parent } => format!("Inherit {}", self.object(parent)),
            AlterAction::Disinherit { parent } => format!("Disinherit {}", self.object(parent)),
            AlterAction::AttachPartition { partition } => {
                format!("AttachPartition {}", self.object(partition))
            }
            AlterAction::OwnedBy { column: None } => "OwnedBy none".to_owned(),
            AlterAction::OwnedBy {
                column: Some((table, column)),
            } => format!(
                "OwnedBy {} column {}",
                self.object(table),
                self.ident(column)
            ),
            AlterAction::Options { text, span } => {
                format!("Options {text} {}", self.source(*span))
            }
            AlterAction::Other { text, span } => format!("Other {text} {}", self.source(*span)),
            other => format!("{other:?}"),
        }
    }

    fn position(&self, position: Option<&Position>) -> String {
        match position {
            None => String::new(),
            Some(Position::First) => " first".to_owned(),
            Some(Position::After(column)) => format!(" after {}", self.ident(column)),
        }
    }

    fn column_change(&self, change: &ColumnChange) -> String {
        match change {
            ColumnChange::Type(new) => self.new_type(new),
            ColumnChange::SetDefault(default) => format!("SetDefault {}", self.expr(default)),
            other => format!("{other:?}"),
        }
    }

    fn new_type(&self, new: &NewType) -> String {
        let mut out = format!(
            "Type {:?} {}",
            new.type_name,
            self.data_type(&new.data_type)
        );
        if let Some(collation) = &new.collation {
            let _ = write!(out, " collate {}", self.ident(collation));
        }
        if let Some(using) = &new.using {
            let _ = write!(out, " using {}", self.expr(using));
        }
        out
    }

    pub(super) fn type_change(&mut self, change: &TypeChange) {
        let line = match change {
            TypeChange::Attribute(action) | TypeChange::Constraint(action) => {
                return self.alter_action(action);
            }
            TypeChange::AddValue {
                value,
                span,
                if_not_exists,
                beside,
            } => {
                let mut head = format!("AddValue {value} {}", self.source(*span));
                if let Some((before, label)) = beside {
                    let side = if *before { "before" } else { "after" };
                    let _ = write!(head, " {side} {label}");
                }
                return self.line(1, &head, &[("if not exists", *if_not_exists)]);
            }
            TypeChange::RenameValue {
                from: (from, span),
                to,
            } => format!("RenameValue {from} {} to {to}", self.source(*span)),
            TypeChange::Rename { to } => format!("Rename to {}", self.ident(to)),
            TypeChange::SetSchema { schema } => format!("SetSchema {}", self.ident(schema)),
            TypeChange::Default(Some(default)) => format!("Default {}", self.expr(default)),
            other => format!("{other:?}"),
        };
        self.line(1, &line, &[]);
    }
}
