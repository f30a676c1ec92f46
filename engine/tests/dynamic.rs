//! Calls by name.

#![allow(deprecated)]

mod library {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs"));

    typed_endpoint::open_enum! {
        /// Where a book stands.
        pub enum Floor {
            /// Upstairs.
            Upper = "upper",
            /// Downstairs.
            Lower = "lower",
        }
    }

    typed_endpoint::model! {
        /// Where a book stands.
        pub struct Shelf: Library, input {
            /// Floor.
            floor: Floor,
            /// Number.
            number?: u8,
        }
    }

    typed_endpoint::model! {
        /// A card.
        pub struct Card: Library {
            /// Its number, which opens the door.
            number: typed_endpoint::Secret,
            /// What is printed on it.
            label: String,
        }
    }

    pub mod shelf {
        use super::*;

        typed_endpoint::errors! {
            /// Why a book is not put there.
            pub enum PlaceError {
                /// The shelf is full.
                409 | 423 => Full(Rejected),
                /// Anything else.
                _ => Other(typed_endpoint::Unmapped),
            }
        }

        /// What a full shelf says.
        #[derive(Clone, Debug)]
        pub struct Rejected;

        impl typed_endpoint::ErrorBody for Rejected {
            fn decode(_: http::StatusCode, _: &http::HeaderMap, _: &[u8]) -> Option<Self> {
                Some(Self)
            }

            fn message(&self) -> String {
                "full".into()
            }

            fn schema(schemas: &mut typed_endpoint::codec::Schemas) -> typed_endpoint::codec::Schema {
                <bool as typed_endpoint::codec::Field>::schema(schemas)
            }
        }

        typed_endpoint::operations! {
            endpoint! {
                /// Puts a book on a shelf.
                ///
                /// See [`GetBook`](super::GetBook) and
                /// [`Card`].
                pub PutBook: Library = PUT "/shelf/{shelf_id}" (shelf_id: u8) headers {
                    /// Who does it.
                    reader as "x-reader"?: String,
                } json {
                    /// Where.
                    place: Shelf,
                    /// Books.
                    books?: Vec<Shelf>,
                    /// How many there are.
                    copy_count?: u8 = 1,
                    shelf_id,
                } -> Card, error(PlaceError), status(201), no_auth
            }
            endpoint! {
                /// Adds a book's text.
                #[deprecated]
                pub Scan: Library = POST "/scan" multipart {
                    /// The text.
                    text: typed_endpoint::File,
                } -> text
            }
            endpoint! {
                /// Adds a book's text as somebody reads it out.
                pub Dictate: Library = POST "/scan" json {
                    /// The reader.
                    reader: String,
                } -> sse Book, or_status(204)
            }
        }
    }
}

use std::time::Duration;

use library::shelf::{PutBook, Scan};
use library::{Book, Card, Floor, Library, ListBooks};
use serde_json::{Value, json};
use typed_endpoint::dynamic::{self, Catalog, Entry, Output};
use typed_endpoint::mock::{Mock, Received, Reply};
use typed_endpoint::{Client, RequestError, Retry};

impl Catalog for Library {
    const ENTRIES: &'static [&'static [Entry]] = &[library::ENTRIES, library::shelf::ENTRIES];
}

fn client(mock: &Mock) -> Client<Library> {
    mock.client()
}

/// What a call says that is not sent.
async fn mistake(name: &str, arguments: Value) -> String {
    let mock = Mock::new();
    let error = client(&mock).call_named(name, arguments).await.unwrap_err();
    assert!(mock.seen().is_empty());
    format!("{error:#}")
}

#[test]
fn every_declared_operation_has_a_name() {
    let names: Vec<_> = dynamic::entries::<Library>().map(Entry::name).collect();
    assert_eq!(names[..3], ["library.get_book", "library.list_books", "library.add_book"]);
    assert_eq!(names[names.len() - 3..], ["shelf.put_book", "shelf.scan", "shelf.dictate"]);
}

#[tokio::test]
async fn arguments_go_where_the_declaration_says() {
    let mock = Mock::new().on_received(async |received: Received<PutBook>| {
        assert_eq!(received.parts.uri.path(), "/shelf/7");
        assert_eq!(received.parts.headers["x-reader"], "Ishmael");
        let body: Value = serde_json::from_slice(&received.body).unwrap();
        assert_eq!(body, json!({ "place": { "floor": "lower" }, "copyCount": 1, "shelfId": 7 }));
        Ok(Card { number: "secret-number".into(), label: "No. secret-number".into(), ..Card::default() })
    });
    // By the names in Rust and on the wire.
    for name in ["reader", "x-reader"] {
        let arguments = json!({ "shelf_id": 7, "place": { "floor": "lower" }, name: "Ishmael" });
        let output = client(&mock).call_named("shelf.put_book", arguments).await.unwrap();
        let Output::Json(card) = output else { panic!("{output:?}") };
        assert!(!format!("{card:?}").contains("secret-number"));
        assert_eq!(card.to_value(), json!({ "number": "secret-number", "label": "No. secret-number" }));
        assert_eq!(card.redacted(), json!({ "number": "[redacted]", "label": "No. [redacted]" }));
    }
}

