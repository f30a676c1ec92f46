//! The library's operations, called over a socket.

mod agreement;
#[path = "calls/depot.rs"]
mod depot;
mod fake;
#[path = "calls/formats.rs"]
mod formats;
#[path = "calls/lists.rs"]
mod lists;
#[path = "calls/replay.rs"]
mod replay;
mod router;
#[path = "calls/signing.rs"]
mod signing;

use std::sync::{Arc, Mutex};

use own_api::library;
use own_api::library::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use typed_endpoint::codec::Detail;
use typed_endpoint::mock::{EncodeResponse, Mock, OperationVisitor, Received, Reply, sample_request};
use typed_endpoint::sse::Sse;
use typed_endpoint::{Body, Client, Download, Endpoint, ErrorKind, File, HostedBy, Retry, Secret};

fn book(id: &str) -> Book {
    Book::new(id, format!("Book {id}"))
}

fn text(reply: &str) -> String {
    reply.to_owned()
}

/// Serves one operation on a port, and gives what came: method, target, the key and the body, as text.
macro_rules! served {
    (|$request:ident: $operation:ty| $response:expr) => {{
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = seen.clone();
        let mock = Mock::new().on_received(move |received: Received<$operation>| {
            let Received { request: $request, parts, body, unknown, .. } = received;
            assert!(unknown.is_empty(), "{unknown:?}");
            let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let body = String::from_utf8_lossy(&body).into_owned();
            note.lock().unwrap().push((
                format!("{} {}", parts.method, parts.uri),
                header("x-card"),
                header("content-type"),
                body,
            ));
            let response = $response;
            async move { response }
        });
        (mock.listen().await.unwrap(), seen)
    }};
}

macro_rules! only {
    ($seen:expr) => {{
        let mut seen = $seen.lock().unwrap();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }};
}

fn client(server: &typed_endpoint::mock::MockServer) -> Client<Library> {
    Client::new().server(format!("{}/v2", server.url())).key("card 7").retry(Retry::never())
}

#[tokio::test]
async fn typed_path_parameters_and_the_key_header() {
    let (server, seen) = served!(|find: Find| {
        assert_eq!(find.shelf, 7);
        Ok(book(find.id.as_str()))
    });
    let found = client(&server).call(Find::new(7, "moby/dick?")).await.unwrap();
    assert_eq!(found.title, "Book moby/dick?");
    let (line, key, ..) = only!(seen);
    assert_eq!((line.as_str(), key.as_deref()), ("GET /v2/shelf/7/book/moby%2Fdick%3F", Some("card 7")));
}

#[tokio::test]
async fn query_lists_headers_and_pages_by_a_cursor_in_the_body() {
    let (server, seen) = served!(|search: Search| {
        assert_eq!(search.kinds, Some(vec![Kind::Novel, Kind::from("comic")]));
        assert_eq!(search.years, Some(vec![1851, 1922]));
        assert_eq!(search.language.as_deref(), Some("nl"));
        let mut found = Found::default();
        let (id, next) = match search.after.as_deref() {
            None => ("1", Some("b&c")),
            Some("b&c") => ("2", Some("d")),
            _ => ("3", None),
        };
        found.books = vec![book(id)];
        found.next_after = next.map(text);
        Ok(found)
    });
    let search = Search::new("the sea")
        .kinds([Kind::Novel, Kind::from("comic")])
        .years([1851, 1922])
        .language("nl")
        .page_size(1);
    let mut books = client(&server).pages(search).items();
    let mut ids = Vec::new();
    while let Some(book) = books.next().await {
        ids.push(book.unwrap().id.into_string());
    }
    assert_eq!(ids, ["1", "2", "3"]);
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen[0].0,
        "GET /v2/books?Text=the%20sea&kind%5B%5D=novel&kind%5B%5D=comic&Years=1851&Years=1922&PageSize=1"
    );
    assert!(seen[1].0.ends_with("&After=b%26c"), "{}", seen[1].0);
}

