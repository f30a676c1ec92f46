//! Models in serde's formats.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::models::{BOOK, Book, BookState, Page};
use crate::codec::{Sampler, from_json, to_json};

fn cbor<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    ciborium::from_reader(bytes.as_slice()).unwrap()
}

/// Through each format and back.
fn travels<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    assert_eq!(&cbor(value), value);
    assert_eq!(&rmp_serde::from_slice::<T>(&rmp_serde::to_vec(value).unwrap()).unwrap(), value);
    assert_eq!(&rmp_serde::from_slice::<T>(&rmp_serde::to_vec_named(value).unwrap()).unwrap(), value);
    assert_eq!(&serde_json::from_str::<T>(&serde_json::to_string(value).unwrap()).unwrap(), value);
    assert_eq!(&serde_json::from_slice::<T>(&serde_json::to_vec_pretty(value).unwrap()).unwrap(), value);
    assert_eq!(&serde_json::from_value::<T>(serde_json::to_value(value).unwrap()).unwrap(), value);
}

#[test]
fn models_travel_in_every_format_that_describes_itself() {
    for text in [
        BOOK,
        "{}",
        r#"{"id":null,"new":{"a":[1e300,-1,18446744073709551615,"\u0000é😀",null,true,{}]},"pageCount":null,"title":null}"#,
        r#"{"price":1,"color":[0.1,16777217,-2.5],"next":{"next":{"any":{}}}}"#,
    ] {
        let book: Book = from_json(text).unwrap();
        travels(&book);
        travels(&Page { items: vec![book.clone(), book], ..Page::default() });
    }
    for book in Sampler::every("sample", |sampler| sampler.sample::<Book>()) {
        travels(&book);
    }
    travels(&BookState::Lent);
    travels(&vec![Some(BookState::Unknown("x".into())), None]);
}

#[test]
fn formats_are_told_the_lengths() {
    let book: Book = from_json(r#"{"id":"1","new":[[],[1,{"a":[2]}],{}]}"#).unwrap();
    let (mut own, mut again) = (Vec::new(), Vec::new());
    ciborium::into_writer(&book, &mut own).unwrap();
    let value: ciborium::Value = ciborium::from_reader(own.as_slice()).unwrap();
    // It knows all lengths.
    ciborium::into_writer(&value, &mut again).unwrap();
    assert_eq!(own, again);
}

/// As the docs of `model!` say: serde's own types hold no others.
#[test]
fn numbers_beyond_64_bits_keep_their_digits_in_json_but_not_in_serde() {
    for number in
        ["123456789012345678901234567890", "-9223372036854775809", "0.1000000000000000000001", "1e400", "-0.0", "1.0"]
    {
        let text = format!(r#"{{"id":"1","new":{{"in":[{number}]}}}}"#);
        let book: Book = from_json(&text).unwrap();
        assert_eq!(to_json(&book), text);
        assert_eq!(to_json(&from_json::<Book>(&to_json(&book)).unwrap()), text);
    }
    let text = r#"{"id":"1","new":123456789012345678901234567890}"#;
    let digits = if serde_keeps_digits() { "123456789012345678901234567890" } else { "1.2345678901234568e29" };
    let read: Book = serde_json::from_str(text).unwrap();
    assert!(to_json(&read).contains(digits), "{}", to_json(&read));
    let book: Book = from_json(text).unwrap();
    assert!(
        serde_json::to_string(&book).unwrap().contains("e29") || serde_json::to_string(&book).unwrap().contains("e+29")
    );
    // What 64 bits hold is the same everywhere.
    for number in ["18446744073709551615", "-9223372036854775808", "0.1", "1e300", "5e-324", "-0.0"] {
        let text = format!(r#"{{"id":"1","new":{number}}}"#);
        let book: Book = from_json(&text).unwrap();
        travels(&book);
        assert_eq!(serde_json::from_str::<Book>(&text).unwrap(), book);
    }
}

/// Whether some crate of the program has turned on serde_json's `arbitrary_precision`.
fn serde_keeps_digits() -> bool {
    let number: Value = serde_json::from_str("0.10").unwrap();
    number.as_number().is_some_and(|number| format!("{number}") == "0.10")
}

#[test]
fn whole_floats_come_back_from_binary_formats() {
    let book: Book = from_json(r#"{"price":10.0}"#).unwrap();
    assert_eq!(cbor(&book).price, Some(10.0));
}

#[test]
fn what_json_cannot_hold_is_refused() {
    let mut bytes = Vec::new();
    ciborium::into_writer(&std::collections::BTreeMap::from([("price", f64::NAN)]), &mut bytes).unwrap();
    assert!(ciborium::from_reader::<Book, _>(bytes.as_slice()).is_err());
    bytes.clear();
    ciborium::into_writer(&ciborium::Value::Bytes(vec![1]), &mut bytes).unwrap();
    assert!(ciborium::from_reader::<Book, _>(bytes.as_slice()).is_err());
}

#[test]
fn an_error_of_serde_names_the_path() {
    let error = serde_json::from_str::<Vec<Book>>(r#"[{"id":"1"},{"id":[]}]"#).unwrap_err().to_string();
    assert!(error.contains("id: expected a string, found a list"), "{error}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unknown_members_travel_in_every_format(value in any_json(), name in "[a-z$\"]{1,8}") {
        let text = serde_json::json!({ "id": "1", name: value }).to_string();
        if let Ok(book) = from_json::<Book>(&text) {
            travels(&book);
            prop_assert_eq!(from_json::<Book>(&to_json(&book)).unwrap(), book);
        }
    }
}
