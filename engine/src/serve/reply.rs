//! What a server responds with.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::body::Body;
use crate::codec::{self, DecodeError, Detail, Field, Mode, Options, Sampler};
use crate::download::Download;
use crate::encode;
use crate::error::ErrorBody;
use crate::response::headers::{Headed, ResponseHeaders, WithHeaders};
use crate::response::own::{By, Codec};
use crate::response::{Empty, Events, Json, JsonItems, JsonLines, Raw, ResponseFormat, Streamed, Text};
use crate::sse::{Framing, Sse, StreamItem};

/// A response of any status, from a fake server or a real one.
///
/// What a declaration says about errors converts into it, by [`ErrorBody::status`] and [`ErrorBody::encode`]: a handler can end
/// with `?` on such an error, or on an error of your own for which you implement `From<YourError> for Reply`.
///
/// ```
/// use typed_endpoint::mock::Reply;
///
/// let busy = Reply::error(429, "too many requests").header("retry-after", "1");
/// let page = Reply::json(200, &["one", "two"]).header("x-total-count", "2");
/// # let _ = (busy, page);
/// ```
#[derive(Debug, Default)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers; boxed, for a handler gives a reply as error, and errors are to be small.
    pub headers: Box<HeaderMap>,
    /// Body.
    pub body: Body,
    kind: Kind,
}

/// What becomes of a reply.
#[derive(Debug, Default)]
enum Kind {
    /// It is sent as it is.
    #[default]
    Whole,
    /// The connection is cut in its place.
    Cut,
    /// Its body is still to be written, in the API's shape.
    Error(String),
}

/// Writes an error's body in the shape of an API.
pub(crate) type EncodeError = fn(StatusCode, &str) -> Vec<u8>;

/// Marks a response that is none.
#[derive(Clone, Copy)]
pub(crate) struct Cut;

impl Reply {
    /// A response without a body. A number that is no status becomes 500.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, ..Self::default() }
    }

    /// No response: the connection is cut.
    pub fn cut() -> Self {
        Self { kind: Kind::Cut, ..Self::default() }
    }

    /// A response with a JSON body.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => Self::status(status).header("content-type", "application/json").with_body(json),
            Err(error) => Self::error(500, error.to_string()),
        }
    }

    /// A response with a text body.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::status(status).header("content-type", "text/plain; charset=utf-8").with_body(text.into())
    }

    /// Server-sent events: each of these as JSON.
    pub fn events<T: Serialize>(items: impl IntoIterator<Item = T>) -> Self {
        let mut text = Vec::new();
        for item in items {
            text.extend_from_slice(b"data: ");
            if let Err(error) = serde_json::to_writer(&mut text, &item) {
                return Self::error(500, error.to_string());
            }
            text.extend_from_slice(b"\n\n");
        }
        Self::event_stream(text)
    }

    /// Server-sent events, as written: to have them come slowly, break off, or be no events at all.
    pub fn event_stream(body: impl Into<Body>) -> Self {
        Self::status(200).header("content-type", "text/event-stream").with_body(body)
    }

    /// An error response with this message, in the shape of the API that the operation belongs to
    /// ([`Api::encode_error`](crate::Api::encode_error)).
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self { kind: Kind::Error(message.into()), ..Self::status(status) }
    }

    /// Whether the connection is cut in place of a response.
    pub fn is_cut(&self) -> bool {
        matches!(self.kind, Kind::Cut)
    }

    /// With the status that an operation's success has, if there is a body.
    pub(crate) fn success(self, status: u16) -> Self {
        match (self.status, StatusCode::from_u16(status)) {
            (StatusCode::OK, Ok(status)) => Self { status, ..self },
            _ => self,
        }
    }

    /// The response, with an error in the API's shape.
    pub(crate) fn into_response(self, encode_error: EncodeError) -> Response<Body> {
        let reply = match self.kind {
            Kind::Error(message) => {
                Self { body: encode_error(self.status, &message).into(), kind: Kind::Whole, ..self }
                    .header("content-type", "application/json")
            }
            kind => Self { kind, ..self },
        };
        let mut response = Response::new(reply.body);
        *response.status_mut() = reply.status;
        *response.headers_mut() = *reply.headers;
        if matches!(reply.kind, Kind::Cut) {
            response.extensions_mut().insert(Cut);
        }
        response
    }

    /// Adds a header; one that is none is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    /// Sets the status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status: Self::status(status).status, ..self }
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }
}

/// The error response that an error body is sent in.
impl<B: ErrorBody> From<B> for Reply {
    fn from(body: B) -> Self {
        let status = body.status().as_u16();
        match body.encode() {
            Some(json) => Self::status(status).header("content-type", "application/json").with_body(json),
            None => Self::error(status, body.message()),
        }
    }
}

/// What another server has responded with.
impl From<Response<Body>> for Reply {
    fn from(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let kind = if parts.extensions.get::<Cut>().is_some() { Kind::Cut } else { Kind::Whole };
        Self { status: parts.status, headers: Box::new(parts.headers), body, kind }
    }
}

