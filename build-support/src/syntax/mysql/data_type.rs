use super::reader::{Reader, Refusal};
use super::words;
use crate::syntax::ir::{DataType, Ident};
use crate::syntax::token::{Token, TokenKind};

impl Reader<'_> {
    /// A type, its text as written, and its collation.
    pub(super) fn data_type(&mut self) -> Result<(DataType, String, Option<Ident>), Refusal> {
        let mark = self.mark();
        let mut data_type = DataType {
            name: self.type_name()?,
            ..DataType::default()
        };
        if self.at_open() {
            data_type.arguments = self.type_arguments()?;
        }
        let mut text = self.print(mark);
        let mut collation = None;
        loop {
            if self.at_any(&["unsigned", "zerofill", "signed"]) {
                data_type.unsigned |= !self.at("signed");
                data_type.zerofill |= self.at("zerofill");
                text = format!("{text} {}", self.word());
                self.next += 1;
            } else if let Some(charset) = self.character_set()? {
                data_type.charset = Some(charset);
            } else if self.at_any(&["ascii", "unicode", "byte"]) {
                data_type.charset = Some(short_charset(self.word()));
                self.next += 1;
            } else if self.at("collate") {
                self.next += 1;
                collation = Some(self.any_ident()?);
            } else if !self.eat("binary") {
                break;
            }
        }
        data_type.span = self.since(mark);
        Ok((data_type, text, collation))
    }

    /// `CHARACTER SET name`, where it follows.
    pub(super) fn character_set(&mut self) -> Result<Option<String>, Refusal> {
        if !self.eat("charset")
            && !self.eat_all(&["character", "set"])
            && !self.eat_all(&["char", "set"])
        {
            return Ok(None);
        }
        self.eat_operator("=");
        Ok(Some(self.any_ident()?.text))
    }

    /// The words of a type's name.
    fn type_name(&mut self) -> Result<String, Refusal> {
        let word = self.word();
        let can_be_type = !words::is_reserved(word) || TYPES.iter().any(|name| self.at(name));
        if !self.at_kind(TokenKind::Word) || !can_be_type {
            return self.refuse();
        }
        self.next += 1;
        let mut name = word.to_ascii_lowercase();
        let more: &[&str] = match name.as_str() {
            "double" => &["precision"],
            "long" => &[
                "varchar",
                "varbinary",
                "varcharacter",
                "char",
                "character",
                "varying",
            ],
            "national" => &["char", "character", "varchar", "varcharacter", "varying"],
            "char" | "character" | "nchar" => &["varying", "varchar", "varcharacter"],
            "signed" | "unsigned" => &["integer", "int"],
            _ => &[],
        };
        while self.at_any(more)
            && !self.at_all(&["char", "set"])
            && !self.at_all(&["character", "set"])
        {
            name = format!("{name} {}", self.word().to_ascii_lowercase());
            self.next += 1;
        }
        Ok(name)
    }

    fn type_arguments(&mut self) -> Result<Vec<String>, Refusal> {
        self.open()?;
        let mut arguments = Vec::new();
        loop {
            let token = self.take()?;
            match token.kind {
                TokenKind::Number | TokenKind::Word => {
                    arguments.push(token.text(self.text).to_owned());
                }
                TokenKind::String => arguments.push(self.literal(token)),
                _ => {
                    self.next -= 1;
                    return self.refuse();
                }
            }
            if !self.eat_comma() {
                self.close()?;
                return Ok(arguments);
            }
        }
    }

    /// What a string stands for.
    pub(super) fn literal(&self, string: Token) -> String {
        let raw = string.unquote(self.text);
        if !raw.contains('\\') {
            return raw.into_owned();
        }
        let mut literal = String::with_capacity(raw.len());
        let mut characters = raw.chars();
        while let Some(character) = characters.next() {
            if character != '\\' {
                literal.push(character);
                continue;
            }
            match characters.next() {
                Some('n') => literal.push('\n'),
                Some('t') => literal.push('\t'),
                Some('r') => literal.push('\r'),
                Some('b') => literal.push('\u{8}'),
                Some('Z') => literal.push('\u{1a}'),
                Some('0') => literal.push('\0'),
                Some(kept @ ('%' | '_')) => literal.extend(['\\', kept]),
                Some(other) => literal.push(other),
                None => literal.push('\\'),
            }
        }
        literal
    }
}

fn short_charset(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "ascii" => "latin1",
        "unicode" => "ucs2",
        _ => "binary",
    }
    .to_owned()
}

/// Reserved words that are types, or begin one.
const TYPES: [&str; 36] = [
    "bigint",
    "binary",
    "blob",
    "char",
    "character",
    "dec",
    "decimal",
    "double",
    "float",
    "float4",
    "float8",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "long",
    "longblob",
    "longtext",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "middleint",
    "numeric",
    "real",
    "smallint",
    "tinyblob",
    "tinyint",
    "tinytext",
    "unsigned",
    "varbinary",
    "varchar",
    "varcharacter",
    "set",
];
