//! What is written, and that what was read is written again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::models::{BOOK, Book, BookId, Page};
use crate::codec::{Encode, Nullable, Writer, from_json, to_json};

#[test]
fn what_was_read_is_written_again_without_loss() {
    for text in [
        BOOK,
        "{}",
        r#"{"id":null,"title":null,"state":null,"pageCount":null,"borrower":null}"#,
        r#"{"id":"","shelf":null,"\u0061\"b":{"c":[1e300,-0.5,18446744073709551615]}}"#,
        r#"{"title":"\u0000\n\ud83d\ude00 é","next":{"chapters":[]}}"#,
    ] {
        let book: Book = from_json(text).unwrap();
        let written = to_json(&book);
        let (was, is): (Value, Value) = (serde_json::from_str(text).unwrap(), serde_json::from_str(&written).unwrap());
        assert_eq!(was, is);
        assert_eq!(from_json::<Book>(&written).unwrap(), book);
    }
    let page: Page<BookId> = from_json(r#"{"items":["1",2],"last":null}"#).unwrap();
    assert_eq!(to_json(&page), r#"{"items":["1","2"],"last":null}"#);
}

#[test]
fn what_is_set_replaces_what_was_noted() {
    let mut book: Book = from_json(r#"{"id":null,"pageCount":null,"borrower":null,"x":1}"#).unwrap();
    book.id = "1".into();
    book.page_count = Some(7);
    book.borrower = Nullable::Set("me".into());
    assert_eq!(book.extra.insert("x", 2), Some(1.into()));
    assert_eq!(book.extra.insert("y", vec!["\"}"]), None);
    let written: Value = serde_json::from_str(&to_json(&book)).unwrap();
    assert_eq!(written, json!({"id":"1","pageCount":7,"borrower":"me","x":2,"y":["\"}"]}));
    assert_eq!(format!("{:?}", book.extra), r#"{"x", "y"}"#);
}

#[test]
fn three_states_are_distinguished() {
    for (text, state) in [
        ("{}", Nullable::Unset),
        (r#"{"borrower":null}"#, Nullable::Null),
        (r#"{"borrower":"x"}"#, Nullable::from("x".to_owned())),
    ] {
        let book: Book = from_json(text).unwrap();
        assert_eq!(book.borrower, state);
        assert_eq!(to_json(&book), text);
    }
    assert_eq!(Book::new("1", "x").borrower(None).borrower, Nullable::Null);
    assert_eq!(Book::new("1", "x").borrower("x").borrower, Nullable::Set("x".to_owned()));
}

#[test]
fn extra_compares_by_meaning() {
    let read = |text: &str| from_json::<Book>(text).unwrap();
    assert_eq!(read(r#"{"x":1e3,"y":2}"#), read(r#"{"y":2,"x" : 1000.0}"#));
    assert_ne!(read(r#"{"x":1}"#), read(r#"{"x":2}"#));
    assert_ne!(read(r#"{"pageCount":null}"#), read("{}"));
    assert_eq!(size_of::<crate::Extra>(), 16);
}

#[test]
fn models_of_many_fields_lose_nothing_but_what_is_missing_beyond_the_64th() {
    use super::models::Large;
    let all: BTreeMap<String, Value> = (0..70).map(|at| (format!("f{at}"), Value::Null)).collect();
    let large: Large = from_json(&to_json(&all)).unwrap();
    let written: BTreeMap<String, Value> = from_json(&to_json(&large)).unwrap();
    assert_eq!(written, all);
    assert_eq!(to_json(&from_json::<Large>("{}").unwrap()), r#"{"f64":false,"f66":false,"f68":false}"#);
    assert_eq!(from_json::<Large>(r#"{"f69":7,"f68":true}"#).unwrap().f69, Some(7));
}

#[test]
fn texts_and_numbers_are_written_as_serde_json_does() {
    for text in
        ["", "plain", "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}", "é€😀\u{2028}", "a long text with a \" far behind"]
    {
        assert_eq!(to_json(text), serde_json::to_string(text).unwrap());
    }
    for number in [0_i64, 1, -1, 10, 99, i64::MAX, i64::MIN] {
        assert_eq!(to_json(&number), number.to_string());
    }
    assert_eq!(to_json(&u64::MAX), u64::MAX.to_string());
    for (float, text) in
        [(1.0, "1"), (-0.0, "0"), (1.5, "1.5"), (1e300, "1e300"), (9.1e15, "9100000000000000.0"), (f64::NAN, "null")]
    {
        assert_eq!(to_json(&float), text);
    }
    assert_eq!(to_json(&0.1_f32), "0.1");
}

#[test]
fn secrets_are_recorded_wherever_they_are_written() {
    struct Key(&'static str);

    impl Encode for Key {
        fn encode(&self, writer: &mut Writer) {
            writer.secret(self.0);
        }
    }

    let mut writer = Writer::recording();
    BTreeMap::from([("a", vec![Some(Key("one")), None]), ("b", vec![Some(Key("t\"wo"))])]).encode(&mut writer);
    assert!(!format!("{writer:?}").contains("one"));
    assert_eq!(writer.as_json(), r#"{"a":["one",null],"b":["t\"wo"]}"#);
    assert_eq!(writer.into_secrets(), ["one", "t\"wo"]);
}
