//! What cannot be read in an optional place costs that place only.

use std::collections::BTreeMap;

use super::models::{Book, Chapter};
use crate::codec::{Decoded, Mode, Options, from_json, to_json};

fn skipping(text: &str) -> Decoded<Book> {
    Options::new().decode(text).unwrap()
}

fn paths<T>(decoded: &Decoded<T>) -> Vec<&str> {
    decoded.skipped.iter().map(|skipped| skipped.path.as_str()).collect()
}

#[test]
fn an_optional_member_is_kept_as_it_came() {
    let text =
        r#"{"id":"1","title":"x","price":"cheap","pageCount":{"a":[1]},"next":{"id":"2","title":"y","price":[]}}"#;
    let decoded = skipping(text);
    assert_eq!(paths(&decoded), ["price", "pageCount", "next.price"]);
    assert_eq!(decoded.skipped_count, 3);
    let book = decoded.value;
    assert_eq!((book.price, book.page_count), (None, None));
    assert_eq!(book.extra.get("price"), Some("cheap".into()));
    let again: serde_json::Value = serde_json::from_str(&to_json(&book)).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(text).unwrap());
    // Once it has a value again, what came is gone.
    let mut book = book;
    book.price = Some(2.0);
    assert!(to_json(&book).contains(r#""price":2"#) && !to_json(&book).contains("cheap"));
}

#[test]
fn a_required_member_costs_what_is_optional_around_it() {
    let decoded = skipping(r#"{"id":"1","next":{"id":"2","next":{"id":[]}}}"#);
    assert_eq!(paths(&decoded), ["next.next.id"]);
    let next = decoded.value.next.unwrap();
    assert_eq!((next.id.as_str(), &next.next), ("2", &None));
    assert_eq!(next.extra.get("next"), Some(serde_json::json!({"id":[]})));
    let error = from_json::<Book>(r#"{"id":["x"],"price":"cheap"}"#).unwrap_err();
    assert_eq!(error.path(), "id");
}

#[test]
fn a_bad_item_costs_that_item() {
    let decoded = skipping(r#"{"chapters":[{"title":"a"},{"title":[1,{"x":"]"}]},7,{"title":"b","page":"2"}]}"#);
    assert_eq!(paths(&decoded), ["chapters[1].title", "chapters[2]"]);
    assert_eq!(decoded.skipped[1].reason, "expected an object (Chapter), found a number");
    let titles: Vec<_> = decoded.value.chapters.iter().flatten().map(|chapter| chapter.title.as_str()).collect();
    assert_eq!(titles, ["a", "b"]);
    let map = Options::new().decode::<BTreeMap<String, Vec<u8>>>(r#"{"a":[1,"x"],"b":2,"c":[]}"#).unwrap();
    assert_eq!(map.value, BTreeMap::from([("a".to_owned(), vec![1]), ("c".to_owned(), vec![])]));
    assert_eq!(paths(&map), ["*[1]", "*"]);
}

#[test]
fn a_list_of_nothing_but_bad_items_is_no_list_of_such_items() {
    let decoded = skipping(r#"{"chapters":[1,2]}"#);
    assert_eq!(paths(&decoded), ["chapters[0]"]);
    assert_eq!(decoded.value.chapters, None);
    assert_eq!(decoded.value.extra.get("chapters"), Some(serde_json::json!([1, 2])));
    assert_eq!(from_json::<Vec<Chapter>>("[1,2]").unwrap_err().path(), "[0]");
    assert!(from_json::<BTreeMap<u8, u8>>(r#"{"x":1}"#).is_err());
}

#[test]
fn what_is_no_json_is_refused_wherever_it_is() {
    for text in [
        r#"{"price":[1,}"#,
        r#"{"price":"x"#,
        r#"{"chapters":[{"title":7,"page":[}]}"#,
        r#"{"price":{"a":"\ud800"}}"#,
        r#"{"unknown":"\x"}"#,
        r#"{"unknown":01}"#,
        r#"{"price":[]} x"#,
    ] {
        assert!(from_json::<Book>(text).is_err(), "{text}");
    }
}

#[test]
fn other_modes_skip_nothing() {
    for mode in [Mode::Lenient, Mode::Strict] {
        for text in [r#"{"price":"x"}"#, r#"{"chapters":[{"title":"a"},1]}"#] {
            assert!(Options::new().mode(mode).decode::<Book>(text).is_err());
        }
    }
}

#[test]
fn reports_are_limited_and_all_are_counted() {
    let text = format!(r#"{{"chapters":[{{"title":"a"}}{}]}}"#, ",7".repeat(1000));
    let decoded = skipping(&text);
    assert_eq!((decoded.skipped.len(), decoded.skipped_count), (100, 1000));
    assert_eq!(decoded.skipped[99].path, "chapters[100]");
}
