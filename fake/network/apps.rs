//! Apps that are built in.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::Frame;
use serde_json::{Map, Value, json};
use tokio::time::{Sleep, sleep};
use typed_endpoint::{Body, BoxError, BoxFuture, Transport, TransportError, TransportErrorKind};

/// A built-in app of a [`FakeRunner`](super::FakeRunner).
#[derive(Clone, Debug)]
pub struct FakeApp(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Echo,
    Dies,
    Refuses,
}

impl FakeApp {
    /// Responds with its request as JSON (`method`, `path`, `headers`, `body`); to a path `/sse` with events `0`, `1`, `2`, one a second; to
    /// a path `/status/404` with this status.
    pub fn echo() -> Self {
        Self(Kind::Echo)
    }

    /// Reads the request, and dies before it responds.
    pub fn dies() -> Self {
        Self(Kind::Dies)
    }

    /// Accepts no connections.
    pub fn refuses() -> Self {
        Self(Kind::Refuses)
    }
}

impl Transport for FakeApp {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            if matches!(self.0, Kind::Refuses) {
                let reason = "dial tcp 127.0.0.1:9: connect: connection refused";
                return Err(TransportError::new(TransportErrorKind::Connect, reason));
            }
            let (parts, body) = request.into_parts();
            let body = body.bytes(64 << 20).await;
            let body = body.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
            if matches!(self.0, Kind::Dies) {
                return Err(TransportError::new(TransportErrorKind::Sent, "EOF"));
            }
            let path = parts.uri.path();
            if path == "/sse" {
                let body = Body::wrap(Events { next: 0, pause: Box::pin(sleep(Duration::ZERO)) });
                return Ok(typed(body, "text/event-stream"));
            }
            let mut response = typed(Body::from(echo(&parts, &body).to_string()), "application/json");
            response.headers_mut().insert("x-app", HeaderValue::from_static("yes"));
            if let Some(status) = path.strip_prefix("/status/").and_then(|status| status.parse().ok()) {
                *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
            }
            Ok(response)
        })
    }
}

fn echo(parts: &http::request::Parts, body: &Bytes) -> Value {
    let headers: Map<_, _> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    json!({
        "method": parts.method.as_str(),
        "path": path,
        "headers": headers,
        "body": String::from_utf8_lossy(body),
    })
}

fn typed(body: Body, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Three events, one a second.
struct Events {
    next: u32,
    pause: Pin<Box<Sleep>>,
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.next == 3 {
            return Poll::Ready(None);
        }
        if self.pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let event = format!("data: {}\n\n", self.next);
        self.next += 1;
        self.pause = Box::pin(sleep(Duration::from_secs(1)));
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }
}
