use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body::Frame;
use proptest::prelude::*;

use super::*;
use crate::body::tests::run;

/// All events of the chunks.
fn events<C: AsRef<[u8]>>(chunks: impl IntoIterator<Item = C>) -> Vec<Event> {
    let mut decoder = Decoder::new();
    decode(&mut decoder, chunks).unwrap()
}

fn decode<C: AsRef<[u8]>>(
    decoder: &mut Decoder,
    chunks: impl IntoIterator<Item = C>,
) -> Result<Vec<Event>, EventTooLarge> {
    let mut events = Vec::new();
    for chunk in chunks {
        let mut chunk = Bytes::copy_from_slice(chunk.as_ref());
        while let Some(event) = decoder.decode(&mut chunk)? {
            events.push(event);
        }
        assert!(chunk.is_empty());
    }
    Ok(events)
}

fn event(name: &str, data: &str, id: &str) -> Event {
    Event { name: name.into(), id: id.into(), ..Event::new(data) }
}

#[test]
fn the_standards_examples() {
    assert_eq!(events(["data: YHOO\ndata: +2\ndata: 10\n\n"]), [event("", "YHOO\n+2\n10", "")]);
    let three = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
    let expected = [event("", "first event", "1"), event("", "second event", ""), event("", " third event", "")];
    assert_eq!(events([three]), expected);
    assert_eq!(events(["data\n\ndata\ndata\n\ndata:"]), [event("", "", ""), event("", "\n", "")]);
    assert_eq!(events(["data:test\n\ndata: test\n\n"]), [event("", "test", ""), event("", "test", "")]);
}

#[test]
fn fields() {
    assert_eq!(events(["event: add\nid: 7\ndata: x\n\ndata: y\n\n"]), [event("add", "x", "7"), event("", "y", "7")]);
    assert_eq!(events(["event: lost\n\ndata: x\n\n"]), [event("", "x", "")]);
    assert_eq!(events(["id: a\0b\nunknown: 1\nDATA: no\n data: no\ndata: a:b\n\n"]), [event("", "a:b", "")]);
    let mut decoder = Decoder::new();
    decode(&mut decoder, ["retry: 1500\nretry: 1s\nretry:\nid: 9\n"]).unwrap();
    assert_eq!((decoder.retry(), decoder.last_event_id()), (Some(Duration::from_millis(1500)), "9"));
}

#[test]
fn a_written_event_stays_one_event() {
    for data in ["", "a", "a\nb", "a\n\nb\n"] {
        assert_eq!(events([event("name", data, "7").to_string()]), [event("name", data, "7")]);
    }
    let (data, name) = (event("", "a\r\ndata: b\revent: c", ""), event("a\r\rdata: b", "c", ""));
    assert_eq!(events([data.to_string()]), [event("", "a\ndata: b\nevent: c", "")]);
    assert_eq!(events([name.to_string()]), [event("", "c", "")]);
}

#[test]
fn an_id_that_no_header_could_return_is_ignored() {
    let long = "x".repeat(5_000);
    assert_eq!(
        events([format!("id: 1\ndata: a\n\nid: {long}\ndata: b\n\n")]),
        [event("", "a", "1"), event("", "b", "1")]
    );
}

#[test]
fn line_ends_and_byte_order_marks() {
    for end in ["\n", "\r", "\r\n"] {
        let text = ["data: a", "data: b", "", "data: c", "", ""].join(end);
        assert_eq!(events([text]), [event("", "a\nb", ""), event("", "c", "")]);
    }
    assert_eq!(events(["data: a\r", "\n\r", "\ndata: b\r\r"]), [event("", "a", ""), event("", "b", "")]);
    assert_eq!(events(["\u{feff}data: a\n\n"]), [event("", "a", "")]);
    assert_eq!(events(["\n\u{feff}data: a\n\n"]), []);
    assert_eq!(events(["\u{feff}\u{feff}data: a\n\n"]), []);
}

#[test]
fn invalid_utf8_is_replaced() {
    let parts: [&[u8]; 3] = [b"data: a\xff\xe2", b"\x82", b"b\n\n"];
    assert_eq!(events(parts), [event("", "a\u{fffd}\u{fffd}b", "")]);
}

