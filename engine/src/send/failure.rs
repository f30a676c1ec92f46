//! What a failed attempt was, and whether it may pass.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::response::Parts as Head;

use super::request::Job;
use crate::body::Body;
use crate::error::{
    BodyError, BoxError, ConnectTimeout, ErrorInner, ErrorKind, IdleTimeout, RequestError, TransportError,
    TransportErrorKind,
};
use crate::redact::{MAX_TEXT, Redactor};
use crate::response::{encoding, not_negotiated};
use crate::retry::FailureKind;

/// How long the body of an error response is waited for in all: its status says most, and a retry may be due.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// A failed attempt.
pub(crate) struct AttemptError {
    pub(super) kind: FailureKind,
    pub(super) error: Box<ErrorInner>,
    pub(super) retry_after: Option<Duration>,
}

impl AttemptError {
    pub(super) fn new(kind: FailureKind, error: Box<ErrorInner>) -> Self {
        Self { kind, error, retry_after: None }
    }

    pub(super) fn request(error: RequestError) -> Self {
        Self::new(FailureKind::Permanent, ErrorInner::request(error))
    }

    /// The status, when the server responded that it will not or cannot.
    pub(crate) fn status(&self) -> Option<u16> {
        self.error.status.filter(|_| self.error.kind == ErrorKind::Status).map(|status| status.as_u16())
    }

    /// Whether the server says that there are too many requests.
    pub(super) fn is_complaint(&self) -> bool {
        self.status() == Some(429) || self.retry_after.is_some()
    }

    /// What it is an error of.
    pub(crate) fn error(&self) -> &ErrorInner {
        &self.error
    }

    /// Without secrets in what the transport says, for some hold the whole URL or the request, nor in headers.
    pub(super) fn redacted(mut self, redactor: &Redactor) -> Self {
        self.error.source = self.error.source.take().map(|source| redactor.redact_error(source));
        self.error.headers = redactor.redact_headers(self.error.headers);
        self
    }

    /// Makes it one that passes, whatever the policy says of its status: for what knows the protocol better.
    pub(crate) fn into_transient(mut self) -> Self {
        self.kind = FailureKind::MaybeSent;
        self
    }
}

/// No response came.
pub(super) fn transport_failure(error: TransportError, body: Option<BoxError>) -> AttemptError {
    if let Some(error) = body {
        return AttemptError::new(FailureKind::Permanent, ErrorInner::new(ErrorKind::Body, Some(error)));
    }
    let (kind, failure) = match error.kind {
        TransportErrorKind::Connect => (ErrorKind::Connect, FailureKind::NotSent),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, FailureKind::NotSent),
        TransportErrorKind::Request => (ErrorKind::Request, FailureKind::Permanent),
        TransportErrorKind::Body => (ErrorKind::Body, FailureKind::Permanent),
        TransportErrorKind::Sent => (ErrorKind::Transport, FailureKind::MaybeSent),
        TransportErrorKind::Timeout => (ErrorKind::Timeout, FailureKind::MaybeSent),
        TransportErrorKind::TooLarge => (ErrorKind::TooLarge, FailureKind::Permanent),
    };
    let source = match error.kind {
        TransportErrorKind::ConnectTimeout => ConnectTimeout { source: error.source }.into(),
        _ => error.source,
    };
    AttemptError::new(failure, ErrorInner::new(kind, Some(source)))
}

/// A part of a file came where all of it was asked for: as the whole it would be a damaged one.
pub(super) fn unasked_part(head: Head) -> AttemptError {
    let source = BoxError::from("the server sent a part of the file, though all of it was asked for");
    let mut error = ErrorInner::new(ErrorKind::Decode, Some(source));
    error.status = Some(head.status);
    error.headers = head.headers;
    AttemptError::new(FailureKind::Permanent, error)
}

/// A redirect that leads nowhere.
pub(super) fn redirect_failure(status: StatusCode, reason: String) -> AttemptError {
    let mut error = ErrorInner::new(ErrorKind::Status, Some(reason.into()));
    error.status = Some(status);
    AttemptError::new(FailureKind::Permanent, error)
}

/// A successful response that could not be read to its end.
pub(super) fn body_failure(head: Head, error: BodyError) -> AttemptError {
    let (kind, failure) = match &error {
        BodyError::TooLarge { .. } => (ErrorKind::TooLarge, FailureKind::Permanent),
        BodyError::Read(source) if source.is::<IdleTimeout>() => (ErrorKind::Timeout, FailureKind::MaybeSent),
        _ => (ErrorKind::Transport, FailureKind::MaybeSent),
    };
    let mut error = ErrorInner::new(kind, Some(error.into()));
    error.status = Some(head.status);
    error.headers = head.headers;
    AttemptError::new(failure, error)
}

/// Makes an error response an error that says all it says, but for the key, should the server echo it.
pub(super) async fn error_response(
    job: &Job,
    head: Head,
    body: Body,
    redactor: Redactor,
    redirect: Option<String>,
) -> AttemptError {
    let text = match encoding(&head.headers) {
        Some(_) => None,
        None => {
            let (text, whole) = body.prefix_within(MAX_TEXT, ERROR_BODY_TIME).await;
            Some(redactor.redact_bytes(text, !whole))
        }
    };
    error_of(job, head, text, redirect)
}

/// The same of a body that has been read and redacted; `None` if it cannot be read.
pub(super) fn error_of(job: &Job, head: Head, text: Option<Bytes>, redirect: Option<String>) -> AttemptError {
    let mut error = ErrorInner::new(ErrorKind::Status, redirect.map(BoxError::from));
    match (text, encoding(&head.headers)) {
        (Some(text), _) => {
            error.body = (job.response.map_error)(head.status, &head.headers, &text);
            error.raw_body = text;
        }
        (None, Some(encoding)) => error.source = Some(not_negotiated(encoding).into()),
        (None, None) => {}
    }
    error.status = Some(head.status);
    let retry_after = (job.response.rules.retry_after)(&head.headers);
    let kind = match job.retries(head.status) || (job.response.rules.refused)(head.status, &head.headers) {
        true => FailureKind::Refused,
        false => FailureKind::Status(head.status.as_u16()),
    };
    error.headers = head.headers;
    AttemptError { kind, error, retry_after }
}