/// How a response is written: the other direction of [`ResponseFormat`].
pub trait EncodeResponse<T>: ResponseFormat<T> {
    /// Writes the response.
    fn encode(value: T) -> Reply;

    /// Makes a sample of the response.
    fn sample(detail: Detail) -> T;

    /// Makes full samples of the response until each alternative of each of its types is in one of them.
    fn samples() -> Vec<T> {
        vec![Self::sample(Detail::Full)]
    }

    /// Reads a response that is JSON, in [`Mode::Lenient`]: a field of an unexpected kind, which [`ResponseFormat::decode`] passes
    /// over, is an error here. `None` when it is not JSON. For tests of models against what a server is known to send.
    fn parse(json: &[u8]) -> Option<Result<T, DecodeError>> {
        let _ = json;
        None
    }
}

impl<T: Field> EncodeResponse<T> for Json {
    fn encode(value: T) -> Reply {
        match codec::to_json(&value) {
            json if json == "null" => Reply::status(204),
            json => Reply::status(200).header("content-type", "application/json").with_body(json),
        }
    }

    fn sample(detail: Detail) -> T {
        T::sample(&mut Sampler::new(detail, "sample"))
    }

    fn samples() -> Vec<T> {
        Sampler::every("sample", T::sample)
    }

    fn parse(json: &[u8]) -> Option<Result<T, DecodeError>> {
        Some(Options::new().mode(Mode::Lenient).decode_bytes(json).map(|decoded| decoded.value))
    }
}

impl EncodeResponse<()> for Empty {
    fn encode(_: ()) -> Reply {
        Reply::status(204)
    }

    fn sample(_: Detail) {}
}

impl<F: EncodeResponse<T>, T, H: ResponseHeaders> EncodeResponse<WithHeaders<T, H>> for Headed<F> {
    fn encode(response: WithHeaders<T, H>) -> Reply {
        let mut headers = Ok(Vec::new());
        response.headers.values(&mut |values| headers = encode::headers(H::FIELDS, values));
        match headers {
            Ok(headers) => {
                let mut reply = F::encode(response.value);
                reply.headers.extend(headers);
                reply
            }
            Err(error) => Reply::error(500, error.to_string()),
        }
    }

    fn sample(detail: Detail) -> WithHeaders<T, H> {
        WithHeaders::new(F::sample(detail), H::sample(&mut Sampler::new(detail, "sample")))
    }

    fn samples() -> Vec<WithHeaders<T, H>> {
        let mut sampler = Sampler::new(Detail::Full, "sample");
        F::samples().into_iter().map(|value| WithHeaders::new(value, H::sample(&mut sampler))).collect()
    }
}

impl<C: Codec<T>, T: Default> EncodeResponse<T> for By<C> {
    fn encode(value: T) -> Reply {
        match C::encode(&value) {
            Ok(body) => Reply::status(200).header("content-type", C::MEDIA_TYPE).with_body(body),
            Err(error) => Reply::error(500, error.to_string()),
        }
    }

    fn sample(_: Detail) -> T {
        T::default()
    }
}

impl<T: StreamItem> EncodeResponse<Sse<T>> for JsonLines {
    fn encode(lines: Sse<T>) -> Reply {
        Reply::status(200).header("content-type", "application/x-ndjson").with_body(lines.into_body(Framing::Lines))
    }

    fn sample(detail: Detail) -> Sse<T> {
        sample_events(detail)
    }
}

impl<T: StreamItem> EncodeResponse<Sse<T>> for JsonItems {
    fn encode(items: Sse<T>) -> Reply {
        Reply::status(200).header("content-type", "application/json").with_body(items.into_body(Framing::Items))
    }

    fn sample(detail: Detail) -> Sse<T> {
        sample_events(detail)
    }
}

impl EncodeResponse<Bytes> for Raw {
    fn encode(bytes: Bytes) -> Reply {
        Reply::status(200).with_body(bytes)
    }

    fn sample(_: Detail) -> Bytes {
        Bytes::from_static(b"sample")
    }
}

impl EncodeResponse<String> for Text {
    fn encode(text: String) -> Reply {
        Reply::text(200, text)
    }

    fn sample(_: Detail) -> String {
        "sample".into()
    }
}

impl EncodeResponse<Download> for Streamed {
    fn encode(download: Download) -> Reply {
        Reply {
            status: download.status(),
            headers: Box::new(download.headers().clone()),
            body: download.into_body(),
            kind: Kind::Whole,
        }
    }

    fn sample(_: Detail) -> Download {
        Body::from("sample").into()
    }
}

impl<T: StreamItem> EncodeResponse<Sse<T>> for Events {
    fn encode(events: Sse<T>) -> Reply {
        Reply::event_stream(events.into_body(Framing::Events)).header("cache-control", "no-cache")
    }

    fn sample(detail: Detail) -> Sse<T> {
        sample_events(detail)
    }
}

/// The event of a sample, and the one at the end.
fn sample_events<T: StreamItem>(detail: Detail) -> Sse<T> {
    let item = T::sample(&mut Sampler::new(detail, "sample"));
    let events = item.iter().filter_map(T::to_event).chain(T::end_event()).map(|event| event.to_string());
    Sse::new(events.collect::<String>().into())
}
