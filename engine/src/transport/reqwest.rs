//! The default transport.

mod clients;
mod failure;
mod http2;
mod proxies;
mod target;
mod tls;

use std::sync::Arc;

use http::{Request, Response, request};
use tokio::runtime::Handle;

use crate::body::Body;
use crate::error::TransportError;
use crate::transport::{BoxFuture, Transport};
use clients::{Clients, Route};
pub(crate) use clients::{Configure, Setup};
use failure::{failure, needs_runtime};
use target::{Target, Targets};

/// Reqwest's clients that do what a [`Transport`] should and no more: no retries or redirects of their own.
pub(crate) struct Default {
    clients: Arc<Clients>,
    targets: Targets,
}

impl Default {
    pub(crate) fn new(setup: Setup) -> Self {
        Self { clients: Arc::new(Clients::new(setup)), targets: Targets::default() }
    }

    async fn exchange(
        &self,
        runtime: &Handle,
        route: Route,
        target: Target,
        parts: request::Parts,
        body: Body,
    ) -> Result<Response<Body>, TransportError> {
        let pool = self.clients.pool(runtime, route)?;
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
    }
}

impl Transport for Default {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let runtime = Handle::try_current().map_err(needs_runtime)?;
            let (parts, body) = request.into_parts();
            let target = self.targets.target(&parts.uri)?;
            let route = Route::new(&target, &parts.extensions, self.clients.are_configured());
            #[cfg(feature = "http2")]
            if self.clients.multiplexing.wants(&target, &parts) {
                return Box::pin(self.multiplexed(&runtime, route, target, parts, body)).await;
            }
            self.exchange(&runtime, route, target, parts, body).await
        })
    }
}
