//! Held against serde_json: the same texts are taken and refused, and give the same values.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fmt;
use std::marker::PhantomData;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::from_str;
use crate::error::DecodeError;

/// Reads a text both ways. Values are compared as they show themselves: raw ones cannot be compared otherwise.
fn same<'de, T: Deserialize<'de> + std::fmt::Debug>(text: &'de str) -> bool {
    let (ours, theirs) = (from_str::<T>(text), serde_json::from_str::<T>(text));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{text}"),
        // serde_json calls some of these a matter of syntax.
        (Err(ours), Err(_)) => {
            assert!(ours.is_data() || serde_json::from_str::<Value>(text).is_err(), "{text}: {ours}")
        }
        _ => panic!("{text}: {ours:?} here, but {theirs:?} there"),
    }
    ours.is_ok()
}

/// Something of everything that serde can ask for.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown only")]
struct All<'a> {
    text: Option<String>,
    #[serde(borrow)]
    borrowed: Option<&'a str>,
    #[serde(borrow)]
    raw: Option<&'a RawValue>,
    boxed: Option<Box<RawValue>>,
    char: Option<char>,
    bool: Option<bool>,
    u8: Option<u8>,
    i16: Option<i16>,
    u64: Option<u64>,
    i64: Option<i64>,
    i128: Option<i128>,
    u128: Option<u128>,
    f32: Option<f32>,
    f64: Option<f64>,
    unit: Option<()>,
    pair: Option<(u8, String)>,
    list: Option<Vec<f64>>,
    kind: Option<Kind>,
    flat: Option<Flat>,
    untagged: Option<Untagged>,
    tagged: Option<Tagged>,
    by_number: Option<BTreeMap<i32, Value>>,
    by_float: Option<Vec<BTreeMap<String, f32>>>,
    by_bool: Option<BTreeMap<bool, u8>>,
    by_kind: Option<BTreeMap<UnitKind, u8>>,
    by_large: Option<BTreeMap<u128, ()>>,
    all: Option<Box<All<'a>>>,
    value: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown only")]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { a: u8, b: Option<String> },
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum UnitKind {
    A,
    B,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown only")]
struct Flat {
    a: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "shown only")]
enum Untagged {
    Number(f64),
    Text(String),
    List(Vec<u8>),
    Object { a: u8 },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(dead_code, reason = "shown only")]
enum Tagged {
    A { n: u8 },
    B(Flat),
}

/// What stands for a value, right and wrong.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "nul",
    "truex",
    "0",
    "-0",
    "1",
    "-1",
    "00",
    "01",
    "-01",
    "+1",
    "1.",
    ".5",
    "1.5",
    "-1.5e3",
    "1e",
    "1e+",
    "1E2",
    "1e-2",
    "1e400",
    "-1e400",
    "255",
    "256",
    "-32768",
    "-32769",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "0.1",
    "23.976023976023978",
    "123456789012345678901234567890.5",
    "--1",
    "1-",
    "-",
    "-.5",
    "-e5",
    "1.e5",
    "1.5.5",
    "1e5.5",
    "1 2",
    r#""""#,
    r#""a""#,
    r#""ab""#,
    r#""ä€𝄞""#,
    r#""1""#,
    r#""Unit""#,
    r#""plain text longer than eight bytes""#,
    r#""with \"escapes\" \\ \/ \b\f\n\r\t \u00e4 \ud834\udd1e""#,
    r#""\ud834""#,
    r#""\udd1e""#,
    r#""\x""#,
    r#""\u12""#,
    r#""\"#,
    r#"""#,
    r#""open"#,
    "\"tab\there\"",
    "\"line\nhere\"",
    "\"\u{7f}\u{80}\"",
    "[]",
    "[1]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1,2",
    "[",
    "{}",
    "{",
    "{,}",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1,}"#,
    r#"{a:1}"#,
    r#"{"a" 1}"#,
    r#"{"a" : 1 }"#,
    "[[[[]]], {}, \"x\" ]",
];

const NAMES: &[&str] = &[
    "text",
    "borrowed",
    "raw",
    "boxed",
    "char",
    "bool",
    "u8",
    "i16",
    "u64",
    "i64",
    "i128",
    "u128",
    "f32",
    "f64",
    "unit",
    "pair",
    "list",
    "kind",
    "flat",
    "untagged",
    "tagged",
    "by_number",
    "by_float",
    "by_bool",
    "by_kind",
    "by_large",
    "all",
    "value",
    "other",
    "n\\u0061me",
    "",
    "a",
    "1",
    "type",
];

