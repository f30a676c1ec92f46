//! A request's fields become a method, a path, headers and a body.

mod style;

use std::borrow::Cow;
use std::fmt::Write;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::body::Body;
use crate::codec::{DecodeError, Kind, Reader, Writer};
use crate::endpoint::{Field, Operation, Place, Value};
use crate::error::RequestError;
use crate::file::File;
use crate::multipart::Multipart;
use crate::redact::is_secret_name;
use crate::response::own::Coded;
use crate::secret::Secret;

/// All but the characters that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same without the slash, where it is one.
const SLASHES: &AsciiSet = &RESERVED.remove(b'/');

/// A request, but for the server and the key.
#[derive(Default)]
pub(crate) struct Prepared {
    /// Path and query below the server's base URL, or a whole URL.
    pub(crate) target: String,
    /// Whether it is a URL that somebody gave, absolute or from the server's root: it may be spelled in any way.
    pub(crate) is_url: bool,
    /// A list, from which each attempt makes its map: there are few, and a map costs more to copy than to make.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) payload: Payload,
    /// What of it must not be shown.
    pub(crate) secrets: Vec<Secret>,
}

impl Prepared {
    /// Sets a header, unless the request has one of the same name.
    pub(crate) fn default_header(&mut self, name: HeaderName, value: HeaderValue) {
        if self.headers.iter().all(|(other, _)| *other != name) {
            self.headers.push((name, value));
        }
    }

    /// Sets a header, in place of any of the same name.
    pub(crate) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
    }
}

/// A request's body, before its parts are looked at (files have to be opened to know their length).
pub(crate) enum Payload {
    Body(Body),
    Multipart(Multipart),
    File(Box<File>),
}

impl Default for Payload {
    fn default() -> Self {
        Self::Body(Body::empty())
    }
}

/// Adds a query parameter to a target, in place of any of the same name.
pub(crate) fn set_query(target: &mut String, name: &str, value: &str) {
    let encoded = utf8_percent_encode(name, RESERVED).to_string();
    if let Some((path, query)) = target.split_once('?') {
        let other = |pair: &&str| pair.split('=').next() != Some(encoded.as_str());
        let kept: Vec<_> = query.split('&').filter(other).collect();
        let separator = if kept.is_empty() { "" } else { "?" };
        *target = format!("{path}{separator}{}", kept.join("&"));
    }
    push_query(target, name, value);
}

/// Puts the fields of a request where they belong.
pub(crate) fn prepare(
    operation: &Operation,
    prefix: &str,
    accept: Option<&'static str>,
    values: &[Option<&dyn Value>],
    checked: bool,
) -> Result<Prepared, RequestError> {
    let mut request = Prepared::default();
    let mut scratch = Writer::for_requests(checked);
    request.target.reserve(prefix.len() + operation.path.len() + 48);
    request.is_url = operation.has_given_url();
    if !request.is_url {
        request.target.push_str(prefix);
    }
    push_path(&mut request.target, operation, values, &mut scratch)?;

    let mut json = Writer::for_requests(checked);
    let mut form = String::new();
    let mut parts = Multipart::new();
    for (field, value) in operation.fields.iter().zip(values) {
        let Some(value) = value else { continue };
        match field.place {
            Place::Path => {}
            Place::Query if field.bare => push_bare(&mut request.target, field.name),
            Place::Query => for_each_parameter(operation, field, *value, &mut scratch, &mut |name, text| {
                push_query(&mut request.target, name, text);
                Ok(())
            })?,
            Place::Header => {
                let (headers, secrets) = (request.headers.len(), scratch.count_secrets());
                for_each_text(field, *value, &mut scratch, &mut |text| {
                    // Whoever receives a header removes them.
                    if text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) {
                        return Err(invalid(field, "a header can neither begin nor end with a space"));
                    }
                    request.headers.push(header(field.name, text, &[])?);
                    Ok(())
                })?;
                if scratch.count_secrets() > secrets {
                    request.headers.iter_mut().skip(headers).for_each(|(_, value)| value.set_sensitive(true));
                }
            }
            Place::Json => {
                if json.as_json().is_empty() {
                    // Enough for most, so that it need not grow field by field.
                    json.reserve(256);
                    json.raw("{");
                }
                json.name(field.name);
                let from = json.as_json().len();
                value.encode(&mut json);
                check(field, from, &mut json)?;
            }
            Place::JsonBody => {
                value.encode(&mut json);
                check(field, 0, &mut json)?;
            }
            Place::Form => for_each_parameter(operation, field, *value, &mut scratch, &mut |name, text| {
                push_pair(&mut form, name, text);
                Ok(())
            })?,
            Place::Multipart => push_part(&mut parts, operation, field, *value, &mut scratch)?,
            Place::Body => request.payload = raw_body(field, *value)?,
        }
    }
    finish_body(operation, &mut request, json.take_json(), form, parts);
    let secrets = scratch.into_secrets().into_iter().chain(json.into_secrets());
    request.secrets = secrets.map(Secret::from).collect();
    if let Some(accept) = accept {
        request.default_header(ACCEPT, HeaderValue::from_static(accept));
    }
    Ok(request)
}

