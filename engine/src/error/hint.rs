//! What an error tells a person to do, where that can be known without knowing the API.

use std::error::Error;

use super::{ErrorInner, ErrorKind};

pub(crate) fn hint(error: &ErrorInner) -> Option<&'static str> {
    local_hint(error).or_else(|| general_hint(error))
}

/// What this machine lacks, as the causes tell.
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
    // A failure after which the operation may have been carried out is harmless only where that may happen twice.
    let unclear = error.operation.is_some() && !error.retryable;
    match (error.kind, error.status.map(|status| status.as_u16())) {
        (ErrorKind::Status, Some(401 | 403 | 404)) if error.foreign => Some("check the URL, which may have expired"),
        (ErrorKind::Status, Some(401)) => Some("check that the key is set, whole, and of this server"),
        (ErrorKind::Status, Some(403)) => Some("use a key that may do this"),
        (ErrorKind::Status, Some(404)) => Some("check the id, the server, and whose key it is"),
        (ErrorKind::Status, Some(413)) => Some("send less at a time"),
        (ErrorKind::Status, Some(429)) => {
            Some("call less often; `Retry::max_retry_after` says how long a call waits for its turn")
        }
        (ErrorKind::Status, Some(500..)) if unclear => Some("check whether it was done before you send it again"),
        (ErrorKind::Status, Some(500..)) => Some("try again later"),
        (ErrorKind::Connect, _) => Some("check the server's address and the network"),
        (ErrorKind::Timeout, None) if unclear => {
            Some("`.timeout(…)` and `.deadline(…)` allow more; check whether it was done before you send it again")
        }
        (ErrorKind::Timeout, None) => {
            Some("`.timeout(…)`, `.deadline(…)` and, to connect, `Timeouts::connect` allow more")
        }
        (ErrorKind::Timeout, _) => Some("`.timeout(…)` and `.deadline(…)` allow more"),
        (ErrorKind::Decode, _) => Some("check that the server is the API's"),
        // Without a status it was the head that is too large, which is for the transport to say.
        (ErrorKind::TooLarge, Some(_)) => Some("`.max_response(…)` allows more"),
        _ => None,
    }
}
