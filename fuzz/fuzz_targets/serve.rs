//! Requests to the mocks, as anything may send them: any path, query and body.
//!
//! Input: the operation, where and how much of its generated request's body to cut out (three bytes; a cut of 0 leaves
//! nothing of it), what to make of its type, then, with 0xFF between, what stands in the body instead and the query.

#![no_main]

use std::cell::RefCell;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use libfuzzer_sys::fuzz_target;
use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, sample_request};
use livepeer::{Body, Client, Endpoint, HostedBy, Retry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

/// What the whole servers keep grows; after so many requests there are new ones.
const KEPT: u32 = 200;

thread_local! {
    static SERVERS: RefCell<(u32, [Mock; 2])> = RefCell::new((0, servers()));
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

fn servers() -> [Mock; 2] {
    [livepeer::mock::studio().mock().clone(), livepeer::mock::ai().mock().clone()]
}

fn run<F: IntoFuture>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future.into_future()))
}

/// What is to become of an operation's request.
struct Change<'a> {
    at: usize,
    cut: u8,
    kind: u8,
    body: &'a [u8],
    query: Option<String>,
}

impl Change<'_> {
    fn make(&self, request: http::Request<Body>) -> http::Request<Vec<u8>> {
        let (mut parts, body) = request.into_parts();
        let body = run(body.bytes(1 << 24)).unwrap();
        let body = match self.cut {
            0 => self.body.to_vec(),
            cut => {
                let at = self.at % (body.len() + 1);
                let end = (at + usize::from(cut) - 1).min(body.len());
                [&body[..at], self.body, &body[end..]].concat()
            }
        };
        if let Some(query) = &self.query {
            let path = parts.uri.path().to_owned();
            let target = format!("http://localhost{path}?{query}");
            if let Ok(uri) = target.parse() {
                parts.uri = uri;
            }
        }
        let kinds = ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain"];
        if let Some(kind) = kinds.get(usize::from(self.kind)) {
            parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        http::Request::from_parts(parts, body)
    }
}

struct One<'a> {
    /// How many operations come before it.
    before: usize,
    change: Option<Change<'a>>,
}

impl OperationVisitor for One<'_> {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        if self.before > 0 {
            self.before -= 1;
            return;
        }
        let Some(change) = self.change.take() else { return };
        let client = Client::<E::Api>::new().server("http://localhost").key("the-key").retry(Retry::never());
        let request = |request: E| run(client.call(request).request()).unwrap();
        let changed = change.make(request(sample_request(Detail::Full).unwrap()));
        let changed = || {
            let (parts, body) = changed.clone().into_parts();
            http::Request::from_parts(parts, Body::from(body))
        };

        // What a handler was given is written, and read as the same again.
        let seen = Arc::new(Mutex::new(Vec::<E>::new()));
        for strict in [false, true] {
            let note = seen.clone();
            let mock = Mock::new().strict(strict).on(move |request: E| {
                note.lock().unwrap().push(request);
                async { Ok(E::Format::sample(Detail::Minimal)) }
            });
            let response = run(mock.respond(changed()));
            let first = std::mem::take(&mut *seen.lock().unwrap()).pop();
            let Some(first) = first else {
                assert!(response.status().is_client_error(), "{}", response.status());
                continue;
            };
            let told = serde_json::to_value(&first);
            let again = run(client.call(first).request());
            // Files are no JSON; and an empty path parameter is none.
            let (Ok(told), Ok(again)) = (told, again) else { continue };
            run(mock.respond(again));
            let second = std::mem::take(&mut *seen.lock().unwrap()).pop().expect("read once, but not twice");
            assert_eq!(bare(told), bare(serde_json::to_value(&second).unwrap()));
        }

        // The whole servers respond to everything, and with no failure of their own.
        let servers = SERVERS.with_borrow_mut(|(requests, kept)| {
            *requests += 1;
            if *requests % KEPT == 0 {
                *kept = servers();
            }
            kept.clone()
        });
        for server in servers {
            let response = run(server.respond(changed()));
            if response.status() == 500 {
                // The real server fails so, too.
                let body = run(response.into_body().bytes(1 << 20)).unwrap();
                assert!(String::from_utf8_lossy(&body).contains("Internal server error: "), "{body:?}");
            }
        }
    }
}

/// Of files the content alone: what they had no name or type for got one on the way.
fn bare(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = bare(item.take())),
        Value::Object(fields) => {
            if fields.contains_key("bytes") {
                fields.retain(|name, _| name == "bytes");
            }
            fields.values_mut().for_each(|field| *field = bare(field.take()));
        }
        _ => {}
    }
    value
}

fuzz_target!(|data: &[u8]| {
    let [operation, at, finer, cut, kind, rest @ ..] = data else { return };
    let mut rest = rest.split(|byte| *byte == 0xff);
    let change = Change {
        at: usize::from(u16::from_be_bytes([*at, *finer])),
        cut: *cut,
        kind: *kind,
        body: rest.next().unwrap_or_default(),
        query: rest.next().map(|query| String::from_utf8_lossy(query).into_owned()),
    };
    let operation = usize::from(*operation) % livepeer::catalog().count();
    livepeer::visit_catalog(&mut One { before: operation, change: Some(change) });
});
