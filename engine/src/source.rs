//! Decoding of requests: [`ReadError`] is why a request could not be read from JSON or, by a fake server, from HTTP.
//!
//! A request is read by serde, and by the fake server of `mock` (feature `mock`):
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! let book: AddBook = serde_json::from_str(r#"{"title": "Emma", "page_count": 474}"#)?;
//! assert_eq!(book.page_count, Some(474));
//! let error: serde_json::Error = serde_json::from_str::<AddBook>("{}").unwrap_err();
//! assert!(error.to_string().contains("`title` is missing"));
//! # Ok::<(), serde_json::Error>(())
//! ```

#[cfg(any(feature = "dynamic", feature = "serve"))]
use std::any::Any;
use std::fmt;

#[cfg(any(feature = "dynamic", feature = "serve"))]
use bytes::Bytes;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserializer, Serializer};
use serde_json::{Map, Value as Json};

use crate::codec::{self, DecodeError, DecodeErrorKind, Mode, Nullable, Options, Writer, to_json};
use crate::endpoint::{Endpoint, Field, Place};
use crate::file::File;
use crate::response::own::{Codec, Coded};

/// Where [`Endpoint::read`] takes a request's fields from, one after the other.
#[doc(hidden)]
pub struct Source<'a> {
    fields: std::slice::Iter<'static, Field>,
    values: &'a mut dyn Values,
    mode: Mode,
    /// Where a value that cannot be read is as good as none.
    lenient: Option<Place>,
    /// Whether the values come from whoever can reach a server.
    untrusted: bool,
}

/// What holds the values of a request's fields.
pub(crate) trait Values {
    /// The field's value; `None` when it is not there.
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError>;

    /// What makes the values that are [`Found::Sample`].
    #[cfg(any(feature = "dynamic", feature = "mock"))]
    fn sampler(&mut self) -> Option<&mut codec::Sampler> {
        None
    }
}

/// A value found for a field, in one of the forms it can have.
pub(crate) enum Found {
    /// JSON.
    Json(Json),
    /// Text that may stand for a number or boolean as well.
    Text(String),
    /// The texts of a list, each of which may stand for a number or boolean as well.
    Texts(Vec<String>),
    /// JSON whose texts may stand for numbers and booleans as well, and its objects for lists.
    #[cfg(feature = "serve")]
    Tree(Json),
    /// What is no JSON, files and bodies, in each of the types that a field of that kind may have.
    #[cfg(any(feature = "dynamic", feature = "serve"))]
    Any(Vec<Box<dyn Any>>),
    /// Nothing: the value is to be a sample.
    #[cfg(any(feature = "dynamic", feature = "mock"))]
    Sample,
}

/// A request could not be read back.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {reason}")]
#[non_exhaustive]
pub struct ReadError {
    /// What kind of mistake it is.
    pub kind: ReadErrorKind,
    /// The field's name on the wire, with the path to what is wrong inside of it, such as `pull.location.lat`.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
    /// The type of the field, as written in the declaration; empty where there is no such field.
    pub ty: &'static str,
}

