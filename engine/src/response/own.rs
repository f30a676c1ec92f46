//! Bodies in formats of an API crate's own: XML, MessagePack, protobuf.

use std::marker::PhantomData;

use super::{RawResponse, ResponseFormat};
use crate::codec::{DecodeError, Encode, Writer};
use crate::error::BoxError;

/// A format of bodies that the engine does not have, for values of type `T`: `-> by Xml Listing` in a declaration has the response read
/// by the codec `Xml`, and `body by Xml (listing: Listing)` the request written by it.
///
/// ```
/// use typed_endpoint::{BoxError, Codec, DecodeError};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON by serde_json, as an example; `quick_xml::de::from_str` and `rmp_serde::from_slice` look the same.
/// pub struct ByHand;
///
/// impl<T: Serialize + DeserializeOwned> Codec<T> for ByHand {
///     const MEDIA_TYPE: &'static str = "application/json";
///
///     fn decode(body: &[u8]) -> Result<T, DecodeError> {
///         serde_json::from_slice(body).map_err(|error| DecodeError::custom(error.to_string()))
///     }
///
///     fn encode(value: &T) -> Result<Vec<u8>, BoxError> {
///         Ok(serde_json::to_vec(value)?)
///     }
/// }
/// ```
pub trait Codec<T>: Send + Sync + 'static {
    /// The media type, which is asked for, and which a request's body is sent as.
    const MEDIA_TYPE: &'static str;

    /// Reads a body.
    ///
    /// # Errors
    /// [`DecodeError`] says where it is of another form, and how.
    fn decode(body: &[u8]) -> Result<T, DecodeError>;

    /// Writes a body: of a request, for fake servers, and for calls by name, which return the bytes.
    ///
    /// # Errors
    /// When the value has no such form.
    fn encode(value: &T) -> Result<Vec<u8>, BoxError>;
}

/// A response in the format of a [`Codec`].
#[derive(Debug)]
pub struct By<C>(PhantomData<fn() -> C>);

impl<C: Codec<T>, T> ResponseFormat<T> for By<C> {
    const ACCEPT: &'static str = C::MEDIA_TYPE;

    fn decode(response: &mut RawResponse) -> Result<T, DecodeError> {
        C::decode(&response.plain()?.raw_body)
    }
}

/// A request's body in the format of a [`Codec`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Coded(pub(crate) Result<Vec<u8>, String>);

impl Coded {
    pub fn by<C: Codec<T>, T>(value: &T) -> Self {
        Self(C::encode(value).map_err(|error| error.to_string()))
    }
}

/// As its bytes: the form in which a request is stored, and called by name.
impl Encode for Coded {
    fn encode(&self, writer: &mut Writer) {
        self.0.as_deref().unwrap_or_default().to_vec().encode(writer);
    }
}
