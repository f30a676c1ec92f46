//! The transport of a client that replays, and the layer of one that records.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, LOCATION};
use http::{HeaderMap, Method, Request, Response, request};
use serde_json::value::RawValue;

use super::exchange::{self, Content, Exchange, Fields};
use super::{Cassette, State};
use crate::api::{Api, Auth};
use crate::body::Body;
use crate::dynamic::{Catalog, Entry, entries};
use crate::endpoint::Operation;
use crate::error::{TransportError, TransportErrorKind};
use crate::redact::secrets_of_credentials;
use crate::resolve::{reference_in, resolve};
use crate::serve::{match_path, pairs};
use crate::transport::{BoxFuture, Transport};

/// How large a body may be that is recorded, in bytes.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What of a client's API is needed to know its requests.
#[derive(Clone)]
pub(super) struct Known {
    entries: Arc<[&'static Entry]>,
    /// Where its keys are: the API's own, and others of the client.
    pub(super) auths: Arc<[Auth]>,
}

impl Known {
    pub(super) fn of<A: Catalog>(more: impl IntoIterator<Item = Auth>) -> Self {
        let auths = std::iter::once(<A as Api>::AUTH).chain(more);
        Self { entries: entries::<A>().collect(), auths: auths.collect() }
    }

    fn entry(&self, operation: &Operation) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.operation().is(operation)).copied()
    }
}

/// Sends requests to the file, or through another transport into the file.
pub(super) struct Through {
    pub(super) cassette: Cassette,
    pub(super) known: Known,
    /// `None`: it replays.
    pub(super) inner: Option<Arc<dyn Transport>>,
}

/// A request that was read.
struct Asked {
    parts: request::Parts,
    body: Bytes,
    operation: Option<&'static Operation>,
    /// Its method and its URL.
    line: String,
    fields: Fields,
}

impl Asked {
    fn url(&self) -> String {
        self.parts.uri.to_string()
    }
}

impl Transport for Through {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body =
                body.bytes(MAX_BODY).await.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
            let operation = parts.extensions.get::<&'static Operation>().copied();
            let fields = exchange::fields(&parts, &body, operation).await;
            let line = format!("{} {}", parts.method, parts.uri);
            let mut asked = Asked { line, operation, fields, parts, body };
            match &self.inner {
                None => {
                    asked.line = exchange::split_query(&asked.line, &self.known.auths, &mut asked.fields);
                    self.replay(&asked)
                }
                Some(inner) => self.record(asked, &**inner).await,
            }
        })
    }
}

impl Through {
    fn replay(&self, asked: &Asked) -> Result<Response<Body>, TransportError> {
        let mut state = self.cassette.state();
        let State { recorded, used, ignored, .. } = &mut *state;
        let operation = asked.operation.map(Operation::qualified_name);
        let found = recorded.find(operation.as_deref(), &asked.line, &asked.fields, ignored, used);
        let exchange = found.map_err(|reason| TransportError::new(TransportErrorKind::Request, reason))?;
        let invalid = |error: &dyn std::fmt::Display| {
            let reason = format!("the recorded {} is damaged: {error}", exchange.request);
            TransportError::new(TransportErrorKind::Request, reason)
        };
        let body = match &exchange.body {
            Content::Empty => Bytes::new(),
            Content::Json(json) => Bytes::from(json.get().to_owned()),
            Content::Text(text) => Bytes::from(text.clone()),
            Content::Base64(base64) => BASE64_STANDARD.decode(base64).map_err(|error| invalid(&error))?.into(),
        };
        let mut response = Response::builder().status(exchange.status);
        for (name, value) in &exchange.headers {
            response = response.header(name, value);
        }
        response.body(body.into()).map_err(|error| invalid(&error))
    }

