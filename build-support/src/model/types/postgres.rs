use super::super::Work;
use super::super::lookup::Lookup;
use super::extension;
use crate::catalog::Object;
use crate::syntax::ir::{DataType, Ident, ObjectKind, ObjectName};

impl Work<'_, '_> {
    /// A type of PostgreSQL as `format_type` prints it.
    pub(super) fn postgres_type(&mut self, data_type: &DataType) -> String {
        if data_type.name.ends_with("%type") {
            return data_type.to_string();
        }
        let is_plain = data_type
            .schema
            .as_ref()
            .is_none_or(|schema| schema.text == "pg_catalog");
        match built_in(data_type).filter(|_| is_plain) {
            Some(base) => {
                if let Some(message) = refusal(base, data_type) {
                    self.bad_type(data_type, message);
                }
                printed(base, data_type)
            }
            None => self.made_type(data_type),
        }
    }

    /// A type that is not the server's own.
    fn made_type(&mut self, data_type: &DataType) -> String {
        let (name, dimensions) = match self.made(data_type, &data_type.name) {
            Lookup::Found(object) => (printed_name(&object), data_type.dimensions),
            found => {
                let element = data_type.name.strip_prefix('_');
                let element = element.and_then(|element| self.made(data_type, element).found());
                match (element, found) {
                    (Some(element), _) => (printed_name(&element), 1),
                    (None, Lookup::Open) => (plain_name(data_type), data_type.dimensions),
                    (None, _) => {
                        if !extension::may_provide(self.catalog, &data_type.name) {
                            self.unknown_type(data_type, &KNOWN);
                        }
                        (plain_name(data_type), data_type.dimensions)
                    }
                }
            }
        };
        let arguments = match &data_type.arguments[..] {
            [] => String::new(),
            arguments => format!("({})", arguments.join(",")),
        };
        let array = if dimensions > 0 { "[]" } else { "" };
        format!("{name}{arguments}{array}")
    }

    /// What a name means among types: an enum, a domain, the rows of a table.
    fn made(&self, data_type: &DataType, name: &str) -> Lookup {
        let name = ObjectName {
            schema: data_type.schema.clone(),
            name: Ident {
                text: name.to_owned(),
                span: data_type.span,
                ..Ident::default()
            },
        };
        match self.look_up(ObjectKind::Type, &name) {
            Lookup::Missing => match self.look_up(ObjectKind::Table, &name) {
                Lookup::Found(object) if !object.kind.is_table_like() => Lookup::Missing,
                found => found,
            },
            found => found,
        }
    }
}

/// A type's name as it is printed for the default `search_path`: with the schema where that is another than the default one.
pub(in crate::model) fn printed_name(object: &Object) -> String {
    let name = quoted(&object.name);
    match &object.schema {
        Some(schema) => format!("{}.{name}", quoted(schema)),
        None => name,
    }
}

fn plain_name(data_type: &DataType) -> String {
    let name = quoted(&data_type.name);
    match &data_type.schema {
        Some(schema) if schema.text != "public" => format!("{}.{name}", quoted(&schema.text)),
        _ => name,
    }
}

