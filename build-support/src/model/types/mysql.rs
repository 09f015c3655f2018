use super::super::Work;
use crate::syntax::ir::DataType;

impl Work<'_, '_> {
    /// A type of MySQL or MariaDB as `information_schema.columns` has it.
    pub(super) fn mysql_type(&mut self, data_type: &DataType) -> String {
        let Some(base) = base(data_type) else {
            // A schema before it is that of another SQL mode, as in `mariadb_schema.date`.
            if data_type.schema.is_none() {
                self.unknown_type(data_type, &KNOWN);
            }
            return data_type.to_string();
        };
        if let Some(message) = refusal(base, data_type) {
            self.bad_type(data_type, message);
        }
        let mut text = match &arguments(base, data_type)[..] {
            [] => base.to_owned(),
            arguments => format!("{base}({})", arguments.join(",")),
        };
        if is_number(base) {
            let is_unsigned =
                data_type.unsigned || data_type.zerofill || data_type.name == "serial";
            text.push_str(if is_unsigned { " unsigned" } else { "" });
            text.push_str(if data_type.zerofill { " zerofill" } else { "" });
        }
        text
    }
}

/// The names that types are offered by where one is misspelt.
const KNOWN: [&str; 48] = [
    "bigint",
    "binary",
    "bit",
    "blob",
    "bool",
    "boolean",
    "char",
    "character",
    "date",
    "datetime",
    "dec",
    "decimal",
    "double",
    "enum",
    "fixed",
    "float",
    "geometry",
    "inet4",
    "inet6",
    "int",
    "integer",
    "json",
    "linestring",
    "longblob",
    "longtext",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "numeric",
    "nvarchar",
    "point",
    "polygon",
    "real",
    "serial",
    "set",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyblob",
    "tinyint",
    "tinytext",
    "uuid",
    "varbinary",
    "varchar",
    "varcharacter",
    "vector",
    "year",
];

/// What the server calls a type; `None` where neither MySQL nor MariaDB has it.
fn base(data_type: &DataType) -> Option<&'static str> {
    let is_binary = data_type.charset.as_deref() == Some("binary");
    Some(match data_type.name.as_str() {
        "tinyint" | "int1" | "bool" | "boolean" => "tinyint",
        "smallint" | "int2" => "smallint",
        "mediumint" | "int3" | "middleint" => "mediumint",
        "int" | "integer" | "int4" => "int",
        "bigint" | "int8" | "serial" => "bigint",
        "decimal" | "dec" | "numeric" | "fixed" => "decimal",
        "float" if first(data_type) > Some(24) && data_type.arguments.len() == 1 => "double",
        "float" | "float4" => "float",
        "double" | "double precision" | "real" | "float8" => "double",
        "bit" => "bit",
        "char byte" => "binary",
        "char" | "character" | "nchar" | "national char" | "national character" if is_binary => {
            "binary"
        }
        "char" | "character" | "nchar" | "national char" | "national character" => "char",
        name if is_varying(name) && is_binary => "varbinary",
        name if is_varying(name) => "varchar",
        "binary" => "binary",
        "varbinary" => "varbinary",
        "blob" => sized(data_type, ["tinyblob", "blob", "mediumblob", "longblob"]),
        "text" if is_binary => sized(data_type, ["tinyblob", "blob", "mediumblob", "longblob"]),
        "text" => sized(data_type, ["tinytext", "text", "mediumtext", "longtext"]),
        "tinyblob" => "tinyblob",
        "mediumblob" | "long varbinary" => "mediumblob",
        "longblob" => "longblob",
        "tinytext" if is_binary => "tinyblob",
        "mediumtext" | "long" if is_binary => "mediumblob",
        "longtext" if is_binary => "longblob",
        "tinytext" => "tinytext",
        "mediumtext" => "mediumtext",
        name if name == "long" || name.starts_with("long ") => "mediumtext",
        "longtext" | "json" => "longtext",
        "enum" => "enum",
        "set" => "set",
        "date" => "date",
        "time" => "time",
        "datetime" => "datetime",
        "timestamp" => "timestamp",
        "year" => "year",
        "geometry" => "geometry",
        "point" => "point",
        "linestring" => "linestring",
        "polygon" => "polygon",
        "multipoint" => "multipoint",
        "multilinestring" => "multilinestring",
        "multipolygon" => "multipolygon",
        "geometrycollection" | "geomcollection" => "geometrycollection",
        "uuid" => "uuid",
        "inet4" => "inet4",
        "inet6" => "inet6",
        "vector" => "vector",
        "xmltype" => "xmltype",
        _ => return None,
    })
}