/// The headers of these fields.
#[cfg(feature = "serve")]
pub(crate) fn headers(
    fields: &[Field],
    values: &[Option<&dyn Value>],
) -> Result<Vec<(HeaderName, HeaderValue)>, RequestError> {
    let (mut headers, mut scratch) = (Vec::new(), Writer::for_requests(false));
    for (field, value) in fields.iter().zip(values) {
        let Some(value) = value else { continue };
        for_each_text(field, *value, &mut scratch, &mut |text| {
            headers.push(header(field.name, text, &[])?);
            Ok(())
        })?;
    }
    Ok(headers)
}

/// Sets the body, and the type that says what it is. An operation that has a JSON body sends one even when no field is
/// set, as some servers take a missing body for a wrong one.
fn finish_body(operation: &Operation, request: &mut Prepared, mut json: String, form: String, parts: Multipart) {
    let has = |place| operation.fields.iter().any(|field| field.place == place);
    if has(Place::Json) {
        json.push_str(if json.is_empty() { "{}" } else { "}" });
    }
    let (body, content_type): (Body, _) = if !json.is_empty() {
        (json.into(), "application/json")
    } else if has(Place::Form) {
        (form.into(), "application/x-www-form-urlencoded")
    } else {
        if has(Place::Multipart) {
            request.payload = Payload::Multipart(parts);
        }
        // Only a declaration's codec says so here: a file has its own type.
        if let Some(media_type) = operation.fields.iter().find_map(|field| field.codec) {
            request.default_header(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        return;
    };
    request.payload = Payload::Body(body);
    request.default_header(CONTENT_TYPE, HeaderValue::from_static(content_type));
}

fn push_path(
    target: &mut String,
    operation: &Operation,
    values: &[Option<&dyn Value>],
    scratch: &mut Writer,
) -> Result<(), RequestError> {
    let mut rest = operation.path;
    while let Some((before, after)) = rest.split_once('{') {
        target.push_str(before);
        let (parameter, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        let fields = operation.fields.iter().zip(values);
        for (field, value) in fields.filter(|(field, _)| field.place == Place::Path && field.rust == parameter) {
            let Some(value) = value else { continue };
            for_each_text(field, *value, scratch, &mut |text| {
                let invalid = |what| Err(RequestError::PathParameter { name: field.rust, what });
                if operation.has_given_url() {
                    // What follows a `#` is not sent, and would be in the way of the query.
                    target.push_str(text.split('#').next().unwrap_or_default());
                } else if field.slashes {
                    if let Some(what) = segments_fault(text) {
                        return invalid(what);
                    }
                    target.extend(utf8_percent_encode(text, SLASHES));
                } else {
                    // A URL parser resolves `.` and `..` even where they are percent-encoded.
                    match text {
                        "" => return invalid("empty"),
                        "." => return invalid("`.`"),
                        ".." => return invalid("`..`"),
                        _ => target.extend(utf8_percent_encode(text, RESERVED)),
                    }
                }
                Ok(())
            })?;
        }
    }
    target.push_str(rest);
    Ok(())
}

/// Why a path with slashes would address something else than it says. (A slash at its end is a part of many names.)
fn segments_fault(path: &str) -> Option<&'static str> {
    path.strip_suffix('/').unwrap_or(path).split('/').find_map(|segment| match segment {
        "" => Some("a path with an empty segment"),
        "." => Some("a path with a segment `.`"),
        ".." => Some("a path with a segment `..`"),
        _ => None,
    })
}

pub(crate) fn push_query(target: &mut String, name: &str, value: &str) {
    push_bare(target, name);
    let _ = write!(target, "={}", utf8_percent_encode(value, RESERVED));
}

/// Adds a query parameter without a value.
fn push_bare(target: &mut String, name: &str) {
    let from = target.find('?').map_or(target.len(), |at| at + 1);
    target.push(if from == target.len() { '?' } else { '&' });
    let _ = write!(target, "{}", utf8_percent_encode(name, RESERVED));
}

fn push_pair(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    let _ = write!(form, "{}={}", utf8_percent_encode(name, RESERVED), utf8_percent_encode(value, RESERVED));
}

fn push_part(
    parts: &mut Multipart,
    operation: &Operation,
    field: &Field,
    value: &dyn Value,
    scratch: &mut Writer,
) -> Result<(), RequestError> {
    let mut form = std::mem::take(parts);
    if let Some(file) = value.as_any().downcast_ref::<File>() {
        form = form.file(field.name, file.clone());
    } else if let Some(files) = value.as_any().downcast_ref::<Vec<File>>() {
        form = files.iter().fold(form, |form, file| form.file(field.name, file.clone()));
    } else if let Some(media_type) = field.part {
        scratch.clear();
        value.encode(scratch);
        check(field, 0, scratch)?;
        form = form.text_as(field.name, scratch.as_json(), media_type);
    } else {
        for_each_parameter(operation, field, value, scratch, &mut |name, text| {
            form = std::mem::take(&mut form).text(name, text);
            Ok(())
        })?;
    }
    *parts = form;
    Ok(())
}

fn raw_body(field: &Field, value: &dyn Value) -> Result<Payload, RequestError> {
    if let Some(file) = value.as_any().downcast_ref::<File>() {
        return Ok(Payload::File(Box::new(file.clone())));
    }
    if let Some(Coded(body)) = value.as_any().downcast_ref::<Coded>() {
        return body.clone().map(|bytes| Payload::Body(bytes.into())).map_err(|error| invalid(field, error));
    }
    if let Some(bytes) = value.as_any().downcast_ref::<Vec<u8>>() {
        return Ok(Payload::Body(Body::from(bytes.clone())));
    }
    if let Some(text) = value.as_any().downcast_ref::<String>() {
        return Ok(Payload::Body(Body::from(text.clone())));
    }
    Err(invalid(field, "a raw body is a `File`, a `Vec<u8>` or a `String`"))
}

/// Checks that the values of a request are what its declaration says they have to be.
#[cfg(feature = "serve")]
pub(crate) fn check_values(fields: &[Field], values: &[Option<&dyn Value>]) -> Result<(), RequestError> {
    let mut writer = Writer::for_requests(true);
    for (field, value) in fields.iter().zip(values) {
        let Some(value) = value else { continue };
        // What is no JSON has no constraints, and may be large.
        if field.place == Place::Body || (field.place == Place::Multipart && field.constraint.is_none()) {
            continue;
        }
        writer.clear();
        value.encode(&mut writer);
        check(field, 0, &mut writer)?;
    }
    Ok(())
}

/// Checks that a field's value, written from this position on, is what its declaration says it has to be.
fn check(field: &Field, from: usize, writer: &mut Writer) -> Result<(), RequestError> {
    if !writer.is_checking() || (field.constraint.is_none() && !writer.has_violation()) {
        return Ok(());
    }
    let checked = writer.check_field(field.name, from, field.constraint);
    checked.map_err(|(path, reason)| RequestError::Constraint { path, reason })
}

/// A header, from what a caller gave to an API whose secrets have these names, too.
pub(crate) fn header(
    name: &str,
    value: &str,
    secret_names: &[&str],
) -> Result<(HeaderName, HeaderValue), RequestError> {
    let invalid = || RequestError::Header { name: name.into() };
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| invalid())?;
    // Then whoever prints the request, a transport for instance, does not show it.
    value.set_sensitive(is_secret_name(header.as_str(), secret_names));
    Ok((header, value))
}

fn invalid(field: &Field, reason: impl ToString) -> RequestError {
    RequestError::Field { name: field.name.into(), reason: reason.to_string() }
}

/// Passes on a value as parameters: one of the field's name, or several where it is an object or a list.
fn for_each_parameter(
    operation: &Operation,
    field: &Field,
    value: &dyn Value,
    scratch: &mut Writer,
    each: &mut dyn FnMut(&str, &str) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    scratch.clear();
    // Enough for most, so that it need not grow byte by byte.
    scratch.reserve(64);
    value.encode(scratch);
    check(field, 0, scratch)?;
    let mut reader = Reader::new(scratch.as_json());
    if matches!(reader.kind(), Kind::List | Kind::Object) {
        return style::parameters(field, operation.style_of(field), scratch.as_json(), each);
    }
    text(reader).map_err(|error| invalid(field, error))?.map_or(Ok(()), |text| each(field.name, &text))
}

/// Passes on a value as text: a string as it is, a list item by item, an object as JSON, null not at all.
fn for_each_text(
    field: &Field,
    value: &dyn Value,
    scratch: &mut Writer,
    each: &mut dyn FnMut(&str) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    scratch.clear();
    // Enough for most, so that it need not grow byte by byte.
    scratch.reserve(64);
    value.encode(scratch);
    check(field, 0, scratch)?;
    let no_json = |error| invalid(field, error);
    let mut reader = Reader::new(scratch.as_json());
    if reader.kind() != Kind::List {
        return text(reader).map_err(no_json)?.map_or(Ok(()), |text| each(&text));
    }
    let mut items = Vec::new();
    let read = reader.list(|reader| {
        items.push(reader.raw()?);
        Ok(())
    });
    read.map_err(no_json)?;
    for item in items {
        if let Some(text) = text(Reader::new(item)).map_err(no_json)? {
            each(&text)?;
        }
    }
    Ok(())
}

/// What a value of JSON is as text.
fn text(mut json: Reader<'_>) -> Result<Option<Cow<'_, str>>, DecodeError> {
    Ok(match json.kind() {
        Kind::Null => None,
        Kind::String => Some(json.text()?),
        Kind::Number => Some(match json.raw()? {
            // Not every server reads `1e-7`.
            number if number.contains('e') => Cow::Owned(Reader::new(number).read::<f64>()?.to_string()),
            number => Cow::Borrowed(number),
        }),
        _ => Some(Cow::Borrowed(json.raw()?)),
    })
}
