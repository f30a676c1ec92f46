//! Decodes a received request as a typed one.

use bytes::Bytes;
use http::{Request, header, request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

#[cfg(feature = "axum")]
use super::streamed::file_of;
#[cfg(feature = "axum")]
use crate::body::Body;
use crate::codec::Mode;
use crate::encode;
use crate::endpoint::{Endpoint, Field, Place};
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
        let source = Source::new(E::OPERATION.fields, &mut incoming, mode);
        let request = E::read(&mut source.lenient_queries(lenient_queries).untrusted())?;
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

/// Refuses a body that says that it is of another media type than those of the operation.
fn check_media_type<E: Endpoint>(parts: &request::Parts, body: &Bytes) -> Result<(), ReadError> {
    let has = |place| E::OPERATION.fields.iter().any(|field| field.place == place);
    let is = |media_type| is_media_type(&parts.headers, media_type);
    let wanted = if body.is_empty() {
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
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: http::HeaderMap,
    json: Value,
    form: Vec<(String, Part)>,
    body: Bytes,
    /// In place of a body that is in memory.
    streamed: Option<File>,
}

/// A field of a form.
struct Part {
    content: Bytes,
    /// Where it is a file, its name, and its media type.
    file_name: Option<String>,
    media_type: Option<String>,
}

impl Part {
    fn text(&self) -> String {
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
        let content_type =
            parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut incoming = Self {
            path,
            query: pairs(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            json: Value::Object(Map::new()),
            form: Vec::new(),
            body: body.clone(),
            streamed: None,
        };
        // As the real servers do: a body that does not say that it is JSON is not read as such.
        if (has(Place::Json) || has(Place::JsonBody)) && is_json(&parts.headers) && !body.is_empty() {
            incoming.json = serde_json::from_slice(body).map_err(invalid)?;
        }
        if has(Place::Form) {
            let part = |text: String| Part { content: text.into(), file_name: None, media_type: None };
            incoming.form =
                pairs(&String::from_utf8_lossy(body)).into_iter().map(|(name, text)| (name, part(text))).collect();
        }
        if has(Place::Multipart) {
            incoming.form = multipart(content_type, body).await?;
        }
        Ok(incoming)
    }

    /// The names of what no field has taken.
    fn left(&self) -> Vec<String> {
        let json = self.json.as_object().into_iter().flat_map(|object| object.keys().cloned());
        let query = self.query.iter().map(|(name, _)| name.clone());
        json.chain(query).chain(self.form.iter().map(|(name, _)| name.clone())).collect()
    }
}

impl Values for Incoming {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        Ok(match field.place {
            Place::Path => one(take_all(&mut self.path, field.rust), field),
            Place::Query => one(take_all(&mut self.query, field.name), field),
            Place::Header => {
                let values = self.headers.get_all(field.name).iter();
                one(values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect(), field)
            }
            Place::Json => self.json.as_object_mut().and_then(|object| object.remove(field.name)).map(Found::Json),
            Place::JsonBody => Some(Found::Json(std::mem::take(&mut self.json))),
            Place::Form | Place::Multipart => {
                let parts = take_all(&mut self.form, field.name);
                // A part may be a file without having a name.
                let is_file = |part: &Part| part.file_name.is_some() || field.ty.contains("File");
                let (files, texts): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_file);
                let files = files.into_iter().map(Part::into_file).collect();
                Found::files(files).or_else(|| one(texts.iter().map(Part::text).collect(), field))
            }
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

/// One value, or a list where the field is one.
fn one(mut texts: Vec<String>, field: &Field) -> Option<Found> {
    let is_list = field.ty.starts_with("Vec");
    match texts.len() {
        0 => None,
        _ if is_list => Some(Found::Texts(texts)),
        _ => texts.pop().map(Found::Text),
    }
}

/// The pairs of a query or of an URL-encoded form.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// Parsed by a third-party parser: two ends of our own code could agree on a mistake.
async fn multipart(content_type: &str, body: &Bytes) -> Result<Vec<(String, Part)>, ReadError> {
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

/// Matches a path against a template and gives the parameters, decoded.
#[cfg(feature = "mock")]
pub(crate) fn match_path(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut wanted = template.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(_) if given.is_empty() => return None,
                Some(name) => {
                    parameters.push((name.to_owned(), percent_decode_str(given).decode_utf8_lossy().into_owned()))
                }
                None if wanted == given => {}
                None => return None,
            },
            _ => return None,
        }
    }
}
