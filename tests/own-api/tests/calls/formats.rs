//! Responses and requests in formats that are not one JSON value.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use own_api::depot::*;
use serde_json::json;
use typed_endpoint::codec::Detail;
use typed_endpoint::mock::{EncodeResponse, Mock, Received, Reply};
use typed_endpoint::sse::{Sse, SseError, SseErrorKind};
use typed_endpoint::{Body, Client, Endpoint, ErrorKind, File, Retry};

#[tokio::test]
async fn a_status_that_asks_for_another_attempt_is_tried_again_whatever_the_operation_is() {
    let left = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(2));
    let counting = left.clone();
    let mock = Mock::new().fallback(move |_| {
        let left = counting.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        async move { if left.is_ok() { Reply::text(202, "{}") } else { Reply::json(200, &7) } }
    });
    let client = mock.client::<Client<Depot>>().retry(Retry::attempts(3).initial_backoff(Duration::ZERO));
    let counted = client.call(Count::new()).with_response().await.unwrap();
    assert!(matches!(counted.value, CountOutcome::Counted(7)));
    assert_eq!(counted.attempts, 3);

    left.store(9, SeqCst);
    let error = client.call(Count::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16(), error.attempts()), (ErrorKind::Status, 202, 3));
}

/// An API that refuses for a while by a status that is an error elsewhere, and says how long in a header of its own.
#[derive(Clone, Copy, Debug)]
enum Slow {}

impl typed_endpoint::Api for Slow {
    const NAME: &'static str = "Slow";
    const SERVERS: &'static [&'static str] = &["https://slow.example"];
    const CASE: typed_endpoint::Case = typed_endpoint::Case::Snake;
    type Error = typed_endpoint::Unmapped;

    fn refused(status: http::StatusCode, headers: &http::HeaderMap) -> bool {
        status == 403 && headers.contains_key("x-ratelimit-reset-after")
    }

    fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
        headers.get("x-ratelimit-reset-after")?.to_str().ok()?.parse().ok().map(Duration::from_secs)
    }
}

typed_endpoint::endpoint! {
    /// Posts something.
    Post: Slow = POST "/" -> ()
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_repeated_whatever_its_status_after_the_time_that_the_api_says() {
    let refusing = |header: &'static str| {
        let left = std::sync::atomic::AtomicU32::new(2);
        Mock::new().fallback(move |_| {
            let refused = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
            let reply = if refused { Reply::status(403).header(header, "7") } else { Reply::status(204) };
            async { reply }
        })
    };
    // No list of statuses has 403, and a POST may not be repeated in general.
    for retry in [Retry::attempts(3), Retry::attempts(3).statuses([])] {
        let mock = refusing("x-ratelimit-reset-after");
        let retry = retry.initial_backoff(Duration::ZERO).jitter(false);
        let started = tokio::time::Instant::now();
        mock.client::<Client<Slow>>().retry(retry).call(Post::new()).await.unwrap();
        assert_eq!((mock.seen().len(), started.elapsed().as_secs()), (3, 14));
    }
    let mock = refusing("x-other");
    let retry = Retry::attempts(3).initial_backoff(Duration::ZERO);
    let error = mock.client::<Client<Slow>>().retry(retry).call(Post::new()).await.unwrap_err();
    assert_eq!((mock.seen().len(), error.status().unwrap().as_u16()), (1, 403));
}

async fn lines(body: &'static str, content_type: &'static str) -> (Vec<String>, Option<SseError>) {
    let mock = Mock::new()
        .fallback(move |_| std::future::ready(Reply::status(200).header("content-type", content_type).with_body(body)));
    let mut parcels = mock.client::<Client<Depot>>().call(Follow::new()).await.unwrap();
    assert_eq!(mock.seen()[0].headers["accept"], "application/json;stream=watch");
    let (mut names, mut failure) = (Vec::new(), None);
    while let Some(parcel) = parcels.next().await {
        match parcel {
            Ok(parcel) => names.push(parcel.name),
            Err(error) => failure = Some(error),
        }
    }
    (names, failure)
}

