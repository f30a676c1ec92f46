//! JSON as the codec reads and writes it, against serde_json.
//!
//! Input: the text.

#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use livepeer::codec::{Field, Mode, Options, from_json, to_json};
use livepeer::{asset::Asset, stream::Stream, task::Task};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Taken or refused as by serde_json, and of the same value. Shown, since of floats the sign of zero matters, too.
fn same<T: Field + DeserializeOwned + Debug>(text: &str) {
    let ours = Options::new().mode(Mode::Strict).decode::<T>(text).map(|decoded| decoded.value);
    assert_eq!(format!("{:?}", ours.ok()), format!("{:?}", serde_json::from_str::<T>(text).ok()), "{text}");
}

/// What was read is written and read again as the same, by the codec and through serde.
fn stays<T: Field + Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
    let Ok(decoded) = Options::new().max_memory(1 << 26).decode::<T>(text) else { return };
    assert!(is_json, "{text}");
    let written = to_json(&decoded.value);
    assert_eq!(from_json::<T>(&written).as_ref(), Ok(&decoded.value), "{text}");
    // Numbers that no float holds are kept by the codec alone.
    if serde_json::from_str::<Value>(&written).is_err() {
        return;
    }
    assert_eq!(serde_json::from_str::<T>(&written).as_ref().ok(), Some(&decoded.value), "{text}");
    assert_eq!(serde_json::to_value(&decoded.value).ok(), serde_json::from_str(&written).ok(), "{text}");
    // Whatever was not skipped is still there.
    if decoded.skipped_count == 0
        && let Ok(was @ Value::Object(_)) = serde_json::from_str::<Value>(text)
    {
        let is: Value = serde_json::from_str(&written).unwrap();
        let names = |value: &Value| value.as_object().map(Map::len);
        assert_eq!(names(&was), names(&is), "{text}");
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let text = text.trim_start_matches('\u{feff}');
    same::<Value>(text);
    same::<f64>(text);
    same::<String>(text);
    same::<Vec<(Option<bool>, f64)>>(text);
    stays::<Asset>(text);
    stays::<Stream>(text);
    stays::<Vec<Task>>(text);
});
