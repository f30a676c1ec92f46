//! Orchestrators' lists of runners and what they say in place of work: requests for payments, and other error responses.
//!
//! Input: a status, flags, the list, a zero byte, and the body of every other response.

#![no_main]

use std::sync::{Arc, Mutex};

use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use livepeer::network::fuzzing::{is_rejection, offers};
use livepeer::network::operations::app::Post;
use livepeer::network::operations::orchestrator::Challenge;
use livepeer::network::operations::signer::Signer;
use livepeer::network::{Client, Price};
use livepeer::{Body, ErrorBody, Transport, TransportError};
use tokio::runtime::Runtime;
use typed_endpoint::BoxFuture;

const STATUSES: [u16; 10] = [402, 503, 404, 400, 403, 409, 500, 200, 204, 302];
const SIGNER_KEY: &str = "sk-of-the-signer";
const CALL: &str = r#"{"call":1}"#;

/// What a request to the orchestrator was: its scheme, and its body.
type Seen = Arc<Mutex<Vec<(bool, Vec<u8>)>>>;

#[derive(Clone)]
struct Orchestrator {
    list: Vec<u8>,
    response: (StatusCode, Vec<u8>),
    is_text: bool,
    seen: Seen,
}

impl Orchestrator {
    fn respond(&self) -> Response<Body> {
        let (status, body) = self.response.clone();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if self.is_text {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }
}

impl Transport for Orchestrator {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            assert!(!format!("{:?}", request.headers()).contains(SIGNER_KEY));
            let (parts, body) = request.into_parts();
            if parts.uri.path() == "/discovery" {
                return Ok(Response::new(self.list.clone().into()));
            }
            let body = body.bytes(1 << 16).await.unwrap().to_vec();
            self.seen.lock().unwrap().push((parts.uri.scheme_str() == Some("https"), body));
            Ok(self.respond())
        })
    }
}

/// A signer that pays for everything.
struct Pays;

impl Transport for Pays {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let body = match request.uri().path() {
            "/sign-orchestrator-info" => {
                r#"{"address":"0x00000000000000000000000000000000000000aa","signature":"0x11"}"#
            }
            _ => r#"{"payment":"cGF5","segCreds":"c2Vn","state":{"State":"one","Sig":"two"}}"#,
        };
        Box::pin(async move { Ok(Response::new(body.into())) })
    }
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

fuzz_target!(|data: &[u8]| {
    let [status, flags, rest @ ..] = data else { return };
    let middle = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let (list, body) = (&rest[..middle], rest.get(middle + 1..).unwrap_or_default());
    let status = StatusCode::from_u16(STATUSES[usize::from(*status) % STATUSES.len()]).unwrap();

    let listed = offers(list);
    assert!(listed.len() <= list.len());
    // No price is above the limit that it leads to, and those without free capacity come last.
    assert!(listed.iter().all(|offer| offer.amount <= offer.limit));
    assert!(listed.windows(2).all(|two| two[0].is_free || !two[1].is_free));

    let seen = Seen::default();
    let is_text = flags & 1 != 0;
    let orchestrator = Orchestrator { list: list.into(), response: (status, body.into()), is_text, seen: seen.clone() };
    let is_rejection = is_rejection(status.as_u16(), orchestrator.respond().headers(), body);
    assert!(!(is_rejection && status.is_success()));
    let is_challenge = status == StatusCode::PAYMENT_REQUIRED
        && <Challenge as ErrorBody>::decode(status, orchestrator.respond().headers(), body).is_some();
    let signer = livepeer::Client::<Signer>::new().server("https://s.example").transport(Pays).key(SIGNER_KEY);
    let client = Client::new()
        .orchestrator("https://o.example")
        .transport(orchestrator)
        .signer_client(signer)
        .patience(std::time::Duration::ZERO);
    let app = client.app("a").max_price(Price::per_second(1_000));
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            if let Ok(session) = app.reserve().await {
                assert!(status.is_success());
                assert!(!format!("{session:?}").contains(session.id().expose()) || session.id().expose().len() < 8);
            }
            let reserving = seen.lock().unwrap().len();
            let called = client.app("a").call(Post::new("do", serde_json::json!({ "call": 1 }))).await;
            let seen = seen.lock().unwrap();
            // Who uses https is not sent to plain http.
            assert!(seen.iter().all(|(is_safe, _)| *is_safe));
            // A runner that may have begun is the last one. It has, too, if it responds to the request for a challenge.
            let calls = seen[reserving..].iter().filter(|(_, body)| body == CALL.as_bytes()).count();
            if let Err(error) = &called {
                let _ = (format!("{error:#}"), format!("{error:?}"));
                let has_begun = calls > 0 || !is_challenge && seen.len() > reserving;
                assert_eq!(error.may_have_run(), has_begun && !is_rejection, "{error:#}");
            }
            assert!(calls <= 1 || is_rejection, "{calls}");
        });
    });
});