#[tokio::test]
async fn pages_by_offset() {
    let (server, seen) = served!(|readers: Readers| {
        let from = readers.after.map_or(0, |after| after.parse().unwrap());
        let names =
            (from..5).take(readers.page_size.unwrap() as usize).map(|index| Reader::new(format!("reader {index}")));
        Ok(names.collect::<Vec<_>>())
    });
    let mut pages = client(&server).pages(Readers::new().page_size(2));
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert!(seen.lock().unwrap()[1].0.contains("After=2"));
}

#[tokio::test]
async fn json_fields_with_a_path_parameter_a_preset_and_null() {
    let (server, seen) = served!(|lend: Lend| {
        let days = lend.days;
        Ok::<_, Reply>(days.map(Loan::new))
    });
    let lend = || Lend::new(7, "a", "Ishmael");
    let loan = client(&server).call(lend()).await.unwrap();
    assert_eq!(loan.map(|loan| loan.days), Some(14));
    assert_eq!(only!(seen).3, r#"{"Id":"a","Reader":"Ishmael","Days":14}"#);
    client(&server).call(lend().days(3).note(None)).await.unwrap();
    assert_eq!(only!(seen).3, r#"{"Id":"a","Reader":"Ishmael","Days":3,"Note":null}"#);
    client(&server).call(lend().note("soon")).await.unwrap();
    assert_eq!(only!(seen).3, r#"{"Id":"a","Reader":"Ishmael","Days":14,"Note":"soon"}"#);

    let nothing = Mock::new().on(async |_: Lend| Ok(None)).listen().await.unwrap();
    assert_eq!(client(&nothing).call(lend()).await.unwrap(), None);
}

#[tokio::test]
async fn one_value_as_json() {
    let (server, seen) = served!(|_rate: Rate| Ok(()));
    client(&server).call(Rate::new("a", Rating::new(5).review("long"))).await.unwrap();
    let (line, _, content_type, body) = only!(seen);
    assert_eq!((line.as_str(), body.as_str()), ("PUT /v2/books/a/rating", r#"{"Stars":5,"Review":"long"}"#));
    assert_eq!(content_type.as_deref(), Some("application/json"));
}

#[tokio::test]
async fn a_form_without_a_key_and_text_in_response() {
    let (server, seen) = served!(|sign_in: SignIn| {
        assert_eq!(sign_in.password.expose(), "a&b=c d");
        Ok(format!("hello {}", sign_in.user))
    });
    let hello =
        client(&server).call(SignIn::new("Zoë", Secret::from("a&b=c d")).groups(["x", "y"].map(text))).await.unwrap();
    assert_eq!(hello, "hello Zoë");
    let (_, key, content_type, body) = only!(seen);
    assert_eq!(key, None);
    assert_eq!(content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    assert_eq!(body, "User=Zo%C3%AB&Password=a%26b%3Dc%20d&group=x&group=y");
}

#[tokio::test]
async fn a_multipart_form_with_files() {
    let (server, seen) = served!(|donate: Donate| {
        assert_eq!(donate.pages, Some(635));
        assert_eq!(donate.cover.media_type(), "image/png");
        assert_eq!(
            donate.scans.map(|scans| scans.iter().map(|scan| scan.file_name().into_owned()).collect()),
            Some(vec![text("1.jpg"), text("2.jpg")])
        );
        Ok(book(&donate.title))
    });
    let scan = |name: &str| File::bytes(name.to_owned()).name(name);
    let donate = Donate::new("Moby-Dick", scan("whale \"white\".png")).pages(635).scans([scan("1.jpg"), scan("2.jpg")]);
    assert_eq!(client(&server).call(donate).await.unwrap().id, "Moby-Dick");
    let body = only!(seen).3;
    assert!(
        body.contains("name=\"Cover\"; filename=\"whale %22white%22.png\"\r\nContent-Type: image/png\r\n\r\nwhale"),
        "{body}"
    );
    assert_eq!(body.matches("name=\"Scans\"").count(), 2);
}

#[tokio::test]
async fn raw_bytes_up_and_down() {
    let (server, seen) = served!(|_replace: Replace| Ok::<_, Reply>("the old text".into()));
    let text_file = File::bytes("the new text").content_type("text/plain");
    let old = client(&server).call(Replace::new("a", text_file)).await.unwrap();
    assert_eq!(&old[..], b"the old text");
    let (_, _, content_type, body) = only!(seen);
    assert_eq!((content_type.as_deref(), body.as_str()), (Some("text/plain"), "the new text"));

    let (server, seen) = served!(|_annotate: Annotate| Ok(()));
    client(&server).call(Annotate::new("a", 3, "so it begins")).await.unwrap();
    let (line, _, _, body) = only!(seen);
    assert_eq!((line.as_str(), body.as_str()), ("PATCH /v2/books/a/margin?Page=3", "so it begins"));
}

#[tokio::test]
async fn a_download_and_events() {
    let mock =
        Mock::new().on(async |_: Read| Ok(Download::from(Body::from("Call me Ishmael.")))).on(async |_: Watch| {
            let events = "data: {\"Headline\":\"one\"}\n\n: quiet\n\ndata: {\"Headline\":\"two\"}\n\n";
            Ok(Sse::new(Body::from(events)))
        });
    let server = mock.listen().await.unwrap();
    let download = client(&server).call(Read::new("a")).await.unwrap();
    assert_eq!(download.len(), Some(16));
    assert_eq!(&download.bytes().await.unwrap()[..], b"Call me Ishmael.");
    let news = client(&server).call(Watch::new()).await.unwrap().collect().await.unwrap();
    assert_eq!(news.into_iter().map(|news| news.headline).collect::<Vec<_>>(), ["one", "two"]);
}

#[tokio::test]
async fn another_api_hosts_an_operation_and_has_its_own() {
    let mock = Mock::new()
        .on(async |_: Read| Ok(Download::from(Body::from("x"))))
        .on(async |boxes: Boxes| Ok(vec![format!("{:?}", boxes.first_year)]));
    let server = mock.listen().await.unwrap();
    let archive = Client::<Archive>::new().server(server.url()).key("k&7");
    archive.call(Read::new("a")).await.unwrap();
    assert_eq!(archive.call(Boxes::new().first_year(1851)).await.unwrap(), ["Some(1851)"]);
    let seen: Vec<_> = mock.seen().into_iter().map(|parts| parts.uri.to_string()).collect();
    assert_eq!(seen, ["/library/books/a/text?card=k%267", "/boxes?first-year=1851&card=k%267"]);
}

#[tokio::test]
async fn no_body_no_key_and_what_is_deprecated() {
    #[allow(deprecated)]
    let mock = Mock::new().on(async |_: Stamp| Ok(())).on(async |_: Ping| Ok(()));
    let server = mock.listen().await.unwrap();
    client(&server).call(Ping::new()).await.unwrap();
    #[allow(deprecated)]
    client(&server).call(Stamp::new()).await.unwrap();
    let seen = mock.seen();
    assert!(seen[0].headers.get("x-card").is_none());
    assert_eq!(seen[1].headers["content-length"], "0");
}

#[tokio::test]
async fn errors_inline_shared_and_of_the_api() {
    let mock = Mock::new().fallback(async |request| match request.uri().path() {
        "/v2/shelf/1/book/a" => Reply::json(404, &serde_json::json!({ "Code": 17, "Reason": "no such book" })),
        "/v2/shelf/2/book/a" => Reply::text(451, "burnt"),
        "/v2/shelf/3/book/a" => Reply::json(400, &serde_json::json!({ "Code": 3, "Reason": "too heavy" })),
        "/v2/shelf/1/book/a/loan" => Reply::json(423, &serde_json::json!({ "Code": 5, "Reason": "Ahab has it" })),
        "/v2/shelf/2/book/a/loan" => Reply::text(423, "a page for people"),
        _ => Reply::json(401, &serde_json::json!({ "Code": 1, "Reason": "no card 7 known" })),
    });
    let server = mock.listen().await.unwrap();
    let client = client(&server);

    let error = client.call(Find::new(1, "a")).await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::NotFound(Failure { code: 17, .. }))), "{error:?}");
    assert!(error.is_not_found() && format!("{error:#}").contains("rule 17: no such book"), "{error:#}");
    let error = client.call(Find::new(2, "a")).await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::Gone(gone)) if gone.text == "burnt"), "{error:?}");
    let error = client.call(Find::new(3, "a")).await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::Other(Failure { code: 3, .. }))), "{error:?}");

    let error = client.call(Lend::new(1, "a", "x")).await.unwrap_err();
    assert!(matches!(error.body(), Some(LoanError::Taken(Failure { code: 5, .. }))), "{error:?}");
    let error = client.call(Lend::new(2, "a", "x")).await.unwrap_err();
    assert!(matches!(error.body(), Some(LoanError::Other(other)) if other.text.contains("people")), "{error:?}");

    let error = client.call(Ping::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    let error = client.call(Readers::new()).await.unwrap_err();
    assert_eq!(error.body().map(|failure| failure.code), Some(1));
    assert!(!format!("{error:#}").contains("card 7"), "{error:#}");
}

