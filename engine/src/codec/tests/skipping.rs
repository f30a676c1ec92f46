//! What cannot be read in an optional place is skipped, and nothing else.

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
fn an_optional_member_is_kept_unchanged() {
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
fn a_list_of_invalid_items_only_is_an_error() {
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
        r#"{"price":{"a":"\u00"}}"#,
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

#[test]
fn what_javascript_writes_costs_nothing() {
    // Half of a character, and a number that no float holds, in members that the model does not know and in one it does.
    let text = r#"{"title":"\ud83d","cut":"\ud83d\ud83d\u0041","big":1e400}"#;
    let book: Book = from_json(text).unwrap();
    assert_eq!(book.title, "\u{fffd}");
    assert_eq!(book.extra.get("cut"), Some("\u{fffd}\u{fffd}A".into()));
    assert!(to_json(&book).contains(r#""big":1e400"#));
}

#[test]
fn of_two_members_of_one_name_the_last_counts() {
    let book: Book = from_json(r#"{"title":"a","pageCount":1,"pageCount":null}"#).unwrap();
    assert_eq!((book.page_count, to_json(&book).contains(r#""pageCount":null"#)), (None, true));
    let book: Book = from_json(r#"{"title":"a","pageCount":null,"pageCount":"many"}"#).unwrap();
    assert!(to_json(&book).contains(r#""pageCount":"many""#));
}

#[test]
fn text_in_json_shares_the_memory_and_the_reports() {
    use crate::JsonText;
    let read = |text: &str| Options::new().decode::<Vec<JsonText<Vec<u8>>>>(text);
    let decoded = read(r#"["[1,\"x\"]"]"#).unwrap();
    assert_eq!(decoded.value[0].0, [1]);
    assert_eq!((decoded.skipped[0].path.as_str(), decoded.skipped_count), ("[0][1]", 1));
    let many = format!("[{}\"[]\"]", r#""[1,2,3,4,5,6,7,8]","#.repeat(100));
    assert!(Options::new().max_memory(3_000).decode::<Vec<JsonText<Vec<u8>>>>(&many).is_err());
    assert!(Options::new().max_memory(10_000).decode::<Vec<JsonText<Vec<u8>>>>(&many).is_ok());
}

#[test]
fn inserting_keeps_what_was_there() {
    let mut extra = crate::Extra::default();
    let mut deep = serde_json::Value::Null;
    for _ in 0..126 {
        deep = vec![deep].into();
    }
    extra.insert("deep", deep);
    extra.insert("a", 1);
    assert_eq!(extra.insert("a", 2), Some(1.into()));
    assert!(extra.get("a") == Some(2.into()) && extra.iter().count() == 2);
}

#[test]
fn what_is_skipped_as_a_whole_counts_once_however_much_is_within() {
    // Of 200 chapters none can be read, and so the field is skipped, with the reports of all of them.
    let chapters = vec![r#"{"title":7,"page":[]}"#; 200].join(",");
    let text = format!(r#"[{{"chapters":[{chapters},{{"page":1,"title":[]}}]}},{{"price":[]}}]"#);
    let decoded = Options::new().decode::<Vec<Book>>(&text).unwrap();
    assert!(decoded.skipped_count >= decoded.skipped.len(), "{decoded:?}");
    let nested = format!(r#"[[{}],[1]]"#, vec!["[[],[]]"; 200].join(","));
    let decoded = Options::new().decode::<Vec<Vec<u8>>>(&nested).unwrap();
    assert_eq!((decoded.value, decoded.skipped_count, decoded.skipped.len()), (vec![vec![1]], 1, 1));
}

#[test]
fn reports_of_texts_in_json_are_limited_too() {
    use crate::JsonText;
    let inner = serde_json::to_string(&format!("[1{}]", ",[]".repeat(90))).unwrap();
    let text = format!("[{}]", vec![inner; 5].join(","));
    let decoded = Options::new().decode::<Vec<JsonText<Vec<u8>>>>(&text).unwrap();
    assert_eq!((decoded.skipped.len(), decoded.skipped_count), (100, 450));
}

#[test]
fn an_integer_with_a_fraction_is_none_however_small_the_fraction() {
    for text in ["0.99999999999999999", "1.00000000000000001", "\"1.00000000000000001\"", "9007199254740993.5"] {
        assert!(from_json::<u64>(text).is_err(), "{text}");
    }
    for text in ["1.0", "\"1.000\"", "1e3", "1.5e1", "10.0e-1"] {
        assert!(from_json::<u64>(text).is_ok(), "{text}");
    }
}

#[test]
fn an_error_behind_a_number_that_is_none_is_reported() {
    let error = from_json::<Book>(r#"{"price":NaN,"id":[]}"#).unwrap_err();
    assert_eq!(error.path(), "id");
    // So is one of the JSON itself: the number is none.
    let error = from_json::<Book>(r#"{"price":NaN,"id":}"#).unwrap_err();
    assert_eq!(error.kind(), crate::codec::DecodeErrorKind::Syntax);
    let many = format!("[NaN{}]", ",{}".repeat(1000));
    let error = Options::new().max_memory(1000).decode::<Vec<Book>>(&many).unwrap_err();
    assert_eq!(error.kind(), crate::codec::DecodeErrorKind::TooLarge);
}

#[test]
fn an_error_behind_a_number_that_is_none_stands_where_it_stands_in_the_text() {
    for number in ["NaN", "Infinity", "-Infinity", "[NaN, -Infinity]"] {
        for (rest, wrong) in
            [(r#""id": []}"#, "[]}"), (r#""id" 1}"#, "1}"), (r#""id":1} x"#, "x"), (r#""id":nil"#, "nil")]
        {
            for space in ["", "\n \n"] {
                let text = format!(r#"{{"price":{number},{space}{rest}"#);
                let (line, column) = from_json::<Book>(&text).unwrap_err().position().unwrap();
                let found = text.lines().nth(line - 1).and_then(|line| line.get(column - 1..));
                assert_eq!(found, Some(wrong), "{text}: {line}:{column}");
            }
        }
    }
}

#[test]
fn strict_reading_takes_the_nulls_of_types_that_have_one() {
    use crate::codec::Mode;
    crate::model! {
        /// Required fields that may be null.
        struct Nulls: super::models::Library {
            /// Any value.
            any: serde_json::Value,
            /// A number or none.
            number: Option<u8>,
            /// A number.
            plain: u8,
        }
    }
    let strict = |text: &str| Options::new().mode(Mode::Strict).decode::<Nulls>(text);
    let text = r#"{"any":null,"number":null,"plain":1}"#;
    assert_eq!(to_json(&strict(text).unwrap().value), text);
    let error = strict(r#"{"any":1,"number":1,"plain":null}"#).unwrap_err();
    assert!(format!("{error:#}").contains("plain: is null"), "{error:#}");
}