#[tokio::test]
async fn lines_of_json_are_items_as_they_arrive() {
    for body in ["{\"name\":\"a\"}\n{\"name\":\"data: b\"}\n", "{\"name\":\"a\"}\r\n\n  {\"name\":\"data: b\"}"] {
        for content_type in ["application/json", "application/x-ndjson", "text/plain"] {
            let (names, failure) = lines(body, content_type).await;
            assert_eq!(names, ["a", "data: b"]);
            assert!(failure.is_none());
        }
    }
    let (names, failure) = lines("{\"name\":\"a\"}\n{\"na", "application/json").await;
    assert_eq!(names, ["a"]);
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Cut { rest }) if rest.contains("{\"na")));
    let (_, failure) = lines("{\"name\":\"a\"}\n{\"error\":\"gone\"}\n", "application/json").await;
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Server(text)) if text == "gone"));
    let (_, failure) = lines("{\"name\":\n", "application/json").await;
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Unreadable { .. })));

    let mock = Mock::new().on(async |_: Follow| Ok(Sse::of_lines(Body::from("{\"name\":\"x\"}\n"))));
    let parcels = mock.client::<Client<Depot>>().call(Follow::new()).await.unwrap().collect().await.unwrap();
    assert_eq!(parcels.len(), 1);
    let html = Mock::new().fallback(async |_| Reply::status(200).header("content-type", "text/html").with_body("<p>"));
    assert_eq!(html.client::<Client<Depot>>().call(Follow::new()).await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_codec_of_ones_own_reads_and_writes_responses() {
    let mock = Mock::new().on(async |_: Table| Ok(vec![1, 22, 3]));
    let client = mock.client::<Client<Depot>>();
    let table = client.call(Table::new()).with_response().await.unwrap();
    assert_eq!((table.value, &table.raw_body[..]), (vec![1, 22, 3], &b"1,22,3"[..]));
    assert_eq!(mock.seen()[0].headers["accept"], "text/csv");
    let output = client.call_named("depot.table", json!({})).await.unwrap();
    assert!(matches!(output, typed_endpoint::dynamic::Output::Bytes(bytes) if bytes == "1,22,3"));

    let bad = Mock::new().fallback(async |_| Reply::text(200, "1,x"));
    let error = bad.client::<Client<Depot>>().call(Table::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = error.decode_error().unwrap();
    assert_eq!((error.path(), error.reason()), ("[1]", "it is no number"));
    assert!(<Table as Endpoint>::Format::sample(Detail::Full).is_empty());
}

#[tokio::test]
async fn constants_are_sent_always_and_are_no_fields() {
    let mock = Mock::new().on_received(async |call: Received<CallProcedure>| {
        assert!(call.unknown.is_empty(), "{:?}", call.unknown);
        assert_eq!(call.parts.headers["depot-version"], "3");
        let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(body, json!({ "jsonrpc": "2.0", "method": "sum", "params": [1, 2] }));
        Ok(Parcel::new(call.request.params.len().to_string()))
    });
    let client = mock.client::<Client<Depot>>();
    assert_eq!(client.call(CallProcedure::new([1, 2])).await.unwrap().name, "2");
    assert_eq!(mock.seen()[0].uri.query(), Some("format=short"));
    // It has no other fields.
    let stored = serde_json::to_value(CallProcedure::new([1])).unwrap();
    assert_eq!(stored, json!({ "params": [1] }));
}

#[tokio::test]
async fn an_operation_has_a_server_of_its_own_unless_the_client_has_one() {
    let call = || CallProcedure::new([1]);
    let uri = |client: Client<Depot>| async move { client.call(call()).request().await.unwrap().uri().to_string() };
    let own = "https://rpc.depot.example/v1/rpc?format=short";
    assert_eq!(uri(Client::new()).await, own);
    assert_eq!(uri(Client::new().server_index(0)).await, own);
    assert_eq!(uri(Client::new().server("http://localhost:1/x")).await, "http://localhost:1/x/rpc?format=short");
    let request = Client::<Depot>::new().key("k").call(call()).server("https://a.example").request().await.unwrap();
    assert_eq!(request.uri().host(), Some("a.example"));
    // The key goes to the operation's own server.
    assert!(
        Client::<Depot>::new().key("k").call(call()).request().await.unwrap().headers().contains_key("x-depot-key")
    );
}

#[tokio::test]
async fn a_part_of_a_form_is_json_of_its_own_type() {
    let mock = Mock::new().on_received(async |store: Received<Store>| {
        let body = String::from_utf8_lossy(&store.body).into_owned();
        assert_eq!(store.request.parcel.name, "a");
        let kind = store.parts.headers["content-type"].to_str().unwrap().to_owned();
        Err(Reply::text(400, format!("{kind}\n{body}")))
    });
    let server = mock.listen().await.unwrap();
    let client = server.client::<Client<Depot>>().retry(Retry::never());
    let picture = File::bytes("png").name("a.png");
    let error = client.call(Store::new(Parcel::new("a"), picture)).await.unwrap_err();
    let seen = String::from_utf8_lossy(error.raw_body()).into_owned();
    assert!(seen.starts_with("multipart/related; boundary="), "{seen}");
    let part = "name=\"parcel\"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{\"name\":\"a\"}\r\n";
    assert!(seen.contains(part), "{seen}");
}

#[tokio::test]
async fn a_codec_of_ones_own_writes_and_reads_requests() {
    let mock = Mock::new().on_received(async |put: Received<PutTable>| {
        assert_eq!((put.request.numbers, &put.body[..]), (vec![1, 22, 3], &b"1,22,3"[..]));
        assert_eq!(put.parts.headers["content-type"], "text/csv");
        Ok(())
    });
    let client = mock.client::<Client<Depot>>();
    client.call(PutTable::new([1, 22, 3])).await.unwrap();
    // Where there is no type, it is bytes.
    client.call_named("depot.put_table", json!({ "numbers": b"1,22,3" })).await.unwrap();
    let error = client.call_named("depot.put_table", json!({ "numbers": b"1,x" })).await.unwrap_err();
    assert!(format!("{error:#}").contains("it is no number"), "{error:#}");
    let stored = serde_json::to_value(PutTable::new([7])).unwrap();
    assert_eq!(stored, json!({ "numbers": b"7" }));
    assert_eq!(serde_json::from_value::<PutTable>(stored).unwrap().numbers, [7]);
    assert!(typed_endpoint::mock::sample_request::<PutTable>(Detail::Full).unwrap().numbers.is_empty());
    let request = http::Request::put("/table").body(Body::from("1,x")).unwrap();
    assert_eq!(mock.respond(request).await.status(), 422);
}

#[tokio::test]
async fn any_method_is_sent_and_served() {
    let mock = Mock::new()
        .on(async |explore: Explore| Ok(explore.path))
        .on(async |_: Discover| Ok(()))
        .on(async |read: ListAll| Ok(Sse::of_lines(Body::from(format!("{{\"name\":\"{read:?}\"}}\n")))));
    let server = mock.listen().await.unwrap();
    let client = server.client::<Client<Depot>>().retry(Retry::never());
    assert_eq!(client.call(Explore::new("a/b")).await.unwrap(), "a/b");
    client.call(Discover::new()).await.unwrap();
    let methods: Vec<_> = mock.seen().iter().map(|parts| parts.method.to_string()).collect();
    assert_eq!(methods, ["PROPFIND", "M-SEARCH"]);
    assert_eq!((Explore::OPERATION.method, Explore::OPERATION.retryable), ("PROPFIND", true));
    assert!(client.call(Explore::new("a")).to_curl().unwrap().contains("-X PROPFIND"));
}

#[tokio::test]
async fn operations_of_one_path_are_told_apart_by_what_they_always_send() {
    let mock = Mock::new()
        .on(async |call: Multiply| Ok(Parcel::new(format!("product of {}", call.params.len()))))
        .on(async |call: CallProcedure| Ok(Parcel::new(format!("sum of {}", call.params.len()))))
        .on(async |end: EndParts| Ok(Parcel::new(format!("end of {}", end.upload_id))))
        .on(async |_: BeginParts| Ok(Parcel::new("begun")));
    let client = mock.client::<Client<Depot>>();
    assert_eq!(client.call(CallProcedure::new([1, 2])).await.unwrap().name, "sum of 2");
    assert_eq!(client.call(Multiply::new([1])).await.unwrap().name, "product of 1");
    assert_eq!(client.call(BeginParts::new("a")).await.unwrap().name, "begun");
    assert_eq!(client.call(EndParts::new("a", "7")).await.unwrap().name, "end of 7");
    let targets: Vec<_> = mock.seen().iter().map(|parts| parts.uri.to_string()).collect();
    assert_eq!(targets[2], "http://localhost/files/a?parts%5B%5D");

    // One that no handler is for is not taken by another's.
    let other = json!({ "method": "quotient", "params": [1] }).to_string();
    let request =
        http::Request::post("/rpc").header("content-type", "application/json").body(Body::from(other)).unwrap();
    let response = mock.respond(request).await;
    assert_eq!(response.status(), 422);
    let text = response.into_body().bytes(1000).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("`method` is not"), "{text:?}");
}

async fn items(chunks: Vec<&'static str>) -> (Vec<String>, Option<SseError>) {
    let body = std::sync::Arc::new(chunks);
    let mock = Mock::new().fallback(move |_| {
        let chunks = Chunks(body.iter().copied().collect());
        async { Reply::status(200).header("content-type", "application/json").with_body(Body::wrap(chunks)) }
    });
    let mut parcels = mock.client::<Client<Depot>>().call(ListAll::new()).await.unwrap();
    assert_eq!(mock.seen()[0].headers["accept"], "application/json");
    let (mut names, mut failure) = (Vec::new(), None);
    while let Some(parcel) = parcels.next().await {
        match parcel {
            Ok(parcel) => names.push(parcel.name),
            Err(error) => failure = Some(error),
        }
    }
    (names, failure)
}

/// A body that comes in these pieces.
struct Chunks(std::collections::VecDeque<&'static str>);

impl http_body::Body for Chunks {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        std::task::Poll::Ready(self.0.pop_front().map(|chunk| Ok(http_body::Frame::data(chunk.into()))))
    }
}

#[tokio::test]
async fn a_json_array_is_read_item_by_item_however_it_is_cut() {
    let whole = r#" [ {"name":"a, ]}\"b"} ,{"name":"c","links":{"next":"https://x.example"},"error":"of this one"},
        {"name":"\\"}] "#;
    let expected = ["a, ]}\"b", "c", "\\"];
    for at in 0..whole.len() {
        let (names, failure) = items(vec![&whole[..at], &whole[at..]]).await;
        assert_eq!(names, expected, "cut at {at}");
        assert!(failure.is_none(), "cut at {at}: {failure:?}");
    }
    assert_eq!(items(whole.split_inclusive(|_| true).collect()).await.0, expected);
    for empty in ["[]", " [ ]", "\u{feff}[\n]\n"] {
        let (names, failure) = items(vec![empty]).await;
        assert!(names.is_empty() && failure.is_none(), "{empty}: {failure:?}");
    }
}

