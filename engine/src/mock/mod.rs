//! A fake server made of typed handlers, for tests of code that calls an API.
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), typed_endpoint::Error> {
//! use typed_endpoint::{Client, mock::Mock};
//!
//! let mock = Mock::new().on(async |_: GetBook| Ok(Book::default()));
//! let book = mock.client::<Client<Library>>().call(GetBook::new("emma")).await?;
//! assert_eq!(book, Book::default());
//! # Ok(())
//! # }
//! ```
//!
//! Where no handler is written at all, [`fake`] responds to every operation of an API with a sample.
//!
//! A handler receives the request as the declared type and returns the declared response, or an error [`Reply`]. Other
//! requests get 404, or what [`Mock::fallback`] returns.

mod fake;
mod listen;
mod visit;

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, request};

pub use crate::sample::{request as sample_request, requests as sample_requests};
pub use crate::serve::{EncodeResponse, Received, Reply};
pub use fake::fake;
pub use listen::MockServer;
pub use visit::{OperationVisitor, Operations};

use crate::api::{Api, Auth, plain_error};
use crate::body::Body;
use crate::client::{ApiClient, Client};
use crate::codec::Detail;
use crate::codec::{Field, Sampler};
use crate::endpoint::{Endpoint, Operation};
use crate::error::{BodyError, TransportError, TransportErrorKind};
use crate::serve::{self, Cut, EncodeError, Reading, Ready, match_path};
use crate::source::ReadError;
use crate::transport::{BoxFuture, Transport};

/// Makes a sample of any model, with every field filled.
pub fn sample<T: Field>() -> T {
    T::sample(&mut Sampler::new(Detail::Full, "sample"))
}

/// A server made of typed handlers, in memory ([`client`](Self::client), or as a [`Transport`]) or on a loopback port
/// ([`listen`](Self::listen)). Clones are the same server.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use typed_endpoint::mock::{Mock, Reply};
///
/// let mock = Mock::new()
///     .on(async |get: GetBook| match get.id.as_str() {
///         "moby-dick" => Ok(Book::default()),
///         _ => Err(Reply::error(404, "not found")),
///     })
///     .on(async |_: RemoveBook| Ok(()));
///
/// let client = mock.client::<typed_endpoint::Client<Library>>();
/// assert!(client.call(GetBook::new("moby-dick")).await.is_ok());
/// assert!(client.call(GetBook::new("emma")).await.unwrap_err().is_not_found());
/// assert_eq!(mock.seen().len(), 2);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Mock(Arc<MockState>);

#[derive(Default)]
struct MockState {
    routes: Vec<Route>,
    first: Vec<First>,
    check: Option<Check>,
    fallback: Option<Fallback>,
    unreadable: Option<Unreadable>,
    reading: Reading,
    seen: Mutex<VecDeque<request::Parts>>,
    /// How many of those are kept, if not as many as by default.
    kept: Option<usize>,
    /// How many bytes a body may have, if not as many as by default.
    max_request: Option<usize>,
}

/// How many requests a mock remembers by default.
const MAX_SEEN: usize = 10_000;
/// How many bytes the body of an operation's request may have by default.
const MAX_REQUEST: usize = 64 * 1024 * 1024;

type Handler = Arc<
    dyn Fn(Request<Bytes>, Vec<(String, String)>, Reading) -> BoxFuture<'static, Result<Ready, ReadError>>
        + Send
        + Sync,
