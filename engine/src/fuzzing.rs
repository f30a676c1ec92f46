//! The parsers of headers, and redaction, for fuzzing.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

/// The target of the link to the next page.
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    crate::link::next_link(headers)
}

/// The first value of a query parameter.
pub fn query_param(url: &str, name: &str) -> Option<String> {
    crate::link::query_param(url, name)
}

/// How long the server asks to wait.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    crate::retry::retry_after(headers, now)
}

/// The text without the secrets, and how many steps that took.
pub fn redact(text: &str, secrets: &[String], cut: bool) -> (String, usize) {
    let secrets = secrets.iter().map(|secret| secret.as_str().into()).collect();
    crate::redact::Redactor::new(None, secrets, &[]).redact_counted(text.into(), cut)
}