fn is_varying(name: &str) -> bool {
    matches!(
        name,
        "varchar" | "varcharacter" | "nvarchar" | "national varchar" | "national varcharacter"
    ) || ["char", "character", "nchar"].iter().any(|word| {
        let rest = name.strip_prefix("national ").unwrap_or(name);
        let rest = rest
            .strip_prefix(word)
            .and_then(|rest| rest.strip_prefix(' '));
        matches!(rest, Some("varying" | "varchar" | "varcharacter"))
    })
}

/// What a length in bytes makes of `TEXT` and `BLOB`.
fn sized(data_type: &DataType, sizes: [&'static str; 4]) -> &'static str {
    let Some(length) = first(data_type) else {
        return sizes[1];
    };
    let width = match data_type.charset.as_deref() {
        Some("utf8mb4" | "utf16" | "utf32") => 4,
        Some("utf8" | "utf8mb3") => 3,
        _ => 1,
    };
    let limits = [0xff, 0xffff, 0x00ff_ffff];
    let place = limits
        .iter()
        .position(|limit| length.saturating_mul(width) <= *limit);
    sizes[place.unwrap_or(3)]
}

/// What the server prints in parentheses behind it.
fn arguments(base: &str, data_type: &DataType) -> Vec<String> {
    let written = &data_type.arguments;
    let or = |default: &str| match written.first() {
        Some(argument) => vec![argument.clone()],
        None => vec![default.to_owned()],
    };
    let is_unsigned = data_type.unsigned || data_type.zerofill;
    match base {
        "tinyint" if matches!(data_type.name.as_str(), "bool" | "boolean") => or("1"),
        "tinyint" => or(if is_unsigned { "3" } else { "4" }),
        "smallint" => or(if is_unsigned { "5" } else { "6" }),
        "mediumint" => or(if is_unsigned { "8" } else { "9" }),
        "int" => or(if is_unsigned { "10" } else { "11" }),
        "bigint" => or("20"),
        "bit" | "char" | "binary" => or("1"),
        "year" => or("4"),
        "decimal" => match &written[..] {
            [] => vec!["10".to_owned(), "0".to_owned()],
            [precision] => vec![precision.clone(), "0".to_owned()],
            both => both.to_vec(),
        },
        "float" | "double" if written.len() == 2 => written.clone(),
        "varchar" | "varbinary" | "vector" => written.clone(),
        "time" | "datetime" | "timestamp" => {
            let precision = written.iter().filter(|precision| *precision != "0");
            precision.cloned().collect()
        }
        "enum" | "set" => written
            .iter()
            .map(|member| format!("'{}'", member.trim_end_matches(' ').replace('\'', "''")))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a sign is part of it.
fn is_number(base: &str) -> bool {
    let is_integer = base.ends_with("int") && base != "point" && base != "multipoint";
    is_integer || matches!(base, "decimal" | "float" | "double")
}

/// Why the server does not take what stands in its parentheses.
fn refusal(base: &str, data_type: &DataType) -> Option<String> {
    let length = first(data_type);
    let second = data_type
        .arguments
        .get(1)
        .and_then(|scale| scale.parse().ok());
    let above = |limit: u64| length.is_some_and(|length| length > limit);
    let too_big = |what: &str, limit: u64| Some(format!("{what} of `{base}` is {limit} at most"));
    match base {
        "time" | "datetime" | "timestamp" if above(6) => too_big("the precision", 6),
        "decimal" if above(65) => too_big("the precision", 65),
        "decimal" | "float" | "double" if second > length.or(Some(10)) => {
            Some(format!("the scale of `{base}` is above its precision"))
        }
        "bit" if above(64) => too_big("the length", 64),
        "char" | "binary" if above(255) => too_big("the length", 255),
        "varchar" | "varbinary" if above(65_535) => too_big("the length", 65_535),
        "varchar" | "varbinary" if length.is_none() => Some(format!("`{base}` wants a length")),
        name if name.ends_with("int") && above(255) => too_big("the display width", 255),
        "enum" | "set" => {
            duplicate(&data_type.arguments).map(|member| format!("`{member}` is a member twice"))
        }
        _ => None,
    }
}

fn duplicate(members: &[String]) -> Option<&String> {
    let mut seen = std::collections::BTreeSet::new();
    let folded = |member: &str| member.trim_end_matches(' ').to_owned();
    members.iter().find(|member| !seen.insert(folded(member)))
}

/// The first number in its parentheses.
fn first(data_type: &DataType) -> Option<u64> {
    data_type.arguments.first()?.parse().ok()
}
