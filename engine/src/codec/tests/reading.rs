//! What is read, and what is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

use serde_json::Value;

use super::models::{BOOK, Book, BookId, BookState, Page};
use crate::codec::{DecodeError, DecodeErrorKind, Field, Mode, Nullable, Options, from_json};

fn read<T: Field>(mode: Mode, text: &str) -> Result<T, DecodeError> {
    Options::new().mode(mode).decode(text).map(|decoded| decoded.value)
}

#[track_caller]
fn reads<T: Field + Debug + PartialEq>(text: &str, value: T) {
    assert_eq!(from_json::<T>(text).unwrap(), value, "{text}");
}

#[track_caller]
fn refused<T: Field + Debug>(text: &str) -> String {
    from_json::<T>(text).unwrap_err().to_string()
}

#[test]
fn numbers_are_taken_from_text_and_text_from_numbers() {
    for text in ["12", "12.0", "\"12\"", "1.2e1", "120e-1", " 12 "] {
        reads(text, 12_u8);
        reads(text, 12_i64);
        reads(text, 12.0_f64);
        reads(text, 12.0_f32);
    }
    reads("12", "12".to_owned());
    reads("-1.50", "-1.50".to_owned());
    reads("12", BookId::from("12"));
    for text in ["256", "-1", "1.5", "\"x\"", "\"\"", "\" 1\"", "\"1 \"", "true", "null", "[]", "1e400", "01", "\"01\""]
    {
        refused::<u8>(text);
    }
    reads("18446744073709551615", u64::MAX);
    refused::<u64>("18446744073709551616");
    reads("-9223372036854775808", i64::MIN);
    refused::<i64>("-9223372036854775809");
    reads("1e19", 10_000_000_000_000_000_000_u64);
    reads("-0", 0_u8);
    reads("0.1", 0.1_f32);
    reads("16777217", 16_777_216.0_f32);
    refused::<f32>("1e39");
    refused::<f64>("\"NaN\"");
    for (text, value) in [("true", true), ("\"true\"", true), ("1", true), ("0", false), ("\"false\"", false)] {
        reads(text, value);
    }
    for text in ["2", "-1", "\"yes\"", "null", "0.5", "tru", "truex"] {
        refused::<bool>(text);
    }
}