>;
type First = Arc<dyn Fn(&request::Parts) -> BoxFuture<'static, Option<Reply>> + Send + Sync>;
type Check = Arc<dyn Fn(&'static Operation, &request::Parts, &Bytes) -> Option<Reply> + Send + Sync>;
type Fallback = Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Reply> + Send + Sync>;
type Unreadable = Arc<dyn Fn(&ReadError) -> Reply + Send + Sync>;

#[derive(Clone)]
struct Route {
    operation: &'static Operation,
    /// What may stand before the operation's path: nothing, or the path of one of the API's base URLs.
    bases: Vec<String>,
    encode_error: EncodeError,
    handler: Handler,
    /// Whether it only stands in for a handler.
    is_fake: bool,
}

impl Mock {
    /// Creates a server without operations: it responds with 404 to every request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Handles an operation. The handler takes the typed request and returns the response, or any other [`Reply`].
    #[must_use]
    pub fn on<E, F, Fut>(self, handler: F) -> Self
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
        F: Fn(E) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<E::Response, Reply>> + Send + 'static,
    {
        self.on_received(move |received: Received<E>| handler(received.request))
    }

    /// Handles an operation by a handler that also gets the request's headers and everything else that was received.
    #[must_use]
    pub fn on_received<E, F, Fut>(self, handler: F) -> Self
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
        F: Fn(Received<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<E::Response, Reply>> + Send + 'static,
    {
        self.route(handler, false)
    }

    fn route<E, F, Fut>(self, handler: F, is_fake: bool) -> Self
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
        F: Fn(Received<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<E::Response, Reply>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let handler: Handler = Arc::new(move |request, parameters, reading| {
            let handler = handler.clone();
            Box::pin(async move {
                let received = Received::<E>::read(request, parameters, reading).await?;
                let misfit = (serve::changed_presets(&received.request), received.unknown.len());
                Ok(Ready::new(misfit, async move {
                    match handler(received).await {
                        Ok(response) => E::Format::encode(response).success(E::OPERATION.status),
                        Err(reply) => reply,
                    }
                }))
            })
        });
        let mut bases = bases_of(E::Api::SERVERS);
        bases.extend(E::OPERATION.server.into_iter().flat_map(|url| bases_of(&[url])));
        for host in E::OPERATION.hosted {
            bases.extend(bases_of(host.servers).into_iter().map(|base| format!("{base}{}", host.prefix)));
        }
        let route = Route { operation: E::OPERATION, bases, encode_error: E::Api::encode_error, handler, is_fake };
        self.with(|state| {
            state.routes.retain(|other| !other.is_fake || !other.operation.is(route.operation));
            state.routes.push(route);
        })
    }

    /// Inspects every request before its handler does, and may respond in its place: to fail, to be slow, to check a key.
    ///
    /// ```
    /// use typed_endpoint::mock::{Mock, Reply};
    ///
    /// let mock = Mock::new().first(|request| {
    ///     // The request is checked first; the work after that may take a while.
    ///     let has_key = request.headers.contains_key("authorization");
    ///     async move { (!has_key).then(|| Reply::error(401, "request is not authenticated")) }
    /// });
    /// # let _ = mock;
    /// ```
    #[must_use]
    pub fn first<F, Fut>(self, inspect: F) -> Self
    where
        F: Fn(&request::Parts) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<Reply>> + Send + 'static,
    {
        self.with(|state| state.first.push(Arc::new(move |parts| Box::pin(inspect(parts)))))
    }

    /// Checks every request of an operation, with its whole body, before it is decoded, and may respond in its place: as a
    /// server does that checks requests by a schema of its own.
    ///
    /// ```
    /// use typed_endpoint::mock::{Mock, Reply};
    ///
    /// let mock = Mock::new().check(|operation, _, body| {
    ///     let is_empty = operation.method == "POST" && body.is_empty();
    ///     is_empty.then(|| Reply::error(400, "a body is required"))
    /// });
    /// # let _ = mock;
    /// ```
    #[must_use]
    pub fn check(
        self,
        check: impl Fn(&'static Operation, &request::Parts, &Bytes) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        self.with(|state| state.check = Some(Arc::new(check)))
    }

    /// Handles the requests that no operation matches.
    #[must_use]
    pub fn fallback<F, Fut>(self, handler: F) -> Self
    where
        F: Fn(Request<Body>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        self.with(|state| state.fallback = Some(Arc::new(move |request| Box::pin(handler(request)))))
    }

    /// Sets the response to a request that cannot be decoded as its operation (default: 422, and 400 where the body cannot even be
    /// parsed, in the shape of the API's errors).
    #[must_use]
    pub fn unreadable(self, word: impl Fn(&ReadError) -> Reply + Send + Sync + 'static) -> Self {
        self.with(|state| state.unreadable = Some(Arc::new(word)))
    }

    /// Whether unknown fields and values, nulls, and numbers as text make a request unreadable (default: no, and
    /// [`Received::unknown`] tells of the fields).
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        self.with(|state| state.reading.strict = strict)
    }

    /// Whether a query parameter whose value cannot be read is ignored, and [`strict`](Self::strict) is about bodies
    /// only: as with servers that check bodies by a schema, and nothing else (default: no).
    #[must_use]
    pub fn lenient_queries(self, lenient: bool) -> Self {
        self.with(|state| state.reading.lenient_queries = lenient)
    }

    /// Whether a body of another media type than the operation's, and values that break a
    /// [constraint](crate::codec::Constraint), make a request unreadable (default: no; of a [`fake`], yes).
    #[must_use]
    pub fn check_values(self, check: bool) -> Self {
        self.with(|state| state.reading.checked = check)
    }

    /// Makes a client that calls this server in memory, of whatever client type is asked for.
    pub fn client<C: ApiClient>(&self) -> C {
        Client::new().server("http://localhost").key(mock_key::<C>()).transport(self.clone()).into()
    }

    /// How many requests [`seen`](Self::seen) remembers: the newest (default: 10,000).
    #[must_use]
    pub fn keep_seen(self, limit: usize) -> Self {
        self.with(|state| state.kept = Some(limit))
    }

    /// How many bytes the body of a request of an operation may have (default: 64 MiB): a longer one is received, not kept, and responded to
    /// with 413. What [`fallback`](Self::fallback) does with a body is up to it.
    #[must_use]
    pub fn max_request(self, bytes: usize) -> Self {
        self.with(|state| state.max_request = Some(bytes))
    }

    /// The received requests, oldest first, without their bodies.
    pub fn seen(&self) -> Vec<request::Parts> {
        self.0.seen.lock().map(|seen| seen.iter().cloned().collect()).unwrap_or_default()
    }

    /// Responds to a request.
    pub async fn respond(&self, request: Request<Body>) -> Response<Body> {
        let (parts, mut body) = request.into_parts();
        if let Ok(mut seen) = self.0.seen.lock() {
            seen.push_back(parts.clone());
            if seen.len() > self.0.kept.unwrap_or(MAX_SEEN) {
                seen.pop_front();
            }
        }
        for first in &self.0.first {
            if let Some(reply) = first(&parts).await {
                receive(body).await;
                return reply.into_response(self.0.encode_error());
            }
        }
        let mut encode_error = self.0.encode_error();
        let routes = self.0.routes(&parts);
        let reply = match (routes.first(), &self.0.fallback) {
            (Some((route, _)), _) => {
                encode_error = route.encode_error;
                match body.collect(self.0.max_request.unwrap_or(MAX_REQUEST)).await {
                    Ok(bytes) => {
                        let check = self.0.check.as_ref();
                        if let Some(reply) = check.and_then(|check| check(route.operation, &parts, &bytes)) {
                            return reply.into_response(encode_error);
                        }
                        let request = Request::from_parts(parts, bytes);
                        let candidates = routes
                            .into_iter()
                            .map(|(route, parameters)| (route.handler)(request.clone(), parameters, self.0.reading));
                        match serve::first_readable(candidates.collect(), |_| false).await {
                            Some(Ok(ready)) => ready.run().await,
                            Some(Err(error)) => self.0.unreadable(&error),
                            None => Reply::error(404, "not found"),
                        }
                    }
                    Err(error) => {
                        receive(body).await;
                        let status = if matches!(error, BodyError::TooLarge { .. }) { 413 } else { 400 };
                        Reply::error(status, error.to_string())
                    }
                }
            }
            (None, Some(fallback)) => fallback(Request::from_parts(parts, body)).await,
            (None, None) => Reply::error(404, "not found"),
        };
        reply.into_response(encode_error)
    }

    fn with(mut self, change: impl FnOnce(&mut MockState)) -> Self {
        let state = Arc::make_mut(&mut self.0);
        change(state);
        state.routes.sort_by_key(|route| std::cmp::Reverse(route.fixed_segments()));
        self
    }
}

/// Receives a body that nobody wants: whoever is still sending would see a broken connection in place of the response.
async fn receive(mut body: Body) {
    while let Ok(Some(_)) = body.chunk().await {}
}

/// By the operations that it handles.
impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mock ")?;
        f.debug_set().entries(self.0.routes.iter().map(|route| route.operation.qualified_name())).finish()
    }
}

