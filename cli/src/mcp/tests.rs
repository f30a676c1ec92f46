//! An API that this program does not know: its operations are tools without a line of code.

use livepeer::{Ai, Client, Studio};
use serde_json::{Map, Value, json};
use typed_endpoint::dynamic::{Catalog, Entry, entries};
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Api, Case, Secret, Unmapped, model, operations};

use super::call::call;
use super::files::Files;
use super::outcome::{Limits, Position};
use super::select::Selection;
use super::server::{Server, Settings};
use super::tool::OperationTool;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Museum {}

impl Api for Museum {
    const NAME: &'static str = "Museum";
    const SERVERS: &'static [&'static str] = &["https://museum.example"];
    const CASE: Case = Case::Camel;
    type Error = Unmapped;

    fn next_cursor(headers: &http::HeaderMap) -> Result<Option<String>, typed_endpoint::DecodeError> {
        Ok(headers.get("next").and_then(|next| next.to_str().ok()).map(str::to_owned))
    }
}

mod painting {
    use super::*;

    operations! {
        endpoint! {
            /// Hangs a painting.
            pub Hang: Museum = POST "/painting" json {
                /// Title.
                title: String,
                /// Who painted it.
                painter?: Painter,
                /// A photograph.
                photo?: typed_endpoint::File,
                /// Which wall.
                wall_number?: u32 = 7,
            } -> Painting
        }
        endpoint! {
            /// Lists paintings.
            pub List: Museum = GET "/painting" query {
                /// Where the page begins.
                cursor?: String,
            } -> Vec<Painting>, paged
        }
        endpoint! {
            /// Lists rooms.
            pub Rooms: Museum = GET "/room" -> Vec<String>
        }
        endpoint! {
            /// Counts visitors.
            pub Visitors: Museum = GET "/visitors" -> u32
        }
        endpoint! {
            /// Takes a painting down.
            pub TakeDown: Museum = DELETE "/painting/{id}" (id: String) -> ()
        }
    }

    model! {
        /// A painting.
        pub struct Painting: Museum {
            /// Title.
            title: String,
            /// Height in metres.
            height?: f64,
            /// Opens the case.
            case_key?: Secret,
        }

        /// A person.
        pub struct Painter: Museum, input {
            /// Name.
            name: String,
            /// Who taught her.
            teacher?: Box<Painter>,
        }
    }
}

impl Catalog for Museum {
    const ENTRIES: &'static [&'static [Entry]] = &[painting::ENTRIES];
}

const LIMITS: Limits = Limits { most_bytes: 1024, show_secrets: false };

fn tools(selection: &Selection) -> Vec<rmcp::model::Tool> {
    let client = Mock::new().client::<Client<Museum>>();
    let settings = Settings { limits: LIMITS, files: Files::Any, instructions: "" };
    Server::<Museum>::new(client, selection, Vec::new(), settings).tools()
}

/// Calls a tool of a server that returns these bodies.
async fn result(client: &Client<Museum>, name: &str, arguments: Value) -> (Value, Vec<String>, bool) {
    let entry = typed_endpoint::dynamic::entry::<Museum>(name).unwrap();
    let arguments: Map<_, _> = arguments.as_object().unwrap().clone();
    let result = call(client, &LIMITS, &OperationTool::new::<Museum>(entry), arguments).await;
    let texts = result.content.iter().map(|block| block.as_text().unwrap().text.clone()).collect();
    (result.structured_content.unwrap_or_default(), texts, result.is_error.unwrap())
}

