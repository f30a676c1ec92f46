//! The default transport.

use std::time::Duration;

use http::{Request, Response};

use crate::body::Body;
use crate::transport::{BoxFuture, Transport, TransportError, TransportErrorKind};

/// A client that does what a [`Transport`] should and no more: no retries or redirects of its own.
pub(crate) fn client(connect_timeout: Option<Duration>) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_nodelay(true);
    if let Some(timeout) = connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    builder.build()
}

/// Requests go through the given client with all its settings (proxies, certificates, time-outs, …).
impl Transport for reqwest::Client {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let request = request.map(|body| match body.as_bytes() {
            Some(bytes) => reqwest::Body::from(bytes.clone()),
            None => reqwest::Body::wrap(body),
        });
        Box::pin(async move {
            let request =
                reqwest::Request::try_from(request).map_err(|error| failure(error, TransportErrorKind::Connect))?;
            let response = self.execute(request).await.map_err(|error| {
                let kind = match (error.is_connect(), error.is_timeout()) {
                    (true, true) => TransportErrorKind::ConnectTimeout,
                    (true, false) => TransportErrorKind::Connect,
                    (false, _) if error.is_body() => TransportErrorKind::Body,
                    (false, _) => TransportErrorKind::Sent,
                };
                failure(error, kind)
            })?;
            Ok(Response::<reqwest::Body>::from(response).map(Body::wrap))
        })
    }
}

/// Without the URL: its query may hold a token.
fn failure(error: reqwest::Error, kind: TransportErrorKind) -> TransportError {
    TransportError::new(kind, error.without_url())
}
