//! A request as a `curl` command.

use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request};

use super::exchange::build_request;
use super::request::Job;
use crate::body::Body;
use crate::encode::Payload;
use crate::error::RequestError;
use crate::multipart::FieldValue;
use crate::redact::shown::{Content, Side, redact_form, shown_value};
use crate::redact::{MARK, Redactor};

/// The command, in words of the shell. The key must be known.
pub(super) fn command(job: &Job, redacted: bool) -> Result<String, RequestError> {
    // Whether there is a body is all that counts for the headers.
    let body = match &job.request.payload {
        Payload::Body(body) if body.is_empty() => Body::empty(),
        _ => Body::from("body"),
    };
    let request = build_request(job, None, body)?;
    let redactor = redacted.then(|| job.redactor());
    let mut words = vec!["curl -g".to_owned()];
    match *request.method() {
        Method::GET if request.body().is_empty() => {}
        Method::HEAD => words.push("-I".into()),
        ref method => words.push(format!("-X {method}")),
    }
    let mut url = request.uri().to_string();
    if let Some(redactor) = &redactor {
        url = redactor.redact_text(url);
        if let Some((path, query)) = url.split_once('?') {
            url = format!("{path}?{}", redact_form(query, redactor));
        }
    }
    words.push(quoted(&url));
    let mut command = words.join(" ");
    for option in headers(&request, &job.request.payload, redactor.as_ref()).into_iter().chain(body_options(
        request.headers(),
        &job.request.payload,
        redactor.as_ref(),
    )) {
        command.push_str(" \\\n  ");
        command.push_str(&option);
    }
    Ok(command)
}

/// A word of the shell that is this text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn headers(request: &Request<Body>, payload: &Payload, redactor: Option<&Redactor>) -> Vec<String> {
    let mut headers = request.headers().clone();
    // Asked for by a header of ours, `curl` would print what it gets as it is.
    let compressed = headers.get(ACCEPT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    if compressed {
        headers.remove(ACCEPT_ENCODING);
    }
    match payload {
        // `curl` writes the form, and so its header.
        Payload::Multipart(_) => drop(headers.remove(CONTENT_TYPE)),
        Payload::File(file) if !headers.contains_key(CONTENT_TYPE) => {
            headers.extend(HeaderValue::from_str(file.media_type()).ok().map(|kind| (CONTENT_TYPE, kind)));
        }
        _ => {}
    }
    let mut options: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            header(
                name.as_str(),
                &match redactor {
                    Some(redactor) => redactor.redact_text(shown_value(name, value, redactor).into_owned()),
                    None => String::from_utf8_lossy(value.as_bytes()).into_owned(),
                },
            )
        })
        .collect();
    options.extend(compressed.then(|| "--compressed".to_owned()));
    // Otherwise it says that any body is a form.
    if !matches!(payload, Payload::Multipart(_)) && !request.body().is_empty() && !headers.contains_key(CONTENT_TYPE) {
        options.push("-H 'content-type:'".into());
    }
    options
}

/// A header without a value has a sign of its own: with the usual one, `curl` leaves it out.
fn header(name: &str, value: &str) -> String {
    let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
    format!("-H {}", quoted(&header))
}

fn body_options(headers: &HeaderMap, payload: &Payload, redactor: Option<&Redactor>) -> Vec<String> {
    match payload {
        Payload::Body(body) if body.is_empty() || headers.contains_key(CONTENT_LENGTH) => Vec::new(),
        Payload::Body(body) => vec![data(headers, body.as_bytes(), "body", redactor)],
        Payload::File(file) => match file.on_disk() {
            Some(path) => vec![format!("--data-binary {}", quoted(&format!("@{}", path.display())))],
            None => vec![data(headers, file.in_memory(), &file.file_name(), redactor)],
        },
        Payload::Multipart(form) => form.fields().map(|(name, value)| field(name, value, redactor)).collect(),
    }
}

/// A body from memory, or, if it is no text, from a file of this name.
fn data(headers: &HeaderMap, bytes: Option<&bytes::Bytes>, name: &str, redactor: Option<&Redactor>) -> String {
    let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).filter(|text| !text.contains('\0'));
    match (text, redactor) {
        (None, _) => format!("--data-binary {}", quoted(&format!("@{name}"))),
        (Some(text), None) => format!("--data-raw {}", quoted(text)),
        (Some(text), Some(redactor)) => {
            format!("--data-raw {}", quoted(&Content::of(headers, bytes, None).redacted(text, Side::Request, redactor)))
        }
    }
}

fn field(name: &str, value: FieldValue<'_>, redactor: Option<&Redactor>) -> String {
    let file = match (value, redactor) {
        (FieldValue::Text(text), None) => return format!("--form-string {}", quoted(&format!("{name}={text}"))),
        (FieldValue::Text(text), Some(redactor)) => {
            let text = if redactor.names(name) { MARK.into() } else { redactor.redact_text(text.to_owned()) };
            return format!("--form-string {}", quoted(&format!("{name}={text}")));
        }
        (FieldValue::File(file), _) => file,
    };
    let escaped = |text: &str| text.replace('\\', r"\\").replace('"', r#"\""#);
    let file_name = file.file_name();
    let path = file.on_disk().map_or(file_name.clone(), |path| path.to_string_lossy());
    let value =
        format!("{name}=@\"{}\";type={};filename=\"{}\"", escaped(&path), file.media_type(), escaped(&file_name));
    format!("-F {}", quoted(&value))
}