#[test]
fn every_kind_of_value_in_every_kind_of_field() {
    let mut taken = 0;
    for value in VALUES {
        taken += usize::from(same::<Value>(value));
        same::<Value>(&format!(" {value} "));
        same::<Value>(&format!("[{value}, {value}]"));
        same::<Vec<&RawValue>>(&format!("[{value} ,{value} ]"));
        same::<f32>(value);
        for name in NAMES {
            taken += usize::from(same::<All<'_>>(&format!(r#"{{"{name}":{value}}}"#)));
            same::<All<'_>>(&format!(r#"{{ "{name}" : {value} }}"#));
            same::<BTreeMap<String, &RawValue>>(&format!(r#"{{ "{name}" : {value} }}"#));
            same::<BTreeMap<String, String>>(&format!(r#"{{"{name}":{value},"a":"b"}}"#));
        }
    }
    assert!(taken > 500, "{taken}");
}

#[test]
fn names_of_every_kind() {
    let names = [
        "1",
        "-1",
        "01",
        "1.5",
        " 1",
        "1 ",
        "",
        "true",
        "false",
        "null",
        "A",
        "B",
        "C",
        "340282366920938463463374607431768211455",
        "1e1",
        "[1]",
        "-",
        "\\u0031",
        "x",
        "ä",
    ];
    let mut taken = 0;
    for name in names {
        let text = format!(r#"{{"{name}": 1}}"#);
        taken += [
            same::<BTreeMap<i32, u8>>(&text),
            same::<BTreeMap<u64, u8>>(&text),
            same::<BTreeMap<i128, u8>>(&text),
            same::<BTreeMap<u128, u8>>(&text),
            // serde_json panics on this: it begins to read the name in the middle of its first letter.
            if name == "ä" {
                from_str::<BTreeMap<bool, u8>>(&text).is_ok()
            } else {
                same::<BTreeMap<bool, u8>>(&text)
            },
            same::<BTreeMap<UnitKind, u8>>(&text),
            same::<BTreeMap<Option<String>, u8>>(&text),
            same::<BTreeMap<char, u8>>(&text),
            same::<BTreeMap<Box<str>, u8>>(&text),
        ]
        .into_iter()
        .filter(|ok| *ok)
        .count();
    }
    assert!(taken > 50, "{taken}");
}

#[test]
fn enums_in_all_forms() {
    let texts = [
        r#""Unit""#,
        r#"{"Unit":null}"#,
        r#"{"Unit":1}"#,
        r#"{"Newtype":7}"#,
        r#""Newtype""#,
        r#"{"Tuple":[1,"x"]}"#,
        r#"{"Tuple":[1]}"#,
        r#"{"Tuple":[1,"x",2]}"#,
        r#"{"Struct":{"a":1}}"#,
        r#"{"Struct":[1,null]}"#,
        r#"{"Struct":{}}"#,
        r#"{"None":1}"#,
        "{}",
        "7",
        r#"{"Unit":null,"Newtype":7}"#,
        r#"{"Newtype":7"#,
        r#""U\u006eit""#,
    ];
    assert_eq!(texts.iter().filter(|text| same::<Kind>(text)).count(), 7);
    let tagged =
        [r#"{"type":"a","n":1}"#, r#"{"n":1,"type":"a"}"#, r#"{"type":"b","a":2,"c":[3]}"#, r#"{"type":"c"}"#, "{}"];
    assert_eq!(tagged.iter().filter(|text| same::<Tagged>(text)).count(), 3);
}

#[test]
fn depth_is_limited_alike() {
    for depth in [1, 100, 126, 127, 128, 129, 1000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(same::<Value>(&text), depth < 128, "{depth}");
        }
    }
    // Neighbours do not add up.
    assert!(same::<Value>(&format!("[{}[]]", "[],".repeat(1000))));
}

#[test]
fn space_is_what_json_calls_space() {
    for space in (0..=0x21).chain([0x7f, 0x85, 0xa0, 0x2028, 0x3000, 0xfeff]).filter_map(char::from_u32) {
        let mut taken = Vec::new();
        for text in ["^1", "1^", "[^]", "[1^,2]", "[1,^2]", "{^\"a\":1}", "{\"a\"^:1}", "{\"a\":^1}", "{\"a\":1^}"] {
            taken.push(same::<Value>(&text.replace('^', &space.to_string())));
        }
        assert_eq!(taken, [matches!(space, ' ' | '\t' | '\n' | '\r'); 9], "{space:?}");
    }
}

#[test]
fn what_has_no_end_is_refused() {
    assert!(!same::<(u8, u8)>("[1,2"));
    assert!(!same::<(u8, u8)>("[1,2,3]"));
    assert!(!same::<Kind>(r#"{"Newtype":1"#));
    assert!(!same::<Kind>(r#"{"Newtype":1,"Unit":null}"#));
}

#[test]
fn names_are_bytes_too() {
    assert!(same::<BTreeMap<&[u8], u8>>(r#"{"a":1,"":2}"#));
    assert!(!same::<BTreeMap<&[u8], u8>>(r#"{"\u0061":1}"#));
    assert!(same::<BTreeMap<CString, u8>>(r#"{"\u0061":1,"ä":2}"#));
}

#[test]
fn reasons_are_those_of_serde_json() {
    for text in ["null", "{a:1}", r#""\x""#, "", "[1,]", "1.5", "{}", r#"{"a" 1}"#, "nulx", "[1", "[1}"] {
        let theirs = serde_json::from_str::<Vec<BTreeMap<String, u8>>>(text).unwrap_err().to_string();
        let ours = from_str::<Vec<BTreeMap<String, u8>>>(text).unwrap_err();
        assert_eq!(theirs.split(" at line ").next(), Some(ours.reason()), "{text}");
        let (theirs, ours) = (serde_json::from_str::<Value>(text), from_str::<Value>(text));
        if let (Err(theirs), Err(ours)) = (theirs, ours) {
            assert_eq!(theirs.to_string().split(" at line ").next(), Some(ours.reason()), "{text}");
        }
    }
}

/// Takes what can be read of a list or an object, as some types and adapters do.
#[derive(Debug)]
#[expect(dead_code, reason = "shown only")]
struct Readable<T>(Vec<Option<T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Readable<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Readable<T>, A::Error> {
                let mut items = Vec::new();
                loop {
                    match list.next_element() {
                        Ok(Some(item)) => items.push(Some(item)),
                        Ok(None) => return Ok(Readable(items)),
                        // Nobody knows where the next one begins.
                        Err(error) if items.len() == 500 => return Err(error),
                        Err(_) => items.push(None),
                    }
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Readable<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(IgnoredAny) = map.next_key()? {
                    items.push(map.next_value().ok());
                }
                Ok(Readable(items))
            }
        }

        deserializer.deserialize_any(Items(PhantomData))
    }
}

#[test]
fn what_passes_over_a_failure_reads_on_after_it() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "shown only")]
    struct A {
        a: u8,
    }
    assert!(same::<Readable<u8>>(r#"["x", 1, null, -1, 300, true, 1e400, 2]"#));
    assert!(same::<Readable<u8>>(r#"{"a":"x","b":1,"c":null,"d":1e400,"e":2}"#));
    assert!(!same::<Readable<u8>>("[1 2]"));
    assert!(!same::<Readable<u8>>(r#"["x" 2]"#));
    assert!(same::<Readable<A>>(r#"[{}, {"a":1}, {"b":[]}, {"a":2}]"#));
    assert!(same::<Readable<Vec<A>>>(r#"[[{}], [{"a":1}], []]"#));
    assert!(same::<Readable<String>>(r#"["a", "\ud834", "b"]"#));
    // What has been left is not open any more.
    assert!(same::<Readable<A>>(&format!("[{}{{\"a\":1}}]", "{},{\"a\":1},".repeat(200))));
}

#[test]
fn a_failure_says_where() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only")]
    struct Inner {
        b: u8,
        c: Option<Kind>,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "read only")]
    struct Outer {
        a: Option<Vec<Inner>>,
        map: Option<BTreeMap<String, Inner>>,
        numbers: Option<BTreeMap<u8, Vec<u8>>>,
    }
    let place = |text| {
        let error = from_str::<Outer>(text).unwrap_err();
        (error.path().to_owned(), error.to_string())
    };
    assert_eq!(place(r#"{"a": [{"b": 1 "c": null}]}"#).0, "a[0]");
    assert_eq!(place(r#"{"a": [{"c": null}]}"#).0, "a[0]");
    let (path, text) = place("{\n \"a\": [{\"b\": 1}, {\"b\": \"x\"}]}");
    assert_eq!(
        (path.as_str(), text.as_str()),
        ("a[1].b", "invalid type: string \"x\", expected u8 at line 2 column 26")
    );
    assert_eq!(place("7").0, "");
    assert_eq!(place(r#"{"a": [[]]}"#).0, "a[0]");
    assert_eq!(place(r#"{"a": [{"b": 1, "c": nul}]}"#).0, "a[0].c");
    assert_eq!(place(r#"{"a": [{"b": 1}}"#).0, "a");
    assert_eq!(place(r#"{"a": [{"b": 1, "c": {"Struct": {"a": "x"}}}]}"#).0, "a[0].c.Struct.a");
    // A member that is missing is nowhere, one that is not wanted or twice there is.
    assert_eq!(place(r#"{"a": [{"b": 1}, {}]}"#).0, "a[1]");
    assert_eq!(place(r#"{"a": [{"b": 1, "\u0064": 2}]}"#).0, "a[0].d");
    assert_eq!(place(r#"{"a": [{"b": 1, "b": 2}]}"#).0, "a[0].b");
    assert_eq!(place(r#"{"a": [{"b": 1}"#), ("a".into(), "EOF while parsing a list at line 1 column 16".into()));
    assert_eq!(from_str::<Vec<Vec<u8>>>("[[1], [2, 300]]").unwrap_err().path(), "[1][1]");
    assert_eq!(from_str::<(u8, u8)>("[1]").unwrap_err().path(), "");
    // The keys of maps are data.
    assert_eq!(place(r#"{"map": {"key": {"b": 1}, "secret": {"b": []}}}"#).0, "map.*.b");
    assert_eq!(place(r#"{"map": {"secret": 1}}"#).0, "map.*");
    assert_eq!(place(r#"{"numbers": {"1": [], "2": [1, "x"]}}"#).0, "numbers.*[1]");
    assert_eq!(place(r#"{"numbers": {"secret": []}}"#).0, "numbers.*");
}

#[test]
fn what_a_failure_says_is_short_and_hides_what_was_found() {
    let reason = |text: &str| DecodeError::from(from_str::<Kind>(text).err().unwrap());
    assert_eq!(
        reason(r#""a \"secret\"""#).reason,
        r#"unknown variant "…", expected one of Unit, Newtype, Tuple, Struct at line 1 column 14"#
    );
    assert!(!reason(r#"{"Newtype":"secret"}"#).to_string().contains("secret"));
    let path = |name: &str| from_str::<Kind>(&format!(r#"{{"{name}":1}}"#)).unwrap_err().path().to_owned();
    assert_eq!(path(r"two\nlines"), "two lines");
    assert_eq!(path(&"b".repeat(100)), "b".repeat(100));
    assert_eq!(path(&"b".repeat(101)), "*");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~äö\n\t\"\\\\]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn reads_back<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str, value: &T) {
    assert_eq!(from_str::<T>(text).unwrap(), *value, "{text}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(value in any_json()) {
        reads_back(&value.to_string(), &value);
        reads_back(&serde_json::to_string_pretty(&value).unwrap(), &value);
    }

    #[test]
    fn floats_are_exact(float in any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()), digits in "-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?") {
        reads_back(&float.to_string(), &float);
        reads_back(&format!("{float:e}"), &float);
        same::<Value>(&digits);
        same::<f32>(&digits);
        same::<i128>(&digits);
    }

    #[test]
    fn any_text_is_taken_or_refused_alike(
        value in any_json(),
        cut in any::<prop::sample::Index>(),
        len in 0_usize..5,
        instead in "[\\[\\]{},:\"\\\\0-9.eE+\\-truefalsn /ub\u{0}-\u{20}ä€]{0,4}",
    ) {
        let text = value.to_string();
        let at = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = at(cut.index(text.len() + 1));
        let end = at(start + len).max(start);
        let broken = [&text[..start], &instead, &text[end..]].concat();
        same::<Value>(&broken);
        same::<&RawValue>(&broken);
        same::<BTreeMap<String, Untagged>>(&broken);
        same::<All<'_>>(&broken);
    }

    #[test]
    fn strings_end_where_they_end(before in "[a-zä]{0,20}", stop in "[\"\\\\\u{0}-\u{1f}]", after in "[ -~ä€]{0,20}") {
        let text = format!("{before}{stop}{after}");
        prop_assert_eq!(super::reader::plain(text.as_bytes()), before.len());
        same::<String>(&format!("\"{text}\""));
        same::<String>(&format!("\"{text}"));
    }
}
