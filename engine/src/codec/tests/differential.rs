//! The same texts are taken and refused as by serde_json, and the same values are read.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::models::{BOOK, Book};
use crate::codec::{Field, Mode, Options, from_json, to_json};

/// Reads a text by both; whether it was taken.
#[track_caller]
fn same<T: Field + DeserializeOwned + Debug + PartialEq>(text: &str) -> bool {
    let ours = Options::new().mode(Mode::Strict).decode::<T>(text).map(|decoded| decoded.value).ok();
    let theirs = serde_json::from_str::<T>(text).ok();
    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{text}");
    ours.is_some()
}

/// Whether a number is too large for a float. With its feature `arbitrary_precision` serde_json takes it all the same.
fn overflows(text: &str) -> bool {
    let text = text.trim();
    let is_number = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    is_number && text.parse::<f64>().is_ok_and(f64::is_infinite)
}

const VALUES: &[&str] = &[
    "null",
    "nul",
    "nulx",
    "true",
    "false",
    "True",
    "tru",
    "0",
    "-0",
    "00",
    "01",
    "-",
    "-1",
    "+1",
    "1.",
    ".5",
    "1.5",
    "-0.0",
    "1e5",
    "1E+5",
    "1e-5",
    "1e",
    "1e+",
    "1e400",
    "-1e400",
    "1e-400",
    "123456789012345678",
    "1234567890123456789",
    "12345678901234567890",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "9007199254740993.0",
    "0.1",
    "3.141592653589793238462643383279",
    "0.000000000000000000000001",
    "123456789.123456789",
    "0.30000000000000004",
    "2.2250738585072014e-308",
    "5e-324",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "100000000000000000000000",
    "\"\"",
    "\"a\"",
    "\"a",
    "\"\\\"",
    "\"\\n\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83d\\n\"",
    "\"\\ud83d\\ud83d\"",
    "\"\\u12\"",
    "\"\\uzzzz\"",
    "\"\\u+123\"",
    "\"\\x\"",
    "\"\n\"",
    "\"\u{7f}é€😀\"",
    "'a'",
    "[]",
    "[1]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "[",
    "]",
    "[[[]],{}]",
    "{}",
    "{",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1}",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{\"a\" 1}",
    "{\"a\" : 1 , \"b\":2}",
    "{\"a\":1 \"b\":2}",
    "{1:2}",
    "",
    " ",
    "1 1",
    "\u{a0}1",
    "\u{0}",
    "1\u{0}",
    "/**/1",
];

#[test]
fn every_kind_of_value() {
    let mut taken = 0;
    for value in VALUES.iter().filter(|value| !overflows(value)) {
        for text in [
            (*value).to_owned(),
            format!(" {value}\t\r\n"),
            format!("[{value}]"),
            format!("[{value},{value}]"),
            format!("{{\"a\":{value}}}"),
            format!("{{\"a\":{value},\"b\":[{value} ]}}"),
            format!("{value}{value}"),
        ] {
            taken += usize::from(same::<Value>(&text));
            same::<Vec<Value>>(&text);
        }
        // What is skipped must be JSON, too.
        let skipped = format!("{{\"unknown\":{value}}}");
        // serde_json refuses what JavaScript reads: numbers that no float holds, and halves of surrogate pairs.
        let is_json =
            serde_json::from_str::<&serde_json::value::RawValue>(value).is_ok() || value.starts_with("\"\\ud83d");
        assert_eq!(from_json::<Book>(&skipped).is_ok(), is_json, "{skipped}");
        same::<f64>(value);
        same::<Vec<f64>>(&format!("[{value}]"));
        same::<String>(value);
    }
    assert!(taken > 150, "{taken}");
    assert!(from_json::<Value>("1e400").is_err() && from_json::<f64>("-1e400").is_err());
}

#[test]
fn space_is_what_json_calls_space() {
    for space in (0..=0x21).chain([0x7f, 0x85, 0xa0, 0x2028, 0x3000]).filter_map(char::from_u32) {
        for text in [
            "^1",
            "1^",
            "[^]",
            "[1^,2]",
            "[1,^2]",
            "{^\"a\":1}",
            "{\"a\"^:1}",
            "{\"a\":^1}",
            "{\"a\":1^}",
            "{\"a\":1,^\"b\":2}",
        ] {
            let is_taken = same::<Value>(&text.replace('^', &space.to_string()));
            assert_eq!(is_taken, matches!(space, ' ' | '\t' | '\n' | '\r'), "{space:?}");
        }
    }
}

#[test]
fn depth_is_limited_alike() {
    for depth in [1, 126, 127, 128, 1000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(same::<Value>(&text), depth < 128, "{depth}");
            let text = format!("{{\"unknown\":{}1{}}}", open.repeat(depth), close.repeat(depth));
            assert_eq!(from_json::<Book>(&text).is_ok(), depth < 127, "{depth}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn numbers(digits in "-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", float in any::<f64>()) {
        if !overflows(&digits) {
            same::<Value>(&digits);
        }
        same::<f64>(&digits);
        if float.is_finite() {
            for text in [float.to_string(), format!("{float:e}"), format!("{float:?}")] {
                prop_assert_eq!(from_json::<f64>(&text).unwrap().to_bits(), float.to_bits(), "{}", text);
            }
            prop_assert_eq!(from_json::<f64>(&to_json(&float)).unwrap(), float);
        }
    }

    #[test]
    fn texts(text in any::<String>(), before in "[a-zä]{0,20}", stop in "[\"\\\\\u{0}-\u{1f}]", after in "[ -~ä€]{0,20}") {
        prop_assert_eq!(to_json(text.as_str()), serde_json::to_string(&text).unwrap());
        prop_assert_eq!(from_json::<String>(&to_json(text.as_str())).unwrap(), text);
        same::<String>(&format!("\"{before}{stop}{after}\""));
        same::<String>(&format!("\"{before}{stop}{after}"));
    }

    /// A text with a part exchanged.
    #[test]
    fn mutated_texts(cut in any::<prop::sample::Index>(), len in 0_usize..6, instead in "[\\[\\]{},:\"\\\\0-9.eE+\\-truafalsn ub\u{0}-\u{20}ä€]{0,4}") {
        let at = |at: usize| (0..=at.min(BOOK.len())).rev().find(|at| BOOK.is_char_boundary(*at)).unwrap_or(0);
        let start = at(cut.index(BOOK.len() + 1));
        let end = at(start + len).max(start);
        let text = [&BOOK[..start], &instead, &BOOK[end..]].concat();
        let is_json = same::<Value>(&text);
        let book = from_json::<Book>(&text);
        prop_assert!(is_json || book.is_err(), "{}", text);
        // Whatever was read is written again as the same, except list items that were skipped.
        if let Ok(decoded) = Options::new().mode(Mode::Lenient).decode::<Book>(&text) {
            let again = from_json::<Book>(&to_json(&decoded.value)).unwrap();
            prop_assert_eq!(again, decoded.value);
        }
    }
}
