//! Redirects: whether one is followed, where to, and with which headers.

use http::StatusCode;
use http::header::{ACCEPT, HeaderMap, HeaderName, IF_RANGE, LOCATION, RANGE, USER_AGENT};

use super::request::Job;
use crate::resolve::{is_https, reference_in, resolve, same_origin};
use crate::secret;
use crate::server::origin_of;

/// What becomes of a response that may be a redirect.
pub(super) enum Redirect {
    None,
    To(String),
    Refused(String),
}

/// Where a redirect leads from a URL, if it is to be followed: reading operations stay on the server they were sent to; what
/// fetches a file may go anywhere (neither the key nor other headers do), but not from https to http.
pub(super) fn follow_redirect(job: &Job, status: StatusCode, headers: &HeaderMap, from: &str) -> Redirect {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Redirect::None;
    }
    let Some(location) = headers.get(LOCATION) else {
        return Redirect::None;
    };
    if !matches!(job.subject.method(), "GET" | "HEAD") {
        return Redirect::Refused("only reading operations are redirected".into());
    }
    let location = reference_in(location);
    // An empty one would lead to the same URL again.
    let to = if location.trim().is_empty() { None } else { resolve(from, &location) };
    let Some(to) = to else { return Redirect::Refused("it redirects to an invalid URL".into()) };
    // What a caller gave to one server is not for another.
    let carries = job.request.headers.iter().any(|(_, value)| value.is_sensitive());
    let anywhere = !carries && (job.response.file || job.subject.operation().is_none());
    match same_origin(&to, from) || (anywhere && (is_https(&to) || !is_https(from))) {
        true => Redirect::To(to),
        // Without the rest of the URL, which may hold a token.
        false => {
            let to = secret::redacted_url(origin_of(&to).unwrap_or_default());
            Redirect::Refused(format!("it redirects to {to}, which is not followed"))
        }
    }
}

/// Whether a header of the request goes along to another host: any that isn't known may be a credential.
pub(super) fn goes_along(name: &HeaderName) -> bool {
    [ACCEPT, IF_RANGE, RANGE, USER_AGENT].contains(name) || name == "tus-resumable"
}