/// For a mock that is given more handlers after it was cloned: it becomes another server.
impl Clone for MockState {
    fn clone(&self) -> Self {
        let seen = self.seen.lock().map(|seen| seen.clone()).unwrap_or_default();
        Self {
            routes: self.routes.clone(),
            first: self.first.clone(),
            check: self.check.clone(),
            fallback: self.fallback.clone(),
            unreadable: self.unreadable.clone(),
            reading: self.reading,
            seen: Mutex::new(seen),
            kept: self.kept,
            max_request: self.max_request,
        }
    }
}

/// The key of clients that a mock makes.
fn mock_key<C: ApiClient>() -> &'static str {
    match C::Api::AUTH {
        Auth::Basic => "mock-user:mock-key",
        _ => "mock-key",
    }
}

/// The paths of base URLs, and none at all.
fn bases_of(servers: &[&str]) -> Vec<String> {
    let urls = servers.iter().filter_map(|url| url.parse::<http::Uri>().ok());
    let paths = urls.map(|url| url.path().trim_end_matches('/').to_owned()).filter(|path| !path.is_empty());
    std::iter::once(String::new()).chain(paths).collect()
}

impl MockState {
    /// The shape of errors that belong to no operation: that of the API whose operations are handled first.
    fn encode_error(&self) -> EncodeError {
        self.routes.first().map_or(plain_error, |route| route.encode_error)
    }

