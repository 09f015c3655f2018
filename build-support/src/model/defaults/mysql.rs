use super::literal::{Value, is_day};
use crate::syntax::ir::{Column, DataType};

/// Whether MySQL or MariaDB refuses that value as the default of a column whose type it prints as `printed`.
pub(super) fn refuses(column: &Column, data_type: &DataType, printed: &str, value: &Value) -> bool {
    if matches!(value, Value::Null) {
        return column.not_null;
    }
    if column.auto_increment {
        return true;
    }
    let base = printed
        .split_once(['(', ' '])
        .map_or(printed, |(base, _)| base);
    let is_unsigned = printed.contains(" unsigned");
    match base {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => {
            let bits = match base {
                "tinyint" => 8,
                "smallint" => 16,
                "mediumint" => 24,
                "int" => 32,
                _ => 64,
            };
            number_of(value).is_some_and(|number| !is_in_range(&number, bits, is_unsigned))
        }
        "decimal" => number_of(value).is_some_and(|number| !fits_decimal(&number, data_type)),
        "float" | "double" => number_of(value).is_some_and(|number| number.parse::<f64>().is_err()),
        "char" | "varchar" | "binary" | "varbinary" => is_too_long(base, printed, value),
        "date" | "datetime" | "timestamp" => is_no_moment(base, value),
        "enum" => !is_member(&data_type.arguments, value),
        "set" => match value {
            Value::Text(text) if !text.is_empty() => !text
                .split(',')
                .all(|part| is_member(&data_type.arguments, &Value::Text(part.to_owned()))),
            _ => false,
        },
        "bit" => {
            matches!(value, Value::Text(_))
                && !matches!(value, Value::Text(text) if text.is_empty())
        }
        _ => false,
    }
}

/// The number that a literal is to be; an empty string is none, and words are themselves.
fn number_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.trim().to_owned()),
        Value::Number(number) if number.contains(['x', 'X']) => None,
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}

fn is_in_range(text: &str, bits: u32, is_unsigned: bool) -> bool {
    let Ok(number) = text.parse::<f64>() else {
        return false;
    };
    // Words such as `inf` are numbers to Rust alone.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Ok(whole) = text.parse::<i128>() else {
        // With a fraction or an exponent the value is rounded; only the far ones are certain.
        return number.abs() <= 2_f64.powi(bits.cast_signed());
    };
    let (least, most) = match is_unsigned {
        true => (0, (1_i128 << bits) - 1),
        false => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
    };
    (least..=most).contains(&whole)
}

fn fits_decimal(text: &str, data_type: &DataType) -> bool {
    if text.parse::<f64>().is_err() || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let number = |place: usize| data_type.arguments.get(place)?.parse::<usize>().ok();
    let (precision, scale) = (number(0).unwrap_or(10), number(1).unwrap_or(0));
    if text.contains(['e', 'E']) {
        return true;
    }
    let whole = text.trim_start_matches(['+', '-']);
    let whole = whole.split('.').next().unwrap_or_default();
    whole.trim_start_matches('0').len() <= precision.saturating_sub(scale)
}

fn is_too_long(base: &str, printed: &str, value: &Value) -> bool {
    let length = printed
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(length, _)| length.parse::<usize>().ok());
    let text = match value {
        Value::Text(text) => text,
        Value::Number(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => number,
        _ => return false,
    };
    let size = match base {
        "char" => text.trim_end_matches(' ').chars().count(),
        "varchar" => text.chars().count(),
        _ => text.len(),
    };
    length.is_some_and(|length| size > length)
}

/// A point in time that cannot be: without a digit, or a day that the calendar does not have. Zeros are left to the server's mode.
fn is_no_moment(base: &str, value: &Value) -> bool {
    match value {
        Value::Text(text) => {
            let text = text.trim();
            let is_iso = text.len() >= 10
                && text.is_char_boundary(10)
                && text[..10].split('-').map(str::len).eq([4, 2, 2]);
            let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
            !has_digit || is_iso && !is_day(&text[..10])
        }
        Value::Bool => base == "date",
        _ => false,
    }
}

/// Whether a literal is one of the members of an `ENUM`. Case and blanks at the end do not count, accents do not in most collations.
fn is_member(members: &[String], value: &Value) -> bool {
    let Value::Text(text) = value else {
        return !matches!(value, Value::Number(_));
    };
    let folded = |text: &str| text.trim_end_matches(' ').to_lowercase();
    let wanted = folded(text);
    !wanted.is_ascii()
        || members.iter().any(|member| {
            let member = folded(member);
            member == wanted || !member.is_ascii()
        })
}