#[tokio::test]
async fn the_line_decides_what_is_repeated() {
    let mock = Mock::new().fallback(async |_| Reply::status(500));
    let server = mock.listen().await.unwrap();
    let client = client(&server).retry(Retry::attempts(2).initial_backoff(std::time::Duration::ZERO));
    assert_eq!(client.call(Find::new(1, "a")).await.unwrap_err().attempts(), 2);
    assert_eq!(client.call(Lend::new(1, "a", "x")).await.unwrap_err().attempts(), 2);
    assert_eq!(client.call(Rate::new("a", Rating::new(1))).await.unwrap_err().attempts(), 1);
    assert_eq!(client.call(Donate::new("a", File::bytes("x"))).await.unwrap_err().attempts(), 1);
    assert_eq!(client.call(Annotate::new("a", 1, "x")).await.unwrap_err().attempts(), 2);
    assert_eq!(client.call(Annotate::new("a", 2, "x")).await.unwrap_err().attempts(), 1);
}

#[test]
fn the_lines_are_facts() {
    assert_eq!(OPERATIONS.len(), 14);
    let find = Find::OPERATION;
    assert_eq!((find.id, find.resource(), find.summary.trim()), (Some("findBook"), "library", "Finds a book."));
    assert_eq!(Lend::OPERATION.timeout, Some(std::time::Duration::from_secs(20)));
    let host = Read::OPERATION.hosted[0];
    assert_eq!((host.api, host.prefix), ("Archive", "/library"));
    #[allow(deprecated)]
    let stamp = Stamp::OPERATION;
    assert!(stamp.deprecated && !find.deprecated);
    assert!(!Ping::OPERATION.auth && find.auth);
}

