//! What a failed attempt was, and whether it may pass.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::response::Parts as Head;

use super::request::Job;
use crate::body::Body;
use crate::error::{
    BodyError, BoxError, ErrorInner, ErrorKind, IdleTimeout, RequestError, TransportError, TransportErrorKind,
};
use crate::redact::Hidden;
use crate::response::{encoding, not_negotiated};
use crate::retry::{Failure, retry_after};

/// How much of an unsuccessful answer's body is kept.
pub(crate) const ERROR_BODY: usize = 64 * 1024;

/// A failed attempt.
pub(crate) struct Fault {
    pub(super) failure: Failure,
    pub(super) inner: Box<ErrorInner>,
    pub(super) retry_after: Option<Duration>,
}

impl Fault {
    pub(super) fn new(failure: Failure, inner: Box<ErrorInner>) -> Self {
        Self { failure, inner, retry_after: None }
    }

    pub(super) fn request(error: RequestError) -> Self {
        Self::new(Failure::Permanent, ErrorInner::request(error))
    }

    /// The status, when the server answered that it will not or cannot.
    pub(crate) fn status(&self) -> Option<u16> {
        self.inner.status.filter(|_| self.inner.kind == ErrorKind::Status).map(|status| status.as_u16())
    }

    /// What it is an error of.
    pub(crate) fn inner(&self) -> &ErrorInner {
        &self.inner
    }

    /// Without secrets in what the transport says, for some tell the whole URL or the request, nor in headers.
    pub(super) fn hiding(mut self, hidden: &Hidden) -> Self {
        self.inner.source = self.inner.source.take().map(|source| hidden.error(source));
        self.inner.headers = hidden.headers(self.inner.headers);
        self
    }

    /// Makes it one that passes, whatever the policy says of its status: for what knows the protocol better.
    pub(crate) fn passing(mut self) -> Self {
        self.failure = Failure::MaybeSent;
        self
    }
}

/// No answer came.
pub(super) fn unanswered(error: TransportError, body: Option<BoxError>) -> Fault {
    if let Some(error) = body {
        return Fault::new(Failure::Permanent, ErrorInner::new(ErrorKind::Body, Some(error)));
    }
    let (kind, failure) = match error.kind {
        TransportErrorKind::Connect => (ErrorKind::Connect, Failure::NotSent),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, Failure::NotSent),
        TransportErrorKind::Request => (ErrorKind::Request, Failure::Permanent),
        TransportErrorKind::Body => (ErrorKind::Body, Failure::Permanent),
        TransportErrorKind::Sent => (ErrorKind::Transport, Failure::MaybeSent),
        TransportErrorKind::Timeout => (ErrorKind::Timeout, Failure::MaybeSent),
        TransportErrorKind::TooLarge => (ErrorKind::TooLarge, Failure::Permanent),
    };
    Fault::new(failure, ErrorInner::new(kind, Some(error.source)))
}

/// A redirect that leads nowhere.
pub(super) fn astray(status: StatusCode, reason: String) -> Fault {
    let mut inner = ErrorInner::new(ErrorKind::Status, Some(reason.into()));
    inner.status = Some(status);
    Fault::new(Failure::Permanent, inner)
}

/// A successful answer that could not be read to its end.
pub(super) fn unread(head: Head, error: BodyError) -> Fault {
    let (kind, failure) = match &error {
        BodyError::TooLarge { .. } => (ErrorKind::TooLarge, Failure::Permanent),
        BodyError::Read(source) if source.is::<IdleTimeout>() => (ErrorKind::Timeout, Failure::MaybeSent),
        _ => (ErrorKind::Transport, Failure::MaybeSent),
    };
    let mut inner = ErrorInner::new(kind, Some(error.into()));
    inner.status = Some(head.status);
    inner.headers = head.headers;
    Fault::new(failure, inner)
}

/// Makes an unsuccessful answer an error that says all it says, but for the key, should the server echo it.
pub(super) async fn refusal(job: &Job, head: Head, body: Body, hidden: &Hidden, redirect: Option<String>) -> Fault {
    let mut inner = ErrorInner::new(ErrorKind::Status, redirect.map(BoxError::from));
    match encoding(&head.headers) {
        Some(encoding) => inner.source = Some(not_negotiated(encoding).into()),
        None => {
            let mut text = hidden.bytes(body.prefix(ERROR_BODY + hidden.longest()).await);
            text.truncate(ERROR_BODY);
            inner.body = (job.map)(head.status, &head.headers, &text);
            inner.text = text;
        }
    }
    inner.status = Some(head.status);
    let retry_after = retry_after(&head.headers, SystemTime::now());
    let failure = match (job.refused)(head.status, &head.headers) {
        true => Failure::Refused(head.status.as_u16()),
        false => Failure::Status(head.status.as_u16()),
    };
    inner.headers = head.headers;
    Fault { failure, inner, retry_after }
}
