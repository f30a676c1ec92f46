//! The facts of a request's field.

use super::style::{Lists, Objects};
use crate::case::Name;
use crate::codec::Constraint;

/// A field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name in Rust.
    pub rust: &'static str,
    /// The name on the wire.
    pub name: &'static str,
    /// Its place in the request.
    pub place: Place,
    /// Whether it is required.
    pub required: bool,
    /// Its type, as declared.
    pub ty: &'static str,
    /// Whether it is no field of the type: it repeats a path parameter in the body, or is always sent with the same value.
    pub copy: bool,
    /// Its preset, as declared, or the value that is always sent ([`copy`](Self::copy)); `None` when it is left out unless set.
    pub preset: Option<&'static str>,
    /// A value that the server accepts, as JSON, where the declaration gives one.
    pub sample: Option<&'static str>,
    /// What its values have to be.
    pub constraint: &'static Constraint,
    /// Whether it is a path parameter that keeps its slashes: `(path*: String)`.
    pub slashes: bool,
    /// The media type of its part of a multipart form, which then has its value as JSON.
    pub part: Option<&'static str>,
    /// Whether it is a query parameter without a value: `?uploads`.
    pub bare: bool,
    /// The media type of a body that a [`Codec`](crate::Codec) writes.
    pub codec: Option<&'static str>,
    /// How objects in it are written; `None`: as the API does.
    pub objects: Option<Objects>,
    /// How lists in it are written; `None`: as the API does.
    pub lists: Option<Lists>,
    /// The version of the API that it came with: `name: Type [since = "2.1"]`.
    pub since: Option<&'static str>,
    /// The version of the API that no longer has it, and what to use in its place: ``[removed = "3.0", "use `name`"]``.
    pub removed: Option<(&'static str, &'static str)>,
}

/// The place of a field in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
    /// A member of the JSON object that is the body.
    Json,
    /// The whole body, as JSON.
    JsonBody,
    /// A field of an URL-encoded form.
    Form,
    /// A part of a multipart form.
    Multipart,
    /// The whole body, as bytes.
    Body,
}

impl Field {
    #[doc(hidden)]
    pub const fn new(rust: &'static str, place: Place, required: bool, ty: &'static str) -> Self {
        Self {
            rust,
            name: rust,
            place,
            required,
            ty,
            copy: false,
            preset: None,
            sample: None,
            constraint: &Constraint::NONE,
            slashes: false,
            part: None,
            bare: false,
            codec: None,
            objects: None,
            lists: None,
            since: None,
            removed: None,
        }
    }

    #[doc(hidden)]
    pub const fn with_part(self, media_type: &'static str) -> Self {
        assert!(matches!(self.place, Place::Multipart), "`part` is for fields of a multipart form");
        Self { part: Some(media_type), ..self }
    }

    #[doc(hidden)]
    pub const fn with_codec(self, media_type: &'static str) -> Self {
        Self { codec: Some(media_type), ..self }
    }

    #[doc(hidden)]
    pub const fn bare(self) -> Self {
        assert!(
            matches!(self.place, Place::Query),
            "only a query parameter may have no value: `const name: Type = value`"
        );
        Self { bare: true, ..self }
    }

    #[doc(hidden)]
    pub const fn with_objects(self, objects: Objects) -> Self {
        assert!(self.is_parameter(), "`objects` is for fields of a query, a form or a multipart form");
        Self { objects: Some(objects), ..self }
    }

    #[doc(hidden)]
    pub const fn with_lists(self, lists: Lists) -> Self {
        assert!(self.is_parameter(), "`lists` is for fields of a query, a form or a multipart form");
        Self { lists: Some(lists), ..self }
    }

    #[doc(hidden)]
    pub const fn with_since(self, version: &'static str) -> Self {
        Self { since: Some(version), ..self }
    }

    #[doc(hidden)]
    pub const fn with_removed(self, version: &'static str, instead: &'static str) -> Self {
        Self { removed: Some((version, instead)), ..self }
    }

    const fn is_parameter(&self) -> bool {
        matches!(self.place, Place::Query | Place::Form | Place::Multipart)
    }

    #[doc(hidden)]
    pub const fn with_slashes(self) -> Self {
        Self { slashes: true, ..self }
    }

    #[doc(hidden)]
    pub const fn preset(mut self, preset: &'static str) -> Self {
        self.preset = Some(preset);
        self
    }

    #[doc(hidden)]
    pub const fn with_sample(mut self, sample: &'static str) -> Self {
        if !sample.is_empty() {
            self.sample = Some(sample);
        }
        self
    }

    #[doc(hidden)]
    pub const fn constraint(self, constraint: &'static Constraint) -> Self {
        Self { constraint, ..self }
    }

    #[doc(hidden)]
    pub const fn copy(rust: &'static str, place: Place) -> Self {
        Self { copy: true, ..Self::new(rust, place, true, "") }
    }

    /// The fields with their names on the wire.
    // For all of them at once: the compiler evaluates one constant, not one for each.
    #[doc(hidden)]
    pub const fn named<const N: usize>(mut fields: [Self; N], names: &'static [Name; N]) -> [Self; N] {
        let mut index = 0;
        while index < N {
            fields[index].name = names[index].as_str();
            index += 1;
        }
        fields
    }
}
