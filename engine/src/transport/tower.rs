//! Any tower service as transport, and any transport as tower service.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::body::Body;
use crate::error::{BoxError, TransportError, TransportErrorKind};
use crate::transport::{BoxFuture, Transport};

/// A [`tower_service::Service`] that sends the requests.
///
/// It is cloned for each request and waited for until it is ready, as tower's services expect. Any service will do: a
/// stack of `tower`'s layers over an HTTP client, or a router of axum's, for tests.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), typed_endpoint::Error> {
/// use axum::{Router, routing::get};
/// use typed_endpoint::Client;
///
/// let router: Router = Router::new().route("/book/{id}", get(async || r#"{"id": "emma", "title": "Emma"}"#));
/// let client = Client::<Library>::new().server("http://localhost").service(router);
/// assert_eq!(client.call(GetBook::new("emma")).await?.title, "Emma");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TowerTransport<S>(S);

impl<S> TowerTransport<S> {
    /// Sends requests through the service. A layer's failure to become ready counts as not sent, and an error after that
    /// as possibly sent, unless it is a [`TransportError`] and says itself how far the request came.
    pub fn new(service: S) -> Self {
        Self(service)
    }
}

impl<S, B> Transport for TowerTransport<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let ready = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
            ready.map_err(|error| failure(error.into(), TransportErrorKind::Connect))?;
            let response = service.call(request).await;
            let response = response.map_err(|error| failure(error.into(), TransportErrorKind::Sent))?;
            Ok(response.map(Body::wrap))
        })
    }
}

fn failure(error: BoxError, kind: TransportErrorKind) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(kind, error),
    }
}

/// A transport as a [`tower_service::Service`], which is always ready: what a tower layer stands around, by
/// [`Client::tower_layer`](crate::Client::tower_layer) or by hand.
///
/// ```
/// use tower_layer::{Layer, layer_fn};
/// use typed_endpoint::{TowerTransport, TransportService, default_transport};
///
/// let service = TransportService::new(default_transport(None)?);
/// let transport = TowerTransport::new(layer_fn(|inner| inner).layer(service));
/// # let _: TowerTransport<TransportService> = transport;
/// # Ok::<(), typed_endpoint::RequestError>(())
/// ```
#[derive(Clone)]
pub struct TransportService(Arc<dyn Transport>);

impl TransportService {
    /// Makes a service of the transport. Its clones share the transport.
    pub fn new(transport: impl Transport) -> Self {
        Self(Arc::new(transport))
    }
}

impl Service<Request<Body>> for TransportService {
    type Response = Response<Body>;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Response<Body>, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let transport = self.0.clone();
        Box::pin(async move { transport.send(request).await })
    }
}

impl fmt::Debug for TransportService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportService").finish_non_exhaustive()
    }
}
