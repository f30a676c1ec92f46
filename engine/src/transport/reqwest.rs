//! The default transport.

mod clients;
mod failure;
#[cfg(feature = "http2")]
mod http2;
mod proxies;
mod route;
mod target;
mod tls;

use std::sync::Arc;

use http::{Request, Response, request};
use tokio::runtime::Handle;

use crate::body::Body;
use crate::error::TransportError;
use crate::transport::{BoxFuture, Transport};
use clients::Clients;
pub(crate) use clients::{Configure, Setup};
use failure::{failure, needs_runtime};
use route::Route;
use target::{Target, Targets};

/// Reqwest's clients that do what a [`Transport`] should and no more: no retries or redirects of their own.
pub(crate) struct Default {
    clients: Arc<Clients>,
    targets: Targets,
    #[cfg(feature = "http2")]
    multiplexing: http2::Multiplexing,
}

impl Default {
    pub(crate) fn new(setup: Setup) -> Self {
        Self {
            #[cfg(feature = "http2")]
            multiplexing: http2::Multiplexing::new(setup.http2),
            clients: Arc::new(Clients::new(setup)),
            targets: Targets::default(),
        }
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
            // A proxy is to blame only where there is no connection.
            Err(error) if error.is_connect() => return Err(pool.explain(&parts.uri, failure(error))),
            Err(error) => return Err(failure(error)),
        };
        self.clients.observe(response.headers());
        Ok(Response::<reqwest::Body>::from(response).map(Body::wrap))
    }

    /// Sends a request by HTTP/2; by HTTP/1.1 if the server requires that.
    #[cfg(feature = "http2")]
    async fn multiplexed(
        &self,
        runtime: &Handle,
        route: Route,
        target: Target,
        parts: request::Parts,
        body: Body,
        place: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<Response<Body>, TransportError> {
        let authority = parts.uri.authority().cloned();
        let again = body.as_bytes().cloned().map(|bytes| (target.clone(), parts.clone(), Body::from(bytes)));
        match self.exchange(runtime, route.by_http2(), target, parts, body).await {
            Ok(response) if response.version() < http::Version::HTTP_2 => {
                self.multiplexing.remember_http1(authority);
                Ok(response)
            }
            Ok(response) => Ok(response.map(|body| http2::occupying(place, body))),
            Err(error) if failure::needs_http1(&error) => {
                self.multiplexing.remember_http1(authority);
                drop(place);
                let Some((target, parts, body)) = again else { return Err(error) };
                self.exchange(runtime, route, target, parts, body).await
            }
            Err(error) => Err(error),
        }
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
            if let Some(place) = self.multiplexing.place(&target, &parts) {
                return Box::pin(self.multiplexed(&runtime, route, target, parts, body, place)).await;
            }
            self.exchange(&runtime, route, target, parts, body).await
        })
    }
}
