//! From an HTTP request to its response.

use std::sync::{Arc, Mutex, PoisonError};

use ::axum::RequestExt;
use ::axum::extract::rejection::RawPathParamsRejection;
use ::axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use ::axum::response::{IntoResponse, IntoResponseParts, Response};
use bytes::Bytes;
use http::request::Parts;
use tokio::sync::OnceCell;

use super::handler::Handler;
use super::panics::caught;
use crate::api::Api;
use crate::body::Body;
use crate::endpoint::{Endpoint, Operation};
use crate::serve::{
    EncodeError, EncodeResponse, Reading, Ready, Received, Reply, changed_presets, first_readable, is_streamed,
};
use crate::source::ReadError;
use crate::transport::BoxFuture;

/// An operation and its handler.
pub(super) struct Route<S> {
    pub(super) operation: &'static Operation,
    pub(super) path: String,
    pub(super) run: RouteFn<S>,
}

pub(super) type RouteFn<S> = Arc<dyn Fn(Arc<Incoming>, S) -> BoxFuture<'static, Result<Ready, Failure>> + Send + Sync>;

/// The handlers of one method and path.
pub(super) struct Routes<S> {
    pub(super) routes: Vec<RouteFn<S>>,
    pub(super) reading: Reading,
    pub(super) unreadable: Arc<dyn Fn(&ReadError) -> Reply + Send + Sync>,
    pub(super) encode_error: EncodeError,
}

/// Why a handler is not called.
pub(super) enum Failure {
    /// The request is not as declared.
    Unreadable(ReadError),
    /// An extractor rejects it.
    Rejected(Response),
    /// The body does not arrive, or is too large.
    Body(u16, String),
}

/// A request, of which the body is read once, and only when every extractor has had its say.
pub(super) struct Incoming {
    parts: Parts,
    path: Vec<(String, String)>,
    reading: Reading,
    /// Whether there are several operations that it can be read as, which all need its body.
    is_shared: bool,
    unread: Mutex<Option<::axum::body::Body>>,
    body: OnceCell<Result<Bytes, (u16, String)>>,
}

impl Incoming {
    fn unread(&self) -> Request {
        let body = self.unread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Its extensions have the limit of the body.
        Request::from_parts(self.parts.clone(), body.unwrap_or_default())
    }

    /// The body as it arrives, within its limit.
    fn streamed(&self) -> Body {
        Body::wrap(self.unread().into_limited_body())
    }

    async fn body(&self) -> Result<Bytes, Failure> {
        let read = self.body.get_or_init(|| async {
            let read = Bytes::from_request(self.unread(), &()).await;
            read.map_err(|rejection| (rejection.status().as_u16(), rejection.body_text()))
        });
        read.await.clone().map_err(|(status, text)| Failure::Body(status, text))
    }
}

impl<S: Clone> Routes<S> {
    pub(super) async fn respond(&self, request: Request, state: S) -> Response {
        let reply = match caught(self.reply(request, state)).await {
            Some(Ok(reply)) => reply,
            Some(Err(rejection)) => return rejection,
            None => Reply::error(500, "internal server error"),
        };
        into_response(reply, self.encode_error)
    }

    async fn reply(&self, request: Request, state: S) -> Result<Reply, Response> {
        let (mut parts, body) = request.into_parts();
        let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
            Ok(path) => path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            Err(RawPathParamsRejection::InvalidUtf8InPathParam(error)) => {
                return Ok(Reply::error(400, error.body_text()));
            }
            Err(_) => Vec::new(),
        };
        let incoming = Arc::new(Incoming {
            parts,
            path,
            reading: self.reading,
            is_shared: self.routes.len() > 1,
            unread: Mutex::new(Some(body)),
            body: OnceCell::new(),
        });
        let candidates = self.routes.iter().map(|run| run(incoming.clone(), state.clone())).collect();
        match first_readable(candidates, |failure| !matches!(failure, Failure::Unreadable(_))).await {
            Some(Ok(ready)) => Ok(ready.run().await),
            Some(Err(Failure::Unreadable(error))) => Ok((self.unreadable)(&error)),
            Some(Err(Failure::Body(status, text))) => Ok(Reply::error(status, text)),
            Some(Err(Failure::Rejected(response))) => Err(response),
            None => Ok(Reply::error(404, "not found")),
        }
    }
}

/// Reads a request as that of an operation, and has its handler wait to be called.
pub(super) async fn read<E, T, S, R, H>(
    handler: H,
    encode: fn(R, &str) -> Reply,
    incoming: Arc<Incoming>,
    state: S,
) -> Result<Ready, Failure>
where
    E: Endpoint,
    T: FromRequestParts<S> + Send + 'static,
    S: Send + Sync + 'static,
    R: 'static,
    H: Handler<E, T, R>,
{
    let mut parts = incoming.parts.clone();
    let extracted = T::from_request_parts(&mut parts, &state).await;
    let extracted = extracted.map_err(|rejection| Failure::Rejected(rejection.into_response()))?;
    let (path, reading) = (incoming.path.clone(), incoming.reading);
    let received = if is_streamed(E::OPERATION) && !incoming.is_shared {
        Received::<E>::read_streamed(parts, incoming.streamed(), path, reading).await
    } else {
        Received::<E>::read(http::Request::from_parts(parts, incoming.body().await?), path, reading).await
    };
    let Received { request, parts, unknown, .. } = received.map_err(Failure::Unreadable)?;
    Ok(Ready::new((changed_presets(&request), unknown.len()), async move {
        match handler.call(extracted, request).await {
            Ok(response) => encode(response, parts.uri.query().unwrap_or_default()),
            Err(reply) => reply,
        }
    }))
}

/// The response of an operation, with its declared status.
pub(super) fn encode<E: Endpoint>(response: E::Response) -> Reply
where
    E::Format: EncodeResponse<E::Response>,
{
    E::Format::encode(response).success(E::OPERATION.status)
}

/// Adds headers, in place of those of the same name.
pub(super) fn with_headers(mut reply: Reply, parts: impl IntoResponseParts) -> Reply {
    let (head, _) = (parts, ()).into_response().into_parts();
    if head.status.is_server_error() {
        return Reply::error(500, "a header of the response is invalid");
    }
    for name in head.headers.keys() {
        reply.headers.remove(name);
        for value in head.headers.get_all(name) {
            reply.headers.append(name, value.clone());
        }
    }
    reply
}

/// An error response in the shape of an API.
pub(super) fn error<A: Api>(status: u16, message: &str) -> Response {
    into_response(Reply::error(status, message), A::encode_error)
}

fn into_response(reply: Reply, encode_error: EncodeError) -> Response {
    // What cuts the connection in a fake: a server has nothing to say.
    let reply = if reply.is_cut() { Reply::status(500) } else { reply };
    reply.into_response(encode_error).map(::axum::body::Body::new)
}