#[test]
fn in_strict_mode_nothing_stands_for_anything_else() {
    assert!(read::<u8>(Mode::Strict, "\"1\"").is_err());
    assert!(read::<String>(Mode::Strict, "1").is_err());
    assert!(read::<f64>(Mode::Strict, "\"1\"").is_err());
    assert!(read::<bool>(Mode::Strict, "1").is_err());
    // It is how JavaScript writes it.
    assert_eq!(read::<u8>(Mode::Strict, "1.0").unwrap(), 1);
    let error = read::<BookState>(Mode::Strict, "\"burning\"").unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::NotAllowed);
    let error =
        read::<Book>(Mode::Strict, r#"{"id":"1","chapters":[{"title":"x","page":1,"\u0073helf":7}]}"#).unwrap_err();
    assert_eq!((error.kind(), error.path()), (DecodeErrorKind::UnknownField, "chapters[0].shelf"));
    let error = read::<Book>(Mode::Strict, r#"{"state":null}"#).unwrap_err();
    assert_eq!((error.path(), error.reason()), ("state", "is null"));
    assert_eq!(read::<Book>(Mode::Strict, r#"{"borrower":null}"#).unwrap().borrower, Nullable::Null);
}

#[test]
fn types_of_the_standard_library() {
    reads("[1,2]", [1_u8, 2]);
    reads("[1,\"x\",null]", (1_u8, "x".to_owned(), None::<bool>));
    reads("[]", Vec::<u8>::new());
    reads("[3,1,3]", BTreeSet::from([1_u8, 3]));
    reads(r#"{"1":true,"-2":false}"#, BTreeMap::from([(1_i8, true), (-2, false)]));
    reads(r#"{"lent-out":1}"#, BTreeMap::from([(BookState::Lent, 1_u8)]));
    reads(r#"{"a":[1]}"#, HashMap::from([("a".to_owned(), vec![1_u8])]));
    reads("\"x\"", 'x');
    reads("null", None::<u8>);
    reads("null", ());
    reads("5", Some(Box::new(5_u8)));
    reads(r#"{"a":[1,"x",null,2.5,{}]}"#, serde_json::json!({"a":[1,"x",null,2.5,{}]}));
    for text in ["[1]", "[1,2,3]", "{}", "[1,\"x\"]"] {
        refused::<[u8; 2]>(text);
        refused::<(u8, u8)>(text);
    }
    refused::<char>("\"xy\"");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    reads("\u{feff}[1]", vec![1_u8]);
    assert_eq!(Options::new().decode_bytes::<u8>(b"\xef\xbb\xbf1").unwrap().value, 1);
    refused::<u8>("\u{feff}\u{feff}1");
    assert!(Options::new().decode_bytes::<String>(b"\"\xff\"").is_err());
}

#[test]
fn members_in_any_order_with_any_spaces_and_escapes() {
    let book: Book = from_json(BOOK).unwrap();
    let members: serde_json::Map<String, Value> = serde_json::from_str(BOOK).unwrap();
    let mut reversed: Vec<_> = members.iter().map(|(name, value)| format!("\n\t\"{name}\" : {value} ")).collect();
    reversed.reverse();
    reads(&format!(" {{ {} }} ", reversed.join(" , ")), book.clone());
    reads(&BOOK.replace("\"title\"", "\"\\u0074itle\"").replace("\"shelf\"", "\"sh\\u0065lf\""), book.clone());
    let page: Page<Book> = from_json(&format!("{{\"items\":[{BOOK}]}}")).unwrap();
    assert_eq!(page.items, [book]);
    // Of two members of one name the last counts.
    assert_eq!(from_json::<Book>(r#"{"id":"1","id":"2","pageCount":1,"pageCount":2}"#).unwrap().id, "2");
}

#[test]
fn an_error_says_where() {
    let place = |text: &str| {
        let error = read::<Book>(Mode::Lenient, text).unwrap_err();
        (error.path().to_owned(), error.position().unwrap(), error.reason().to_owned())
    };
    let (path, position, reason) = place("{\n \"chapters\": [{\"page\": 1}, {\"page\": \"x\"}]}");
    assert_eq!((path.as_str(), position), ("chapters[1].page", (2, 37)));
    assert_eq!(reason, "expected an integer from 0 to 4294967295, found a string");
    assert_eq!(place(r#"{"chapters": [{"page": 1 "title": null}]}"#).0, "chapters[0]");
    assert_eq!(place(r#"{"chapters": [{"page": nul}]}"#).0, "chapters[0].page");
    assert_eq!(place(r#"{"next": {"next": {"id": []}}}"#).0, "next.next.id");
    assert_eq!(place(r#"{"chapters": [{"page": 1"#).0, "chapters[0]");
    assert_eq!(place(r#"{"place": [1, "x"]}"#).0, "place[1]");
    assert_eq!(place(r#"{"color": [1, 2, "x"]}"#).0, "color[2]");
    assert_eq!(place("7").0, "");
    // The keys of maps are data.
    assert_eq!(place(r#"{"idx": {"secret": [1, {}]}}"#).0, "idx.*[1]");
    assert_eq!(place(r#"{"notes": {"secret": "x"}}"#).0, "notes.*");
    assert_eq!(place(r#"{"two\nlines": nul}"#).0, "two lines");
    assert_eq!(place(&format!(r#"{{"{}": nul}}"#, "b".repeat(101))).0, "*");
    assert_eq!(size_of::<DecodeError>(), size_of::<usize>());
}

#[test]
fn an_error_shows_nothing_of_the_value() {
    for text in [r#"{"price":"secret"}"#, r#"{"id":{"secret":1}}"#, r#"{"any":"secret"}"#, r#"{"chapters":["secret"]}"#]
    {
        let error = read::<Book>(Mode::Lenient, text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}{}", "{\"next\":".repeat(depth), "{}", "}".repeat(depth));
    assert!(from_json::<Book>(&nested(126)).is_ok());
    assert_eq!(from_json::<Book>(&nested(127)).unwrap_err().kind(), DecodeErrorKind::Syntax);
    assert!(refused::<Value>(&"[".repeat(1_000_000)).contains("nested too deeply"));
}

#[test]
fn memory_is_limited_by_what_a_value_takes() {
    let text = format!("[{}{{}}]", "{},".repeat(999));
    let most = 1000 * size_of::<Book>();
    assert_eq!(Options::new().max_memory(most).decode::<Vec<Book>>(&text).unwrap().value.len(), 1000);
    let error = Options::new().max_memory(most - 1).decode::<Vec<Book>>(&text).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::TooLarge);
    // In the place of an optional field, too: a value that is too large is not skipped, but an error.
    let text = format!(r#"{{"any":{{"list":{text}}}}}"#);
    assert!(Options::new().max_memory(20_000).decode::<Book>(&text).is_err());
    let text = format!(r#"{{"next":{}1{}}}"#, r#"{"next":"#.repeat(100), "}".repeat(100));
    assert!(Options::new().max_memory(20 * size_of::<Book>()).decode::<Book>(&text).is_err());
}