    async fn record(&self, asked: Asked, inner: &dyn Transport) -> Result<Response<Body>, TransportError> {
        let mut request = Request::from_parts(asked.parts.clone(), Body::from(asked.body.clone()));
        // What is recorded is to be read.
        request.headers_mut().remove(ACCEPT_ENCODING);
        let (mut parts, body) = inner.send(request).await?.into_parts();
        let body = body.bytes(MAX_BODY).await.map_err(|error| TransportError::new(TransportErrorKind::Sent, error))?;
        let location = parts.headers.get(LOCATION).and_then(|value| resolve(&asked.url(), &reference_in(value)));
        if let Some(location) = location.as_ref().and_then(|location| location.parse().ok()) {
            parts.headers.insert(LOCATION, location);
        }
        let mut secrets = self.secrets_of_request(&asked).await;
        if let Some(location) = location {
            // Whoever has the URL of an upload can write to it.
            secrets.push(location);
        }
        let entry = asked.operation.and_then(|operation| self.known.entry(operation));
        if let (Some(entry), true) = (entry, parts.status.is_success()) {
            secrets.extend(entry.secrets().of_response(&parts.headers, &String::from_utf8_lossy(&body)));
        }
        self.note(&asked, &secrets, &parts.headers, &body);
        let exchange = exchange_of(&asked, &parts.headers, parts.status.as_u16(), &body);
        self.cassette.add(exchange).map_err(|error| TransportError::new(TransportErrorKind::Request, error))?;
        // Its length is no longer that of a compressed body.
        if asked.parts.method != Method::HEAD {
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        Ok(Response::from_parts(parts, body.into()))
    }

    /// What is secret of a request by its declaration and by the places of keys.
    async fn secrets_of_request(&self, asked: &Asked) -> Vec<String> {
        let query = pairs(asked.parts.uri.query().unwrap_or_default()).into_iter();
        let is_key = |name: &str| self.known.auths.iter().any(|auth| matches!(auth, Auth::Query(own) if *own == name));
        let mut secrets: Vec<_> = query.filter(|(name, _)| is_key(name)).map(|(_, key)| key).collect();
        for value in asked.parts.headers.values().filter(|value| value.is_sensitive()) {
            let found = value.to_str().into_iter().flat_map(secrets_of_credentials);
            secrets.extend(found.map(|secret| secret.expose().to_owned()));
        }
        let Some(operation) = asked.operation else { return secrets };
        let url = asked.url();
        let path = url.split('?').next().unwrap_or_default();
        // Where the base URL ends is not known here.
        let starts = path.match_indices('/').map(|(at, _)| at).chain([0]);
        let parameters = starts.filter_map(|at| match_path(operation, path.get(at..)?)).next();
        if let (Some(entry), Some(parameters)) = (self.known.entry(operation), parameters) {
            let request = Request::from_parts(asked.parts.clone(), asked.body.clone());
            secrets.extend(entry.secrets().of_request(request, parameters).await);
        }
        secrets
    }

    /// Notes the secrets of an exchange, those by their names included.
    fn note(&self, asked: &Asked, secrets: &[String], headers: &HeaderMap, body: &[u8]) {
        let mut state = self.cassette.state();
        let placeholders = &mut state.placeholders;
        secrets.iter().for_each(|secret| placeholders.add(secret));
        for (name, value) in headers {
            placeholders.add_named(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        for (name, value) in pairs(asked.parts.uri.query().unwrap_or_default()) {
            placeholders.add_named(&name, &value);
        }
        for (name, value) in &asked.fields {
            // `form name`; members of JSON are in the body.
            if let Some((_, name)) = name.split_once(' ') {
                placeholders.add_named(name, value);
            }
        }
        for body in [&asked.body[..], body] {
            if let Ok(text) = std::str::from_utf8(body) {
                placeholders.add_named_in(text);
            }
        }
    }
}

/// An exchange, with its secrets.
fn exchange_of(asked: &Asked, headers: &HeaderMap, status: u16, body: &Bytes) -> Exchange {
    let json = |text: &str| RawValue::from_string(text.to_owned()).ok();
    let body = match std::str::from_utf8(body) {
        Ok("") => Content::Empty,
        Ok(text) => json(text).map_or_else(|| Content::Text(text.to_owned()), Content::Json),
        Err(_) => Content::Base64(BASE64_STANDARD.encode(body)),
    };
    Exchange {
        operation: asked.operation.map(Operation::qualified_name),
        request: asked.line.clone(),
        fields: asked.fields.clone(),
        status,
        headers: exchange::headers(headers),
        body,
    }
}
