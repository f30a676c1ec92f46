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
