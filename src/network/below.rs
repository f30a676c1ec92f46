//! A transport whose requests go to paths below another one, which logs and errors never see.

use std::sync::Arc;

use http::header::LOCATION;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use typed_endpoint::{AddedSecrets, Body, BoxFuture, Secret, Transport, TransportError, TransportErrorKind};

use super::error::Error;
use super::rejection;
use super::status::Status;

/// Calls the app of a session: the path of its URL, which is a secret, is put before that of each request.
pub(super) struct Below {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) base: Base,
    pub(super) status: Arc<Status>,
    /// The session's id, which the orchestrator tells the app.
    pub(super) id: Secret,
}

impl Transport for Below {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            if let Some(closed) = self.status.closed() {
                return Err(TransportError::new(TransportErrorKind::Connect, Error::Ended(closed)));
            }
            let (mut parts, body) = request.into_parts();
            parts.uri = self.base.below(&parts.uri)?;
            let response = self.transport.send(Request::from_parts(parts, body)).await?;
            let (content, mut response) = rejection::peek(response).await?;
            if let Some(content) = content
                && let Some(closed) = rejection::ended(response.status().as_u16(), response.headers(), &content)
            {
                self.status.close(closed);
            }
            self.base.relocate(&mut response);
            AddedSecrets::add(&mut response, self.id.clone());
            AddedSecrets::add(&mut response, self.base.path.as_str());
            Ok(response)
        })
    }
}

/// The URL that requests go below.
#[derive(Clone)]
pub(super) struct Base {
    url: Uri,
    /// Its path without a slash at its end.
    path: String,
}

impl Base {
    pub(super) fn new(url: Uri) -> Self {
        let path = url.path().trim_end_matches('/').to_owned();
        Self { url, path }
    }

    pub(super) fn url(&self) -> &Uri {
        &self.url
    }

    pub(super) fn origin(&self) -> String {
        super::place::origin(&self.url)
    }

    /// The URL below it with the path and the query of another one. An app's root has its slash: without it the orchestrator
    /// redirects.
    pub(super) fn below(&self, uri: &Uri) -> Result<Uri, TransportError> {
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let mut parts = self.url.clone().into_parts();
        let path = format!("{}{path}", self.path).parse();
        let invalid = |_| TransportError::new(TransportErrorKind::Request, Error::Url("a path is not valid below it"));
        parts.path_and_query = Some(path.map_err(invalid)?);
        Uri::from_parts(parts)
            .map_err(|_| TransportError::new(TransportErrorKind::Request, Error::Url("a path is not valid below it")))
    }

    /// A redirect as it would be without the path.
    pub(super) fn relocate(&self, response: &mut Response<Body>) {
        let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else { return };
        let path = location.strip_prefix(self.origin().as_str()).unwrap_or(location);
        let inside = path.strip_prefix(self.path.as_str()).filter(|path| path.starts_with('/'));
        match inside.and_then(|path| HeaderValue::from_str(path).ok()) {
            Some(path) => drop(response.headers_mut().insert(LOCATION, path)),
            // To somewhere else: whoever followed it would put the session's path before it.
            None => drop(response.headers_mut().remove(LOCATION)),
        }
    }
}
