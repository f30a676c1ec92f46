//! Decodes a received request as a typed one.

use bytes::Bytes;
use http::{Request, header, request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::constants::Constants;
use super::nested;
#[cfg(feature = "axum")]
use super::streamed::file_of;
#[cfg(feature = "axum")]
use crate::body::Body;
use crate::codec::Mode;
use crate::encode;
use crate::endpoint::{Endpoint, Field, Operation, Place};
use crate::error::RequestError;
use crate::file::File;
use crate::response::{is_json, is_media_type};
use crate::source::{Found, ReadError, ReadErrorKind, Source, Values};

/// A request as a server received it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received<E> {
    /// The typed request.
    pub request: E,
    /// Method, URL and headers.
    pub parts: request::Parts,
    /// The names of query parameters and body fields that the operation does not have.
    pub unknown: Vec<String>,
    /// The raw body.
    pub body: Bytes,
}

/// How requests are read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Whether unknown fields and values, nulls, and numbers as text are refused.
    pub(crate) strict: bool,
    /// Whether a query parameter that cannot be read is as good as none.
    pub(crate) lenient_queries: bool,
    /// Whether a body of another media type, and values that break a constraint, are refused.
    pub(crate) checked: bool,
}

impl<E: Endpoint> Received<E> {
    /// Reads a request whose body is not read: for an operation whose body is streamed.
    #[cfg(feature = "axum")]
    pub(crate) async fn read_streamed(
        parts: request::Parts,
        body: Body,
        path: Vec<(String, String)>,
        reading: Reading,
    ) -> Result<Self, ReadError> {
        let mut incoming = Incoming::new::<E>(&parts, &Bytes::new(), path).await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        incoming.streamed = Some(file_of(body, content_type));
        Self::of(parts, Bytes::new(), incoming, reading)
    }

    pub(crate) async fn read(
        request: Request<Bytes>,
        path: Vec<(String, String)>,
        reading: Reading,
    ) -> Result<Self, ReadError> {
        let (parts, body) = request.into_parts();
        if reading.checked {
            check_media_type::<E>(&parts, &body)?;
        }
        let incoming = Incoming::new::<E>(&parts, &body, path).await?;
        Self::of(parts, body, incoming, reading)
    }

    fn of(
        parts: request::Parts,
        body: Bytes,
        mut incoming: Incoming,
        Reading { strict, lenient_queries, checked }: Reading,
    ) -> Result<Self, ReadError> {
        let mode = if strict { Mode::Strict } else { Mode::Lenient };
        let constants = incoming.constants();
        let source = Source::new(E::OPERATION.fields, &mut incoming, mode);
        let request = E::read(&mut source.lenient(lenient_queries.then_some(Place::Query)).untrusted())?;
        constants.check(&request)?;
        let copies: Vec<_> = E::OPERATION.fields.iter().filter(|field| field.copy).map(|field| field.name).collect();
        let is_unknown = |name: &&String| !copies.contains(&name.as_str());
        if let (true, Some(json)) = (strict, incoming.json.as_object())
            && let Some(name) = json.keys().find(is_unknown)
        {
            return Err(ReadError::new(ReadErrorKind::Unknown, name, "is not known"));
        }
        if checked {
            check_values(&request)?;
        }
        let unknown = incoming.left().into_iter().filter(|name| is_unknown(&name)).collect();
        Ok(Self { request, parts, unknown, body })
    }
}

/// The secrets in a request, as its declaration has them.
#[cfg(feature = "replay")]
pub(crate) async fn secrets_of<E: Endpoint>(request: Request<Bytes>, path: Vec<(String, String)>) -> Vec<String> {
    let mut writer = crate::codec::Writer::recording();
    let reading = Reading { lenient_queries: true, ..Reading::default() };
    if let Ok(received) = Received::<E>::read(request, path, reading).await {
        received.request.values(&mut |values| values.iter().flatten().for_each(|value| value.encode(&mut writer)));
    }
    writer.into_secrets()
}

/// Whether the operation declares the media type of its body, which may be any then.
fn has_own_type<E: Endpoint>() -> bool {
    let is_own =
        |field: &Field| field.place == Place::Header && field.name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str());
    E::OPERATION.fields.iter().any(is_own)
}

