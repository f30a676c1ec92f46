//! JSON as answers are read, against serde_json's reader.
//!
//! Input: the text.

#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown only")]
struct Object {
    a: Option<String>,
    b: Option<Vec<f64>>,
    c: Option<Kind>,
    d: Option<(i64, u64, f32, i128)>,
    e: Option<Box<Object>>,
    f: Option<BTreeMap<i16, bool>>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown only")]
enum Kind {
    Unit,
    Newtype(char),
    Struct { a: u8 },
}

fn same<'de, T: Deserialize<'de> + Debug>(text: &'de str) {
    let (ours, theirs) = (typed_endpoint::fuzzing::json::<T>(text), serde_json::from_str::<T>(text).ok());
    // As they show themselves: a raw value cannot be compared, and of floats the sign of zero matters, too.
    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    same::<Value>(text);
    same::<&RawValue>(text);
    same::<Vec<Box<RawValue>>>(text);
    same::<Object>(text);
    same::<Vec<Kind>>(text);
    same::<BTreeMap<String, Option<f64>>>(text);
});