/// Why a request could not be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// A field is missing that the request cannot be made without.
    Missing,
    /// A field has the wrong form.
    Form,
    /// The body as a whole cannot be parsed.
    Syntax,
    /// The body is of another media type than the operation has.
    MediaType,
    /// A value breaks a [constraint](crate::codec::Constraint).
    Constraint,
    /// A field is there that the operation does not have.
    Unknown,
    /// A field's value is none of those that it may have.
    NotAllowed,
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind, path: &str, reason: impl ToString) -> Self {
        Self { kind, path: path.into(), reason: reason.to_string(), ty: "" }
    }

    /// Tells where in a field's JSON reading has failed, and how.
    fn inside(field: &Field, error: DecodeError) -> Self {
        let error = error.in_field(field.name);
        let (kind, reason) = match error.kind() {
            DecodeErrorKind::UnknownField => (ReadErrorKind::Unknown, error.reason().into()),
            DecodeErrorKind::NotAllowed => (ReadErrorKind::NotAllowed, error.reason().into()),
            _ => (ReadErrorKind::Form, format!("has the wrong form: {}", error.reason())),
        };
        Self { kind, path: error.path().to_owned(), reason, ty: field.ty }
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl<'a> Source<'a> {
    pub(crate) fn new(fields: &'static [Field], values: &'a mut dyn Values, mode: Mode) -> Self {
        Self { fields: fields.iter(), values, mode, lenient: None, untrusted: false }
    }

    pub(crate) fn lenient(self, place: impl Into<Option<Place>>) -> Self {
        Self { lenient: place.into(), ..self }
    }

    /// For values that a server has received.
    #[cfg(feature = "serve")]
    pub(crate) fn untrusted(self) -> Self {
        Self { untrusted: true, ..self }
    }

    /// The next field, which the request cannot be made without.
    ///
    /// # Errors
    /// When it is missing or of another form.
    pub fn required<T: codec::Field + 'static>(&mut self) -> Result<T, ReadError> {
        let (field, found) = self.take()?;
        found.ok_or_else(|| ReadError::new(ReadErrorKind::Missing, field.name, "is missing"))
    }

    /// The next field, a body that a codec has written.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn decoded<C: Codec<T>, T: Default>(&mut self) -> Result<T, ReadError> {
        let field = self.field()?;
        let missing = || ReadError::new(ReadErrorKind::Missing, field.name, "is missing");
        match self.values.take(field)?.ok_or_else(missing)? {
            #[cfg(any(feature = "dynamic", feature = "mock"))]
            Found::Sample => Ok(T::default()),
            found => {
                let options = Options::new().untrusted(self.untrusted).mode(self.mode);
                let bytes: Vec<u8> = found.into_value(field, options)?;
                C::decode(&bytes).map_err(|error| ReadError::inside(field, error))
            }
        }
    }

    /// The next field, which may be missing.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn optional<T: codec::Field + 'static>(&mut self) -> Result<Option<T>, ReadError> {
        self.take().map(|(_, found)| found)
    }

    /// The next field, which may be missing or null.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn nullable<T: codec::Field + 'static>(&mut self) -> Result<Nullable<T>, ReadError> {
        self.take().map(|(_, found)| found.unwrap_or_default())
    }

    fn take<T: codec::Field + 'static>(&mut self) -> Result<(&'static Field, Option<T>), ReadError> {
        let field = self.field()?;
        let options = Options::new().untrusted(self.untrusted);
        let value = match self.values.take(field)? {
            None => None,
            #[cfg(any(feature = "dynamic", feature = "mock"))]
            Some(Found::Sample) => self.values.sampler().map(|sampler| sampler.required(field.name, T::sample)),
            Some(found) if self.lenient == Some(field.place) => {
                found.into_value(field, options.mode(Mode::Lenient)).ok()
            }
            Some(found) => Some(found.into_value(field, options.mode(self.mode))?),
        };
        Ok((field, value))
    }

    fn field(&mut self) -> Result<&'static Field, ReadError> {
        let missing = || ReadError::new(ReadErrorKind::Form, "", "is read, but the operation has no more fields");
        self.fields.find(|field| !field.copy).ok_or_else(missing)
    }
}

#[cfg(any(feature = "dynamic", feature = "serve"))]
impl Found {
    /// Files, for a field that takes one or many.
    pub(crate) fn files(files: Vec<File>) -> Option<Self> {
        let last = files.last()?.clone();
        Some(Self::Any(vec![Box::new(last), Box::new(files)]))
    }

    /// A whole body.
    pub(crate) fn body(bytes: &Bytes, content_type: Option<&str>) -> Self {
        let file = File::bytes(bytes.clone());
        let file = match content_type {
            Some(content_type) => file.content_type(content_type),
            None => file,
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        Self::Any(vec![Box::new(file), Box::new(bytes.to_vec()), Box::new(text)])
    }
}

impl Found {
    /// One text, or a list where the field is one.
    pub(crate) fn texts(mut texts: Vec<String>, field: &Field) -> Option<Self> {
        let is_list = field.ty.starts_with("Vec");
        match texts.len() {
            0 => None,
            _ if is_list => Some(Self::Texts(texts)),
            _ => texts.pop().map(Self::Text),
        }
    }

