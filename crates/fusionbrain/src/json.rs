//! Picking known fields out of JSON by hand. The service's shapes vary, so a field of the wrong type counts as
//! absent; and one parse into a `Value` keeps the wasm smaller than a derived reader for every shape.

use serde_json::{Number, Value};

use crate::decimal;

/// A text that says something: not only white space and marks that nobody can see. Trimmed.
pub(crate) fn said(value: &Value) -> Option<&str> {
    let silent = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    value.as_str().map(|text| text.trim_matches(silent)).filter(|text| !text.is_empty())
}

/// The first of these fields that is a text and says something.
pub(crate) fn text<'a>(object: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| object.get(name).and_then(said))
}

/// Like [`text`], owned.
pub(crate) fn owned(object: &Value, names: &[&str]) -> Option<String> {
    text(object, names).map(str::to_owned)
}

/// The first of these fields that is a text or a number, as a text (versions and identifiers come as both).
pub(crate) fn text_or_number(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get(name)? {
        Value::Number(number) => Some(number_text(number)),
        other => said(other).map(str::to_owned),
    })
}

fn number_text(number: &Number) -> String {
    match number.as_u64() {
        Some(whole) => whole.to_string(),
        // 3.0 stays 3.0: a version is a name, and people know it by that.
        None => match decimal(number.as_f64().unwrap_or_default()) {
            text if number.is_f64() && !text.contains('.') => text + ".0",
            text => text,
        },
    }
}

/// The first of these fields that is a length of time in seconds: a number or a text of one, not negative.
pub(crate) fn seconds(object: &Value, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| {
        let value = object.get(name)?;
        // A text is read as JSON too: the standard library's own reader of numbers brings ten kilobytes of tables.
        let number = value.as_f64().or_else(|| serde_json::from_str::<Value>(said(value)?).ok()?.as_f64())?;
        (number.is_finite() && number >= 0.0).then_some(number)
    })
}

/// A yes or no in any dressing: `true`, `"true"`, `1`. Anything that says neither is `None`.
pub(crate) fn flag(object: &Value, name: &str) -> Option<bool> {
    match object.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.trim() {
            "1" => Some(true),
            "0" => Some(false),
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        },
        _ => None,
    }
}