/// Refuses a body that says that it is of another media type than those of the operation.
fn check_media_type<E: Endpoint>(parts: &request::Parts, body: &Bytes) -> Result<(), ReadError> {
    let has = |place| E::OPERATION.fields.iter().any(|field| field.place == place);
    let is = |media_type| is_media_type(&parts.headers, media_type);
    let wanted = if body.is_empty() || has_own_type::<E>() {
        return Ok(());
    } else if (has(Place::Json) || has(Place::JsonBody)) && !is_json(&parts.headers) {
        "application/json"
    } else if has(Place::Form) && !is("application/x-www-form-urlencoded") {
        "application/x-www-form-urlencoded"
    } else if has(Place::Multipart) && !is("multipart/form-data") {
        "multipart/form-data"
    } else {
        return Ok(());
    };
    let reason = format!("is to be of the content type `{wanted}`");
    Err(ReadError::new(ReadErrorKind::MediaType, "body", reason))
}

/// Refuses values that break a constraint.
fn check_values<E: Endpoint>(request: &E) -> Result<(), ReadError> {
    let mut checked = Ok(());
    request.values(&mut |values| checked = encode::check_values(E::OPERATION.fields, values));
    checked.map_err(|error| match error {
        RequestError::Constraint { path, reason } => ReadError::new(ReadErrorKind::Constraint, &path, reason),
        error => ReadError::new(ReadErrorKind::Constraint, "request", error),
    })
}

/// The parts of a request, from which its fields are taken.
struct Incoming {
    operation: &'static Operation,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: http::HeaderMap,
    json: Value,
    form: Vec<(String, String)>,
    files: Vec<(String, File)>,
    body: Bytes,
    /// In place of a body that is in memory.
    streamed: Option<File>,
}

/// A field of a form.
pub(crate) struct Part {
    pub(crate) content: Bytes,
    /// Where it is a file, its name, and its media type.
    pub(crate) file_name: Option<String>,
    pub(crate) media_type: Option<String>,
}

impl Part {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    fn into_file(self) -> File {
        let file = File::bytes(self.content);
        let file = self.file_name.into_iter().fold(file, File::name);
        self.media_type.into_iter().fold(file, File::content_type)
    }
}

fn invalid(reason: impl ToString) -> ReadError {
    ReadError::new(ReadErrorKind::Syntax, "body", reason)
}

impl Incoming {
    async fn new<E: Endpoint>(
        parts: &request::Parts,
        body: &Bytes,
        path: Vec<(String, String)>,
    ) -> Result<Self, ReadError> {
        let has = |place| E::OPERATION.fields.iter().any(|field| field.place == place);
        let mut incoming = Self {
            operation: E::OPERATION,
            path,
            query: pairs(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            json: Value::Object(Map::new()),
            form: Vec::new(),
            files: Vec::new(),
            body: body.clone(),
            streamed: None,
        };
        // As the real servers do: a body that does not say that it is JSON is not read as such.
        let is_read = has_own_type::<E>() || is_json(&parts.headers);
        if (has(Place::Json) || has(Place::JsonBody)) && is_read && !body.is_empty() {
            incoming.json = serde_json::from_slice(body).map_err(invalid)?;
        }
        if has(Place::Form) {
            incoming.form = pairs(&String::from_utf8_lossy(body));
        }
        if has(Place::Multipart) {
            for (name, part) in multipart(&parts.headers, body).await? {
                // A part may be a file without having a name.
                let takes_files = |field: &Field| field.name == name && field.ty.contains("File");
                match part.file_name.is_some() || E::OPERATION.fields.iter().any(takes_files) {
                    true => incoming.files.push((name, part.into_file())),
                    false => incoming.form.push((name, part.text())),
                }
            }
        }
        Ok(incoming)
    }

    /// What it has where an operation always has the same.
    fn constants(&self) -> Constants {
        let text = |pairs: &[(String, String)], name: &str| {
            pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone().into())
        };
        Constants::of(self.operation, |field| match field.place {
            Place::Query => text(&self.query, field.name),
            Place::Form | Place::Multipart => text(&self.form, field.name),
            Place::Json => self.json.get(field.name).cloned(),
            _ => None,
        })
    }