/// A name in quotes where it needs them.
fn quoted(name: &str) -> String {
    let is_plain = name.bytes().enumerate().all(|(place, byte)| {
        byte.is_ascii_lowercase() || byte == b'_' || place > 0 && byte.is_ascii_digit()
    });
    match is_plain {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// The names that types are offered by where one is misspelt.
const KNOWN: [&str; 54] = [
    "bigint",
    "bigserial",
    "bit",
    "bool",
    "boolean",
    "box",
    "bytea",
    "char",
    "character",
    "character varying",
    "cidr",
    "circle",
    "date",
    "daterange",
    "decimal",
    "double precision",
    "float",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int4",
    "int8",
    "int4range",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "macaddr",
    "money",
    "name",
    "numeric",
    "numrange",
    "oid",
    "path",
    "point",
    "polygon",
    "real",
    "serial",
    "smallint",
    "smallserial",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsvector",
    "uuid",
    "varchar",
];

/// Types that print as they are called and take nothing in parentheses, those that only functions have included.
const PLAIN: [&str; 90] = [
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "box",
    "bytea",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "event_trigger",
    "fdw_handler",
    "gtsvector",
    "index_am_handler",
    "inet",
    "int2vector",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "internal",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary",
    "pg_ddl_command",
    "pg_dependencies",
    "pg_lsn",
    "pg_mcv_list",
    "pg_ndistinct",
    "pg_node_tree",
    "pg_snapshot",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "table_am_handler",
    "text",
    "tid",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "void",
    "xid",
    "xid8",
    "xml",
];

/// The server's own type of that name, in the words it prints; the grammar's names count without quotes only.
pub(in crate::model) fn built_in(data_type: &DataType) -> Option<&'static str> {
    let name = data_type.name.as_str();
    let own = match name {
        "bool" => "boolean",
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "numeric" => "numeric",
        "varchar" => "character varying",
        "bpchar" => "bpchar",
        "bit" if data_type.quoted => "\"bit\"",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        "interval" => "interval",
        "char" if data_type.quoted => "\"char\"",
        _ => "",
    };
    if !own.is_empty() {
        return Some(own);
    }
    let of_grammar = || match name {
        "boolean" => Some("boolean"),
        "smallint" | "smallserial" | "serial2" => Some("smallint"),
        "int" | "integer" | "serial" | "serial4" => Some("integer"),
        "bigint" | "bigserial" | "serial8" => Some("bigint"),
        "real" => Some("real"),
        "float" => Some("float"),
        "double precision" => Some("double precision"),
        "decimal" | "dec" => Some("numeric"),
        "bit" => Some("bit"),
        "bit varying" => Some("bit varying"),
        "timestamp without time zone" => Some("timestamp without time zone"),
        "timestamp with time zone" => Some("timestamp with time zone"),
        "time without time zone" => Some("time without time zone"),
        "time with time zone" => Some("time with time zone"),
        _ => of_words(name),
    };
    (!data_type.quoted && data_type.schema.is_none())
        .then(of_grammar)
        .flatten()
        .or_else(|| {
            let plain = PLAIN.iter().find(|plain| **plain == name);
            plain.copied()
        })
        .or_else(|| array_of(name))
}

/// A name of several words: kinds of text, and intervals of some fields.
fn of_words(name: &str) -> Option<&'static str> {
    let text = name.strip_prefix("national ").unwrap_or(name);
    match text {
        "char" | "character" | "nchar" => return Some("character"),
        "char varying" | "character varying" | "nchar varying" => return Some("character varying"),
        _ => {}
    }
    const INTERVALS: [&str; 13] = [
        "interval year",
        "interval month",
        "interval day",
        "interval hour",
        "interval minute",
        "interval second",
        "interval year to month",
        "interval day to hour",
        "interval day to minute",
        "interval day to second",
        "interval hour to minute",
        "interval hour to second",
        "interval minute to second",
    ];
    INTERVALS.iter().find(|fields| **fields == name).copied()
}

/// The array type that goes by a name of its own, with `_` before its element's.
fn array_of(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix('_')? {
        "bool" => "boolean[]",
        "int2" => "smallint[]",
        "int4" => "integer[]",
        "int8" => "bigint[]",
        "float4" => "real[]",
        "float8" => "double precision[]",
        "numeric" => "numeric[]",
        "varchar" => "character varying[]",
        "text" => "text[]",
        "uuid" => "uuid[]",
        "json" => "json[]",
        "jsonb" => "jsonb[]",
        "bytea" => "bytea[]",
        "date" => "date[]",
        "timestamp" => "timestamp without time zone[]",
        "timestamptz" => "timestamp with time zone[]",
        "inet" => "inet[]",
        _ => return None,
    })
}

