//! What stands around the transport of a client.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, Request, Response};

use super::marks::AtHome;
use super::{AddedSecrets, BoxFuture, Transport};
use crate::body::Body;
use crate::error::{BoxError, TransportError, TransportErrorKind};
use crate::secret::Secret;

/// Wraps a transport.
pub(crate) type Layer = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

/// The transport with its layers around it, the first one innermost.
pub(crate) fn layered(transport: Arc<dyn Transport>, layers: &[Layer]) -> Arc<dyn Transport> {
    layers.iter().fold(transport, |inner, layer| layer(inner))
}

/// Signs each request to the client's own server before it is passed on.
pub(crate) struct Signing<F> {
    pub(crate) sign: Arc<F>,
    /// What is secret of the headers: [`redact::credentials`](crate::redact::credentials) of the API.
    pub(crate) credentials: fn(&HeaderMap) -> Vec<Secret>,
    pub(crate) inner: Arc<dyn Transport>,
}

impl<F> Transport for Signing<F>
where
    F: Fn(&mut Request<Body>) -> Result<(), BoxError> + Send + Sync + 'static,
{
    fn send(&self, mut request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        if request.extensions().get::<AtHome>().is_none() {
            return self.inner.send(request);
        }
        match (self.sign)(&mut request) {
            Ok(()) => {
                let signatures = (self.credentials)(request.headers());
                let response = self.inner.send(request);
                Box::pin(async {
                    let mut response = response.await?;
                    signatures.into_iter().for_each(|signature| AddedSecrets::add(&mut response, signature));
                    Ok(response)
                })
            }
            Err(error) => Box::pin(async { Err(TransportError::new(TransportErrorKind::Request, error)) }),
        }
    }
}

impl<F> fmt::Debug for Signing<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").finish_non_exhaustive()
    }
}