/// What holds for Livepeer's operations holds for anybody's.
#[test]
fn every_request_goes_over_a_socket_and_through_json() {
    struct Each(usize);

    impl OperationVisitor for Each {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let seen = Arc::new(Mutex::new(None));
                let note = seen.clone();
                let mock = Mock::new().on(move |request: E| {
                    *note.lock().unwrap() = Some(format!("{request:?}"));
                    async { Ok(E::Format::sample(Detail::Full)) }
                });
                let request: E = sample_request(Detail::Full).unwrap();
                let again: E = serde_json::from_value(serde_json::to_value(&request).unwrap()).unwrap();
                let sent = format!("{request:?}");
                assert_eq!(format!("{again:?}"), sent);
                let server = mock.listen().await.unwrap();
                server.client::<Client<E::Api>>().call(request).await.unwrap();
                let without_type = |shown: String| shown.replace("Some(\"application/octet-stream\")", "None");
                let (sent, seen) = (without_type(sent), seen.lock().unwrap().take().map(without_type));
                // A raw body has no name.
                let unnamed = |shown: &str| shown.replace("Some(\"text.bin\")", "None");
                assert_eq!(seen.as_deref().map(unnamed), Some(unnamed(&sent)), "{}", E::OPERATION.name);
            });
            self.0 += 1;
        }
    }

    let mut each = Each(0);
    visit_operations(&mut each);
    own_api::depot::visit_operations(&mut each);
    assert_eq!(each.0, OPERATIONS.len() + own_api::depot::OPERATIONS.len());
}