#[test]
fn the_size_of_an_event_is_bounded() {
    let error = EventTooLarge { limit: 20 };
    let bounded = |chunks: &[&str]| decode(&mut Decoder::new().max_event(20), chunks);
    assert_eq!(bounded(&["data: 12345678901234\n\n"]).unwrap().len(), 1);
    assert_eq!(bounded(&["data: 123456789012345\n\n"]), Err(error.clone()));
    assert_eq!(bounded(&["data: 1234567890", "12345"]), Err(error.clone()));
    assert_eq!(bounded(&["data: 12345\n"; 4]), Err(error.clone()));
    assert_eq!(bounded(&["data\n"; 30]), Err(error));
    assert_eq!(bounded(&["data: 12345\n\n"; 40]).unwrap().len(), 40);
}

#[test]
fn errors_of_servers_are_found() {
    let error = |name: &str, data: &str| event(name, data, "").error();
    assert_eq!(error("", r#"{"error": "no worker"}"#).as_deref(), Some("no worker"));
    assert_eq!(error("", r#"{"error": {"message": "no worker", "code": 1}}"#).as_deref(), Some("no worker"));
    assert_eq!(error("", r#"{"error": {"code": 1}}"#).as_deref(), Some(r#"{"code":1}"#));
    assert_eq!(error("error", "no worker").as_deref(), Some("no worker"));
    assert_eq!(error("error", r#"{"error": "no worker"}"#).as_deref(), Some("no worker"));
    assert_eq!(error("", r#"{"error": null, "text": "x"}"#), None);
    assert_eq!(error("", r#"{"text": "\"error\""}"#), None);
    assert_eq!(error("", r#"["error"]"#), None);
}

#[derive(Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
struct Number {
    n: u32,
}

crate::field_via_serde!(Number);
crate::sse_json!(Number);

#[derive(Debug, PartialEq)]
struct Word(String);

impl StreamItem for Word {
    const MUST_END: bool = true;

    fn parse(event: &Event) -> Result<Step<Word>, BoxError> {
        Ok(match event.data.as_str() {
            "skip" => Step::Skip,
            "closing" => Step::Closing(Word("closing".into())),
            "end" => Step::End,
            "bad" => return Err("bad word".into()),
            data if data.starts_with("last ") => Step::Last(Word(data.to_owned())),
            data if data.starts_with("error ") => Step::Error(data.to_owned()),
            data => Step::Item(Word(data.to_owned())),
        })
    }
}

fn words(text: &'static str) -> Sse<Word> {
    Sse::new(Body::reader(text.as_bytes()))
}

#[test]
fn can_cross_threads() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Sse<std::rc::Rc<()>>>();
    check::<SseError>();
}

#[test]
fn whole_streams() {
    run(async {
        let all = words("data: a\n\ndata: skip\n\ndata: b\n\ndata: end\n\ndata: c\n\n").collect().await.unwrap();
        assert_eq!(all, [Word("a".into()), Word("b".into())]);
        let all = words("data: a\n\ndata: last b\n\ndata: c\n\n").collect().await.unwrap();
        assert_eq!(all, [Word("a".into()), Word("last b".into())]);
        for text in
            ["data: {\"n\": 1}\n\ndata: [DONE]\n\ndata: x\n\n", "data: {\"n\": 1}\n\n", "data: {\"n\":1}\n\ndata: {"]
        {
            let all = Sse::<Number>::new(text.into()).collect().await.unwrap();
            assert_eq!(all, [Number { n: 1 }]);
        }
        assert!(Sse::<Number>::new(Body::empty()).collect().await.unwrap().is_empty());
    });
}

#[test]
fn an_end_counts_without_its_last_line_end() {
    run(async {
        for text in ["data: a\n\ndata: end", "data: a\n\ndata: end\n"] {
            assert_eq!(words(text).collect().await.unwrap(), [Word("a".into())]);
        }
        assert_eq!(words("data: last a").collect().await.unwrap(), [Word("last a".into())]);
        let failed = words("data: error x").collect().await.unwrap_err();
        assert!(matches!(failed.error.kind(), SseErrorKind::Server(text) if text == "error x"));
    });
}

#[test]
fn cut_streams_tell_and_keep_what_arrived() {
    run(async {
        let failed = words("data: a\n\ndata: b\n\ndata: c").collect().await.unwrap_err();
        assert_eq!(failed.items, [Word("a".into()), Word("b".into())]);
        assert_eq!(failed.error.items(), 2);
        assert!(matches!(failed.error.kind(), SseErrorKind::Cut { rest } if rest == "data: c"));
        let text = "the response was cut off before its end, in \"data: c\" (after 2 items)";
        assert_eq!(format!("{failed:#}"), format!("the stream could not be read to its end: {text}"));
        assert_eq!(SseError::from(failed).to_string(), text);
        let failed = words("").collect().await.unwrap_err();
        assert_eq!(failed.error.to_string(), "the response was cut off before its end (after 0 items)");
        let failed = words("{\"error\": \"not a stream\"}").collect().await.unwrap_err();
        assert!(format!("{failed:#}").contains("not a stream"), "{failed:#}");
    });
}

#[test]
fn failures_end_the_stream_and_say_why() {
    run(async {
        let broken = Body::reader_with_len(b"data: a\n\n".as_slice(), 100);
        let cases = [
            (words("data: a\n\ndata: error busy\n\ndata: b\n\n"), "the server reported: error busy (after 1 item)"),
            (words("data: a\n\ndata: bad\n\n"), "an event cannot be read: \"bad\" (after 1 item): bad word"),
            (
                words("data: a\n\ndata: 0123456789\n\n").max_event(12),
                "an event is too large (after 1 item): an event is larger than the limit of 12 bytes",
            ),
            (
                Sse::new(broken),
                "the response broke off (after 1 item): the reader ended after 9 of the 100 bytes promised",
            ),
        ];
        for (mut stream, text) in cases {
            assert_eq!(stream.next().await.unwrap().unwrap(), Word("a".into()));
            assert_eq!(format!("{:#}", stream.next().await.unwrap().unwrap_err()), text);
            assert!(stream.next().await.is_none() && stream.next().await.is_none());
        }
        let error = Sse::<Number>::new("data: {\"m\": 1}\n\n".into()).next().await.unwrap().unwrap_err();
        assert!(format!("{error:#}").contains("missing field `n`"), "{error}");
        // JSON may hold secrets.
        assert!(format!("{error:#} {error:?}").contains("8 bytes of JSON"), "{error}");
        assert!(!format!("{error:#} {error:?}").contains(": 1}"), "{error:?}");
        assert!(std::error::Error::source(&error).unwrap().is::<crate::DecodeError>());
    });
}

#[test]
fn excerpts_are_short_and_whole_characters() {
    assert_eq!(excerpt("short".into()), "short");
    let cut = excerpt("ü€".repeat(1000));
    assert!(cut.len() <= 1024 && cut.len() > 1020);
}

/// A body that tells when it is dropped.
struct Watched {
    chunks: VecDeque<&'static str>,
    _alive: std::sync::Arc<()>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.chunks.pop_front() {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk.into())))),
            None => Poll::Pending,
        }
    }
}

#[test]
fn the_connection_is_dropped_at_the_end_or_with_the_stream() {
    let alive = std::sync::Arc::new(());
    let start = |chunks: &[&'static str]| -> Sse<Word> {
        Sse::new(Body::wrap(Watched { chunks: chunks.iter().copied().collect(), _alive: alive.clone() }))
    };
    run(async {
        let mut stream = start(&["data: a\n\nda", "ta: last b\n\n"]);
        stream.next().await.unwrap().unwrap();
        assert_eq!(std::sync::Arc::strong_count(&alive), 2);
        stream.next().await.unwrap().unwrap();
        assert_eq!(std::sync::Arc::strong_count(&alive), 1);
        let mut stream = start(&["data: a\n\n"]);
        stream.next().await.unwrap().unwrap();
        drop(stream);
        assert_eq!(std::sync::Arc::strong_count(&alive), 1);
    });
}

/// A stream that begins with these chunks, one a second; then the response ends, or it only keeps the connection open.
fn paced(chunks: &[&'static str], ends: bool) -> (Sse<Word>, Arc<AtomicBool>) {
    struct Paced {
        chunks: VecDeque<&'static str>,
        ends: bool,
        pause: Pin<Box<tokio::time::Sleep>>,
        read_whole: Arc<AtomicBool>,
    }

    impl http_body::Body for Paced {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            ready!(self.pause.as_mut().poll(cx));
            let Some(chunk) = self.chunks.pop_front().or((!self.ends).then_some(": ping\n\n")) else {
                self.read_whole.store(true, Ordering::Relaxed);
                return Poll::Ready(None);
            };
            let pause =
                if self.chunks.is_empty() && self.ends { Duration::from_millis(2) } else { Duration::from_secs(1) };
            self.pause = Box::pin(tokio::time::sleep(pause));
            Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
        }
    }

    let read_whole = Arc::<AtomicBool>::default();
    let chunks = chunks.iter().copied().collect();
    let body =
        Paced { chunks, ends, pause: Box::pin(tokio::time::sleep(Duration::ZERO)), read_whole: read_whole.clone() };
    (Sse::new(Body::wrap(body).guarded(Duration::from_secs(5))), read_whole)
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_no_items() {
    let items = ["data: a\n\n", ": ping\n\n", "data: skip\n\n", ": ping\n\n", "data: b\n\n"];
    let (mut stream, _) = paced(&items, false);
    let began = tokio::time::Instant::now();
    assert_eq!(stream.next().await.unwrap().unwrap(), Word("a".into()));
    assert_eq!(stream.next().await.unwrap().unwrap(), Word("b".into()));
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(format!("{error:#}"), "no event came for 5s (after 2 items)");
    assert!(began.elapsed() < Duration::from_secs(11));
    assert_eq!(crate::Error::from(error).kind(), crate::ErrorKind::Timeout);
    assert!(stream.next().await.is_none());

    let began = tokio::time::Instant::now();
    let mut patient = paced(&[], false).0.timeout(Duration::from_secs(60));
    assert!(matches!(patient.next().await.unwrap().unwrap_err().kind(), SseErrorKind::Idle(_)));
    assert!(began.elapsed() >= Duration::from_secs(60));
    // Silence is no failure of a stream that is complete.
    let closing = paced(&["data: closing\n\n"], false).0.collect().await.unwrap();
    assert_eq!(closing, [Word("closing".into())]);
    let mut boundless = paced(&[], false).0.timeout(None);
    assert!(tokio::time::timeout(Duration::from_secs(100), boundless.next()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_response_is_read_but_not_forever() {
    for last in ["data: end\n\n", "data: last one\n\n"] {
        let (stream, read_whole) = paced(&["data: a\n\n", last], true);
        stream.collect().await.unwrap();
        assert!(read_whole.load(Ordering::Relaxed), "{last:?}");
    }
    let began = tokio::time::Instant::now();
    let (stream, _) = paced(&["data: end\n\n"], false);
    assert!(stream.collect().await.unwrap().is_empty());
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
}

#[test]
fn a_stream_goes_on_after_its_closing_item() {
    run(async {
        for end in ["", "data: end\n\n"] {
            let text = format!("data: a\n\ndata: closing\n\ndata: usage\n\n{end}");
            let all = Sse::<Word>::new(text.into()).collect().await.unwrap();
            assert_eq!(all, ["a", "closing", "usage"].map(|word| Word(word.into())));
        }
        let failed = words("data: closing\n\ndata: error late\n\n").collect().await.unwrap_err();
        assert_eq!(failed.error.to_string(), "the server reported: error late (after 1 item)");
        assert_eq!(words("data: a\n\ndata: closing").collect().await.unwrap().len(), 2);
    });
}

/// Text dense in what the format gives a meaning to.
fn stream_text() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        Just(b"data".to_vec()),
        Just(b"data: ".to_vec()),
        Just(b"event: ".to_vec()),
        Just(b"id: ".to_vec()),
        Just(b"retry: 10".to_vec()),
        Just(b":".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just("ü€𝄞".as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// The rules once more, over the whole text at once and without thought for speed.
fn by_the_book(text: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut data, mut name, mut id) = (Vec::new(), String::new(), String::new(), String::new());
    // What follows the last line end is no line.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    for line in whole.lines() {
        if line.is_empty() {
            if !data.is_empty() {
                events.push(event(&name, data.strip_suffix('\n').unwrap(), &id));
            }
            data.clear();
            name.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => data = data + value + "\n",
            "event" => name = value.to_owned(),
            "id" if !value.contains('\0') => id = value.to_owned(),
            _ => {}
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read_by_the_book(text in stream_text()) {
        prop_assert_eq!(events([&text]), by_the_book(&text));
    }

    #[test]
    fn every_split_gives_the_same_events(text in stream_text(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let whole = events([&text]);
        prop_assert_eq!(&events(text.chunks(1)), &whole);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut start = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            chunks.push(&text[start..cut]);
            start = cut;
        }
        prop_assert_eq!(&events(chunks), &whole);
    }

    #[test]
    fn every_split_gives_the_same_error(text in stream_text(), limit in 0_usize..40) {
        let read = |chunks: Vec<&[u8]>| {
            let mut decoder = Decoder::new().max_event(limit);
            let mut events = Vec::new();
            for chunk in chunks {
                let mut chunk = Bytes::copy_from_slice(chunk);
                loop {
                    match decoder.decode(&mut chunk) {
                        Ok(Some(event)) => events.push(event),
                        Ok(None) => break,
                        Err(error) => return (events, Some(error)),
                    }
                }
            }
            (events, None)
        };
        prop_assert_eq!(read(vec![&text]), read(text.chunks(1).collect()));
    }

    #[test]
    fn what_is_written_is_read(name in "[^\r\n]*", data in "[^\r]*", id in "[^\r\n\0]*") {
        let written = event(&name, &data, &id);
        prop_assert_eq!(events([written.to_string()]), [written]);
    }
}

#[derive(Debug)]
enum Words {}

impl crate::Api for Words {
    const NAME: &'static str = "Words";
    const SERVERS: &'static [&'static str] = &["http://localhost"];
    const CASE: crate::Case = crate::Case::Snake;
    type Error = crate::Unmapped;
}

crate::model! {
    /// A piece with a required field.
    struct Text: Words {
        /// What it says.
        text: String,
    }
}

crate::sse_json!(Text, must_end);

/// What the stream gives: the texts, and the error if it ends with one.
fn texts(body: &str) -> (Vec<String>, Option<String>) {
    let mut stream = Sse::<Text>::new(Body::from(body.to_owned()));
    run(async {
        let mut texts = Vec::new();
        while let Some(item) = stream.next().await {
            match item {
                Ok(item) => texts.push(item.text),
                Err(error) => return (texts, Some(error.to_string())),
            }
        }
        (texts, None)
    })
}

#[test]
fn what_keeps_the_connection_open_is_no_item() {
    for between in ["data:\n\n", "data: \n\n", "event: ping\ndata: ping\n\n", "event: heartbeat\ndata: {}\n\n", ":\n\n"]
    {
        let body = format!("data: {{\"text\":\"a\"}}\n\n{between}data: {{\"text\":\"b\"}}\n\ndata: [DONE] \n\n");
        assert_eq!(texts(&body), (vec!["a".into(), "b".into()], None), "{between:?}");
    }
}

#[test]
fn the_servers_words_are_told_in_whatever_shape_they_come() {
    for data in [
        r#"{"error":"too busy"}"#,
        r#"{"error":{"message":"too busy"}}"#,
        r#"{"errors":["too busy"]}"#,
        r#"{"detail":{"msg":"too busy"}}"#,
        r#"{"message":"too busy"}"#,
    ] {
        let (items, error) = texts(&format!("data: {{\"text\":\"a\"}}\n\ndata: {data}\n\n"));
        assert!(
            items == ["a"] && error.as_ref().is_some_and(|error| error.contains("reported: too busy")),
            "{error:?}"
        );
    }
    // An item may have a message of its own.
    assert_eq!(texts("data: {\"text\":\"a\",\"message\":\"b\"}\n\ndata: [DONE]\n\n"), (vec!["a".into()], None));
    for body in ["too busy", "too busy\n", "{\"error\":\"too busy\"}\n", "\n\ntoo busy\n\n"] {
        let (_, error) = texts(body);
        assert!(error.as_ref().is_some_and(|error| error.contains("too busy")), "{body:?}: {error:?}");
    }
}
