//! What reqwest's errors mean: how far a request came.

use std::error::Error;
use std::sync::Arc;

use tokio::runtime::TryCurrentError;

use crate::error::{RequestError, TransportError, TransportErrorKind};

/// The HTTP client cannot be made. The next attempt tries again, but most causes are permanent.
pub(super) fn not_set_up(error: reqwest::Error) -> TransportError {
    let is_tls = causes(&error).any(|cause| {
        let text = cause.to_string().to_ascii_lowercase();
        ["certificate", "tls", "ssl", "crypto"].iter().any(|word| text.contains(word))
    });
    let source = Arc::new(error);
    TransportError::new(
        TransportErrorKind::Request,
        if is_tls { RequestError::Tls { source } } else { RequestError::HttpClient { source } },
    )
}

pub(super) fn needs_runtime(_: TryCurrentError) -> TransportError {
    TransportError::new(TransportErrorKind::Request, RequestError::NO_RUNTIME)
}

/// Without the URL: its query may hold a token.
pub(super) fn failure(error: reqwest::Error) -> TransportError {
    TransportError::new(kind(&error), error.without_url())
}

fn kind(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_builder() || causes(error).any(is_no_scheme) {
        return TransportErrorKind::Request;
    }
    if error.is_connect() {
        return if error.is_timeout() { TransportErrorKind::ConnectTimeout } else { TransportErrorKind::Connect };
    }
    for cause in causes(error) {
        match cause.downcast_ref::<hyper::Error>() {
            // A pooled connection that turned out to be closed before the request was put on it.
            Some(hyper) if hyper.is_canceled() => return TransportErrorKind::Connect,
            Some(hyper) if hyper.is_parse_too_large() => return TransportErrorKind::TooLarge,
            _ if is_unprocessed(&cause.to_string()) => return TransportErrorKind::Connect,
            _ => {}
        }
    }
    if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::Sent }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// A URL that a client without TLS cannot open, or a proxy of a scheme that none can: another attempt would not either.
fn is_no_scheme(cause: &(dyn Error + 'static)) -> bool {
    let text = cause.to_string();
    text == "invalid URL, scheme is not http" || text.starts_with("unsupported scheme")
}

/// Whether HTTP/2's own words say that the request was not begun (RFC 9113, section 8.7). By its text: its type is that of a
/// crate which is there only when the caller has turned HTTP/2 on.
fn is_unprocessed(text: &str) -> bool {
    text == "stream error received: refused stream before processing any application logic"
        || text.starts_with("connection error received: not a result of an error")
        || text.starts_with("connection error received: detected excessive load generating behavior")
        || requires_http1(text)
}

/// Whether a server refuses HTTP/2 for this request, which it has not begun.
fn requires_http1(text: &str) -> bool {
    text == "stream error received: endpoint requires HTTP/1.1"
        || text.starts_with("connection error received: endpoint requires HTTP/1.1")
}

/// Whether the server wants the request by HTTP/1.1.
#[cfg(feature = "http2")]
pub(super) fn needs_http1(error: &TransportError) -> bool {
    causes(error).any(|cause| requires_http1(&cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_begun_counts_as_not_sent() {
        for (text, unprocessed) in [
            ("stream error received: refused stream before processing any application logic", true),
            ("connection error received: not a result of an error", true),
            ("connection error received: not a result of an error (b\"bye\")", true),
            ("stream error received: unexpected internal error encountered", false),
            ("connection error received: detected excessive load generating behavior", true),
            ("stream error received: endpoint requires HTTP/1.1", true),
            ("stream error detected: endpoint requires HTTP/1.1", false),
            ("stream error received: detected excessive load generating behavior", false),
            ("stream error detected: refused stream before processing any application logic", false),
            ("x stream error received: refused stream before processing any application logic", false),
        ] {
            assert_eq!(is_unprocessed(text), unprocessed, "{text}");
        }
    }
}
