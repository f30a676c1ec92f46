//! What an error advises a person to do, where that can be known without knowing the API.

use std::borrow::Cow;
use std::error::Error;

use super::{ConnectTimeout, DeadlinePassed, EarlierAttempt, ErrorInner, ErrorKind, RequestError};
use crate::endpoint::is_safe;
use crate::retry::StopReason;

pub(crate) fn hint(error: &ErrorInner) -> Option<Cow<'static, str>> {
    removed_hint(error).or_else(|| local_hint(error).or_else(|| general_hint(error)).map(Cow::Borrowed))
}

/// What takes the place of an operation that the server may no longer have, in the words of its declaration.
fn removed_hint(error: &ErrorInner) -> Option<Cow<'static, str>> {
    let (version, instead) = error.operation?.removed?;
    let is_unknown = error.kind == ErrorKind::Status
        && error.status.is_some_and(|status| matches!(status.as_u16(), 404 | 405 | 410));
    (is_unknown && !error.foreign && !was_deleted_before(error))
        .then(|| format!("removed in {version}: {instead}").into())
}

/// What this machine lacks, by the causes.
fn local_hint(error: &ErrorInner) -> Option<&'static str> {
    let first = error.source.as_deref().map(|source| source as &(dyn Error + 'static));
    std::iter::successors(first, |cause| (*cause).source()).find_map(|cause| {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            // ENFILE and EMFILE, which have no `ErrorKind`.
            && cfg!(unix) && matches!(io.raw_os_error(), Some(23 | 24))
        {
            return Some("make fewer calls at once, or raise the limit of open files (`ulimit -n`)");
        }
        let text = cause.to_string();
        if text.contains("No CA certificates") {
            return Some(
                "install CA certificates (the package `ca-certificates`), or name a file of them in SSL_CERT_FILE",
            );
        }
        if text.starts_with("invalid peer certificate") {
            return Some(
                "check the server's name, this machine's clock, and that its CA certificates (the package \
                 `ca-certificates`, or SSL_CERT_FILE) include the issuer",
            );
        }
        (text == "invalid URL, scheme is not http")
            .then_some("for https turn on one of the features `rustls` and `native-tls`")
    })
}

fn general_hint(error: &ErrorInner) -> Option<&'static str> {
    match (error.kind, error.status.map(|status| status.as_u16())) {
        (ErrorKind::Request, _) => {
            let request: &RequestError = error.source.as_deref()?.downcast_ref()?;
            matches!(request, RequestError::HttpClient { .. })
                .then_some("check what `.http_client(…)` and the environment (proxies, certificates) say")
        }
        (ErrorKind::Status, Some(401 | 403 | 404)) if error.foreign => Some("check the URL, which may have expired"),
        (ErrorKind::Status, Some(401)) => Some("check that the key is set, complete, and valid for this server"),
        (ErrorKind::Status, Some(403)) => Some("use a key with this permission"),
        (ErrorKind::Status, Some(404 | 410)) if was_deleted_before(error) => {
            Some("an earlier attempt may have deleted it already")
        }
        (ErrorKind::Status, Some(404)) => Some("check the id, the server, and which account owns the key"),
        (ErrorKind::Status, Some(413)) => Some("send less at a time"),
        (ErrorKind::Status, Some(429)) if error.not_retried == Some(StopReason::RetryAfter) => {
            Some("call less often; `Retry::max_retry_after` limits how long a call waits")
        }
        (ErrorKind::Status, Some(429)) => Some("call less often"),
        (ErrorKind::Status, Some(501)) => Some("this server does not offer that"),
        (ErrorKind::Status, Some(500..)) if may_be_done(error) => {
            Some("check whether it was done before you send it again")
        }
        (ErrorKind::Status, Some(500..)) => Some("try again later"),
        (ErrorKind::Connect, _) => Some("check the server's address and the network"),
        (ErrorKind::Timeout, _) => time_hint(error),
        (ErrorKind::Decode, _) => Some("check that the server is the API's"),
        // Without a status it was the headers that are too large, which is for the transport to say.
        (ErrorKind::TooLarge, Some(_)) => Some("`.max_response(…)` allows more"),
        _ => None,
    }
}

/// What gives it more time, by what it was that ended.
fn time_hint(error: &ErrorInner) -> Option<&'static str> {
    let source = error.source.as_deref()?;
    if source.is::<ConnectTimeout>() {
        return Some("check the server's address and the network; `Timeouts::connect` allows more time");
    }
    let unclear = error.status.is_none() && may_be_done(error);
    match (source.is::<DeadlinePassed>(), unclear) {
        (true, true) => Some("`.deadline(…)` allows more time; check whether it was done before you send it again"),
        (true, false) => Some("`.deadline(…)` allows more time"),
        (false, true) => Some("`.timeout(…)` allows more time; check whether it was done before you send it again"),
        (false, false) => Some("`.timeout(…)` allows more time"),
    }
}

/// Whether the operation may have been carried out, and may not be carried out twice.
fn may_be_done(error: &ErrorInner) -> bool {
    !error.retryable && error.operation.is_some_and(|operation| !is_safe(operation.method))
}

/// Whether what a deletion does not find may be gone by an earlier attempt of it.
fn was_deleted_before(error: &ErrorInner) -> bool {
    let arrived = |attempt: &EarlierAttempt| attempt.kind != ErrorKind::Connect;
    error.operation.is_some_and(|operation| operation.method == "DELETE") && error.earlier.iter().any(arrived)
}
