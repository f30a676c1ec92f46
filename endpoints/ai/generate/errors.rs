//! The forms in which servers say that they did not do the work: a runner's two, a gateway's, and Studio's
//! [`ApiError`].
//!
//! Any server may pass on what another one behind it said, so the form decides, and the status only where the
//! forms say the same.

use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::endpoints::prelude::*;
use typed_endpoint::codec::{Options, from_json, to_json};
use typed_endpoint::{ErrorBody, Unmapped};

errors! {
    /// Why a server did not do the work.
    pub enum GenerateError {
        /// The pipeline is retired (410): another server has to do it.
        410 => Gone(Gone),
        /// Fields of the request are wrong (mostly 422): which ones, and why.
        _ => Validation(ValidationError),
        /// A runner's own words: the request is wrong (400, 401, 413 too large, 415 unknown kind of file) or the
        /// runner failed (500).
        _ => Http(HttpError),
        /// A gateway's own words, such as that no worker is free (503).
        _ => Gateway(GatewayError),
        /// Studio's own words, such as that there were too many calls within a minute (429).
        _ => Studio(ApiError),
        /// Something else, with its body.
        _ => Other(Unmapped),
    }
}

model! {
    /// What a runner says when it does not do the work.
    pub struct HttpError: Ai {
        /// What it says.
        detail: HttpErrorDetail,
    }

    /// The inner part of an [`HttpError`].
    pub struct HttpErrorDetail: Ai {
        /// The reason, as text.
        msg: String,
    }

    /// What a runner says when fields of a request are wrong.
    pub struct ValidationError: Ai {
        /// The fields.
        detail?: Vec<InvalidField>,
    }

    /// A field that is wrong, and why.
    pub struct InvalidField: Ai {
        /// Its path, such as `body`, `messages`, 0, `content`.
        loc: Vec<Location>,
        /// Human-readable description of what is wrong.
        msg: String,
        /// What is wrong, in a word such as `missing` or `int_parsing`.
        kind as "type": String,
    }

    /// What a gateway says when it does not do the work.
    pub struct GatewayError: Ai {
        /// What it says.
        error: GatewayErrorDetail,
    }

    /// The inner part of a [`GatewayError`].
    pub struct GatewayErrorDetail: Ai {
        /// The reason, as text.
        message: String,
    }
}

/// One step to a field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A name in an object.
    Name(String),
    /// A position in a list, counted from 0.
    Index(i64),
}

/// The pipeline is retired: the server used to do this work and does it no more.
///
/// Gateways from version 0.10.0 on respond so to everything but live video. Neither waiting nor another
/// request helps, only another server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gone {
    /// What the server said; may be empty.
    pub reason: String,
}

fn json(body: &[u8]) -> Option<Value> {
    Options::new().decode_bytes(body).ok().map(|decoded| decoded.value)
}

impl ErrorBody for HttpError {
    #[inline]
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let mut body = json(body)?;
        let detail = body.get_mut("detail")?;
        // The framework of the runners has its own format for unknown paths and methods, which do not reach the runners' code.
        if detail.is_string() {
            *detail = serde_json::json!({ "msg": detail.take() });
        }
        detail.get("msg")?.as_str()?;
        from_json(&to_json(&body)).ok()
    }

    fn message(&self) -> String {
        self.detail.msg.clone()
    }

    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}

impl ErrorBody for ValidationError {
    #[inline]
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let body = json(body)?;
        body.get("detail")?.as_array()?;
        from_json(&to_json(&body)).ok()
    }

    fn message(&self) -> String {
        let fields = self.detail.iter().flatten().map(InvalidField::to_string);
        fields.collect::<Vec<_>>().join("; ")
    }

    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}

impl ErrorBody for GatewayError {
    #[inline]
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let body = json(body)?;
        body.get("error")?.get("message")?.as_str()?;
        from_json(&to_json(&body)).ok()
    }

    fn message(&self) -> String {
        self.error.message.clone()
    }

    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}

impl ErrorBody for Gone {
    #[inline]
    fn decode(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        fn words<E: ErrorBody>(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<String> {
            E::decode(status, headers, body).map(|error| error.message())
        }
        let reason = words::<HttpError>(status, headers, body)
            .or_else(|| words::<GatewayError>(status, headers, body))
            .or_else(|| words::<ApiError>(status, headers, body))
            .or_else(|| words::<Unmapped>(status, headers, body));
        Some(Self { reason: reason.unwrap_or_default().trim().to_owned() })
    }

    fn message(&self) -> String {
        let gone = "this server has retired the pipeline: use another server";
        match self.reason.as_str() {
            "" => gone.to_owned(),
            reason => format!("{gone} (it says: {reason})"),
        }
    }
}

impl InvalidField {
    /// The field's path without the part of the request it stands in, such as `messages.0.content`.
    pub fn field(&self) -> String {
        let mut steps: Vec<_> = self.loc.iter().map(Location::to_string).collect();
        if steps.len() > 1 {
            steps.remove(0);
        }
        steps.join(".")
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field(), self.msg)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => index.fmt(f),
        }
    }
}

impl Default for Location {
    fn default() -> Self {
        Self::Name(String::new())
    }
}

impl Encode for Location {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Name(name) => writer.str(name),
            Self::Index(index) => writer.integer(*index),
        }
    }
}

impl Field for Location {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.kind() {
            Kind::String => reader.read().map(Self::Name),
            Kind::Number => reader.read().map(Self::Index),
            _ => Err(reader.expected("the name of a field or a position in a list")),
        }
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(2) {
            0 => Self::Name(sampler.sample()),
            _ => Self::Index(sampler.sample()),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([String::schema(schemas), i64::schema(schemas)])
    }
}

serde_via_codec!(Location);
