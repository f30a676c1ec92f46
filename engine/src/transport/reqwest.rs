//! The default transport.

mod clients;
mod failure;
mod proxies;
mod target;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};

use crate::body::Body;
use crate::error::TransportError;
use crate::transport::{BoxFuture, Transport};
pub(crate) use clients::Configure;
use clients::{Clients, Route};
use failure::{failure, needs_runtime};
use target::Targets;

/// Reqwest's clients that do what a [`Transport`] should and no more: no retries or redirects of their own.
pub(crate) struct Default {
    clients: Arc<Clients>,
    targets: Targets,
}

impl Default {
    pub(crate) fn new(connect_timeout: Option<Duration>, configure: Option<Configure>) -> Self {
        Self { clients: Arc::new(Clients::new(connect_timeout, configure)), targets: Targets::default() }
    }
}

impl Transport for Default {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let runtime = tokio::runtime::Handle::try_current().map_err(needs_runtime)?;
            let (parts, body) = request.into_parts();
            let target = self.targets.target(&parts.uri)?;
            let route = Route::new(&target, &parts.extensions, self.clients.are_configured());
            let pool = self.clients.pool(&runtime, route)?;
            pool.check(&parts)?;
            let mut request = reqwest::Request::new(parts.method, target.url);
            *request.headers_mut() = parts.headers;
            *request.body_mut() = Some(match body.as_bytes() {
                Some(bytes) => reqwest::Body::from(bytes.clone()),
                None => reqwest::Body::wrap(body),
            });
            let response = match pool.client().execute(request).await {
                Ok(response) => response,
                Err(error) => return Err(pool.explain(&parts.uri, failure(error))),
            };
            self.clients.observe(response.headers());
            Ok(Response::<reqwest::Body>::from(response).map(Body::wrap))
        })
    }
}
