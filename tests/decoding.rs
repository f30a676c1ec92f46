//! What servers make of their own formats, and what can still be read of it.
#![allow(missing_docs)]

use std::time::Duration;

use livepeer::generate::{GenerateError, Llm, LlmMessage, LlmStream, TextToImage};
use livepeer::mock::{Mock, Reply};
use livepeer::webhook::{Event, sign};
use livepeer::{Ai, ApiError, Client, DecodeError, Retry, Studio, Timestamp, codec, stream, webhook};

/// Clients of a server that always responds so.
fn server(kind: &'static str, body: impl Into<String>) -> Mock {
    let body = body.into();
    Mock::new().fallback(move |_| {
        let reply = Reply::status(200).header("content-type", kind).with_body(body.clone());
        async { reply }
    })
}

fn studio(body: impl Into<String>) -> Client<Studio> {
    server("application/json", body).client::<Client<Studio>>().retry(Retry::never())
}

fn ai(kind: &'static str, body: impl Into<String>) -> Client<Ai> {
    server(kind, body).client::<Client<Ai>>().retry(Retry::never())
}

fn ask() -> LlmStream {
    LlmStream::new("m", [LlmMessage::user("hi")])
}

#[tokio::test]
async fn a_success_that_says_that_it_failed_is_an_error_with_the_words_of_the_server() {
    let words = r#"{"error":{"message":"no orchestrators available"}}"#;
    let error = ai("application/json", words).call(TextToImage::new("a")).await.unwrap_err();
    assert!(error.is_decode() && format!("{error:#}").contains("no orchestrators available"), "{error}");
    assert!(matches!(error.body(), Some(GenerateError::Gateway(_))), "{error:?}");

    // Instead of a stream.
    for kind in ["application/json", "application/json; charset=utf-8"] {
        let error = ai(kind, words).call(ask()).await.unwrap_err();
        assert!(format!("{error:#}").contains("no orchestrators available"), "{error}");
    }

    let error = studio(r#"{"errors":["Internal server error"]}"#).call(stream::Create::new("x")).await.unwrap_err();
    assert!(error.is_decode() && format!("{error:#}").contains("Internal server error"), "{error}");
    assert_eq!(error.body().map(|body: &ApiError| body.errors.clone()), Some(vec!["Internal server error".to_owned()]));
    // Instead of a list, and of something of which nothing is required.
    let error = studio(r#"{"errors":["oops"]}"#).call(stream::List::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("oops"), "{error}");
    let usage = || livepeer::user::Usage::new(Timestamp::default(), Timestamp::default());
    let error = studio(r#"{"errors":["oops"]}"#).call(usage()).await.unwrap_err();
    assert!(format!("{error:#}").contains("oops"), "{error}");
    for nothing in ["{}", r#"{"message":"fine"}"#, r#"{"error":null,"errors":[]}"#, r#"{"error":0}"#] {
        assert!(studio(nothing).call(usage()).await.is_ok(), "{nothing}");
    }
}

/// Relays and proxies write errors of their own, in shapes of their own.
#[tokio::test]
async fn an_error_in_a_success_is_told_whatever_its_shape() {
    let usage = || livepeer::user::Usage::new(Timestamp::default(), Timestamp::default());
    for body in [
        r#"{"error":"oops"}"#,
        r#"{"error":{"message":"oops","code":5}}"#,
        r#"{"error":true,"message":"oops"}"#,
        r#"{"success":false,"error":"oops"}"#,
        r#"{"errors":"oops"}"#,
        r#"{"errors":[{"message":"oops"}]}"#,
        r#"{"errors":["oops"],"x":NaN}"#,
        "\u{feff}{\"errors\":[\"oops\"]}",
        r#"{"id":null,"errors":["oops"]}"#,
    ] {
        let one = studio(body).call(stream::Get::new("x")).await.map(drop).unwrap_err();
        let list = studio(body).call(stream::List::new()).await.map(drop).unwrap_err();
        let nothing_required = studio(body).call(usage()).await.map(drop).unwrap_err();
        let chat = ai("application/problem+json", body).call(ask()).await.map(drop).unwrap_err();
        for (error, told) in [one, list, nothing_required].map(|error| (error.is_decode(), format!("{error:#}"))) {
            assert!(error && told.contains("reports an error") && told.contains("oops"), "{body}: {told}");
        }
        assert!(format!("{chat:#}").contains("oops"), "{body}: {chat:#}");
    }
    // What is perhaps no error is shown only if nothing else is there.
    for body in [r#"{"message":"oops"}"#, r#"{"detail":{"msg":"oops"}}"#] {
        let error = studio(body).call(stream::Get::new("x")).await.unwrap_err();
        let told = format!("{error:#}");
        assert!(told.contains("without any of its fields, which says: oops"), "{told}");
    }
    // The title of what is asked for is not the server's word on an error.
    let error = studio(r#"{"id":{},"message":"private"}"#).call(stream::Get::new("x")).await.unwrap_err();
    assert!(!format!("{error:#}").contains("private"), "{error:#}");
}

#[tokio::test]
async fn a_key_that_such_an_error_echoes_is_redacted() {
    let client = studio(r#"{"errors":["no token very-secret-key found"]}"#).key("very-secret-key");
    let error = client.call(stream::Create::new("x")).await.unwrap_err();
    assert!(format!("{error:#}").contains("no token [key] found"), "{error}");
    assert!(!format!("{error:?} {:?}", error.body()).contains("very-secret-key"), "{error:?}");
}

#[tokio::test]
async fn a_success_with_nothing_that_was_promised_is_an_error() {
    for body in ["{}", r#"{"ok":true}"#, r#"{"ret":0,"data":{"id":"x"}}"#] {
        let error = studio(body).call(stream::Create::new("x")).await.unwrap_err();
        assert!(error.is_decode() && format!("{error:#}").contains("without any of its fields"), "{body}: {error}");
    }
    // One is enough: that a detail is missing is no reason to lose the rest.
    assert_eq!(studio(r#"{"id":"x","errors":["late"]}"#).call(stream::Create::new("x")).await.unwrap().id, "x");
    // Of the items of a list, those without anything are the list's own affair.
    assert_eq!(studio(r#"[{}]"#).call(stream::List::new()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_bad_item_of_a_list_costs_that_item_and_is_reported() -> Result<(), DecodeError> {
    let list = r#"[{"id":"a","name":"fine"},null,{"id":{},"name":"b"},{"id":"c","name":"c"}]"#;
    let streams = studio(list).call(stream::List::new()).await.unwrap();
    assert_eq!(streams.iter().map(|stream| stream.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    let decoded = codec::Options::new().decode::<Vec<stream::Stream>>(list)?;
    let paths: Vec<_> = decoded.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!((paths, decoded.skipped_count), (vec!["[1]", "[2].id"], 2));

    let events = "data: {\"choices\":[null,{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n";
    let chunks = ai("text/event-stream", events).call(ask()).await.unwrap().collect().await.unwrap();
    assert_eq!(chunks[0].text(), "hi");
    Ok(())
}

#[tokio::test]
async fn byte_order_marks_and_numbers_in_place_of_texts() {
    let marked = studio("\u{feff}{\"id\":\"a\",\"name\":\"n\"}").call(stream::Get::new("a")).await.unwrap();
    assert_eq!(marked.name, "n");
    let marked = studio("\u{feff}  [{\"id\":\"a\",\"name\":\"n\"}]").call(stream::List::new()).await.unwrap();
    assert_eq!(marked.len(), 1);
    // By its digits, not through a float.
    let number = studio(r#"{"id":12345678901234567890123,"name":12.50,"lastSeen":"1714566000123","isActive":"true"}"#);
    let number = number.call(stream::Get::new("a")).await.unwrap();
    assert_eq!((number.id.as_str(), number.name.as_str()), ("12345678901234567890123", "12.50"));
    assert_eq!((number.last_seen.unwrap().as_millis(), number.is_active), (1_714_566_000_123, Some(true)));
}

#[tokio::test]
async fn numbers_that_surprise_do_not_cost_the_text_of_a_model() {
    for (created, index, tokens) in [
        ("1700000000.25", "0", "3"),
        ("\"1700000000\"", "0", "3"),
        ("-1", "-15434186", "-1"),
        ("1e300", "1e300", "1e300"),
        ("null", "null", "null"),
        ("\"NaN\"", "\"first\"", "\"many\""),
        ("{}", "[]", "true"),
        ("NaN", "-Infinity", "Infinity"),
    ] {
        let usage = format!(r#"{{"prompt_tokens":{tokens},"completion_tokens":{tokens},"total_tokens":{tokens}}}"#);
        let body = |part: &str, reason: &str| {
            format!(
                r#"{{"id":"x","model":"m","created":{created},"usage":{usage},"choices":[{{"index":{index},{reason}"{part}":{{"role":"assistant","content":"hello"}}}}]}}"#
            )
        };
        let whole = ai("application/json", body("message", r#""finish_reason":"stop","#));
        let whole = whole.call(Llm::new("m", [LlmMessage::user("hi")])).await;
        assert_eq!(whole.unwrap_or_else(|error| panic!("{created}: {error}")).text(), "hello", "{created}");
        let events = format!("data: {}\n\ndata: [DONE]\n\n", body("delta", ""));
        let chunks = ai("text/event-stream", events).call(ask()).await.unwrap().collect().await;
        assert_eq!(chunks.unwrap_or_else(|error| panic!("{created}: {error}"))[0].text(), "hello", "{created}");
    }
}

#[tokio::test]
async fn reading_goes_on_after_a_reason_to_finish() {
    let choice = |index: u32, text: &str, reason: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"finish_reason\":{reason},\"delta\":{{\"role\":\"assistant\",\"content\":\"{text}\"}}}}]}}\n\n"
        )
    };
    let usage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";
    let events = format!("{}{}{usage}data: [DONE]\n\n", choice(0, "hi", "null"), choice(0, "", "\"stop\""));
    let chunks = ai("text/event-stream", events).call(ask()).await.unwrap().collect().await.unwrap();
    assert_eq!(chunks.len(), 3);
    assert_eq!(chunks.last().unwrap().usage.as_ref().unwrap().total_tokens, Some(3));

    // Of several choices one ends first; a clean end of the connection ends the rest.
    let events = [choice(0, "a", "\"stop\""), choice(1, "b", "null"), choice(1, "c", "\"stop\"")].concat();
    let chunks = ai("text/event-stream", events).call(ask()).await.unwrap().collect().await.unwrap();
    let texts: Vec<_> = chunks.iter().map(|chunk| chunk.text()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
}

#[test]
fn an_event_is_read_as_leniently_as_a_response() {
    let now = u64::try_from(Timestamp::now().as_millis()).unwrap();
    let verify = |stream: &str| {
        let head = format!(r#""id":"e","webhookId":"w","createdAt":{now},"timestamp":{now}"#);
        let body = format!(r#"{{{head},"event":"stream.started","stream":{stream}}}"#);
        let mut headers = http::HeaderMap::new();
        headers.insert(webhook::SIGNATURE_HEADER, sign("secret", body.as_bytes(), now).parse().unwrap());
        Event::verify(&headers, body.as_bytes(), "secret", Duration::from_secs(300))
    };
    let event = verify(r#"{"id":"s","name":"n","lastSeen":"never","profiles":{}}"#).unwrap();
    let stream = event.stream.unwrap();
    assert_eq!((stream.id.as_str(), stream.last_seen, stream.profiles.is_none()), ("s", None, true));
    assert_eq!(stream.extra.get("lastSeen"), Some("never".into()));
    let event = verify(r#"{"id":"s","name":"n","sourceSegmentsDuration":24.096,"issues":[null,"slow"]}"#).unwrap();
    let stream = event.stream.unwrap();
    assert_eq!(stream.source_segments_duration.unwrap().as_secs_f64(), 24.096);
    assert_eq!(stream.issues.unwrap(), ["slow"]);
}
