//! Redirects: whether one is followed, and where to.

use http::header::{HeaderMap, LOCATION};
use http::{Method, StatusCode};

use super::request::Job;
use crate::secret;
use crate::server::origin_of;

/// What becomes of a response that may be a redirect.
pub(super) enum Redirect {
    None,
    To(String),
    Refused(String),
}

/// Where a redirect leads, if it is to be followed: reading operations stay on the server they were sent to; a plain
/// download may go anywhere (the key does not), but not from https to http.
pub(super) fn follow_redirect(job: &Job, status: StatusCode, headers: &HeaderMap, from: Option<&str>) -> Redirect {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Redirect::None;
    }
    let Some(location) = headers.get(LOCATION).and_then(|location| location.to_str().ok()) else {
        return Redirect::None;
    };
    if !matches!(*job.subject.method(), Method::GET | Method::HEAD) {
        return Redirect::Refused("only what reads is redirected".into());
    }
    let from = from.and_then(origin_of).or_else(|| origin_of(&job.request.target)).unwrap_or(job.server.origin());
    if location.starts_with('/') && !location.starts_with("//") {
        return Redirect::To([from, location].concat());
    }
    let Some(to) = origin_of(location) else { return Redirect::Refused("it redirects to no URL".into()) };
    let same = to.eq_ignore_ascii_case(from);
    let https = |origin: &str| origin.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    match same || (job.subject.operation().is_none() && (https(to) || !https(from))) {
        true => Redirect::To(location.to_owned()),
        // Without the rest of the URL, which may hold a token.
        false => Redirect::Refused(format!("it redirects to {}, which is not followed", secret::redacted_url(to))),
    }
}
