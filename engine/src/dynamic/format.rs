//! Responses of all forms, with their types forgotten.

use bytes::Bytes;
use http::HeaderMap;

use super::output::{Documents, Output};
use crate::codec::{Field, Schema, Schemas, Writer, from_json};
use crate::download::Download;
use crate::response::headers::{Headed, ResponseHeaders, WithHeaders, read_headers};
use crate::response::own::{By, Codec};
use crate::response::{self, Empty, Json, Raw, ResponseFormat, Streamed, Text};
use crate::sse::{Sse, StreamItem};

/// What the body of a successful response holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// There is none.
    Empty,
    /// JSON of this schema.
    Json(Schema),
    /// Text.
    Text,
    /// The content of a file.
    Bytes,
    /// Server-sent events, each an item of this schema.
    Events(Schema),
    /// Lines of JSON, each an item of this schema.
    Lines(Schema),
    /// A JSON array, streamed, of items of this schema.
    Items(Schema),
    /// A body of this media type, in a format of the API's own.
    Other(&'static str),
    /// One of these, by the status of the response.
    ByStatus(Vec<(u16, Content)>),
}

/// A form of response whose value can be given to somebody who does not know its type.
pub trait FormatOutput<T>: ResponseFormat<T> {
    /// Describes the body.
    fn content(schemas: &mut Schemas) -> Content;

    /// The value, with its type forgotten.
    fn output(value: T) -> Output;

    /// The secrets in a response's headers and body, as their types declare them.
    #[doc(hidden)]
    fn secrets(_: &HeaderMap, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn secrets_of<T: Field>(body: &str) -> Vec<String> {
    let mut writer = Writer::recording();
    if let Ok(value) = from_json::<T>(body) {
        value.encode(&mut writer);
    }
    writer.into_secrets()
}

/// Without the headers, which are no part of the value.
impl<F: FormatOutput<T>, T, H: ResponseHeaders> FormatOutput<WithHeaders<T, H>> for Headed<F> {
    fn content(schemas: &mut Schemas) -> Content {
        F::content(schemas)
    }

    fn output(response: WithHeaders<T, H>) -> Output {
        F::output(response.value)
    }

    fn secrets(headers: &HeaderMap, body: &str) -> Vec<String> {
        let mut writer = Writer::recording();
        if let Ok(own) = read_headers::<H>(headers) {
            own.values(&mut |values| values.iter().flatten().for_each(|value| value.encode(&mut writer)));
        }
        let mut secrets = writer.into_secrets();
        secrets.extend(F::secrets(headers, body));
        secrets
    }
}

/// A value in a format that no JSON stands for is given as its bytes.
impl<C: Codec<T>, T> FormatOutput<T> for By<C> {
    fn content(_: &mut Schemas) -> Content {
        Content::Other(C::MEDIA_TYPE)
    }

    fn output(value: T) -> Output {
        C::encode(&value).map_or(Output::Empty, |bytes| Output::Bytes(bytes.into()))
    }
}

macro_rules! format_output {
    ($(($($generics:tt)*) $format:path, $value:ty, |$schemas:pat_param| $content:expr, |$name:pat_param| $output:expr $(, |$body:pat_param| $secrets:expr)?;)*) => {$(
        impl $($generics)* FormatOutput<$value> for $format {
            #[inline]
            fn content($schemas: &mut Schemas) -> Content {
                $content
            }

            #[inline]
            fn output($name: $value) -> Output {
                $output
            }
            $(
                fn secrets(_: &HeaderMap, $body: &str) -> Vec<String> {
                    $secrets
                }
            )?
        }
    )*};
}

format_output! {
    (<T: Field>) Json, T, |schemas| Content::Json(T::schema(schemas)), |value| Output::json(&value), |body| secrets_of::<T>(body);
    () Empty, (), |_| Content::Empty, |()| Output::Empty;
    () Raw, Bytes, |_| Content::Bytes, |value| Output::Bytes(value);
    () Text, String, |_| Content::Text, |value| Output::Text(value);
    () Streamed, Download, |_| Content::Bytes, |value| Output::Download(Box::new(value));
    (<T: StreamItem + Send + 'static>) response::JsonLines, Sse<T>, |schemas| Content::Lines(T::schema(schemas)), |value| Output::Events(Documents::of_events(value));
    (<T: StreamItem + Send + 'static>) response::JsonItems, Sse<T>, |schemas| Content::Items(T::schema(schemas)), |value| Output::Events(Documents::of_events(value));
    (<T: StreamItem + Send + 'static>) response::Events, Sse<T>, |schemas| Content::Events(T::schema(schemas)), |value| Output::Events(Documents::of_events(value));
}