/// A type of the server with what stands in its parentheses, in the server's own order.
fn printed(base: &str, data_type: &DataType) -> String {
    let written = &data_type.arguments;
    let in_parentheses = |arguments: &[String]| match arguments {
        [] => String::new(),
        arguments => format!("({})", arguments.join(",")),
    };
    let one = in_parentheses(&written[..written.len().min(1)]);
    let text = match base {
        "numeric" => match &written[..] {
            [precision] => format!("numeric({precision},0)"),
            both => format!("numeric{}", in_parentheses(both)),
        },
        "character" | "bit" if written.is_empty() => format!("{base}(1)"),
        "\"bit\"" if !written.is_empty() => format!("bit{one}"),
        "bpchar" if !written.is_empty() => format!("character{one}"),
        "float" if number(data_type, 0).is_some_and(|bits| bits < 25) => "real".to_owned(),
        "float" => "double precision".to_owned(),
        "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "time with time zone" => {
            let (name, zone) = base.split_once(' ').unwrap_or((base, ""));
            format!("{name}{} {zone}", in_parentheses(&precision(data_type)))
        }
        _ if base.starts_with("interval") => {
            format!("{base}{}", in_parentheses(&precision(data_type)))
        }
        "character varying" | "character" | "bit" | "bit varying" => format!("{base}{one}"),
        _ => base.to_owned(),
    };
    let is_array = data_type.dimensions > 0 && !text.ends_with("[]");
    format!("{text}{}", if is_array { "[]" } else { "" })
}

/// A precision of seconds, of which the server keeps six places.
fn precision(data_type: &DataType) -> Vec<String> {
    let precision = number(data_type, 0).map(|places| places.min(6).to_string());
    precision.into_iter().collect()
}

/// Why the server does not take what stands in its parentheses.
fn refusal(base: &str, data_type: &DataType) -> Option<String> {
    let first = number(data_type, 0);
    let outside = |least: i64, most: i64| first.is_some_and(|first| first < least || first > most);
    let given = data_type.arguments.len();
    match base {
        "character varying" | "character" | "bpchar" if outside(1, 10_485_760) => Some(format!(
            "the length of `{}` is 1 to 10485760",
            data_type.name
        )),
        "bit" | "bit varying" if outside(1, 83_886_080) => {
            Some(format!("the length of `{}` is at least 1", data_type.name))
        }
        "numeric" if outside(1, 1000) => Some("the precision of `numeric` is 1 to 1000".to_owned()),
        "numeric" if number(data_type, 1).is_some_and(|scale| scale.abs() > 1000) => {
            Some("the scale of `numeric` is -1000 to 1000".to_owned())
        }
        "numeric" if given > 2 => Some("`numeric` takes a precision and a scale".to_owned()),
        "float" if outside(1, 53) => Some("the precision of `float` is 1 to 53 bits".to_owned()),
        "float" => None,
        _ if given > 0 && takes_nothing(base) => Some(format!(
            "type `{}` takes nothing in parentheses",
            data_type.name
        )),
        _ if data_type.dimensions > 0 && is_serial(&data_type.name) && !data_type.quoted => {
            Some("there are no arrays of `serial`".to_owned())
        }
        _ => None,
    }
}

fn takes_nothing(base: &str) -> bool {
    matches!(
        base,
        "boolean" | "smallint" | "integer" | "bigint" | "real" | "double precision" | "\"char\""
    ) || PLAIN.contains(&base)
}

/// Whether it stands for a number that a sequence gives.
pub(in crate::model) fn is_serial(name: &str) -> bool {
    matches!(
        name,
        "serial" | "smallserial" | "bigserial" | "serial2" | "serial4" | "serial8"
    )
}

fn number(data_type: &DataType, place: usize) -> Option<i64> {
    data_type
        .arguments
        .get(place)?
        .replace(' ', "")
        .parse()
        .ok()
}
