//! Responses of all forms, with their types forgotten.

use bytes::Bytes;

use super::output::{Documents, Output};
use crate::codec::{Field, Schema, Schemas};
use crate::download::Download;
use crate::response::headers::{Headed, ResponseHeaders, WithHeaders};
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
    /// One of these, by the status of the response.
    ByStatus(Vec<(u16, Content)>),
}

/// A form of response whose value can be given to somebody who does not know its type.
pub trait FormatOutput<T>: ResponseFormat<T> {
    /// Describes the body.
    fn content(schemas: &mut Schemas) -> Content;

    /// The value, with its type forgotten.
    fn output(value: T) -> Output;
}

/// Without the headers, which are no part of the value.
impl<F: FormatOutput<T>, T, H: ResponseHeaders> FormatOutput<WithHeaders<T, H>> for Headed<F> {
    fn content(schemas: &mut Schemas) -> Content {
        F::content(schemas)
    }

    fn output(response: WithHeaders<T, H>) -> Output {
        F::output(response.value)
    }
}

macro_rules! format_output {
    ($(($($generics:tt)*) $format:path, $value:ty, |$schemas:pat_param| $content:expr, |$name:pat_param| $output:expr;)*) => {$(
        impl $($generics)* FormatOutput<$value> for $format {
            #[inline]
            fn content($schemas: &mut Schemas) -> Content {
                $content
            }

            #[inline]
            fn output($name: $value) -> Output {
                $output
            }
        }
    )*};
}

format_output! {
    (<T: Field>) Json, T, |schemas| Content::Json(T::schema(schemas)), |value| Output::json(&value);
    () Empty, (), |_| Content::Empty, |()| Output::Empty;
    () Raw, Bytes, |_| Content::Bytes, |value| Output::Bytes(value);
    () Text, String, |_| Content::Text, |value| Output::Text(value);
    () Streamed, Download, |_| Content::Bytes, |value| Output::Download(Box::new(value));
    (<T: StreamItem + Send + 'static>) response::Events, Sse<T>, |schemas| Content::Events(T::schema(schemas)), |value| Output::Events(Documents::of_events(value));
}
