//! Samples of requests.

use crate::codec::{Detail, Mode, Sampler};
use crate::endpoint::{Endpoint, Field, Place};
use crate::file::File;
use crate::source::{Found, ReadError, Source, Values};

/// Makes a sample of a request, the same each time: text is the name of its field, a number is 1 or 1.5.
///
/// # Errors
/// When a field can have no sample: a raw body of a type that is none.
#[cfg(feature = "mock")]
pub fn request<E: Endpoint>(detail: Detail) -> Result<E, ReadError> {
    one(&mut Sampler::new(detail, "request"), detail)
}

/// Makes full samples of a request until each alternative of each of its fields is in one of them.
///
/// # Errors
/// As [`request`].
#[cfg(feature = "mock")]
pub fn requests<E: Endpoint>() -> Result<Vec<E>, ReadError> {
    Sampler::every("request", |sampler| one(sampler, Detail::Full)).into_iter().collect()
}

/// Makes a sample of a request by a sampler.
pub(crate) fn one<E: Endpoint>(sampler: &mut Sampler, detail: Detail) -> Result<E, ReadError> {
    E::read(&mut Source::new(E::OPERATION.fields, &mut Samples { sampler, detail }, Mode::Lenient))
}

/// Gives samples as the values of a request's fields.
struct Samples<'a> {
    sampler: &'a mut Sampler,
    detail: Detail,
}

impl Values for Samples<'_> {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        if self.detail == Detail::Minimal && !field.required {
            // A literal of Rust, of the kinds that a declaration takes, is JSON, too.
            return Ok(field.preset.and_then(|preset| serde_json::from_str(preset).ok()).map(Found::Json));
        }
        let content = || format!("<{}>", field.name);
        Ok(match (field.place, field.sample) {
            (_, Some(sample)) => serde_json::from_str(sample).ok().map(Found::Json),
            (Place::Body, _) if field.codec.is_some() => Some(Found::Sample),
            (Place::Body, _) => Some(Found::body(&content().into(), None)),
            (Place::Multipart, _) if field.ty.contains("File") => {
                Found::files(vec![File::bytes(content()).name(format!("{}.bin", field.name))])
            }
            _ => Some(Found::Sample),
        })
    }

    fn sampler(&mut self) -> Option<&mut Sampler> {
        Some(self.sampler)
    }
}
