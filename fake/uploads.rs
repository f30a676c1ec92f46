//! Where the files of assets arrive: the URLs that a requested upload gives. Strict, and with the traps of the real
//! storage behind them.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method, Request};

use super::core::Core;
use super::fault::{UploadFault, UploadStep, afterwards, arrived, instead, not_kept, receive};
use super::files::Spool;
use super::handler::HandlerResult;
use super::kept::Tus;
use super::state::StudioState;
use crate::endpoints::studio::asset::Phase;
use crate::endpoints::studio::types::AssetId;
use typed_endpoint::Body;
use typed_endpoint::link::query_param;
use typed_endpoint::mock::Reply;

/// The size of a stored part, and the smallest that is stored unless it is the last, in bytes.
const PART: u64 = 8 * 1024 * 1024;
const LEAST: u64 = 5 * 1024 * 1024;

/// The media type of a part.
const PART_TYPE: &str = "application/offset+octet-stream";

/// Whether a path (without `/api`) is one of the upload endpoints, which know no API key.
pub(super) fn is_upload(path: &str) -> bool {
    path.starts_with("/asset/upload/tus") || path.starts_with("/asset/upload/direct")
}

/// Serves what is no operation: uploads, and 404 for all else.
pub(super) async fn respond(core: Arc<Core>, request: Request<Body>) -> Reply {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = path.strip_prefix("/api").unwrap_or(path);
    if !is_upload(path) {
        return Reply::error(404, "not found");
    }
    allow(&parts, serve(&core, path, &parts, body).await)
}

/// Pages of every origin may upload.
fn allow(parts: &Parts, reply: Reply) -> Reply {
    const HEADERS: &str = "Location, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Defer-Length, \
                           Upload-Length, Upload-Metadata, Upload-Offset";

    let reply = reply.header("access-control-allow-origin", "*").header("access-control-expose-headers", HEADERS);
    if parts.method != Method::OPTIONS {
        return reply;
    }
    let asked = text(&parts.headers, "access-control-request-headers").unwrap_or("*");
    reply
        .header("access-control-allow-methods", "POST, HEAD, PATCH, OPTIONS, DELETE, PUT")
        .header("access-control-allow-headers", asked)
        .header("access-control-max-age", "86400")
}

async fn serve(core: &Arc<Core>, path: &str, parts: &Parts, body: Body) -> Reply {
    // The real server ignores a key; a test should find a client that sends one.
    if parts.headers.contains_key(AUTHORIZATION) {
        return Reply::text(400, "an API key was sent to an upload URL");
    }
    let query = format!("?{}", parts.uri.query().unwrap_or_default());
    let token = query_param(&query, "token").unwrap_or_default();
    if path == "/asset/upload/direct" && parts.method == Method::PUT {
        return put(core, &token, &parts.headers, body).await;
    }
    if parts.method == Method::OPTIONS {
        return Reply::status(204);
    }
    let overriding = text(&parts.headers, "x-http-method-override").and_then(|method| method.parse().ok());
    let method = overriding.filter(|_| parts.method == Method::POST).unwrap_or_else(|| parts.method.clone());
    if text(&parts.headers, "tus-resumable") != Some("1.0.0") {
        return Reply::text(412, "Tus-Resumable Required\n");
    }
    let reply = match (path.strip_prefix("/asset/upload/tus"), method) {
        (Some(""), Method::POST) => create(core, &token, parts, body).await,
        (Some(id), method) if id.starts_with('/') => match method {
            Method::HEAD => ask(core, &id[1..]).await,
            Method::DELETE => abort(core, &id[1..]).await,
            Method::PATCH => patch(core, &id[1..], &parts.headers, body).await,
            _ => Reply::text(404, "Not found\n"),
        },
        _ => Reply::text(404, "Not found\n"),
    };
    reply.header("tus-resumable", "1.0.0")
}

fn fault(core: &Core, step: UploadStep) -> Option<UploadFault> {
    core.set(|state| state.uploads.faults.take(step))
}

fn unknown() -> Reply {
    Reply::text(404, "The file for this url was not found\n")
}