#[tokio::test]
async fn what_is_no_whole_array_is_an_error_behind_its_items() {
    let (names, failure) = items(vec![r#"[{"name":"a"},{"na"#]).await;
    assert_eq!(names, ["a"]);
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Cut { rest }) if rest == "{\"na"));
    for cut in ["", "[", r#"[{"name":"a"}"#, r#"[{"name":"a"},"#] {
        let failure = items(vec![cut]).await.1;
        assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Cut { .. })), "{cut}: {failure:?}");
    }
    let failure = items(vec![r#"{"error":{"mess"#, r#"age":"closed today"}}"#]).await.1;
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Server(text)) if text == "closed today"));
    let failure = items(vec![r#"{"name":"a"}"#, "\n", r#"{"name":"b"}"#]).await.1;
    assert!(matches!(failure.as_ref().map(SseError::kind), Some(SseErrorKind::Unreadable { .. })), "{failure:?}");
    let failure = items(vec!["[{]"]).await.1;
    assert!(failure.is_some());
}

#[tokio::test]
async fn a_fake_server_writes_an_array_of_whatever_the_items_come_from() {
    for (body, written) in [("", "[]"), ("{\"name\":\"x\"}\n{\"name\":\"y\"}", r#"[{"name":"x"},{"name":"y"}]"#)] {
        let mock = Mock::new().on(move |_: ListAll| async move { Ok(Sse::of_lines(Body::from(body))) });
        let request = http::Request::get("/all").body(Body::empty()).unwrap();
        let response = mock.respond(request).await;
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.into_body().bytes(1000).await.unwrap(), written);
        let parcels = mock.client::<Client<Depot>>().call(ListAll::new()).await.unwrap().collect().await.unwrap();
        assert_eq!(parcels.len(), written.matches("name").count());
    }
}

/// A body of as many items as are asked for, each of a kilobyte.
struct Endless(u32);

impl http_body::Body for Endless {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        self.0 += 1;
        let before = if self.0 == 1 { '[' } else { ',' };
        let item = format!("{before}{{\"name\":\"{}\"}}", "x".repeat(1000));
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(item.into()))))
    }
}

#[tokio::test]
async fn an_array_without_end_is_read_as_long_as_one_likes_and_a_large_item_is_refused() {
    let mock = Mock::new().fallback(async |_| Reply::status(200).with_body(Body::wrap(Endless(0))));
    // Far more than a response may have that is in memory as a whole.
    let client = mock.client::<Client<Depot>>().max_response(100_000);
    let mut parcels = client.call(ListAll::new()).await.unwrap();
    for _ in 0..10_000 {
        assert_eq!(parcels.next().await.unwrap().unwrap().name.len(), 1000);
    }
    let mut parcels = client.call(ListAll::new()).await.unwrap().max_event(500);
    let failure = parcels.next().await.unwrap().unwrap_err();
    assert!(matches!(failure.kind(), SseErrorKind::TooLarge(_)));
    assert!(parcels.next().await.is_none());
}
