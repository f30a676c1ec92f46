//! The one rule for all errors: `Display` describes its own layer, `source` returns the next, `{:#}` prints all.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use http::StatusCode;

use super::*;
use crate::codec::DecodeError;
use crate::endpoint::{Declaration, Operation};
use crate::replay::CassetteError;
use crate::retry::StopReason;
use crate::source::{ReadError, ReadErrorKind};
use crate::sse::{CollectError, EventTooLarge, SseError, SseErrorKind};
use crate::tus::UploadError;
use crate::wait::WaitError;

struct Library;

impl crate::Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example"];
    const CASE: crate::Case = crate::Case::Camel;
    type Error = crate::Unmapped;
}

static OPERATION: Operation = operation("DELETE");

const fn operation(method: &'static str) -> Operation {
    Operation::new::<Library>(Declaration {
        name: "Remove",
        module: "library::book",
        summary: "",
        method,
        path: "/book",
        fields: &[],
        response: "()",
        responses: crate::response::responses::<crate::format::Empty, ()>(),
        error: None,
        deprecated: false,
    })
}

/// What is at the end of a chain.
const ROOT: &str = "the disk is gone";

fn io_error() -> io::Error {
    named(Path::new("film.mp4"), io::Error::new(io::ErrorKind::NotFound, ROOT))
}

fn call(kind: ErrorKind, source: Option<BoxError>) -> Error {
    let mut inner = ErrorInner::new(kind, source);
    inner.operation = Some(&OPERATION);
    inner.attempts = 3;
    inner.status = StatusCode::from_u16(404).ok();
    Error::new(inner)
}