#[tokio::test]
async fn a_mistake_says_what_may_have_been_meant() {
    let cases = [
        ("libary.ad_book", json!({}), "there is no operation `libary.ad_book`; did you mean `library.add_book`?"),
        ("library.addBook", json!({}), "there is no operation `library.addBook`; did you mean `library.add_book`?"),
        ("library.add_book", json!({}), "the argument `title` is missing"),
        ("library.add_book", json!({ "titel": "x" }), "there is no argument `titel`; did you mean `title`?"),
        ("library.add_book", json!({ "weight": 1 }), "there is no argument `weight`; there are title, page_count"),
        ("library.watch_returns", json!({ "a": 1 }), "there is no argument `a`; it takes none"),
        (
            "library.add_book",
            json!({ "title": "x", "pageCount": "many" }),
            "the argument `pageCount` has the wrong form",
        ),
        ("library.add_book", json!({ "title": "x", "pageCount": 1, "page_count": 2 }), "`page_count` is given twice"),
        ("library.add_book", json!(["x"]), "the arguments are to be a JSON object"),
        (
            "shelf.put_book",
            json!({ "shelf_id": 7, "place": { "flor": "upper" } }),
            "the argument `place.flor` is not known; did you mean `floor`?",
        ),
        ("shelf.put_book", json!({ "shelf_id": 7, "place": { "floor": "uper" } }), "known are upper, lower"),
        (
            "shelf.put_book",
            json!({ "shelf_id": 7, "place": { "floor": "upper" }, "books": [{ "floor": "upper", "nummer": 1 }] }),
            "the argument `books[0].nummer` is not known; did you mean `number`?",
        ),
        (
            "shelf.put_book",
            json!({ "shelf_id": 700, "place": { "floor": "upper" } }),
            "the argument `shelfId` has the wrong form: expected an integer from 0 to 255",
        ),
    ];
    for (name, arguments, expected) in cases {
        let words = mistake(name, arguments).await;
        assert!(words.contains(expected), "{words}\n{expected}");
    }
}

#[tokio::test]
async fn a_mistake_has_a_type() {
    let error = client(&Mock::new()).call_named("x", json!({})).await.unwrap_err();
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<RequestError>());
    assert!(
        matches!(source, Some(RequestError::UnknownOperation { name, similar }) if name == "x" && similar.is_empty())
    );
}

#[tokio::test]
async fn lists_are_followed_to_their_end() {
    let mock = Mock::new().on(async |list: ListBooks| {
        let page: usize = list.cursor.as_deref().unwrap_or("0").parse().unwrap();
        let books: Vec<Book> = (0..2).map(|n| Book { title: format!("{page}.{n}"), ..Book::default() }).collect();
        let reply = Reply::json(200, &books);
        Err(match page {
            2 => reply,
            page => reply.header("link", &format!("</book?cursor={}>; rel=\"next\"", page + 1)),
        })
    });
    let mut items = client(&mock).call_named("library.list_books", json!({ "limit": 2 })).items().unwrap();
    let mut titles = Vec::new();
    while let Some(item) = items.next().await {
        titles.push(item.unwrap().to_value()["title"].as_str().unwrap().to_owned());
    }
    assert_eq!(titles, ["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"]);
    assert!(mock.seen().iter().all(|parts| parts.uri.query().unwrap().contains("limit=2")));

    let error = client(&mock).call_named("library.get_book", json!({ "id": "x" })).items().unwrap_err();
    assert!(format!("{error:#}").contains("GetBook is no list that comes in pages"), "{error:#}");
}

#[tokio::test]
async fn files_are_paths_or_bytes() {
    let folder = std::env::temp_dir().join(format!("typed-endpoint-dynamic-{}", std::process::id()));
    std::fs::write(&folder, "Call me Ishmael.").unwrap();
    let mock = Mock::new().on(async |scan: Scan| {
        let text = scan.text.into_body().await.unwrap().bytes(1024).await.unwrap();
        Ok(String::from_utf8(text.to_vec()).unwrap())
    });
    let path = folder.to_str().unwrap();
    for text in [json!(path), json!({ "path": path }), json!({ "bytes": "Q2FsbCBtZSBJc2htYWVsLg==", "name": "a.txt" })]
    {
        let output = client(&mock).call_named("shelf.scan", json!({ "text": text })).await.unwrap();
        assert_eq!(output.into_json().unwrap(), "Call me Ishmael.");
    }
    std::fs::remove_file(&folder).unwrap();
    let error = client(&mock).call_named("shelf.scan", json!({ "text": path })).await.unwrap_err();
    assert!(format!("{error:#}").contains(path), "{error:#}");
}

