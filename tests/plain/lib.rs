//! ureq as the transport of blocking clients.

use std::io::Read;

use http::{Request, Response};
use typed_endpoint::blocking::{RequestBody, Transport};
use typed_endpoint::{TransportError, TransportErrorKind};

/// Sends requests by ureq: as they are, once.
pub struct Ureq(ureq::Agent);

impl Default for Ureq {
    fn default() -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self(config.build().into())
    }
}

impl Transport for Ureq {
    fn send(&self, request: Request<RequestBody>) -> Result<Response<Box<dyn Read + Send>>, TransportError> {
        let (mut parts, mut body) = request.into_parts();
        if let Some(length) = body.len() {
            parts.headers.insert(http::header::CONTENT_LENGTH, length.into());
        }
        let request = Request::from_parts(parts, ureq::SendBody::from_reader(&mut body));
        let response = self.0.run(request).map_err(|error| {
            let kind = match error {
                ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => TransportErrorKind::Connect,
                ureq::Error::Io(ref io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                    TransportErrorKind::Connect
                }
                _ => TransportErrorKind::Sent,
            };
            TransportError::new(kind, error)
        })?;
        Ok(response.map(|body| Box::new(body.into_reader()) as Box<dyn Read + Send>))
    }
}
