//! Orchestrators whose certificates are trusted in ways of their own.

use std::io;
use std::sync::Arc;

use http::{Request, Response, Uri};
use typed_endpoint::{Body, BoxFuture, Transport, TransportError};

use super::connect::{Connect, Connector, Io};

/// A host and its port.
pub(super) type Origin = (String, u16);

/// The origin of a URL; `None` if it has no host.
pub(super) fn origin(url: &Uri) -> Option<Origin> {
    let default = if url.scheme_str() == Some("http") { 80 } else { 443 };
    Some((url.host()?.to_ascii_lowercase(), url.port_u16().unwrap_or(default)))
}

/// What requests to some origins go through, and those to all others.
pub(super) struct ByOrigin<T> {
    pub(super) own: Vec<(Origin, T)>,
    pub(super) others: T,
}

impl<T> ByOrigin<T> {
    fn of(&self, url: &Uri) -> &T {
        let origin = origin(url);
        // What was said last holds.
        let own = self.own.iter().rev().find(|(own, _)| Some(own) == origin.as_ref());
        own.map_or(&self.others, |(_, own)| own)
    }
}

impl Transport for ByOrigin<Arc<dyn Transport>> {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.of(request.uri()).send(request)
    }
}

impl Connect for ByOrigin<Connector> {
    fn connect<'a>(&'a self, url: &'a Uri) -> BoxFuture<'a, io::Result<Box<dyn Io>>> {
        Box::pin(self.of(url).connect(url))
    }
}