fn conflict() -> Reply {
    Reply::text(409, "Upload-Offset conflict\n")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// The asset that a token is for, if it still waits for its file.
fn waiting(state: &mut StudioState, token: &str) -> HandlerResult<AssetId> {
    if token.is_empty() {
        return Err(Reply::error(401, "Missing uploadToken metadata from /request-upload API"));
    }
    let Some(id) = state.tokens.get(token).cloned() else {
        return Err(Reply::error(403, "Invalid signed upload URL: JsonWebTokenError: invalid token"));
    };
    let asset = state.asset(id.as_str()).map_err(|_| Reply::error(404, "asset not found"))?;
    let phase = asset.status.as_ref().map(|status| status.phase.clone());
    match phase {
        Some(Phase::Uploading) => Ok(id),
        _ => Err(arrived()),
    }
}

async fn create(core: &Arc<Core>, token: &str, parts: &Parts, body: Body) -> Reply {
    let fault = fault(core, UploadStep::Create);
    if let Some(reply) = instead(fault.as_ref()).await {
        return reply;
    }
    let is_kept = !matches!(fault, Some(UploadFault::Lose | UploadFault::Forget));
    let first = match text(&parts.headers, CONTENT_TYPE.as_str()) == Some(PART_TYPE) {
        true => received(core, body, fault.as_ref()).await,
        false => spool(core),
    };
    let first = match first {
        Ok(first) => first,
        Err(reply) => return reply,
    };
    let reply = core.respond(parts, Bytes::new(), |state| {
        let (id, upload) = match created(state, token, &parts.headers) {
            Ok(created) => created,
            Err(reply) => return reply,
        };
        let host = state.settings.link_host.clone().unwrap_or_else(|| state.asked.origin.clone());
        let reply = Reply::status(201).header("location", &format!("{host}/api/asset/upload/tus/{id}"));
        if !is_kept {
            return reply;
        }
        // An empty file is complete with that, and a first part may have come along.
        let is_empty = upload.length == Some(0);
        state.uploads.tus.insert(id.clone(), upload);
        if first.len() == 0 && !is_empty {
            return reply;
        }
        let stored = store(state, &id, 0, None, first, None);
        match stored.headers.get("upload-offset").and_then(|offset| offset.to_str().ok()) {
            Some(offset) => reply.header("upload-offset", offset),
            None => stored,
        }
    });
    core.dispatch();
    afterwards(fault.as_ref(), reply)
}

fn created(state: &mut StudioState, token: &str, headers: &HeaderMap) -> HandlerResult<(String, Tus)> {
    let asset = waiting(state, token)?;
    let length = number(headers, "upload-length");
    if length.is_some() == (text(headers, "upload-defer-length") == Some("1")) {
        return Err(Reply::text(400, "Upload-Length or Upload-Defer-Length header required\n"));
    }
    let playback = state.asset(asset.as_str())?.playback_id.clone().unwrap_or_default();
    let metadata = text(headers, "upload-metadata").map(str::to_owned);
    let file = state.uploads.files.spool().map_err(|error| not_kept(&error))?;
    Ok((format!("directUpload%2F{playback}"), Tus { asset, length, metadata, confirmed: 0, file }))
}

async fn ask(core: &Core, id: &str) -> Reply {
    let fault = fault(core, UploadStep::Ask);
    if let Some(reply) = instead(fault.as_ref()).await {
        return reply;
    }
    let reply = core.set(|state| {
        if fault == Some(UploadFault::Forget) {
            state.uploads.tus.remove(id);
        }
        state.uploads.tus.get(id).map_or_else(unknown, Tus::state)
    });
    afterwards(fault.as_ref(), reply)
}

async fn abort(core: &Core, id: &str) -> Reply {
    let fault = fault(core, UploadStep::Abort);
    if let Some(reply) = instead(fault.as_ref()).await {
        return reply;
    }
    let known = core.set(|state| match fault {
        Some(UploadFault::Lose) => state.uploads.tus.contains_key(id),
        _ => state.uploads.tus.remove(id).is_some(),
    });
    let reply = if known { Reply::status(204) } else { unknown() };
    afterwards(fault.as_ref(), reply)
}

async fn patch(core: &Arc<Core>, id: &str, headers: &HeaderMap, body: Body) -> Reply {
    let Some(confirmed) = core.set(|state| state.uploads.tus.get(id).map(|upload| upload.confirmed)) else {
        return unknown();
    };
    if text(headers, "content-type") != Some(PART_TYPE) {
        return Reply::text(415, "Invalid Content-Type\n");
    }
    if number(headers, "upload-offset") != Some(confirmed) {
        return conflict();
    }
    let fault = fault(core, UploadStep::Send);
    let part = match received(core, body, fault.as_ref()).await {
        Ok(part) => part,
        Err(reply) => return reply,
    };
    if let Some(reply) = instead(fault.as_ref()).await {
        return reply;
    }
    let (offset, length) = (number(headers, "upload-offset"), number(headers, "upload-length"));
    let reply = core.set(|state| store(state, id, offset.unwrap_or_default(), length, part, fault.as_ref()));
    core.dispatch();
    match fault {
        Some(UploadFault::Forget) => Reply::cut(),
        _ => afterwards(fault.as_ref(), reply),
    }
}

/// Stores a part as the real storage does: in pieces of its own size. A rest that is too small for a
/// piece is confirmed, but not stored.
fn store(
    state: &mut StudioState,
    id: &str,
    offset: u64,
    announced: Option<u64>,
    part: Spool,
    fault: Option<&UploadFault>,
) -> Reply {
    if fault == Some(&UploadFault::Forget) {
        state.uploads.tus.remove(id);
        return unknown();
    }
    let Some(upload) = state.uploads.tus.get_mut(id) else { return unknown() };
    // Another request may have brought the same part while this one came.
    if offset != upload.confirmed {
        return conflict();
    }
    match (upload.length, announced) {
        (Some(known), Some(announced)) if known != announced => {
            return Reply::text(400, "Upload-Length cannot change\n");
        }
        _ => upload.length = upload.length.or(announced),
    }
    let len = part.len();
    let end = upload.confirmed + len;
    if upload.length.is_some_and(|length| end > length) {
        return Reply::text(413, "the part continues after the end of the upload\n");
    }
    let last = upload.length == Some(end);
    let rest = len % PART;
    let stored = Reply::status(204).header("upload-offset", &end.to_string());
    if fault == Some(&UploadFault::Lose) {
        return stored;
    }
    let kept = match last || rest >= LEAST || rest == 0 {
        true => len,
        false if len > PART => len - rest,
        false => 0,
    };
    if kept > 0 || last {
        if let Err(error) = upload.file.append(part, kept) {
            return not_kept(&error);
        }
        upload.confirmed = end;
    }
    if last {
        let asset = upload.asset.clone();
        let file = std::mem::take(&mut upload.file);
        return match finish(state, asset, file) {
            Ok(()) => stored,
            Err(reply) => reply,
        };
    }
    stored
}

fn finish(state: &mut StudioState, asset: AssetId, file: Spool) -> HandlerResult<()> {
    state.receive_upload(asset.as_str(), file.len())?;
    state.uploads.files.insert(asset, file).map_err(|error| not_kept(&error))
}

/// The place for what is received.
fn spool(core: &Core) -> HandlerResult<Spool> {
    core.set(|state| state.uploads.files.spool()).map_err(|error| not_kept(&error))
}

/// A body, in a place of its own.
async fn received(core: &Core, body: Body, fault: Option<&UploadFault>) -> HandlerResult<Spool> {
    receive(spool(core)?, body, fault).await
}

async fn put(core: &Arc<Core>, token: &str, headers: &HeaderMap, body: Body) -> Reply {
    let asset = match core.set(|state| waiting(state, token)) {
        Ok(asset) => asset,
        Err(reply) => return reply,
    };
    if text(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("application/json")) {
        // A JSON parser before the storage has consumed the body, and the storage waits for it.
        return std::future::pending().await;
    }
    // In memory, no HTTP server has derived the header from the body's length.
    let Some(length) = number(headers, CONTENT_LENGTH.as_str()).or(body.len()) else {
        return Reply::text(411, "Length Required\n");
    };
    let fault = fault(core, UploadStep::Send);
    let file = match received(core, body, fault.as_ref()).await {
        Ok(file) => file,
        Err(reply) => return reply,
    };
    if let Some(reply) = instead(fault.as_ref()).await {
        return reply;
    }
    let reply = match fault {
        Some(UploadFault::Lose | UploadFault::Forget) => return Reply::cut(),
        _ if file.len() != length => return Reply::text(400, "the file is shorter than announced\n"),
        _ => match core.set(|state| finish(state, asset, file)) {
            Ok(()) => Reply::status(200),
            Err(reply) => reply,
        },
    };
    core.dispatch();
    afterwards(fault.as_ref(), reply)
}

impl Tus {
    /// The reply with its offset.
    fn state(&self) -> Reply {
        let reply = Reply::status(200).header("upload-offset", &self.confirmed.to_string());
        let reply = reply.header("cache-control", "no-store");
        let reply = match &self.metadata {
            Some(metadata) => reply.header("upload-metadata", metadata),
            None => reply,
        };
        match self.length {
            Some(length) => reply.header("upload-length", &length.to_string()),
            None => reply.header("upload-defer-length", "1"),
        }
    }
}
