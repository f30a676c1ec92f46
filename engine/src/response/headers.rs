//! Responses with what their headers say.

use std::marker::PhantomData;

use http::HeaderMap;

use super::{RawResponse, ResponseFormat};
use crate::codec::{DecodeError, Mode, Sampler};
use crate::endpoint::{Field, Place, Visit};
use crate::page::Page;
use crate::source::{Found, ReadError, Source, Values};

/// A value with what headers of its response say: what an operation with the clause `headers { … }` returns.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WithHeaders<T, H> {
    /// The value.
    pub value: T,
    /// What the headers say.
    pub headers: H,
}

impl<T, H> WithHeaders<T, H> {
    /// A value with headers, for fake servers.
    pub fn new(value: T, headers: H) -> Self {
        Self { value, headers }
    }
}

/// A response of the form `F` with what its headers say: a [`WithHeaders`](crate::WithHeaders).
#[derive(Debug)]
pub struct Headed<F>(PhantomData<fn() -> F>);

/// The type that the clause `headers` makes.
#[doc(hidden)]
pub trait ResponseHeaders: Sized + Send + 'static {
    /// The headers.
    const FIELDS: &'static [Field];

    /// Reads the headers.
    ///
    /// # Errors
    /// When a required one is missing or of another form.
    fn read(source: &mut Source<'_>) -> Result<Self, ReadError>;

    /// Makes samples of the headers.
    fn sample(sampler: &mut Sampler) -> Self;

    /// Shows the headers' values, in the order of the fields.
    fn values(&self, visit: Visit<'_>);
}

impl<F: ResponseFormat<T>, T, H: ResponseHeaders> ResponseFormat<WithHeaders<T, H>> for Headed<F> {
    const ACCEPT: &'static str = F::ACCEPT;
    const STATUS: u16 = F::STATUS;
    const STATUSES: &'static [u16] = F::STATUSES;
    const RETRIED: &'static [u16] = F::RETRIED;
    const STREAMS_JSON: bool = F::STREAMS_JSON;
    const HEADERS: &'static [Field] = H::FIELDS;
    const STREAMED: bool = F::STREAMED;
    const FILE: bool = F::FILE;

    fn decode(response: &mut RawResponse) -> Result<WithHeaders<T, H>, DecodeError> {
        let value = F::decode(response)?;
        read_headers(&response.headers)
            .map(|headers| WithHeaders { value, headers })
            .map_err(|error| DecodeError::custom(format!("the header {error}")))
    }
}

/// Reads what headers say.
pub(crate) fn read_headers<H: ResponseHeaders>(headers: &HeaderMap) -> Result<H, ReadError> {
    let mut received = Received(headers);
    H::read(&mut Source::new(H::FIELDS, &mut received, Mode::Lenient).lenient(Place::Header))
}

struct Received<'a>(&'a HeaderMap);

impl Values for Received<'_> {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        let values = self.0.get_all(field.name).iter();
        let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        Ok(Found::texts(texts, field))
    }
}

/// A page of a list with what its headers say.
impl<T: Page, H: Send + 'static> Page for WithHeaders<T, H> {
    type Item = T::Item;

    fn len(&self) -> usize {
        self.value.len()
    }

    fn into_items(self) -> Vec<Self::Item> {
        self.value.into_items()
    }

    fn next_cursor(&self) -> Option<String> {
        self.value.next_cursor()
    }

    fn has_more(&self) -> Option<bool> {
        self.value.has_more()
    }

    fn total(&self) -> Option<u64> {
        self.value.total()
    }
}
