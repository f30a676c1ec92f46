//! From a request to its handler: keys, the checks before it, the virtual clock.

use std::sync::Arc;

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use serde_json::{Value, json};

use super::core::Core;
use super::credentials::{Credentials, credentials};
use super::film;
use super::handler::{HandlerResult, not_found};
use super::json_error::body_error;
use super::query::Query;
use super::schema;
use super::state::StudioState;
use super::uploads;
use typed_endpoint::mock::{EncodeResponse, Mock, Received, Reply};
use typed_endpoint::{Body, Endpoint, Operation};

/// The largest body that an operation takes.
const MAX_BODY: usize = 100 * 1024;

/// The handlers, in order.
pub(super) struct Routes {
    mock: Mock,
    core: Arc<Core>,
}

impl Routes {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let (gate, server) = (core.clone(), core.clone());
        let mock = Mock::new()
            .first(move |parts| {
                let reply = gate.set(|state| admit(state, parts)).err();
                async move { reply }
            })
            // The body has been checked by then.
            .lenient_queries(true)
            .check(move |operation, parts, body| {
                // Metrics are a service of their own, which is not open source.
                let is_missing = operation.path.starts_with("/data/") && server.set(|state| state.settings.open_source);
                let checked = if is_missing { Err(not_found()) } else { check(operation, parts, body) };
                checked.err()
            });
        Self { mock, core }
    }

    /// Serves an operation.
    pub(super) fn on<E>(
        self,
        handler: impl Fn(&mut StudioState, E) -> HandlerResult<E::Response> + Send + Sync + 'static,
    ) -> Self
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
    {
        let core = self.core.clone();
        let mock = self.mock.on_received(move |received: Received<E>| {
            let Received { parts, body, request, .. } = received;
            let response = core.respond(&parts, body, |state| handler(state, request));
            async move { response }
        });
        Self { mock, ..self }
    }

    /// Serves an operation that has to wait for something.
    pub(super) fn on_async<E, Fut>(self, handler: impl Fn(Arc<Core>, E) -> Fut + Send + Sync + 'static) -> Self
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
        Fut: Future<Output = HandlerResult<E::Response>> + Send + 'static,
    {
        let core = self.core.clone();
        let mock = self.mock.on_received(move |received: Received<E>| handler(core.clone(), received.request));
        Self { mock, ..self }
    }

    /// Serves what is no operation of Studio's own: AI, the film, uploads, and 404 for all else.
    pub(super) fn into_mock(self, ai: Mock) -> Mock {
        let core = self.core;
        self.mock.fallback(move |request| {
            let (core, ai) = (core.clone(), ai.clone());
            async move {
                let path = request.uri().path();
                if film::is_film(path) {
                    return film::respond(&core, &request.into_parts().0).await;
                }
                match path.contains("/generate/") {
                    true => generate(&ai, request).await,
                    false => uploads::respond(core, request).await,
                }
            }
        })
    }
}

/// Serves an AI operation, which needs a key.
async fn generate(ai: &Mock, request: Request<Body>) -> Reply {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Reply::error(401, "request is not authenticated");
    }
    ai.respond(request).await.into()
}

/// The first checks of every request: prepared replies, and whether its key is known.
fn admit(state: &mut StudioState, parts: &Parts) -> Result<(), Reply> {
    state.pass(state.settings.per_request);
    if let Some(response) = state.replies.pop_front() {
        return Err(response);
    }
    if uploads::is_upload(below_base(parts)) || film::is_film(parts.uri.path()) {
        return Ok(());
    }
    let key = match credentials(parts)? {
        Credentials::None => return Ok(()),
        Credentials::Key(key) => key,
    };
    if !state.settings.keys.is_empty() && !state.settings.keys.contains(&key) {
        return Err(Reply::error(401, format!("no token {key} found")));
    }
    if Query::new(parts.uri.query().unwrap_or_default()).has("projectId") {
        return Err(Reply::error(400, "projectId as query param not supported"));
    }
    Ok(())
}

fn below_base(parts: &Parts) -> &str {
    let path = parts.uri.path();
    path.strip_prefix("/api").unwrap_or(path)
}

/// The checks of a request of an operation, in the server's order.
fn check(operation: &Operation, parts: &Parts, body: &[u8]) -> Result<(), Reply> {
    let json = read_body(parts, body)?;
    let schema = schema::of(operation);
    let check_schema = || match schema.map(|body| schema::check(body.schema, &json)) {
        Some(mistakes) if !mistakes.is_empty() => Err(Reply::json(422, &json!({ "errors": mistakes }))),
        _ => Ok(()),
    };
    if schema.is_some_and(|body| body.before_key) {
        check_schema()?;
    }
    let path = operation.path;
    let public = ["/playback/", "/data/views/query/total/", "/access-control/public-key", "/ingest"];
    let is_public = public.iter().any(|start| path.starts_with(start));
    if !is_public && matches!(credentials(parts), Ok(Credentials::None)) {
        return Err(Reply::error(401, "request is not authenticated"));
    }
    check_schema()?;
    let query = || Query::new(parts.uri.query().unwrap_or_default());
    let is_text = |value: &Value| value.is_string();
    let ids = json.get("ids").and_then(Value::as_array);
    match (operation.method, path) {
        ("DELETE", "/stream") if ids.is_none_or(Vec::is_empty) => Err(Reply::error(422, "missing ids")),
        ("DELETE", "/webhook") if ids.is_none_or(|ids| !ids.iter().all(is_text)) => {
            Err(Reply::error(422, "missing ids"))
        }
        ("PATCH", "/stream/{id}/suspended") if !json["suspended"].is_boolean() => {
            Err(Reply::error(422, "missing suspended property"))
        }
        ("PATCH", "/stream/{id}/record") if !json["record"].is_boolean() => {
            Err(Reply::error(400, "record field required"))
        }
        ("GET", "/user/usage") if !query().has("fromTime") || !query().has("toTime") => {
            Err(Reply::error(400, "should specify time range"))
        }
        _ => Ok(()),
    }
}

/// A body as the server reads it: what does not say that it is JSON is empty.
fn read_body(parts: &Parts, body: &[u8]) -> Result<Value, Reply> {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type.trim().eq_ignore_ascii_case("application/json") || body.is_empty() {
        return Ok(json!({}));
    }
    let charset = parameters.to_ascii_lowercase();
    let charset = charset.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    let charset = charset.unwrap_or("utf-8").trim_matches('"');
    if !charset.starts_with("utf-") {
        return Err(Reply::error(415, format!("unsupported charset \"{}\"", charset.to_uppercase())));
    }
    if body.len() > MAX_BODY {
        return Err(Reply::error(413, "request entity too large"));
    }
    let text = String::from_utf8_lossy(body);
    match body_error(&text) {
        Some(reason) => Err(Reply::error(400, reason)),
        None => Ok(serde_json::from_str(&text).unwrap_or_else(|_| json!({}))),
    }
}
