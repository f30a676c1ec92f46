//! The transport of a client that replays or records.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Method, Request, Response, request};
use serde_json::value::RawValue;

use super::exchange::{self, Content, Exchange};
use super::json::replace_strings;
use super::{Cassette, State};
use crate::api::{Api, Auth};
use crate::body::Body;
use crate::codec::from_json;
use crate::dynamic::{Catalog, Entry, entries};
use crate::error::{RequestError, TransportError, TransportErrorKind};
use crate::resolve::{reference_in, resolve};
use crate::response::media_type;
use crate::serve::match_path;
use crate::transport::{BoxFuture, Transport};

/// How large a body may be that is recorded, in bytes.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// The operations of an API, with their prefixes and what they need to be recognized.
pub(super) struct Routes {
    entries: Vec<(&'static str, &'static Entry)>,
    auth: Auth,
}

/// The values of a path's parameters.
pub(crate) type Parameters = Vec<(String, String)>;

impl Routes {
    pub(super) fn of<A: Catalog>() -> Self {
        let mut entries: Vec<_> = entries::<A>().filter_map(|entry| Some((entry.prefix(A::NAME)?, entry))).collect();
        // Of several that match, the one with the most fixed segments.
        entries.sort_by_key(|(_, entry)| {
            std::cmp::Reverse(entry.operation().path.split('/').filter(|part| !part.starts_with('{')).count())
        });
        Self { entries, auth: <A as Api>::AUTH }
    }

    fn find(&self, method: &Method, target: &str) -> Option<(&'static Entry, Parameters)> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.operation().method == method.as_str())
            .find_map(|(prefix, entry)| Some((*entry, match_path(entry.operation(), target.strip_prefix(prefix)?)?)))
    }
}

/// Sends requests to the file, or through another transport into the file.
pub(super) struct Through {
    pub(super) cassette: Cassette,
    pub(super) routes: Routes,
    /// The base URL of the client.
    pub(super) base: String,
    /// `None`: it replays.
    pub(super) inner: Option<Result<Arc<dyn Transport>, RequestError>>,
}

/// A request that was read.
struct Asked {
    parts: request::Parts,
    body: Bytes,
    entry: Option<(&'static Entry, Parameters)>,
    /// Its method and its URL without the query.
    line: String,
    fields: std::collections::BTreeMap<String, String>,
}

impl Transport for Through {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body =
                body.bytes(MAX_BODY).await.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
            let uri = parts.uri.to_string();
            let url = uri.split('?').next().unwrap_or_default();
            let entry = url.strip_prefix(&self.base).and_then(|target| self.routes.find(&parts.method, target));
            let operation = entry.as_ref().map(|(entry, _)| entry.operation());
            // A URL that a response gave may be a secret as a whole.
            let shown = self.cassette.state().placeholders.replace(&uri).unwrap_or_else(|| uri.clone());
            let (shown, query) = shown.split_once('?').unwrap_or((&shown, ""));
            let fields = exchange::fields(&parts, query, &body, operation, self.routes.auth).await;
            let asked = Asked { line: format!("{} {shown}", parts.method), entry, fields, parts, body };
            match &self.inner {
                None => self.replay(&asked),
                Some(Ok(inner)) => self.record(asked, &**inner).await,
                Some(Err(error)) => Err(TransportError::new(TransportErrorKind::Request, error.clone())),
            }
        })
    }
}

impl Through {
    fn replay(&self, asked: &Asked) -> Result<Response<Body>, TransportError> {
        let mut state = self.cassette.state();
        let State { recorded, used, ignored, .. } = &mut *state;
        let found = recorded.find(&asked.line, &asked.fields, ignored, used);
        let exchange = found.map_err(|reason| TransportError::new(TransportErrorKind::Request, reason))?;
        let invalid = |error: &dyn std::fmt::Display| {
            TransportError::new(
                TransportErrorKind::Request,
                format!("the recorded {} is damaged: {error}", exchange.request),
            )
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
        // While it is sent it is not replayed: nothing of it may be waited for twice.
        let body = body.bytes(MAX_BODY).await.map_err(|error| TransportError::new(TransportErrorKind::Sent, error))?;
        let base = asked.parts.uri.to_string();
        let location = parts.headers.get(LOCATION).and_then(|value| resolve(&base, &reference_in(value)));
        let secrets_of_request = match &asked.entry {
            Some((entry, parameters)) => {
                let request = Request::from_parts(asked.parts.clone(), asked.body.clone());
                entry.secrets().of_request(request, parameters.clone()).await
            }
            None => Vec::new(),
        };
        let exchange = {
            let mut state = self.cassette.state();
            let secrets = &mut state.placeholders;
            for value in asked.parts.headers.values().filter(|value| value.is_sensitive()) {
                // `Bearer …`: it is the last word.
                secrets.add(value.to_str().ok().and_then(|value| value.rsplit(' ').next()).unwrap_or_default());
            }
            secrets_of_request.iter().for_each(|secret| secrets.add(secret));
            for body in [&asked.body, &body] {
                if let Some(value) = std::str::from_utf8(body).ok().and_then(|text| from_json(text).ok()) {
                    secrets.add_by_name(&value, false);
                }
            }
            if let (Some((entry, _)), Ok(text), true) =
                (&asked.entry, std::str::from_utf8(&body), parts.status.is_success())
            {
                entry.secrets().of_response(text).iter().for_each(|secret| secrets.add(secret));
            }
            if let Some(location) = location {
                // Whoever has the URL of an upload can write to it.
                secrets.add(&location);
                if let Ok(location) = location.parse() {
                    parts.headers.insert(LOCATION, location);
                }
            }
            exchange_of(&asked, &parts.headers, parts.status.as_u16(), &body, &state)
        };
        self.cassette.add(exchange).map_err(|error| TransportError::new(TransportErrorKind::Request, error))?;
        // Its length is no longer that of a compressed body.
        if asked.parts.method != Method::HEAD {
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        Ok(Response::from_parts(parts, body.into()))
    }
}

fn exchange_of(asked: &Asked, headers: &HeaderMap, status: u16, body: &Bytes, state: &State) -> Exchange {
    let secrets = &state.placeholders;
    let hidden = |text: &str| secrets.replace(text).unwrap_or_else(|| text.to_owned());
    // A string of JSON is a leaf.
    let hidden_field = |text: &String| replace_in_field(text, |text| secrets.replace(text));
    let kind = media_type(headers).to_ascii_lowercase();
    let text = std::str::from_utf8(body).ok().filter(|_| headers.get(CONTENT_TYPE).is_none() || is_text(&kind));
    let json = |text: &str| RawValue::from_string(replace_strings(text, |text| secrets.replace(text))).ok();
    let content = match text {
        _ if body.is_empty() => Content::Empty,
        Some(text) => json(text).map_or_else(|| Content::Text(hidden(text)), Content::Json),
        None => Content::Base64(BASE64_STANDARD.encode(body)),
    };
    Exchange {
        operation: asked.entry.as_ref().map(|(entry, _)| entry.name()),
        request: hidden(&asked.line),
        fields: asked.fields.iter().map(|(name, value)| (name.clone(), hidden_field(value))).collect(),
        status,
        headers: exchange::headers(headers, secrets),
        body: content,
    }
}

fn replace_in_field(text: &str, replace: impl Fn(&str) -> Option<String>) -> String {
    match text.starts_with('"') {
        true => replace_strings(text, replace),
        false => replace(text).unwrap_or_else(|| text.to_owned()),
    }
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/")
        || kind == "application/json"
        || kind.ends_with("+json")
        || kind.ends_with("xml")
        || kind.ends_with("mpegurl")
}
