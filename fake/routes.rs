//! From a request to its handler: keys, error responses, the virtual clock.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::json;

use super::core::Core;
use super::handler::HandlerResult;
use super::state::StudioState;
use super::{play, uploads};
use typed_endpoint::Endpoint;
use typed_endpoint::mock::{EncodeResponse, Mock, Received, Reply};
use typed_endpoint::source::{ReadError, ReadErrorKind};

/// The largest body that an operation takes.
const MAX_BODY: usize = 100 * 1024;

/// The handlers, in order.
pub(super) struct Routes {
    mock: Mock,
    core: Arc<Core>,
}

impl Routes {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let gate = core.clone();
        let mock = Mock::new()
            .first(move |parts| {
                let reply = gate.set(|state| admit(state, parts)).err();
                async move { reply }
            })
            .strict(true)
            .lenient_queries(true)
            .unreadable(refuse);
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
            let response = match body.len() > MAX_BODY {
                true => Err(Reply::error(413, "request entity too large")),
                false => core.respond(&parts, body, |state| handler(state, request)),
            };
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

    pub(super) fn into_mock(self) -> Mock {
        let core = self.core;
        self.mock.fallback(move |request| uploads::respond(core.clone(), request))
    }
}

/// Checks a request before its handler runs.
fn admit(state: &mut StudioState, parts: &Parts) -> Result<(), Reply> {
    state.pass(state.settings.per_request);
    if let Some(response) = state.replies.pop_front() {
        return Err(response);
    }
    let path = parts.uri.path();
    let path = path.strip_prefix("/api").unwrap_or(path);
    if uploads::is_upload(path) {
        return Ok(());
    }
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let key = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let public = ["/playback/", play::FILES, "/data/views/query/total/", "/access-control/public-key", "/ingest"];
    match key.filter(|key| !key.is_empty()) {
        None if public.iter().any(|start| path.starts_with(start)) => {}
        None => return Err(Reply::error(401, "request is not authenticated")),
        Some(key) if state.settings.keys.is_empty() || state.settings.keys.iter().any(|own| own == key) => {}
        Some(key) => return Err(Reply::error(401, format!("no token {key} found"))),
    }
    Ok(())
}

/// Formats an error as the server's schema checker does: each error is JSON inside of a string.
fn refuse(error: &ReadError) -> Reply {
    let (parent, name) = match error.path.rfind(['.', ']']) {
        Some(at) if error.path.as_bytes()[at] == b'.' => (&error.path[..at], &error.path[at + 1..]),
        Some(_) => (error.path.as_str(), ""),
        None => ("", error.path.as_str()),
    };
    let pointer = |path: &str| match path {
        "" => String::new(),
        path => format!("/{}", path.replace(['.', '['], "/").replace(']', "")),
    };
    // The declaration has no types of nested fields.
    let ty = if error.path.contains(['.', '[']) { "valid" } else { json_type(error.ty) };
    let error = match error.kind {
        ReadErrorKind::Unknown => json!({
            "instancePath": pointer(parent),
            "schemaPath": "#/additionalProperties",
            "keyword": "additionalProperties",
            "params": { "additionalProperty": name },
            "message": "must NOT have additional properties",
        }),
        ReadErrorKind::Missing => json!({
            "instancePath": pointer(parent),
            "schemaPath": "#/required",
            "keyword": "required",
            "params": { "missingProperty": name },
            "message": format!("must have required property '{name}'"),
        }),
        ReadErrorKind::NotAllowed => json!({
            "instancePath": pointer(&error.path),
            "schemaPath": format!("#/properties{}/enum", pointer(&error.path)),
            "keyword": "enum",
            "params": {},
            "message": "must be equal to one of the allowed values",
        }),
        _ => json!({
            "instancePath": pointer(&error.path),
            "schemaPath": format!("#/properties{}/type", pointer(&error.path)),
            "keyword": "type",
            "params": { "type": ty },
            "message": format!("must be {ty}"),
        }),
    };
    Reply::error(422, error.to_string())
}

/// What JSON calls a type of Rust.
fn json_type(ty: &str) -> &'static str {
    match ty.strip_prefix("Option<").unwrap_or(ty) {
        ty if ty.starts_with("Vec<") => "array",
        ty if ty.starts_with("bool") => "boolean",
        ty if ["u32", "u64", "i32", "i64"].iter().any(|int| ty.starts_with(int)) => "integer",
        ty if ["f64", "Timestamp", "Seconds"].iter().any(|number| ty.starts_with(number)) => "number",
        ty if ["String", "Secret", "Url"].iter().any(|text| ty.starts_with(text)) || ty.ends_with("Id") => "string",
        _ => "object",
    }
}
