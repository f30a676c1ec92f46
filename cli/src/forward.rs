//! Delivers events to a program on this machine, as Studio delivers them.

use http::Request;
use livepeer::webhook::{SIGNATURE_HEADER, sign};
use livepeer::{Body, Secret, Transport};

use crate::failure::Failure;

/// How much of a response is read.
const MAX_RESPONSE: usize = 64 * 1024;

/// Where events go.
pub struct Forward {
    url: String,
    transport: Box<dyn Transport>,
}

impl Forward {
    pub fn new(url: &str) -> Result<Self, Failure> {
        let is_http = url.starts_with("http://") || url.starts_with("https://");
        if !is_http || url.parse::<http::Uri>().is_err() {
            return Err(Failure::usage(format_args!("{url} is no URL to forward to")));
        }
        let transport = livepeer::default_transport(None).map_err(Failure::other)?;
        Ok(Self { url: url.into(), transport: Box::new(transport) })
    }

    /// Delivers a body, signed if there is a secret. Gives the status, or why there is none.
    pub async fn deliver(&self, body: &str, timestamp: u64, secret: Option<&Secret>) -> Result<u16, String> {
        let mut request =
            Request::post(&self.url).header("content-type", "application/json").header("user-agent", "livepeer.studio");
        if let Some(secret) = secret {
            request = request.header(SIGNATURE_HEADER, sign(secret.clone(), body.as_bytes(), timestamp));
        }
        let request = request.body(Body::from(body.to_owned())).map_err(|error| error.to_string())?;
        let response = self.transport.send(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let _ = response.into_body().bytes(MAX_RESPONSE).await;
        Ok(status)
    }
}

/// The shared secret in a variable of the environment.
pub fn secret(variable: Option<&String>) -> Result<Option<Secret>, Failure> {
    let Some(variable) = variable else { return Ok(None) };
    let secret = std::env::var(variable).map_err(|_| Failure::usage(format_args!("{variable} is not set")))?;
    Ok(Some(secret.into()))
}
