//! The other direction: a request read back from what went over the wire, from JSON, or made up as a sample.

#[cfg(feature = "mock")]
use std::any::Any;
use std::collections::HashMap;
use std::fmt;

#[cfg(feature = "mock")]
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::endpoint::{Endpoint, Field};
#[cfg(feature = "mock")]
use crate::file::File;
use crate::json;
use crate::reading;

/// Where [`Endpoint::read`] takes a request's fields from, one after the other.
#[doc(hidden)]
pub struct Source<'a> {
    fields: std::slice::Iter<'static, Field>,
    values: &'a mut dyn Values,
}

/// What holds the values of a request's fields.
pub(crate) trait Values {
    /// The field's value; `None` when it is not there.
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError>;
}

/// A value found for a field, in one of the forms it can have.
pub(crate) enum Found {
    /// JSON.
    Json(Json),
    /// Text that may stand for a number or boolean as well.
    #[cfg(feature = "mock")]
    Text(String),
    /// The texts of a list, each of which may stand for a number or boolean as well.
    #[cfg(feature = "mock")]
    Texts(Vec<String>),
    /// What is no JSON, files and bodies, in each of the types that a field of that kind may have.
    #[cfg(feature = "mock")]
    Any(Vec<Box<dyn Any>>),
    /// Nothing: the value is to be made up, as [`sample`](crate::sample) does.
    #[cfg(feature = "mock")]
    Sample(crate::sample::Fullness),
}

/// A request could not be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {reason}")]
#[non_exhaustive]
pub struct ReadError {
    /// What kind of mistake it is.
    pub kind: ReadErrorKind,
    /// The field's name on the wire, with the path to what is wrong inside of it, such as `pull.location.lat`.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
    /// The type of the field, as written in the line; empty where there is no such field.
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
    /// A field is there that the operation does not have.
    Unknown,
    /// A field's value is none of those that it may have.
    NotAllowed,
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind, path: &str, reason: impl ToString) -> Self {
        Self { kind, path: path.into(), reason: reason.to_string(), ty: "" }
    }

    /// Tells where in a field's JSON reading has failed, and how.
    fn inside(field: &Field, mut error: json::Error) -> Self {
        error.within(field.name);
        let (kind, reason) = match error.reason() {
            reading::UNKNOWN => (ReadErrorKind::Unknown, reading::UNKNOWN.into()),
            reading::NOT_ALLOWED => (ReadErrorKind::NotAllowed, reading::NOT_ALLOWED.into()),
            reason => (ReadErrorKind::Form, format!("has the wrong form: {reason}")),
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
    pub(crate) fn new(fields: &'static [Field], values: &'a mut dyn Values) -> Self {
        Self { fields: fields.iter(), values }
    }

    /// The next field, which the request cannot be made without.
    ///
    /// # Errors
    /// When it is missing or of another form.
    pub fn required<T: DeserializeOwned + 'static>(&mut self) -> Result<T, ReadError> {
        let field = self.field()?;
        match self.values.take(field)? {
            Some(found) => found.into_value(field),
            None => Err(ReadError::new(ReadErrorKind::Missing, field.name, "is missing")),
        }
    }

    /// The next field, which may be missing.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn optional<T: DeserializeOwned + 'static>(&mut self) -> Result<Option<T>, ReadError> {
        let field = self.field()?;
        match self.values.take(field)? {
            Some(found) => found.into_value(field).map(Some),
            None => Ok(None),
        }
    }

    fn field(&mut self) -> Result<&'static Field, ReadError> {
        let missing = || ReadError::new(ReadErrorKind::Form, "", "is read, but the operation has no more fields");
        self.fields.find(|field| !field.copy).ok_or_else(missing)
    }
}

#[cfg(feature = "mock")]
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
    fn into_value<T: DeserializeOwned + 'static>(self, field: &'static Field) -> Result<T, ReadError> {
        // As text, since its reader says where in it reading fails.
        fn read<T: DeserializeOwned>(json: &Json) -> Result<T, json::Error> {
            json::from_str(&json.to_string())
        }
        let wrong = |error: json::Error| ReadError::inside(field, error);
        match self {
            Found::Json(json) => read(&json).map_err(wrong),
            // Text is what it stands for: a string where one is wanted, else the number or boolean it spells.
            #[cfg(feature = "mock")]
            Found::Text(text) => {
                read(&Json::String(text.clone())).or_else(|error| read(&spelled(&text).ok_or(error)?)).map_err(wrong)
            }
            #[cfg(feature = "mock")]
            Found::Texts(texts) => {
                let spelled: Option<_> = texts.iter().map(|text| spelled(text)).collect();
                read(&Json::from(texts)).or_else(|error| read(&Json::Array(spelled.ok_or(error)?))).map_err(wrong)
            }
            #[cfg(feature = "mock")]
            Found::Any(forms) => match forms.into_iter().find_map(|form| form.downcast::<T>().ok()) {
                Some(value) => Ok(*value),
                None => {
                    let reason = format!("is a file where a {} is wanted", field.ty);
                    Err(ReadError::new(ReadErrorKind::Form, field.name, reason))
                }
            },
            #[cfg(feature = "mock")]
            Found::Sample(fullness) => crate::sample::value(fullness, field.name).map_err(|error| {
                ReadError::new(ReadErrorKind::Form, field.name, format!("cannot be made up: {error}"))
            }),
        }
    }
}

/// What a text spells, if that is not just text.
#[cfg(feature = "mock")]
fn spelled(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(|json: &Json| !json.is_string() && !json.is_null())
}

impl Values for Map<String, Json> {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        Ok(self.remove(field.rust).map(Found::Json))
    }
}

/// Writes a request for storage: an object of its fields by their Rust names, without those that are not set.
#[doc(hidden)]
pub fn serialize_request<E: Endpoint, S: Serializer>(request: &E, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = HashMap::new();
    let mut failure = None;
    request.values(&mut |values| {
        for (field, value) in E::OPERATION.fields.iter().zip(values) {
            let (Some(value), false) = (value, field.copy) else { continue };
            let mut json = Vec::new();
            match value.json(&mut json).and_then(|()| serde_json::from_slice::<Json>(&json)) {
                Ok(json) => drop(object.insert(field.rust, json)),
                Err(error) => failure = Some((field.rust, error)),
            }
        }
    });
    match failure {
        None => object.serialize(serializer),
        Some((field, error)) => Err(serde::ser::Error::custom(format_args!("`{field}`: {error}"))),
    }
}

/// Reads a request that [`serialize_request`] wrote.
#[doc(hidden)]
pub fn deserialize_request<'de, E: Endpoint, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    let mut object = Map::<String, Json>::deserialize(deserializer)?;
    let request = E::read(&mut Source::new(E::OPERATION.fields, &mut object)).map_err(serde::de::Error::custom)?;
    match object.keys().next() {
        None => Ok(request),
        Some(name) => {
            Err(serde::de::Error::custom(format_args!("`{name}` is no field of {}", E::OPERATION.qualified_name())))
        }
    }
}
