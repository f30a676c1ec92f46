//! Decodes a received request as a typed one.

use bytes::Bytes;
use http::{Request, header, request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::nested;
use crate::codec::Mode;
use crate::endpoint::{Endpoint, Field, Operation, Place};
use crate::file::File;
use crate::response::is_json;
use crate::source::{Found, ReadError, ReadErrorKind, Source, Values};

/// A request as a mock received it.
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
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) strict: bool,
    pub(super) lenient_queries: bool,
}

impl<E: Endpoint> Received<E> {
    pub(super) async fn read(
        request: Request<Bytes>,
        path: Vec<(String, String)>,
        Reading { strict, lenient_queries }: Reading,
    ) -> Result<Self, ReadError> {
        let (parts, body) = request.into_parts();
        let mut incoming = Incoming::new::<E>(&parts, &body, path).await?;
        let mode = if strict { Mode::Strict } else { Mode::Lenient };
        let mut source =
            Source::new(E::OPERATION.fields, &mut incoming, mode).lenient(lenient_queries.then_some(Place::Query));
        let request = E::read(&mut source)?;
        let copies: Vec<_> = E::OPERATION.fields.iter().filter(|field| field.copy).map(|field| field.name).collect();
        let is_unknown = |name: &&String| !copies.contains(&name.as_str());
        if let (true, Some(json)) = (strict, incoming.json.as_object())
            && let Some(name) = json.keys().find(is_unknown)
        {
            return Err(ReadError::new(ReadErrorKind::Unknown, name, "is not known"));
        }
        let unknown = incoming.left().into_iter().filter(|name| is_unknown(&name)).collect();
        Ok(Self { request, parts, unknown, body })
    }
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
}

enum Part {
    Text(String),
    File(File),
}

fn invalid(reason: impl ToString) -> ReadError {
    ReadError::new(ReadErrorKind::Form, "body", reason)
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
            operation: E::OPERATION,
            path,
            query: pairs(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            json: Value::Object(Map::new()),
            form: Vec::new(),
            files: Vec::new(),
            body: body.clone(),
        };
        // As the real servers do: a body that does not say that it is JSON is not read as such.
        let own_type = E::OPERATION.fields.iter().any(|field| {
            field.place == Place::Header && field.name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str())
        });
        if (has(Place::Json) || has(Place::JsonBody)) && (own_type || is_json(&parts.headers)) && !body.is_empty() {
            incoming.json = serde_json::from_slice(body).map_err(invalid)?;
        }
        if has(Place::Form) {
            let text = String::from_utf8_lossy(body).replace('+', " ");
            incoming.form = pairs(&text);
        }
        if has(Place::Multipart) {
            for (name, part) in multipart(content_type, body).await? {
                match part {
                    Part::Text(text) => incoming.form.push((name, text)),
                    Part::File(file) => incoming.files.push((name, file)),
                }
            }
        }
        Ok(incoming)
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
            Place::Query => nested::take(&mut self.query, field, self.operation),
            Place::Header => {
                let values = self.headers.get_all(field.name).iter();
                Found::texts(values.filter_map(|value| Some(value.to_str().ok()?.to_owned())).collect(), field)
            }
            Place::Json => self.json.as_object_mut().and_then(|object| object.remove(field.name)).map(Found::Json),
            Place::JsonBody => Some(Found::Json(std::mem::take(&mut self.json))),
            Place::Form | Place::Multipart => match Found::files(take_all(&mut self.files, field.name)) {
                Some(files) => Some(files),
                None => nested::take(&mut self.form, field, self.operation),
            },
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

fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
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
        let file_name = part.file_name().map(str::to_owned);
        let media_type = part.content_type().map(ToString::to_string);
        let content = part.bytes().await.map_err(invalid)?;
        let part = match file_name {
            Some(file_name) => {
                let file = File::bytes(content).name(file_name);
                Part::File(match media_type {
                    Some(media_type) => file.content_type(media_type),
                    None => file,
                })
            }
            None => Part::Text(String::from_utf8_lossy(&content).into_owned()),
        };
        parts.push((name, part));
    }
    Ok(parts)
}

/// Matches a path against an operation's and gives the parameters, decoded.
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
