//! One attempt: a request is made and exchanged for a response, redirects and all.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::response::Parts as Head;
use http::uri::InvalidUri;
use http::{Method, StatusCode};

use super::coding;
use super::failure::{
    AttemptError, body_failure, error_of, error_response, redirect_failure, transport_failure, unasked_part,
};
use super::redirect::{Redirect, follow_redirect, goes_along};
use super::request::Job;
use crate::body::Body;
use crate::context::CallContext;
use crate::encode::Payload;
use crate::error::{ErrorInner, ErrorKind, RequestError};
use crate::redact::MARK;
use crate::resolve::{resolve, same_origin};
use crate::response::{RawResponse, is_json};
use crate::retry::FailureKind;
use crate::runtime;
use crate::secret;
use crate::server::origin_of;
use crate::settings::{Credential, Key};
use crate::timeout::ActivityMonitor;
#[cfg(feature = "http2")]
use crate::timeout::taken_at_once;
use crate::transport::AddedSecrets;
#[cfg(feature = "http2")]
use crate::transport::marks::ShortCall;
use crate::transport::marks::{AtHome, PlainKey};

/// How many redirects are followed.
const REDIRECTS: u8 = 5;

/// Opens the files of a body, so that their lengths are known.
pub(super) async fn open_payload(job: &mut Job) -> Result<(), Box<ErrorInner>> {
    if let Payload::Body(_) = job.request.payload {
        return Ok(());
    }
    // Boxed, so that calls without files need not be as large as those with some.
    Box::pin(open_files(job)).await
}

async fn open_files(job: &mut Job) -> Result<(), Box<ErrorInner>> {
    runtime::check().map_err(ErrorInner::request)?;
    let unreadable = |error: std::io::Error| ErrorInner::request(error.into());
    let content_type = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| ErrorInner::request(RequestError::Header { name: "content-type".into() }))
    };
    let body = match std::mem::take(&mut job.request.payload) {
        Payload::Body(body) => body,
        Payload::File(file) => {
            if job.request.headers.iter().all(|(name, _)| *name != CONTENT_TYPE) {
                job.request.headers.push((CONTENT_TYPE, content_type(file.media_type())?));
            }
            file.into_body().await.map_err(unreadable)?
        }
        Payload::Multipart(form) => {
            let (mut text, body) = form.into_body().await.map_err(unreadable)?;
            // The declaration's own kind of it: `multipart/related`.
            let declared = job.request.headers.iter().find(|(name, _)| *name == CONTENT_TYPE);
            let declared =
                declared.and_then(|(_, kind)| kind.to_str().ok()).filter(|kind| kind.starts_with("multipart/"));
            if let (Some(kind), Some((_, boundary))) = (declared, text.split_once(';')) {
                text = format!("{kind};{boundary}");
            }
            job.request.set_header(CONTENT_TYPE, content_type(&text)?);
            body
        }
    };
    job.request.payload = Payload::Body(body);
    Ok(())
}

/// Sets the key without asking for it: where a function gives it, what stands in its place.
pub(super) fn stand_in_key(job: &mut Job) {
    job.key = match &job.settings.key {
        _ if !job.subject.sends_key() => None,
        Key::None => None,
        Key::Fixed(key) => Some(key.clone()),
        Key::Provider(_) | Key::Tokens(_) => Some(Credential::new(job.settings.api.auth, MARK)),
    };
    redact_key(job);
}

pub(super) async fn resolve_key(job: &mut Job) -> Result<(), RequestError> {
    job.key = match &job.settings.key {
        _ if !job.subject.sends_key() => None,
        Key::None => None,
        Key::Fixed(key) => Some(key.clone()),
        Key::Provider(provider) => match provider().await {
            Ok(key) => Some(Credential::new(job.settings.api.auth, key.expose())),
            Err(error) => return Err(RequestError::key_provider(error)),
        },
        // Boxed, so that calls with a fixed key need not be as large.
        Key::Tokens(tokens) => Some(tokens.clone().get(job.settings.api.auth).await?),
    };
    redact_key(job);
    Ok(())
}

