//! Samples and schemas.

use serde_json::{Value, json};

use super::models::{Book, Chapter, Foreign, Medium, Page, Place};
use crate::codec::{Detail, Field, Mode, Nullable, Options, Sampler, Schemas, from_json, to_json};

fn sample<T: Field>(detail: Detail) -> T {
    T::sample(&mut Sampler::new(detail, "sample"))
}

#[test]
fn a_minimal_sample_has_what_is_required() {
    assert_eq!(to_json(&sample::<Book>(Detail::Minimal)), r#"{"id":"book-id","title":"title"}"#);
    assert_eq!(to_json(&sample::<Page<Book>>(Detail::Minimal)), r#"{"items":[]}"#);
}

#[test]
fn a_full_sample_has_everything_and_is_read_strictly() {
    let book: Book = sample(Detail::Full);
    assert_eq!(book.page_count, Some(1));
    assert_eq!(book.price, Some(1.5));
    assert_eq!(book.isbn.as_deref(), Some("978-0-14-243724-7"));
    assert_eq!(book.chapters.as_ref().map(Vec::len), Some(1));
    assert!(book.next.is_some() && book.notes.is_some_and(|notes| notes.len() == 1));
    let text = to_json(&sample::<Book>(Detail::Full));
    let again = Options::new().mode(Mode::Strict).decode::<Book>(&text).unwrap();
    assert!(again.value.extra.is_empty() && again.skipped_count == 0);
}

#[test]
fn every_alternative_is_in_some_sample() {
    let books = Sampler::every("sample", |sampler| sampler.sample::<Book>());
    let all = books.iter().map(to_json).collect::<String>();
    assert!(all.contains("shelved") && all.contains("lent-out") && all.contains(r#""borrower":null"#));
    assert!(books.iter().any(|book| matches!(book.borrower, Nullable::Set(_))));
    assert!(books.len() <= 4, "{}", books.len());
    // What has no alternatives is sampled once.
    assert_eq!(Sampler::every("sample", |sampler| sampler.sample::<Chapter>()).len(), 1);
}

#[test]
fn a_schema_describes_the_model() {
    let mut schemas = Schemas::new("#/$defs/");
    let schema = Page::<Book>::schema(&mut schemas);
    assert_eq!(schema.into_value(), json!({ "$ref": "#/$defs/Page" }));
    let named = schemas.into_named();
    assert_eq!(named.keys().collect::<Vec<_>>(), ["Book", "BookState", "Chapter", "Page"]);
    let book = &named["Book"];
    assert_eq!(book["description"], "A book.");
    assert_eq!(book["required"], json!(["id", "title"]));
    assert_eq!(
        book["properties"]["pageCount"],
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX, "description": "Number of pages." })
    );
    assert_eq!(book["properties"]["next"]["$ref"], "#/$defs/Book");
    assert_eq!(book["properties"]["borrower"]["type"], json!(["string", "null"]));
    assert_eq!(book["properties"]["idx"]["additionalProperties"]["type"], "array");
    let known = &named["BookState"]["anyOf"][0];
    assert_eq!(
        (&known["enum"][1], &known["x-enumDescriptions"]["lent-out"]),
        (&"lent-out".into(), &"Lent out.".into())
    );
}

#[test]
fn types_of_one_name_get_two_schemas() {
    mod other {
        crate::open_enum! {
            /// Another state.
            pub enum BookState {
                /// One.
                One = "one",
            }
        }
    }
    let mut schemas = Schemas::new("#/");
    let first = super::models::BookState::schema(&mut schemas).into_value();
    let second = other::BookState::schema(&mut schemas).into_value();
    assert_ne!(first["$ref"], second["$ref"]);
    assert_eq!(schemas.into_named().len(), 2);
}

#[test]
fn types_of_other_crates_are_fields_through_serde() {
    let text = r#"{"at":"2024-05-01T12:30:00Z","day":"2024-05-01","id":"8e3ac3fb-6b5c-4bb5-8bd7-0ac0c4bf6ae1","site":"https://example.com/","price":"12.50","times":["2024-05-01T12:30:00Z"],"ip":"192.0.2.1","byId":{"8e3ac3fb-6b5c-4bb5-8bd7-0ac0c4bf6ae1":1}}"#;
    let foreign: Foreign = from_json(text).unwrap();
    assert_eq!(to_json(&foreign), text);
    assert_eq!(foreign.price.unwrap().to_string(), "12.50");
    // As any other optional field: what cannot be read is kept.
    let foreign: Foreign = from_json(r#"{"day":"yesterday","id":7}"#).unwrap();
    assert_eq!((foreign.day, foreign.id), (None, None));
    assert_eq!(foreign.extra.get("day"), Some("yesterday".into()));
    let error = from_json::<Foreign>(r#"{"at":"secret"}"#).unwrap_err();
    assert_eq!(error.path(), "at");
    assert!(!error.to_string().contains("secret") && error.position() == Some((1, 7)), "{error:?}");

    let sample: Value = serde_json::from_str(&to_json(&sample::<Foreign>(Detail::Full))).unwrap();
    assert_eq!(sample["at"], "2024-05-01T12:30:00Z");
    assert_eq!(sample["day"], "2024-02-29");
    assert_eq!(sample["site"], "https://example.com/");
    assert_eq!(sample["price"], "1.5");
}

#[test]
fn an_object_of_alternatives_is_sampled_with_one_of_them() {
    let samples = Sampler::every("sample", |sampler| sampler.sample::<Place>());
    let json: Vec<_> = samples.iter().map(to_json).collect();
    assert_eq!(json, [r#"{"shelf":1}"#, r#"{"reader":{"items":[true],"last":true}}"#]);
    assert_eq!(to_json(&sample::<Place>(Detail::Minimal)), json[0]);
    let mut schemas = Schemas::new("#/");
    Place::schema(&mut schemas);
    assert_eq!(schemas.into_named()["Place"]["oneOf"], json!([{ "required": ["shelf"] }, { "required": ["reader"] }]));
}

#[test]
fn a_union_is_known_by_the_kind_and_the_members_of_a_value() {
    let text =
        r#"["emma",["a"],{"x":{"kind":"no"},"kind":"place","city":"Bath"},{"title":"one","page":9},{"other":1},7]"#;
    let media: Vec<Medium> = from_json(text).unwrap();
    let variants = media.iter().map(|medium| format!("{medium:?}").split('(').next().unwrap().to_owned());
    assert_eq!(variants.collect::<Vec<_>>(), ["Title", "Several", "Place", "Chapter", "Counts", "Unknown"]);
    assert_eq!(from_json::<Vec<Medium>>(&to_json(&media)).unwrap(), media);
    // What is known by a member is written with it.
    assert_eq!(to_json(&Medium::Place(Place::default())), r#"{"kind":"place"}"#);
    assert!(Options::new().mode(Mode::Strict).decode::<Medium>("7").is_err());
    for text in ["", "{", r#"{"kind":"#, r#"{"kind":}"#, "nul"] {
        assert!(from_json::<Medium>(text).is_err(), "{text}");
    }
    // Samples are of each alternative, and are what they say.
    let samples = Sampler::every("medium", |sampler| sampler.sample::<Medium>());
    assert!(samples.len() >= 5);
    for sample in samples {
        let text = to_json(&sample);
        assert_eq!(to_json(&from_json::<Medium>(&text).unwrap()), text);
        let strict = Options::new().mode(Mode::Strict).decode::<Medium>(&text).unwrap();
        assert_eq!(to_json(&strict.value), text);
    }
}