    fn into_value<T: codec::Field + 'static>(self, field: &'static Field, options: Options) -> Result<T, ReadError> {
        let read = |json: &Json| options.decode(&to_json(json)).map(|decoded| decoded.value);
        let invalid = |error| ReadError::inside(field, error);
        match self {
            Found::Json(json) => read(&json).map_err(invalid),
            // Text is what it stands for: a string where one is wanted, else the number or boolean it spells.
            Found::Text(text) => {
                read(&Json::String(text.clone())).or_else(|error| read(&spelled(&text).ok_or(error)?)).map_err(invalid)
            }
            Found::Texts(texts) => {
                let spelled: Option<_> = texts.iter().map(|text| spelled(text)).collect();
                read(&Json::from(texts)).or_else(|error| read(&Json::Array(spelled.ok_or(error)?))).map_err(invalid)
            }
            #[cfg(feature = "serve")]
            Found::Tree(tree) => {
                let read = |tree: Json| read(&tree).or_else(|_| read(&spelled_tree(tree)));
                // What is wanted decides whether names that count from 0 are those of an object.
                let as_object = |error| match read(with_inner_lists(tree.clone())).or_else(|_| read(tree.clone())) {
                    Ok(value) => Ok(value),
                    Err(_) => Err(error),
                };
                read(with_lists(tree.clone())).or_else(as_object).map_err(invalid)
            }
            #[cfg(any(feature = "dynamic", feature = "serve"))]
            Found::Any(forms) => match forms.into_iter().find_map(|form| form.downcast::<T>().ok()) {
                Some(value) => Ok(*value),
                None => {
                    let reason = format!("is a file where a {} is wanted", field.ty);
                    Err(ReadError::new(ReadErrorKind::Form, field.name, reason))
                }
            },
            #[cfg(any(feature = "dynamic", feature = "mock"))]
            Found::Sample => Err(ReadError::new(ReadErrorKind::Form, field.name, "cannot be sampled here")),
        }
    }
}

/// What a text spells, if that is not just text.
fn spelled(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(|json: &Json| !json.is_string() && !json.is_null())
}

/// A tree with what its texts spell.
#[cfg(feature = "serve")]
fn spelled_tree(tree: Json) -> Json {
    match tree {
        Json::String(text) => spelled(&text).unwrap_or(Json::String(text)),
        Json::Array(items) => items.into_iter().map(spelled_tree).collect(),
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, spelled_tree(value))).collect(),
        other => other,
    }
}

/// With a list in place of each object whose names count from 0.
#[cfg(feature = "serve")]
fn with_lists(tree: Json) -> Json {
    let members = match with_inner_lists(tree) {
        Json::Object(members) => members,
        other => return other,
    };
    if !(0..members.len()).all(|index| members.contains_key(&index.to_string())) {
        return Json::Object(members);
    }
    let mut items: Vec<_> = members.into_iter().collect();
    items.sort_by_key(|(name, _)| name.parse::<usize>().unwrap_or_default());
    items.into_iter().map(|(_, value)| value).collect()
}

/// The same for all but the outermost.
#[cfg(feature = "serve")]
fn with_inner_lists(tree: Json) -> Json {
    match tree {
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, with_lists(value))).collect(),
        other => other,
    }
}

impl Values for Map<String, Json> {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        Ok(self.remove(field.rust).map(Found::Json))
    }
}

/// Writes a request for storage: an object of its fields by their Rust names, without those that are not set.
#[doc(hidden)]
pub fn serialize_request<E: Endpoint, S: Serializer>(request: &E, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::new();
    let mut failure = None;
    request.values(&mut |values| {
        writer.object(|writer| {
            for (field, value) in E::OPERATION.fields.iter().zip(values) {
                let (Some(value), false) = (value, field.copy) else { continue };
                let file = value.as_any().downcast_ref::<File>();
                if let Some(reason) = file.and_then(File::not_storable) {
                    failure = Some((field.rust, reason.to_owned()));
                }
                if let Some(Coded(Err(reason))) = value.as_any().downcast_ref() {
                    failure = Some((field.rust, reason.clone()));
                }
                writer.member(field.rust, value);
            }
        });
    });
    match failure {
        None => codec::macros::serialize_json(writer.as_json(), serializer),
        Some((field, reason)) => Err(S::Error::custom(format_args!("`{field}`: {reason}"))),
    }
}

/// Reads a request that [`serialize_request`] wrote.
#[doc(hidden)]
pub fn deserialize_request<'de, E: Endpoint, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    let mut object: Map<String, Json> = codec::macros::deserialize(deserializer)?;
    let mut source = Source::new(E::OPERATION.fields, &mut object, Mode::Lenient);
    let request = E::read(&mut source).map_err(D::Error::custom)?;
    match object.keys().next() {
        None => Ok(request),
        Some(name) => Err(D::Error::custom(format_args!("`{name}` is no field of {}", E::OPERATION.qualified_name()))),
    }
}