/// Keeps out of errors what else of the key is a secret.
fn redact_key(job: &mut Job) {
    let also = job.key.as_ref().map(|key| key.also.clone()).unwrap_or_default();
    if !also.is_empty() {
        job.redact_too(also);
    }
}

/// Whether the token was refused and another may be fetched: once for a call. Nothing was done then, so any request may be sent again.
pub(super) fn forget_refused_token(job: &mut Job, failure: &AttemptError) -> bool {
    if job.renewed || failure.status() != Some(401) {
        return false;
    }
    if let (Key::Tokens(tokens), Some(key)) = (&job.settings.key, &job.key) {
        tokens.forget(key);
        job.renewed = true;
    }
    job.renewed
}

pub(super) fn build_request(
    job: &Job,
    redirected: Option<&str>,
    body: Body,
) -> Result<http::Request<Body>, RequestError> {
    let mut target = match redirected {
        Some(url) => Cow::Borrowed(url),
        None => target_of(job)?,
    };
    let absolute = origin_of(&target).is_some();
    let at_home = !absolute || same_origin(job.server.origin(), &target);
    // What the request says itself is for where it was sent to.
    let stays = redirected.is_none_or(|url| url_of(job).is_ok_and(|first| same_origin(&first, url)));
    // With room for the key, and for what the transport adds.
    let mut headers = HeaderMap::with_capacity(job.request.headers.len() + job.settings.headers.len() + 5);
    for (name, value) in &job.request.headers {
        if stays || goes_along(name) {
            headers.append(name, value.clone());
        }
    }
    for (name, value) in &job.settings.headers {
        // The client's headers are for its server: any of them may be a credential.
        if name == USER_AGENT || (at_home && job.subject.sends_client_headers()) {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
    let mut plain_key = false;
    if at_home && let Some(key) = &job.key {
        job.settings.authorize(key, &job.server, &mut target, &mut headers)?;
        plain_key = !job.server.is_secure();
    }
    if at_home && job.subject.sends_key() {
        for key in &job.settings.more_keys {
            job.settings.authorize(key, &job.server, &mut target, &mut headers)?;
            plain_key = !job.server.is_secure();
        }
    }
    let url = match absolute {
        true => target.parse().map_err(|error: InvalidUri| RequestError::Url { reason: error.to_string() })?,
        false => job.server.url(&target)?,
    };
    coding::negotiate(job, &mut headers);
    // HTTP libraries leave it out when there is no body, and some servers refuse that (411).
    if body.is_empty() && matches!(job.subject.method(), "POST" | "PUT" | "PATCH") {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    #[cfg(feature = "http2")]
    let short = job.settings.http2 && taken_at_once(&body).is_some() && job.is_short();
    let invalid = |error: http::method::InvalidMethod| RequestError::Url { reason: error.to_string() };
    let method = Method::from_bytes(job.subject.method().as_bytes()).map_err(invalid)?;
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url;
    *request.headers_mut() = headers;
    if plain_key {
        request.extensions_mut().insert(PlainKey);
    }
    if let (Some(operation), false) = (job.subject.operation(), job.settings.layers.is_empty()) {
        request.extensions_mut().insert(operation);
    }
    if at_home && !job.settings.layers.is_empty() {
        request.extensions_mut().insert(AtHome);
    }
    #[cfg(feature = "http2")]
    if short {
        request.extensions_mut().insert(ShortCall);
    }
    Ok(request)
}

/// The request's target: below the server's base URL for an operation, else an absolute URL, from one that came out of a
/// response and may be spelled in any way that a browser takes.
fn target_of(job: &Job) -> Result<Cow<'_, str>, RequestError> {
    let target = job.request.target.as_str();
    if !job.request.is_url {
        return Ok(target.into());
    }
    let trimmed = target.trim();
    let url = match trimmed.starts_with('/') || origin_of(trimmed).is_some() {
        true => resolve(job.server.origin(), trimmed),
        false => {
            return Err(RequestError::Url {
                reason: "expected `http://…`, `https://…` or a path that starts with `/`".into(),
            });
        }
    };
    url.map(Cow::Owned).ok_or_else(|| RequestError::Url {
        reason: "its host is none: a name that is not ASCII has to be given as `xn--…`".into(),
    })
}

/// The absolute URL that the request goes to first, without a key.
pub(super) fn url_of(job: &Job) -> Result<String, RequestError> {
    match job.request.is_url {
        false => Ok(job.server.url(&job.request.target)?.to_string()),
        true => target_of(job).map(Cow::into_owned),
    }
}

/// One attempt, redirects and all.
///
/// What is rare is boxed, and large values are kept out of what lives while it waits: they would make every call as much
/// larger.
pub(super) async fn attempt(job: &mut Job) -> Result<RawResponse, AttemptError> {
    job.status = None;
    resolve_key(job).await.map_err(AttemptError::request)?;
    if let Some(rate) = job.settings.rate.clone() {
        // Boxed, so that calls without a limit need not be as large as those with one.
        Box::pin(async move { rate.wait().await }).await;
    }
    let outcome = exchange_and_read(job).await;
    if let Some((log, redactor, most)) = job.content_log() {
        let (headers, body) = match &outcome {
            Ok(response) => (&response.headers, &response.raw_body),
            Err(failure) => (&failure.error.headers, &failure.error.raw_body),
        };
        log.response_body(headers, body, &redactor, most);
    }
    if let Some(rate) = &job.settings.rate {
        match &outcome {
            Err(failure) if failure.is_complaint() => rate.slow_down(failure.retry_after),
            Ok(_) => rate.speed_up(),
            Err(_) => {}
        }
    }
    outcome.map_err(|failure| failure.redacted(&job.redactor()))
}

async fn exchange_and_read(job: &mut Job) -> Result<RawResponse, AttemptError> {
    let (mut head, body, stays) = exchange(job).await?;
    let mut body = coding::decode(job, &mut head, body);
    if (!head.status.is_success() && !job.declares(head.status)) || job.retries(head.status) {
        let redactor = job.redactor();
        return Err(Box::pin(error_response(job, head, body, redactor, stays)).await);
    }
    drop(stays);
    if head.status == StatusCode::PARTIAL_CONTENT && job.response.file && !job.asks_for_part() {
        return Err(unasked_part(head));
    }
    if let Some(waits) = job.head.take() {
        // Nobody may wait any more.
        let _ = waits.send(head.headers.clone());
    }
    // Where events are due, JSON is an error response: its words are wanted.
    let is_error = job.response.streamed && !job.response.file && !job.response.streams_json && is_json(&head.headers);
    let raw_body = match job.response.streamed && !is_error {
        true => Bytes::new(),
        false => match body.collect(job.settings.max_response).await {
            Ok(bytes) => bytes,
            Err(error) => return Err(body_failure(head, error)),
        },
    };
    if (!job.response.streamed || is_error)
        && let Some(status) = (job.response.rules.error_status)(head.status, &head.headers, &raw_body)
    {
        head.status = status;
        let text = job.redactor().redact_bytes(raw_body, false);
        return Err(error_of(job, head, Some(text), None));
    }
    let (operation, what) = (job.subject.operation(), job.subject.name());
    let context = CallContext {
        operation,
        what,
        redactor: job.redactor(),
        max_response: job.settings.max_response,
        max_memory: job.settings.max_memory(),
        ..CallContext::default()
    };
    let (status, headers) = (head.status, head.headers);
    Ok(RawResponse { status, headers, raw_body, body, context, is_foreign: false, skipped: None })
}

fn redirect_of(job: &mut Job, head: &Head, redirected: Option<&str>) -> Result<Redirect, AttemptError> {
    if !head.status.is_redirection() || job.declares(head.status) {
        return Ok(Redirect::None);
    }
    let first = match redirected {
        Some(_) => None,
        None => Some(url_of(job).map_err(AttemptError::request)?),
    };
    let redirect =
        follow_redirect(job, head.status, &head.headers, redirected.or(first.as_deref()).unwrap_or_default());
    if let Redirect::To(next) = &redirect {
        // It may be signed, and be told by what it leads to.
        job.redact_too(secret::of_url(next));
    }
    Ok(redirect)
}

/// Sends the request until it is redirected no more. Returns the response's headers and body, and why a redirect was not
/// followed.
async fn exchange(job: &mut Job) -> Result<(Head, Body, Option<String>), AttemptError> {
    let transport = job.settings.transport().map_err(AttemptError::request)?;
    let send_to = |job: &Job, redirected: Option<&str>, body: Body| {
        // What is watched while it is taken is in memory no more.
        let content = job.watch.as_ref().and_then(|_| body.as_bytes().cloned());
        let on_sent = match &job.watch {
            Some(watch) => Some(watch.count_sent(&body, job.on_sent.clone())),
            None => job.on_sent.clone(),
        };
        #[cfg(all(feature = "fetch", target_family = "wasm"))]
        let unread = body.replay();
        let (progress, body) = ActivityMonitor::new(body, on_sent);
        #[cfg_attr(not(all(feature = "fetch", target_family = "wasm")), expect(unused_mut, reason = "is marked there"))]
        let mut request = build_request(job, redirected, body)?;
        #[cfg(all(feature = "fetch", target_family = "wasm"))]
        if let Some(upload) = crate::timeout::Upload::new(&progress, unread, job.response.streamed) {
            request.extensions_mut().insert(upload);
        }
        if let Some((log, redactor, most)) = job.content_log() {
            log.request(&request, content.as_ref(), &redactor, most);
        }
        Ok::<_, RequestError>((progress, transport.send(request)))
    };
    let first = job.take_body();
    let (mut progress, mut sending) = send_to(job, None, first).map_err(AttemptError::request)?;
    let mut redirected: Option<String> = None;
    let mut left = REDIRECTS;
    loop {
        let (mut head, body) = match progress.wait(sending, job.idle()).await {
            Ok(Ok(response)) => response.into_parts(),
            Ok(Err(error)) => return Err(transport_failure(error, progress.failure())),
            Err(idle) => {
                return Err(AttemptError::new(
                    FailureKind::MaybeSent,
                    ErrorInner::new(ErrorKind::Timeout, Some(idle.into())),
                ));
            }
        };
        if let Some(added) = head.extensions.remove::<AddedSecrets>() {
            job.redact_too(added.0);
        }
        if let Some((log, redactor, most)) = job.content_log() {
            log.response(head.status, &head.headers, &redactor, most);
        }
        job.status = Some(head.status);
        let next = match redirect_of(job, &head, redirected.as_deref())? {
            Redirect::None => return Ok((head, body.guarded(job.idle()), None)),
            Redirect::Refused(reason) => return Ok((head, body.guarded(job.idle()), Some(reason))),
            Redirect::To(next) => next,
        };
        left = left
            .checked_sub(1)
            .ok_or_else(|| redirect_failure(head.status, format!("it redirected more than {REDIRECTS} times")))?;
        // The connection is wanted again at once.
        Box::pin(body.guarded(job.idle()).drain()).await;
        if let Some(watch) = &job.watch {
            watch.redirected(head.status);
        }
        (progress, sending) = send_to(job, Some(&next), Body::empty())
            .map_err(|error| redirect_failure(head.status, format!("it redirects to an invalid URL: {error}")))?;
        redirected = Some(next);
    }
}