    fn unreadable(&self, error: &ReadError) -> Reply {
        match &self.unreadable {
            Some(word) => word(error),
            None => serve::unreadable(error),
        }
    }

    /// The handlers of a path, with the path's parameters: those with the most fixed segments.
    fn routes(&self, parts: &request::Parts) -> Vec<(&Route, Vec<(String, String)>)> {
        let routes = self.routes.iter().filter(|route| route.operation.method == parts.method);
        let mut matches = routes.filter_map(|route| {
            let parameters = route.bases.iter().find_map(|base| {
                let path = parts.uri.path().strip_prefix(base.as_str())?;
                match_path(route.operation, path)
            })?;
            Some((route, parameters))
        });
        let Some(first) = matches.next() else { return Vec::new() };
        let fixed = first.0.fixed_segments();
        std::iter::once(first).chain(matches.take_while(|(route, _)| route.fixed_segments() == fixed)).collect()
    }
}

impl Route {
    fn fixed_segments(&self) -> usize {
        self.operation.path.split('/').filter(|part| !part.starts_with('{')).count()
    }
}

impl Transport for Mock {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let bytes =
                body.bytes(usize::MAX).await.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
            let response = self.respond(Request::from_parts(parts, bytes.into())).await;
            match response.extensions().get::<Cut>() {
                Some(Cut) => Err(TransportError::new(TransportErrorKind::Sent, "the mock has cut the connection")),
                None => Ok(response),
            }
        })
    }
}