    /// The names of what no field has taken.
    fn left(&self) -> Vec<String> {
        let json = self.json.as_object().into_iter().flat_map(|object| object.keys().cloned());
        let query = self.query.iter().map(|(name, _)| name.clone());
        let form = self.form.iter().map(|(name, _)| name).chain(self.files.iter().map(|(name, _)| name));
        json.chain(query).chain(form.cloned()).collect()
    }
}

impl Values for Incoming {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        Ok(match field.place {
            Place::Path => Found::texts(take_all(&mut self.path, field.rust), field),
            Place::Query => nested::take(&mut self.query, field, self.operation)?,
            Place::Header => {
                let values = self.headers.get_all(field.name).iter();
                let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
                Found::texts(texts.collect(), field)
            }
            Place::Json => self.json.as_object_mut().and_then(|object| object.remove(field.name)).map(Found::Json),
            Place::JsonBody => Some(Found::Json(std::mem::take(&mut self.json))),
            Place::Form | Place::Multipart => match Found::files(take_all(&mut self.files, field.name)) {
                Some(files) => Some(files),
                None => nested::take(&mut self.form, field, self.operation)?,
            },
            Place::Body if self.streamed.is_some() => Found::files(self.streamed.take().into_iter().collect()),
            Place::Body => {
                let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
                Some(Found::body(&self.body, content_type))
            }
        })
    }
}

fn take_all<T>(pairs: &mut Vec<(String, T)>, name: &str) -> Vec<T> {
    pairs.extract_if(.., |(own, _)| own == name).map(|(_, value)| value).collect()
}

/// The pairs of a query or of an URL-encoded form.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// Parsed by a third-party parser: two ends of our own code could agree on a mistake.
pub(crate) async fn multipart(headers: &http::HeaderMap, body: &Bytes) -> Result<Vec<(String, Part)>, ReadError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Others (`multipart/related`) differ by what their parts mean.
    let content_type = match content_type.split_once(';') {
        Some((kind, parameters)) if kind.starts_with("multipart/") => format!("multipart/form-data;{parameters}"),
        _ => content_type.to_owned(),
    };
    let boundary = multer::parse_boundary(content_type).map_err(invalid)?;
    let body = body.clone();
    let mut form = multer::Multipart::with_reader(std::io::Cursor::new(body), boundary);
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.map_err(invalid)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(unescaped);
        let media_type = part.content_type().map(ToString::to_string);
        let content = part.bytes().await.map_err(invalid)?;
        parts.push((name, Part { content, file_name, media_type }));
    }
    Ok(parts)
}

/// A name between quotes, in which the HTML standard has browsers escape the quote and line ends, and nothing else.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// Matches a path against an operation's and gives the parameters, decoded.
#[cfg(feature = "mock")]
pub(crate) fn match_path(operation: &Operation, path: &str) -> Option<Vec<(String, String)>> {
    let parameter = |part: &str| part.strip_prefix('{').and_then(|name| name.strip_suffix('}')).map(str::to_owned);
    if operation.has_given_url() {
        return Some(vec![(parameter(operation.path)?, path.to_owned())]);
    }
    let keeps_slashes = |part: &&str| {
        let name = parameter(part);
        operation.fields.iter().any(|field| field.slashes && name.as_deref() == Some(field.rust))
    };
    let wanted: Vec<_> = operation.path.split('/').collect();
    let mut given: Vec<_> = path.split('/').map(str::to_owned).collect();
    // It takes what the other parts leave.
    if let Some(at) = wanted.iter().position(keeps_slashes) {
        let end = (given.len() + at + 1).checked_sub(wanted.len()).filter(|end| *end > at)?;
        let taken = given[at..end].join("/");
        given.splice(at..end, [taken]);
    }
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        match parameter(wanted) {
            Some(_) if given.is_empty() => return None,
            Some(name) => parameters.push((name, percent_decode_str(&given).decode_utf8_lossy().into_owned())),
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(parameters)
}