fn serving(respond: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Client<Museum> {
    Mock::new().fallback(move |request| std::future::ready(respond(&request.uri().to_string()))).client()
}

#[test]
fn an_operation_is_a_tool() {
    let tools = tools(&Selection::default());
    let names: Vec<_> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["painting_hang", "painting_list", "painting_rooms", "painting_visitors", "painting_take_down"]);
    let hang = serde_json::to_value(&tools[0]).unwrap();
    assert_eq!(hang["description"], "Hangs a painting.");
    let input = &hang["inputSchema"];
    assert_eq!((&input["type"], &input["required"]), (&json!("object"), &json!(["title"])));
    assert_eq!(input["properties"]["wall_number"]["default"], 7);
    assert_eq!(input["properties"]["title"], json!({ "type": "string", "description": "Title." }));
    assert_eq!(input["properties"]["painter"]["$ref"], "#/$defs/Painter");
    assert_eq!(input["$defs"]["Painter"]["properties"]["teacher"]["$ref"], "#/$defs/Painter");
    assert_eq!(input["properties"]["photo"]["anyOf"][0]["type"], "string");
    let output = json!({
        "type": "object",
        "properties": {
            "title": { "type": "string", "description": "Title" },
            "height": { "type": ["null", "number"], "description": "Height in metres" },
            "caseKey": { "type": ["null", "string"], "description": "Opens the case" },
        },
        "required": ["title"],
    });
    assert_eq!(hang["outputSchema"], output);
    let list = serde_json::to_value(&tools[1]).unwrap();
    assert_eq!(list["outputSchema"]["properties"]["items"]["items"], output);
    assert_eq!(list["inputSchema"]["properties"].as_object().unwrap().len(), 1, "the cursor of this server alone");
    let hints = |index: usize| serde_json::to_value(&tools[index]).unwrap()["annotations"].clone();
    let expected = |read_only: bool, destructive: bool, idempotent: bool| {
        json!({
            "readOnlyHint": read_only, "destructiveHint": destructive, "idempotentHint": idempotent, "openWorldHint": true,
        })
    };
    assert_eq!(
        [hints(0), hints(1), hints(4)],
        [expected(false, false, false), expected(true, false, true), expected(false, true, true)]
    );
}

#[test]
fn tools_are_selected() {
    let names =
        |selection: Selection| tools(&selection).into_iter().map(|tool| tool.name.into_owned()).collect::<Vec<_>>();
    let read_only = Selection { read_only: true, ..Selection::default() };
    assert_eq!(names(read_only), ["painting_list", "painting_rooms", "painting_visitors"]);
    let only = |word: &str| Selection { only: vec![word.to_owned()], ..Selection::default() };
    assert_eq!(names(only("painting_hang")), ["painting_hang"]);
    assert_eq!(names(only("painting")).len(), 5);
    assert!(only("paintings").unknown::<Museum>(&[]).unwrap().contains("`paintings`; the resources are painting"));
}

#[tokio::test]
async fn secrets_and_what_does_not_fit_are_left_out() {
    let client =
        serving(|_| Reply::json(200, &json!({ "title": "Night", "height": "tall", "caseKey": "k3y", "more": 1 })));
    let (value, texts, _) = result(&client, "painting.hang", json!({ "title": "Night" })).await;
    assert_eq!(value, json!({ "title": "Night", "caseKey": "[redacted]", "more": 1 }));
    let text: Value = serde_json::from_str(&texts[0]).unwrap();
    assert_eq!((&text["height"], &text["caseKey"]), (&json!("tall"), &json!("[redacted]")));

    let (value, _, _) = result(&serving(|_| Reply::json(200, &json!(12))), "painting.visitors", json!({})).await;
    assert_eq!(value, json!({ "result": 12 }));
}