#[tokio::test]
async fn events_downloads_and_nothing_are_told_apart() {
    let mock = Mock::new()
        .on(async |_: library::WatchReturns| {
            Err(Reply::events([json!({ "id": "a", "title": "A" }), json!({ "id": "b", "title": "B" })]))
        })
        .on(async |_: library::FetchBook| Err(Reply::text(200, "Call me Ishmael.")))
        .on(async |_: library::RemoveBook| Ok(()));
    let client = client(&mock);

    let Output::Events(mut events) = client.call_named("library.watch_returns", Value::Null).await.unwrap() else {
        panic!()
    };
    assert_eq!(events.next().await.unwrap().unwrap().to_value()["title"], "A");
    assert_eq!(events.next().await.unwrap().unwrap().redacted(), json!({ "id": "b", "title": "B" }));
    assert!(events.next().await.is_none());

    let output = client.call_named("library.fetch_book", json!({ "id": "x" })).await.unwrap();
    let Err(Output::Download(download)) = output.into_json() else { panic!() };
    assert_eq!(download.bytes().await.unwrap(), "Call me Ishmael.");

    let output = client.call_named("library.remove_book", json!({ "id": "x" })).await.unwrap();
    assert_eq!(output.into_json().unwrap(), Value::Null);
}

#[tokio::test]
async fn options_are_those_of_calls() {
    let mock = Mock::new().on(async |_: library::GetBook| Err(Reply::error(500, "out of order")));
    let call = client(&mock).call_named("library.get_book", json!({ "id": "x" }));
    let call = call.retry(Retry::never()).timeout(Duration::from_secs(5)).deadline(Duration::from_secs(9));
    assert_eq!(call.operation().unwrap().path, "/book/{id}");
    assert!(call.to_curl().unwrap().contains("http://localhost/book/x"));
    let error = call.await.unwrap_err();
    assert_eq!((error.status().map(|status| status.as_u16()), mock.seen().len()), (Some(500), 1));
}

#[test]
fn the_document_says_what_the_declaration_says() {
    let document = dynamic::openapi::<Library>();
    let put = &document["paths"]["/shelf/{shelf_id}"]["put"];
    assert_eq!(put["operationId"], "shelf_put_book");
    assert_eq!(put["summary"], "Puts a book on a shelf.");
    assert_eq!(put["description"], "See `GetBook` and `Card`.");
    assert_eq!(put["security"], json!([]));
    assert_eq!(put["parameters"][0]["required"], true);
    assert_eq!(
        put["parameters"][1],
        json!({ "name": "x-reader", "in": "header", "description": "Who does it.", "schema": { "type": "string" } })
    );
    assert_eq!(
        put["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/ShelfPutBookRequest"
    );
    let body = &document["components"]["schemas"]["ShelfPutBookRequest"];
    assert_eq!(body["required"], json!(["place", "shelfId"]));
    assert_eq!(body["properties"]["copyCount"]["default"], 1);
    assert_eq!(body["properties"]["place"]["$ref"], "#/components/schemas/Shelf");
    assert_eq!(put["responses"].as_object().unwrap().keys().collect::<Vec<_>>(), ["201", "409", "423", "default"]);
    assert_eq!(put["responses"]["423"]["content"]["application/json"]["schema"]["type"], "boolean");
    let scan = &document["paths"]["/scan"]["post"];
    assert_eq!(scan["deprecated"], true);
    let media_types = |body: &Value| body["content"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    // Two operations of one path are told apart by their bodies.
    assert_eq!(media_types(&scan["requestBody"]), ["application/json", "multipart/form-data"]);
    let ok = &scan["responses"]["200"];
    assert_eq!(media_types(ok), ["text/event-stream", "text/plain"]);
    let data = &ok["content"]["text/event-stream"]["schema"]["properties"]["data"];
    assert_eq!(data["contentSchema"]["$ref"], "#/components/schemas/Book");
    assert_eq!(scan["responses"]["204"], json!({ "description": "Done." }));
    assert_eq!(scan["x-codeSamples"].as_array().unwrap().len(), 2);
    // An error of any form may be text.
    assert_eq!(media_types(&put["responses"]["default"]), ["application/json", "text/plain"]);
    let floor = &document["components"]["schemas"]["Floor"]["anyOf"];
    assert_eq!(floor[0]["enum"], json!([Floor::Upper.as_str(), "lower"]));
    assert_eq!(floor[0]["x-enumDescriptions"]["upper"], "Upstairs.");
    assert_eq!(floor[1], json!({ "type": "string" }));
}
