//! What values have to be, as a declaration says it: ranges, lengths, samples.

use serde_json::Value;

use crate::document::text;
use crate::types::Ty;

/// The type of an integer.
pub fn integer(schema: &Value) -> &'static str {
    let least = bound(schema, "minimum", "exclusiveMinimum", 1);
    let most = bound(schema, "maximum", "exclusiveMaximum", -1);
    let unsigned = least.is_some_and(|least| least >= 0);
    match (text(schema, "format"), most) {
        (Some("int32"), _) if unsigned => "u32",
        (Some("int32"), _) => "i32",
        (_, Some(most)) if unsigned && most <= i64::from(u32::MAX) => "u32",
        _ if unsigned => "u64",
        _ => "i64",
    }
}

/// A bound of an integer: that of OpenAPI 3.0, where `exclusive…` is a boolean, or that of 3.1, where it is the bound.
fn bound(schema: &Value, name: &str, exclusive: &str, step: i64) -> Option<i64> {
    let whole = |value: &Value| {
        let number = value.as_f64()?;
        // Within what an `i64` and a declaration can hold.
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    };
    let inclusive = schema.get(name).and_then(whole);
    match schema.get(exclusive) {
        Some(Value::Bool(true)) => inclusive.map(|bound| bound + step),
        Some(value @ Value::Number(_)) => whole(value).map(|bound| bound + step),
        _ => inclusive,
    }
}

fn count(schema: &Value, name: &str) -> Option<i64> {
    schema.get(name)?.as_u64().and_then(|count| i64::try_from(count).ok())
}

fn range(least: Option<i64>, most: Option<i64>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) if least <= most => Some(format!("{least}..={most}")),
        (Some(least), None) => Some(format!("{least}..")),
        (None, Some(most)) => Some(format!("..={most}")),
        _ => None,
    }
}

/// The bound to sample where the usual sample, 1 or 1.5, is beyond it.
fn refused(number: &str, least: Option<i64>, most: Option<i64>) -> Option<i64> {
    let usual = if number == "f64" { 1.5 } else { 1.0 };
    least.filter(|&least| usual < least as f64).or(most.filter(|&most| usual > most as f64))
}

/// What stands in brackets behind the type of a field.
pub fn of(schema: &Value, ty: &Ty, field: &str) -> Vec<String> {
    let mut rules = Vec::new();
    match ty {
        Ty::Number(number) => {
            let least = bound(schema, "minimum", "exclusiveMinimum", 1);
            // The type has that bound itself.
            let shown = least.filter(|&least| !(least == 0 && number.starts_with('u')));
            // An exclusive bound of a fraction is none that a range of whole numbers says.
            let exclusive = *number == "f64"
                && ["exclusiveMinimum", "exclusiveMaximum"]
                    .iter()
                    .any(|it| schema.get(it).is_some_and(|it| *it != Value::Bool(false)));
            let most = bound(schema, "maximum", "exclusiveMaximum", -1);
            if !exclusive {
                rules.extend(range(shown, most).map(|range| format!("range = {range}")));
            }
            if exclusive {
                rules.extend(least.or(most).map(|bound| format!("sample = {bound}")));
            } else if let Some(values) = schema.get("enum").and_then(Value::as_array)
                && let Some(value) = values.iter().find(|value| value.is_number())
            {
                rules.push(format!("sample = {value}"));
            } else if let Some(bound) = refused(number, least, most) {
                rules.push(format!("sample = {bound}"));
            }
        }
        Ty::Text => {
            let (least, most) = (count(schema, "minLength"), count(schema, "maxLength"));
            rules.extend(range(least.filter(|&least| least > 0), most).map(|range| format!("length = {range}")));
            rules
                .extend(text_sample(schema, field, least, most).map(|sample| format!("sample = {}", literal(&sample))));
        }
        Ty::List(_) => {
            let (least, most) = (count(schema, "minItems"), count(schema, "maxItems"));
            rules.extend(range(least.filter(|&least| least > 0), most).map(|range| format!("length = {range}")));
        }
        _ => {}
    }
    rules
}

/// A text that the server would take where it would not take the name of the field.
fn text_sample(schema: &Value, field: &str, least: Option<i64>, most: Option<i64>) -> Option<String> {
    let fits = |text: &str| {
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        least.is_none_or(|least| length >= least) && most.is_none_or(|most| length <= most)
    };
    let given = ["example", "default"].iter().filter_map(|name| text(schema, name));
    let given = given.chain(schema.get("examples").and_then(|it| it.get(0)).and_then(Value::as_str));
    let mut given =
        given.filter(|text| !text.is_empty() && text.len() <= 80 && !text.contains(['\n', '\r']) && fits(text));
    let by_format = match text(schema, "format") {
        Some("date-time") => Some("2026-01-02T03:04:05Z"),
        Some("date") => Some("2026-01-02"),
        Some("time") => Some("03:04:05Z"),
        Some("uuid") => Some("6f2c1a52-6c1e-4c7a-9b1f-0d5b7a3c9e11"),
        Some("uri" | "url") => Some("https://example.com/"),
        Some("email") => Some("someone@example.com"),
        Some("ipv4" | "ip") => Some("192.0.2.1"),
        Some("ipv6") => Some("2001:db8::1"),
        Some("hostname") => Some("example.com"),
        _ => None,
    };
    if let Some(sample) = by_format {
        return Some(sample.to_owned());
    }
    if text(schema, "pattern").is_some() {
        return given.next().map(str::to_owned);
    }
    // What nobody has given is made of the name of the field.
    if fits(field) { None } else { given.next().map(str::to_owned) }
}

/// A text as a literal of Rust.
pub fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(letter);
            }
            '\n' => literal.push_str("\\n"),
            letter if letter.is_control() => literal.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
            letter => literal.push(letter),
        }
    }
    literal.push('"');
    literal
}