/// Every variant of every public error type. The matches have no wildcard: a new variant must come here, too.
fn all() -> Vec<(&'static str, Box<dyn StdError>)> {
    let mut all: Vec<(&'static str, Box<dyn StdError>)> = Vec::new();
    let shared = || Arc::new(io::Error::new(io::ErrorKind::NotFound, ROOT));
    let requests = [
        RequestError::PathParameter { name: "id", what: "empty" },
        RequestError::Header { name: "x-note".into() },
        RequestError::Field { name: "image".into(), reason: "it is no picture".into() },
        RequestError::Url { reason: "it has no host".into() },
        RequestError::NoServer { reason: "there is no server 3".into() },
        RequestError::Key { reason: "the key is empty".into() },
        RequestError::UnencryptedKey { reason: "the key would go unencrypted".into() },
        RequestError::KeyProvider { source: shared() },
        RequestError::File { path: "film.mp4".into(), source: shared() },
        RequestError::NoId { what: "task" },
        RequestError::NO_RUNTIME,
        RequestError::Thread { source: shared() },
        RequestError::NoTransport,
        RequestError::Tls { source: shared() },
        RequestError::HttpClient { source: shared() },
        RequestError::Proxy { reason: "the proxy cannot be used".into() },
        RequestError::other("anything"),
        RequestError::Io { source: shared() },
        RequestError::Constraint { path: "profiles[0].width".into(), reason: "is to be at least 128".into() },
        #[cfg(feature = "dynamic")]
        RequestError::UnknownOperation { name: "book.ad".into(), similar: vec!["book.add".into()] },
        #[cfg(feature = "dynamic")]
        RequestError::Argument { path: "title".into(), reason: "the argument `title` is missing".into() },
    ];
    let request = |error: &RequestError| match error {
        RequestError::PathParameter { .. } => 0,
        RequestError::Header { .. } => 1,
        RequestError::Field { .. } => 2,
        RequestError::Url { .. } => 3,
        RequestError::NoServer { .. } => 4,
        RequestError::Key { .. } => 5,
        RequestError::UnencryptedKey { .. } => 6,
        RequestError::KeyProvider { .. } => 7,
        RequestError::File { .. } => 8,
        RequestError::NoId { .. } => 9,
        RequestError::Runtime { .. } => 10,
        RequestError::Thread { .. } => 11,
        RequestError::NoTransport => 12,
        RequestError::Tls { .. } => 13,
        RequestError::HttpClient { .. } => 14,
        RequestError::Proxy { .. } => 15,
        RequestError::Other { .. } => 16,
        RequestError::Io { .. } => 17,
        RequestError::Constraint { .. } => 18,
        #[cfg(feature = "dynamic")]
        RequestError::UnknownOperation { .. } => 19,
        #[cfg(feature = "dynamic")]
        RequestError::Argument { .. } => 20,
    };
    for (at, error) in requests.into_iter().enumerate() {
        assert_eq!(request(&error), at);
        all.push(("RequestError", Box::new(error.clone())));
        all.push(("Error", Box::new(call(ErrorKind::Request, Some(error.into())))));
    }
    let transport = [
        TransportErrorKind::Connect,
        TransportErrorKind::ConnectTimeout,
        TransportErrorKind::Request,
        TransportErrorKind::Body,
        TransportErrorKind::Sent,
        TransportErrorKind::Timeout,
        TransportErrorKind::TooLarge,
    ];
    for kind in transport {
        all.push(("TransportError", Box::new(TransportError::new(kind, io_error()))));
    }
    all.push(("IdleTimeout", Box::new(IdleTimeout(Duration::from_secs(1)))));
    all.push(("DecodeError", Box::new(DecodeError::custom("expected a number").in_field("width"))));
    let read = ReadError { kind: ReadErrorKind::Missing, path: "id".into(), reason: "is missing".into(), ty: "" };
    all.push(("ReadError", Box::new(read)));
    for error in [BodyError::TooLarge { limit: 5 }, BodyError::Read(io_error().into())] {
        match &error {
            BodyError::TooLarge { .. } | BodyError::Read(_) => all.push(("BodyError", Box::new(error))),
        }
    }
    let kinds = || {
        [
            SseErrorKind::Cut { rest: "data: {".into() },
            SseErrorKind::Cut { rest: String::new() },
            SseErrorKind::Body(io_error().into()),
            SseErrorKind::Idle(Duration::from_secs(1)),
            SseErrorKind::Server("no GPU left".into()),
            SseErrorKind::Unreadable { data: "{}".into(), error: io_error().into() },
            SseErrorKind::TooLarge(EventTooLarge { limit: 5 }),
        ]
    };
    for (kind, again) in kinds().into_iter().zip(kinds()) {
        match &kind {
            SseErrorKind::Cut { .. }
            | SseErrorKind::Body(_)
            | SseErrorKind::Idle(_)
            | SseErrorKind::Server(_)
            | SseErrorKind::Unreadable { .. }
            | SseErrorKind::TooLarge(_) => {}
        }
        all.push(("SseError", Box::new(SseError::for_tests(kind))));
        all.push(("Error", Box::new(Error::from(SseError::for_tests(again)))));
    }
    for kind in kinds() {
        let (items, error) = (vec![()], SseError::for_tests(kind));
        all.push(("CollectError", Box::new(CollectError { items, error })));
    }
    let path = || std::path::PathBuf::from("a.json");
    let damaged = || serde_json::from_str::<u8>("x").unwrap_err();
    for error in [
        CassetteError::Read { path: path(), source: io_error() },
        CassetteError::Decode { path: path(), source: damaged() },
    ] {
        match &error {
            CassetteError::Read { .. } | CassetteError::Decode { .. } => all.push(("CassetteError", Box::new(error))),
        }
    }
    all.push(("EventTooLarge", Box::new(EventTooLarge { limit: 5 })));
    let operation = &OPERATION;
    for error in [
        WaitError::Failed { operation, reason: "bad codec".into() },
        WaitError::Cancelled { operation },
        WaitError::Deadline { operation, after: Duration::from_secs(1), phase: Some("running".into()) },
        WaitError::Call(call(ErrorKind::Connect, Some(io_error().into()))),
    ] {
        match &error {
            WaitError::Failed { .. }
            | WaitError::Cancelled { .. }
            | WaitError::Deadline { .. }
            | WaitError::Call(_) => {
                all.push(("WaitError", Box::new(error)));
            }
        }
    }
    for error in [
        UploadError::Call(call(ErrorKind::Connect, Some(io_error().into()))),
        UploadError::Read(io_error()),
        UploadError::changed("it is shorter"),
        UploadError::Unknown,
        UploadError::Elsewhere { theirs: "other.example".into() },
        UploadError::Rewind { offset: 1, kept: 2 },
        UploadError::Offset { confirmed: 2, now: 1 },
        UploadError::NeverSent { offset: 2, sent: 1 },
        UploadError::Protocol("no offset".into()),
    ] {
        match &error {
            UploadError::Call(_)
            | UploadError::Read(_)
            | UploadError::Changed { .. }
            | UploadError::Unknown
            | UploadError::Elsewhere { .. }
            | UploadError::Rewind { .. }
            | UploadError::Offset { .. }
            | UploadError::NeverSent { .. }
            | UploadError::Protocol(_) => all.push(("UploadError", Box::new(error))),
        }
    }
    for kind in [
        ErrorKind::Request,
        ErrorKind::Connect,
        ErrorKind::Timeout,
        ErrorKind::Transport,
        ErrorKind::Status,
        ErrorKind::Decode,
        ErrorKind::TooLarge,
        ErrorKind::Body,
        ErrorKind::File,
    ] {
        all.push(("Error", Box::new(call(kind, Some(io_error().into())))));
        all.push(("Error", Box::new(call(kind, None))));
    }
    all
}

#[test]
fn an_error_tells_its_own_layer_and_its_source_the_next() {
    for (ty, error) in all() {
        let (mut layer, told): (&dyn StdError, _) = (&*error, format!("{error:#}"));
        let mut texts = Vec::new();
        assert!(!told.contains('\n'), "{ty}: {told:?}");
        // What a `main` that returns it prints.
        let debug = format!("{error:?}");
        assert!(debug == told || debug.starts_with(&format!("Error {{ what: {told:?}")), "{ty}: {debug}");
        loop {
            let text = layer.to_string();
            assert!(!text.is_empty(), "{ty}: {error:?}");
            texts.push(text);
            let Some(source) = layer.source() else { break };
            let next = source.to_string();
            assert!(!texts.last().unwrap().contains(&next), "{ty}: {texts:?} repeats {next:?}");
            // What a call's error advises and says of attempts stands after its causes.
            let next = next.split("; ").next().unwrap().split(" (after").next().unwrap();
            assert!(told.contains(next), "{ty}: {told:?} lacks {next:?}");
            layer = source;
        }
        if texts.iter().any(|text| text == ROOT) {
            let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
            let cause = causes.find_map(|cause| cause.downcast_ref::<io::Error>()).expect("an io::Error");
            assert_eq!(cause.kind(), io::ErrorKind::NotFound, "{ty}");
        }
    }
}

/// So that no error type is missing above.
#[test]
fn every_public_error_type_is_tested() {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("error/tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let implemented = text.lines().filter_map(|line| line.strip_prefix("impl")?.split_once("Error for "));
                let derived = text.split("thiserror::Error)]").skip(1).filter_map(|rest| rest.split_once("pub "));
                let derived = derived.filter(|(before, _)| !before.contains("struct") && !before.contains("enum"));
                let name = |text: &str| {
                    let end = text.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(text.len());
                    text[..end].to_owned()
                };
                let after_keyword = derived.filter_map(|(_, rest)| rest.split_once(' ')).map(|(_, rest)| name(rest));
                for name in implemented.map(|(_, rest)| name(rest)).chain(after_keyword) {
                    if text.contains(&format!("pub struct {name}")) || text.contains(&format!("pub enum {name}")) {
                        found.push((path.clone(), name));
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let tested: Vec<_> = all().into_iter().map(|(ty, _)| ty).collect();
    assert!(found.len() >= 11, "{found:?}");
    for (path, name) in found {
        assert!(tested.contains(&name.as_str()), "{name} of {} is not tested", path.display());
    }
}

fn hinted(status: u16, method: &'static str, retryable: bool, change: impl FnOnce(&mut ErrorInner)) -> String {
    let operation: &'static Operation = Box::leak(Box::new(operation(method)));
    let mut inner = ErrorInner::new(ErrorKind::Status, None);
    (inner.operation, inner.retryable) = (Some(operation), retryable);
    inner.status = StatusCode::from_u16(status).ok();
    change(&mut inner);
    Error::<Unmapped>::new(inner).to_string()
}

#[test]
fn advice_is_given_only_where_it_is_true() {
    let done = "check whether it was done";
    assert!(hinted(500, "POST", false, |_| ()).contains(done));
    assert!(hinted(504, "DELETE", false, |_| ()).contains(done));
    for (status, method, retryable) in
        [(500, "GET", true), (505, "GET", false), (501, "POST", false), (500, "PUT", true)]
    {
        let text = hinted(status, method, retryable, |_| ());
        assert!(!text.contains(done), "{text}");
    }
    let waits = "max_retry_after";
    assert!(!hinted(429, "GET", true, |_| ()).contains(waits));
    let too_long = |inner: &mut ErrorInner| inner.not_retried = Some(StopReason::RetryAfter);
    assert!(hinted(429, "GET", true, too_long).contains(waits));
    // A deletion that does not find what an earlier attempt may have deleted.
    let after = |kind| move |inner: &mut ErrorInner| note_attempt(&mut inner.earlier, &ErrorInner::new(kind, None));
    assert!(hinted(404, "DELETE", false, after(ErrorKind::Transport)).contains("may have deleted it already"));
    assert!(hinted(404, "DELETE", false, after(ErrorKind::Connect)).contains("check the id"));
    assert!(hinted(404, "GET", false, after(ErrorKind::Transport)).contains("check the id"));
    // Each time-out by its own name.
    let timed_out =
        |source: BoxError| Error::<Unmapped>::new(ErrorInner::new(ErrorKind::Timeout, Some(source))).to_string();
    assert!(timed_out(DeadlinePassed.into()).contains(".deadline(…)"));
    assert!(timed_out(IdleTimeout(Duration::from_secs(1)).into()).contains("`.timeout(…)` allows"));
    assert!(timed_out(ConnectTimeout { source: io_error().into() }.into()).contains("Timeouts::connect"));
}