#[tokio::test]
async fn lists_are_cut_at_an_item_and_go_on() {
    // Two pages, each larger than a result.
    let client = serving(|path| {
        let page = |from: u32| {
            (from..from + 20).map(|number| json!({ "title": format!("{number:0>60}") })).collect::<Vec<_>>()
        };
        match path.contains("cursor=two%3A") {
            false => Reply::json(200, &page(0)).header("next", "two:"),
            true => Reply::json(200, &page(20)),
        }
    });
    let (mut titles, mut cursor, mut calls) = (Vec::new(), Value::Null, 0);
    loop {
        let (list, texts, is_error) = result(&client, "painting.list", json!({ "cursor": cursor })).await;
        assert!(!is_error && texts[0].len() <= LIMITS.most_bytes, "{texts:?}");
        titles.extend(list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        calls += 1;
        cursor = list["next_cursor"].clone();
        assert_eq!(texts.len() > 1, !cursor.is_null(), "it says so if there is more");
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(titles, (0..40).map(|number| format!("{number:0>60}")).collect::<Vec<_>>());
    assert!(calls > 4, "{calls}");

    let (_, texts, is_error) = result(&client, "painting.list", json!({ "cursor": "x" })).await;
    assert!(is_error && texts[0].contains("not a `next_cursor`"), "{texts:?}");
    assert_eq!("3:a:b".parse::<Position>().unwrap().to_string(), "3:a:b");

    // A list that does not come in pages, with an item that is larger than a result.
    let client = serving(|_| Reply::json(200, &json!(["x".repeat(5000), "y".repeat(400), "small"])));
    let (first, texts, _) = result(&client, "painting.rooms", json!({})).await;
    assert!(texts[0].len() <= LIMITS.most_bytes && texts[1].contains("end with …"), "{texts:?}");
    let (second, _, _) = result(&client, "painting.rooms", json!({ "cursor": first["next_cursor"] })).await;
    assert_eq!(second, json!({ "items": ["y".repeat(400), "small"] }));
}

#[tokio::test]
async fn large_values_are_shortened_and_errors_are_results() {
    let client = serving(|_| Reply::json(200, &json!({ "title": "é".repeat(5000) })));
    let (value, texts, _) = result(&client, "painting.hang", json!({ "title": "x" })).await;
    assert!(texts[0].len() <= LIMITS.most_bytes && texts[1].contains("10012 bytes"), "{texts:?}");
    assert!(value["title"].as_str().unwrap().ends_with("é…"));

    let client = serving(|_| Reply::text(404, "there is no wall"));
    let (_, texts, is_error) = result(&client, "painting.hang", json!({ "title": "x" })).await;
    assert!(is_error && texts[0].contains("404") && texts[0].contains("there is no wall"), "{texts:?}");
    let (_, texts, is_error) = result(&client, "painting.hang", json!({ "titles": "x" })).await;
    assert!(is_error && texts[0].contains("did you mean `title`"), "{texts:?}");
}

#[test]
fn files_outside_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("in"), folder.path().join("secret"));
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("photo.png"), "x").unwrap();
    std::fs::write(&outside, "x").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, inside.join("link.png")).unwrap();
    let files = Files::below(&inside).unwrap();
    assert!(files.allow("photo.png").unwrap().ends_with("in/photo.png"));
    for path in ["../secret", outside.to_str().unwrap(), "link.png", "/etc/hostname", "nothing"] {
        assert!(files.allow(path).unwrap_err().contains("the only folder"), "{path}");
    }
    let entry = typed_endpoint::dynamic::entry::<Museum>("painting.hang").unwrap();
    for photo in [json!("../secret"), json!({ "path": "../secret" })] {
        let mut arguments = Map::from_iter([("photo".to_owned(), photo)]);
        assert!(files.check(entry, &mut arguments).is_err());
        assert!(Files::None.check(entry, &mut arguments).unwrap_err().contains("--files"));
    }
    let mut bytes = Map::from_iter([("photo".to_owned(), json!({ "bytes": "eA==" }))]);
    Files::None.check(entry, &mut bytes).unwrap();
}

#[test]
fn the_arguments_of_a_tool_say_what_values_have_to_be() {
    let entry = livepeer::dynamic::entry::<livepeer::Studio>("multistream.create").unwrap();
    let tool = serde_json::to_value(&OperationTool::new::<livepeer::Studio>(entry).tool).unwrap();
    assert_eq!(tool["inputSchema"]["properties"]["url"]["pattern"], r"^(rtmp:\/\/|rtmps:\/\/|srt:\/\/)");
}

#[test]
fn no_text_of_a_tool_is_rust() {
    let tools =
        entries::<Studio>().map(OperationTool::new::<Studio>).chain(entries::<Ai>().map(OperationTool::new::<Ai>));
    let mut count = 0;
    for tool in tools {
        let text = serde_json::to_string(&tool.tool).unwrap();
        assert!(["::", "```", "[`"].iter().all(|sign| !text.contains(sign)), "{text}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}
