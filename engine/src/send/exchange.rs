//! One attempt: a request is made and exchanged for an answer, redirects and all.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::response::Parts as Head;
use http::uri::InvalidUri;
use http::{Method, StatusCode};

use super::failure::{Fault, astray, refusal, unanswered, unread};
use super::redirect::{Hop, next_hop};
use super::request::{Job, Subject};
use crate::body::Body;
use crate::encode::Payload;
use crate::error::{ErrorInner, ErrorKind, RequestError};
use crate::log;
use crate::redact::Hidden;
use crate::response::{Answer, Asked};
use crate::retry::Failure;
use crate::server::origin_of;
use crate::settings::{Credential, Key};
use crate::timeout::Progress;

/// How many redirects are followed.
const REDIRECTS: u8 = 5;

/// Opens the files of a body, so that their lengths are known.
pub(super) async fn open(job: &mut Job) -> Result<(), Box<ErrorInner>> {
    if let Payload::Body(_) = job.prepared.payload {
        return Ok(());
    }
    // Boxed, so that calls without files need not be as large as those with some.
    Box::pin(open_files(job)).await
}

async fn open_files(job: &mut Job) -> Result<(), Box<ErrorInner>> {
    let wrong = |error: std::io::Error| ErrorInner::request(RequestError::Settings(error.to_string()));
    let content_type = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| ErrorInner::request(RequestError::Header { name: "content-type".into() }))
    };
    let body = match std::mem::take(&mut job.prepared.payload) {
        Payload::Body(body) => body,
        Payload::File(file) => {
            if job.prepared.headers.iter().all(|(name, _)| *name != CONTENT_TYPE) {
                job.prepared.headers.push((CONTENT_TYPE, content_type(file.media_type())?));
            }
            file.into_body().await.map_err(wrong)?
        }
        Payload::Multipart(form) => {
            let (text, body) = form.into_body().await.map_err(wrong)?;
            job.prepared.set_header(CONTENT_TYPE, content_type(&text)?);
            body
        }
    };
    job.prepared.payload = Payload::Body(body);
    Ok(())
}

pub(super) async fn key(job: &Job) -> Result<Option<Arc<Credential>>, RequestError> {
    if !job.subject.keyed() {
        return Ok(None);
    }
    match &job.settings.key {
        Key::None => Ok(None),
        Key::Fixed(key) => Ok(Some(key.clone())),
        Key::Provider(provider) => match provider().await {
            Ok(key) => Ok(Some(Credential::new(job.settings.api.auth, key.expose()))),
            Err(error) => Err(RequestError::Settings(format!("the function that gives the key failed: {error}"))),
        },
    }
}

pub(super) fn build(
    job: &Job,
    key: Option<&Credential>,
    redirected: Option<&str>,
    body: Body,
) -> Result<http::Request<Body>, RequestError> {
    let mut target = Cow::Borrowed(redirected.unwrap_or(&job.prepared.target));
    let absolute = origin_of(&target).is_some();
    let at_home = !absolute || job.server.has_origin_of(&target);
    // With room for the key, and for what the transport adds.
    let mut headers = HeaderMap::with_capacity(job.prepared.headers.len() + job.settings.headers.len() + 4);
    for (name, value) in &job.prepared.headers {
        headers.append(name, value.clone());
    }
    for (name, value) in &job.settings.headers {
        // The client's headers are for its server: any of them may be a credential.
        if name == USER_AGENT || (at_home && job.subject.own()) {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
    if at_home && let Some(key) = key {
        job.settings.authorize(key, &job.server, &mut target, &mut headers)?;
    }
    let url = match (absolute, job.subject) {
        (true, _) => target.parse().map_err(|error: InvalidUri| RequestError::Url { reason: error.to_string() })?,
        (false, Subject::Operation(_)) => job.server.url(&target)?,
        (false, Subject::Plain(_)) if target.starts_with('/') => job.server.url_from_root(&target)?,
        (false, Subject::Plain(_)) => {
            return Err(RequestError::Url {
                reason: "expected `http://…`, `https://…` or a path that starts with `/`".into(),
            });
        }
    };
    // HTTP libraries leave it out when there is no body, and some servers refuse that (411).
    if body.is_empty() && matches!(*job.subject.method(), Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = http::Request::new(body);
    *request.method_mut() = job.subject.method().clone();
    *request.uri_mut() = url;
    *request.headers_mut() = headers;
    Ok(request)
}

/// One attempt, redirects and all.
pub(super) async fn attempt(job: &mut Job, answered: &mut Option<StatusCode>) -> Result<Answer, Fault> {
    let hidden = Hidden::new(key(job).await.map_err(Fault::request)?, job.secrets.clone());
    let outcome = async {
        let (head, mut body, stays) = exchange(job, hidden.key(), answered).await?;
        if !head.status.is_success() {
            // Boxed, for it is rare.
            return Err(Box::pin(refusal(job, head, body, &hidden, stays)).await);
        }
        let bytes = match job.streamed {
            true => Bytes::new(),
            false => match body.collect(job.settings.max_response).await {
                Ok(bytes) => bytes,
                Err(error) => return Err(unread(head, error)),
            },
        };
        let (operation, what) = (job.subject.operation(), job.subject.name());
        let to = Asked { operation, what, hidden: hidden.clone(), ..Asked::default() };
        Ok(Answer { status: head.status, headers: head.headers, bytes, body, to })
    };
    outcome.await.map_err(|fault: Fault| fault.hiding(&hidden))
}

/// Sends the request until it is redirected no more. Gives the answer's head and body, and why a redirect was not
/// followed. (Large values are kept out of what lives while it waits: they would make every call as much larger.)
async fn exchange(
    job: &mut Job,
    key: Option<&Credential>,
    answered: &mut Option<StatusCode>,
) -> Result<(Head, Body, Option<String>), Fault> {
    let transport = job.settings.transport().map_err(Fault::request)?;
    let send = |job: &Job, redirected: Option<&str>, body| {
        let request = build(job, key, redirected, body)?;
        log::sending(job.subject, &request);
        Ok::<_, RequestError>(transport.send(request))
    };
    let (progress, mut sending) = {
        let (progress, body) = Progress::watch(job.take_body(), job.observer.clone());
        (progress, send(job, None, body).map_err(Fault::request)?)
    };
    let mut redirected: Option<String> = None;
    let mut left = REDIRECTS;
    loop {
        let (head, body) = match progress.wait(sending, job.idle).await {
            Ok(Ok(response)) => response.into_parts(),
            Ok(Err(error)) => return Err(unanswered(error, progress.failure())),
            Err(idle) => {
                return Err(Fault::new(Failure::MaybeSent, ErrorInner::new(ErrorKind::Timeout, Some(idle.into()))));
            }
        };
        log::answered(job.subject, head.status);
        *answered = Some(head.status);
        let next = match next_hop(job, head.status, &head.headers, redirected.as_deref()) {
            Hop::None => return Ok((head, body.guarded(job.idle), None)),
            Hop::Refused(reason) => return Ok((head, body.guarded(job.idle), Some(reason))),
            Hop::To(next) => next,
        };
        left = left
            .checked_sub(1)
            .ok_or_else(|| astray(head.status, format!("it redirected more than {REDIRECTS} times")))?;
        sending = send(job, Some(&next), Body::empty())
            .map_err(|error| astray(head.status, format!("it redirects to no URL: {error}")))?;
        redirected = Some(next);
    }
}
