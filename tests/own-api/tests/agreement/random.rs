//! Random values of a JSON schema, of the kinds that are easily lost on the way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// What means something somewhere: in a URL, a form, a header, JSON, an event.
const PIECES: &[&str] = &[
    "/",
    ".",
    "..",
    "%2F",
    "%",
    "%00",
    "+",
    "&",
    "=",
    "?",
    "#",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{85}",
    "é",
    "日本",
    "😀",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\u{fffd}",
    "\"",
    "\\",
    "'",
    ";",
    ",",
    ":",
    "null",
    "true",
    "0",
    "-1",
    "1e5",
    "007",
    "[]",
    "[1]",
    "{}",
    "{\"path\":\"/etc/passwd\"}",
    "NaN",
    "data: ",
    "--form-",
    "a",
    "Z",
    "_",
    "~",
    "<",
    "`",
    "[DONE]",
];

pub fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(0..5) {
        match rng.u8(0..8) {
            0 => text.push(rng.char(..)),
            1 => text.push(rng.alphanumeric()),
            _ => text.push_str(PIECES[rng.usize(0..PIECES.len())]),
        }
    }
    if rng.u8(0..64) == 0 { text.repeat(20) } else { text }
}

pub fn bytes(rng: &mut Rng) -> Vec<u8> {
    let most = if rng.u8(0..64) == 0 { 70_000 } else { 40 };
    (0..rng.usize(0..most)).map(|_| rng.u8(..)).collect()
}

pub fn file(rng: &mut Rng, is_named: bool) -> Value {
    let types = ["image/png", "text/plain; charset=utf-8", "application/octet-stream"];
    let mut file = json!({ "bytes": BASE64.encode(bytes(rng)), "content_type": types[rng.usize(0..types.len())] });
    if is_named {
        // Names are sent as browsers send them, which is not reversible for all: a quote as `%22`.
        let name = text(rng).replace('%', "");
        file["name"] =
            name.chars().filter(|char| !char.is_ascii_control()).collect::<String>().trim_end_matches('\\').into();
    }
    file
}

/// A value of a schema, of which the named ones are these.
pub fn value(rng: &mut Rng, schema: &Value, named: &std::collections::BTreeMap<String, Value>) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return value(rng, &named[name.trim_start_matches("#/")], named);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let chosen = rng.usize(0..any.len());
        return value(rng, &any[chosen], named);
    }
    if let Some(known) = schema["enum"].as_array() {
        return known[rng.usize(0..known.len())].clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[rng.usize(0..kinds.len())].as_str(),
        kind => kind.as_str(),
    };
    match kind {
        Some("null") => Value::Null,
        Some("boolean") => rng.bool().into(),
        Some("integer") => integer(rng, schema),
        Some("number") => number(rng).into(),
        Some("string") if schema["format"] == "binary" => file(rng, true),
        Some("string") => text(rng).into(),
        Some("array") => (0..rng.usize(0..4)).map(|_| value(rng, &schema["items"], named)).collect(),
        Some("object") => object(rng, schema, named),
        _ => match rng.u8(0..6) {
            0 => Value::Null,
            1 => rng.bool().into(),
            2 => rng.i64(..).into(),
            3 => number(rng).into(),
            4 => json!([text(rng), { text(rng): rng.u64(..) }]),
            _ => text(rng).into(),
        },
    }
}

fn object(rng: &mut Rng, schema: &Value, named: &std::collections::BTreeMap<String, Value>) -> Value {
    let mut object = Map::new();
    let Some(properties) = schema["properties"].as_object() else {
        for _ in 0..rng.usize(0..4) {
            object.insert(text(rng), value(rng, &schema["additionalProperties"], named));
        }
        return object.into();
    };
    for (name, schema_of) in properties {
        let is_required = schema["required"].as_array().is_some_and(|required| required.contains(&json!(name)));
        if is_required || rng.bool() {
            object.insert(name.clone(), value(rng, schema_of, named));
        }
    }
    object.into()
}

fn integer(rng: &mut Rng, schema: &Value) -> Value {
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    let most = schema["maximum"].as_i64();
    match rng.u8(0..4) {
        0 => least.into(),
        1 if most.is_none() && least == 0 => u64::MAX.into(),
        1 => most.unwrap_or(i64::MAX).into(),
        2 => 0.max(least).into(),
        _ => rng.i64(least..=most.unwrap_or(i64::MAX)).into(),
    }
}

fn number(rng: &mut Rng) -> f64 {
    match rng.u8(0..8) {
        0 => f64::MAX,
        1 => f64::MIN_POSITIVE,
        2 => -0.0,
        3 => 0.1,
        4 => 1e21,
        5 => rng.i32(..).into(),
        _ => Some(f64::from_bits(rng.u64(..))).filter(|number| number.is_finite()).unwrap_or(5e-324),
    }
}
