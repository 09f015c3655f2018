use super::create::Prefix;
use super::reader::{Reader, Refusal};
use crate::syntax::ir::{
    AlterAction, Body, ConstraintKind, Insert, ObjectKind, ObjectName, Setting, TransactionControl,
};
use crate::syntax::token::TokenKind;

impl Reader<'_> {
    /// What the statement says.
    pub(super) fn statement(&mut self) -> Result<Body, Refusal> {
        if self.is_done() {
            // Executable comments that hold nothing.
            return Ok(Body::Maintenance);
        }
        if self.at_any(&UNTRACED) {
            self.skip_to_end();
            return Ok(Body::Maintenance);
        }
        let word = self.word().to_ascii_lowercase();
        match word.as_str() {
            "create" => self.create(),
            "alter" => self.alter(),
            "drop" => self.drop_object(),
            "rename" => self.rename(),
            "truncate" => self.truncate(),
            "insert" | "replace" => self.insert(),
            "update" => self.update(),
            "delete" => self.delete(),
            "with" => self.with_statement(),
            "select" | "values" | "table" | "(" => Ok(Body::Query(self.summed_query()?)),
            "set" => self.set(),
            "use" => {
                self.next += 1;
                Ok(Body::Use {
                    schema: self.ident()?,
                })
            }
            "begin" | "start" | "commit" | "rollback" | "savepoint" | "release" => {
                self.transaction()
            }
            // What they do is known when they run.
            "call" | "execute" => self.block(),
            "load" => self.load(),
            _ => self.refuse(),
        }
    }

    /// Common table expressions before the verb, which is the first one outside parentheses.
    fn with_statement(&mut self) -> Result<Body, Refusal> {
        let mut place = self.next;
        while let Some(token) = self.tokens.get(place) {
            if token.is_word(self.text, "update") {
                return self.update();
            }
            if token.is_word(self.text, "delete") {
                return self.delete();
            }
            if token.is_word(self.text, "select") {
                break;
            }
            place = match token.kind {
                TokenKind::LeftParen => self.closing[place] + 1,
                _ => place + 1,
            };
        }
        Ok(Body::Query(self.summed_query()?))
    }

    fn block(&mut self) -> Result<Body, Refusal> {
        match self.rest() {
            Some(body) => Ok(Body::Block { body }),
            None => self.refuse(),
        }
    }

    fn transaction(&mut self) -> Result<Body, Refusal> {
        if self.at_all(&["begin", "not", "atomic"]) {
            return self.block();
        }
        let control = if self.eat("begin") || self.eat_all(&["start", "transaction"]) {
            TransactionControl::Begin
        } else if self.eat("commit") {
            TransactionControl::Commit
        } else if self.eat("rollback") {
            TransactionControl::Rollback
        } else if self.eat("savepoint") {
            TransactionControl::Savepoint
        } else if self.eat_all(&["release", "savepoint"]) {
            TransactionControl::Release
        } else {
            return self.refuse();
        };
        // `WORK`, `READ ONLY`, `AND CHAIN`, a savepoint's name.
        self.skip_to_end();
        Ok(Body::Transaction(control))
    }

    fn alter(&mut self) -> Result<Body, Refusal> {
        self.expect("alter")?;
        while self.eat_any(&["online", "offline", "ignore"]) || self.security()? {}
        if self.eat("table") {
            return self.alter_table();
        }
        if self.eat("view") {
            // It replaces the view as `CREATE OR REPLACE` does.
            let prefix = Prefix {
                or_replace: true,
                ..Prefix::default()
            };
            return self.create_view(&prefix);
        }
        if self.eat("event") {
            return self.alter_event();
        }
        if self.eat("sequence") {
            return self.alter_sequence();
        }
        if self.at_any(&[
            "database",
            "schema",
            "procedure",
            "function",
            "user",
            "role",
            "server",
            "instance",
        ]) {
            self.skip_to_end();
            return Ok(Body::Maintenance);
        }
        self.refuse()
    }

    fn alter_event(&mut self) -> Result<Body, Refusal> {
        self.if_exists();
        let name = self.object_name()?;
        while !self.is_done() && !self.at_any(&["rename", "do"]) {
            self.next += 1;
        }
        if self.eat_all(&["rename", "to"]) {
            let to = self.object_name()?.name;
            self.skip_to_end();
            return Ok(Body::Rename {
                kind: ObjectKind::Event,
                name,
                table: None,
                arguments: None,
                to,
            });
        }
        self.skip_to_end();
        Ok(Body::Maintenance)
    }

    fn alter_sequence(&mut self) -> Result<Body, Refusal> {
        let if_exists = self.if_exists();
        let table = self.object_name()?;
        let mark = self.mark();
        self.skip_to_end();
        Ok(Body::AlterTable {
            kind: ObjectKind::Sequence,
            table,
            if_exists,
            only: false,
            actions: vec![AlterAction::Options {
                text: self.print(mark),
                span: self.since(mark),
            }],
        })
    }

    fn drop_object(&mut self) -> Result<Body, Refusal> {
        self.expect("drop")?;
        self.eat_any(&["temporary", "online", "offline"]);
        if self.at_any(&["user", "role", "server", "prepare"]) {
            self.skip_to_end();
            return Ok(Body::Maintenance);
        }
        let Some((_, kind)) = DROPPED.iter().find(|(word, _)| self.at(word)) else {
            return self.refuse();
        };
        self.next += 1;
        let if_exists = self.if_exists();
        if *kind == ObjectKind::Index {
            return self.drop_index(if_exists);
        }
        let names = match kind {
            ObjectKind::Schema => vec![ObjectName {
                schema: None,
                name: self.ident()?,
            }],
            _ => self.object_names()?,
        };
        let cascade = self.eat("cascade");
        if !cascade {
            self.eat("restrict");
        }
        self.algorithm_and_lock()?;
        Ok(Body::Drop {
            kind: *kind,
            names,
            if_exists,
            cascade,
            concurrently: false,
            table: None,
            arguments: None,
        })
    }

    fn drop_index(&mut self, if_exists: bool) -> Result<Body, Refusal> {
        let mark = self.mark();
        let name = self.any_ident()?;
        self.expect("on")?;
        let table = self.object_name()?;
        self.algorithm_and_lock()?;
        if name.is("primary") {
            return Ok(Body::AlterTable {
                kind: ObjectKind::Table,
                table,
                if_exists: false,
                only: false,
                actions: vec![AlterAction::DropConstraint {
                    name: None,
                    kind: Some(ConstraintKind::PrimaryKey),
                    if_exists,
                    cascade: false,
                    span: self.since(mark),
                }],
            });
        }
        Ok(Body::Drop {
            kind: ObjectKind::Index,
            names: vec![ObjectName { schema: None, name }],
            if_exists,
            cascade: false,
            concurrently: false,
            table: Some(table),
            arguments: None,
        })
    }

    fn rename(&mut self) -> Result<Body, Refusal> {
        self.expect("rename")?;
        if self.eat("user") {
            self.skip_to_end();
            return Ok(Body::Maintenance);
        }
        if !self.eat_any(&["table", "tables"]) {
            return self.refuse();
        }
        self.if_exists();
        let mut pairs = Vec::new();
        loop {
            let from = self.object_name()?;
            self.algorithm_and_lock()?;
            self.expect("to")?;
            pairs.push((from, self.object_name()?));
            if !self.eat_comma() {
                return Ok(Body::RenameTables(pairs));
            }
        }
    }

    fn truncate(&mut self) -> Result<Body, Refusal> {
        self.expect("truncate")?;
        self.eat("table");
        let table = self.object_name()?;
        self.algorithm_and_lock()?;
        Ok(Body::Truncate {
            tables: vec![table],
            cascade: false,
        })
    }

    /// `LOAD DATA`: rows that no text shows.
    fn load(&mut self) -> Result<Body, Refusal> {
        while !self.eat_all(&["into", "table"]) {
            self.take()?;
        }
        let table = self.object_name()?;
        self.skip_to_end();
        Ok(Body::Insert(Box::new(Insert {
            table,
            ..Insert::default()
        })))
    }

    fn set(&mut self) -> Result<Body, Refusal> {
        self.expect("set")?;
        if self.at_any(&["password", "role", "resource"]) || self.at_all(&["default", "role"]) {
            self.skip_to_end();
            return Ok(Body::Maintenance);
        }
        let mut settings = vec![self.setting()?];
        while self.eat_comma() {
            settings.push(self.setting()?);
        }
        if settings.len() > 1 {
            return Ok(Body::Settings(settings));
        }
        let Setting { name, values } = settings.remove(0);
        Ok(Body::Set {
            name,
            values,
            local: false,
        })
    }

    fn setting(&mut self) -> Result<Setting, Refusal> {
        let in_scope = self.at_any(&["global", "session", "local", "persist", "persist_only"]);
        if in_scope && !self.is_operator_ahead(1, "=") {
            self.next += 1;
        }
        if self.eat("transaction") {
            self.skip_to_end();
            return Ok(Setting {
                name: "transaction".to_owned(),
                values: Vec::new(),
            });
        }
        if self.eat("names") {
            let charset = self.setting_value()?;
            if self.eat("collate") {
                self.any_ident()?;
            }
            return Ok(Setting {
                name: "names".to_owned(),
                values: charset,
            });
        }
        if let Some(charset) = self.character_set()? {
            return Ok(Setting {
                name: "character set".to_owned(),
                values: vec![charset],
            });
        }
        let name = self.setting_name()?;
        if !self.eat_operator("=") && !self.eat_operator(":=") {
            return self.refuse();
        }
        Ok(Setting {
            name,
            values: self.setting_value()?,
        })
    }

    /// A setting's or variable's name in small letters; a variable of the user keeps its `@`.
    fn setting_name(&mut self) -> Result<String, Refusal> {
        if self.eat_operator("@") {
            return Ok(format!("@{}", self.any_ident()?.text.to_ascii_lowercase()));
        }
        if !self.at_kind(TokenKind::Parameter) {
            let first = self.ident()?;
            let name = if self.eat_kind(TokenKind::Dot) {
                self.any_ident()?
            } else {
                first
            };
            return Ok(name.text.to_ascii_lowercase());
        }
        let name = self.word().to_ascii_lowercase();
        self.next += 1;
        Ok(match name.strip_prefix("@@") {
            Some(system) => match system.split_once('.') {
                Some((_, name)) => name.to_owned(),
                None => system.to_owned(),
            },
            None => name,
        })
    }

    fn setting_value(&mut self) -> Result<Vec<String>, Refusal> {
        let ends = self.ahead(1).is_none_or(|token| {
            token.kind == TokenKind::Comma || token.is_word(self.text, "collate")
        });
        if !ends {
            let mark = self.mark();
            self.expression()?;
            return Ok(vec![self.print(mark)]);
        }
        let token = self.take()?;
        Ok(match token.kind {
            TokenKind::Word if token.is_word(self.text, "default") => Vec::new(),
            TokenKind::String => vec![self.literal(token)],
            _ => vec![token.unquote(self.text).into_owned()],
        })
    }
}

/// First words of statements that leave no trace in schema and data.
const UNTRACED: [&str; 26] = [
    "analyze",
    "backup",
    "binlog",
    "cache",
    "check",
    "checksum",
    "deallocate",
    "desc",
    "describe",
    "do",
    "explain",
    "flush",
    "grant",
    "help",
    "install",
    "kill",
    "lock",
    "optimize",
    "prepare",
    "purge",
    "repair",
    "reset",
    "revoke",
    "show",
    "uninstall",
    "unlock",
];

const DROPPED: [(&str, ObjectKind); 11] = [
    ("database", ObjectKind::Schema),
    ("event", ObjectKind::Event),
    ("function", ObjectKind::Function),
    ("index", ObjectKind::Index),
    ("procedure", ObjectKind::Procedure),
    ("schema", ObjectKind::Schema),
    ("sequence", ObjectKind::Sequence),
    ("table", ObjectKind::Table),
    ("tables", ObjectKind::Table),
    ("trigger", ObjectKind::Trigger),
    ("view", ObjectKind::View),
];