#[test]
fn a_preset_is_any_expression() {
    typed_endpoint::endpoint! {
        /// Sorts books.
        pub Sort: Library = POST "/sort" json { kind?: Kind = Kind::Poetry, shelves?: u32 = 2 * 7 } -> ()
    }
    let sort = Sort::new();
    assert_eq!((sort.kind, sort.shelves), (Some(Kind::Poetry), Some(14)));
}

/// A declaration may name its API by a path.
mod annexe {
    typed_endpoint::model! {
        /// A desk.
        pub struct Desk: super::library::Library {
            /// What it says.
            desk_number: u32,
            /// What stands on it.
            desk?: Box<Desk>,
            /// What lies on it.
            books?: Vec<super::library::Book>,
            /// Who sits there.
            seats?: std::collections::BTreeMap<String, u32>,
        }
    }

    typed_endpoint::endpoint! {
        /// Takes a desk.
        pub Take: crate::library::Library = POST "/desk" json { desk_number: u32 } -> Desk,
            hosted(super::Archive, "/annexe")
    }

    typed_endpoint::endpoint! {
        /// Looks at a desk.
        pub Look: crate::library::Library = GET "/desk" () -> Desk, hosted(super::Archive, "/annexe")
    }
}

#[tokio::test]
async fn an_api_is_named_by_a_path_too() {
    let desk: annexe::Desk = serde_json::from_str(r#"{"DeskNumber":7}"#).unwrap();
    assert_eq!(desk.desk_number, 7);
    let prepared = Client::<Archive>::new().call(annexe::Take::new(7)).request().await.unwrap();
    assert_eq!(prepared.uri().path(), "/annexe/desk");
}

async fn desk(response: &str) -> Result<annexe::Desk, typed_endpoint::Error> {
    let response = response.to_owned();
    let mock = Mock::new().fallback(move |_| std::future::ready(Reply::text(200, &response)));
    Ok(mock.client::<typed_endpoint::Client<Archive>>().call(annexe::Look::new()).await?)
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_wherever_it_stands() {
    let response =
        r#"{"DeskNumber":1,"Desk":{"DeskNumber":2,"Books":[{"Id":"a"},7],"Seats":{"1":"x"},"Desk":{"Desk":[]}}}"#;
    let desk = desk(response).await.unwrap();
    let inner = desk.desk.as_ref().unwrap();
    assert_eq!((desk.desk_number, inner.desk_number), (1, 2));
    // Only the item that cannot be read is skipped.
    assert_eq!(inner.books.as_ref().unwrap().len(), 1);
    assert_eq!(inner.extra.get("Seats"), Some(serde_json::json!({"1": "x"})));
    assert_eq!(inner.desk.as_ref().unwrap().extra.get("Desk"), Some(serde_json::json!([])));
    let again: serde_json::Value = serde_json::to_value(&desk).unwrap();
    let without_the_item = response.replace(",7]", "]");
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(&without_the_item).unwrap());
}

#[tokio::test]
async fn a_response_nested_as_deeply_as_an_attack_is_refused() {
    let deep = |depth: usize| format!("{{\"Books\":7,{}{}", "\"Desk\":{".repeat(depth), "}".repeat(depth + 1));
    assert_eq!(desk(&deep(100)).await.unwrap().extra.get("Books"), Some(7.into()));
    let error = desk(&deep(100_000)).await.unwrap_err();
    let error = error.decode_error().unwrap();
    assert!(error.path().starts_with("Desk.Desk."), "{error}");
    assert!(error.reason().contains("nested"), "{error}");
}
