//! Multipart forms (RFC 7578), written as browsers write them.

use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Error, ErrorKind, Result};

use bytes::BytesMut;

use crate::body::Body;
use crate::error::RequestError;
use crate::file::File;

#[cfg(test)]
mod tests;

/// A multipart form: fields of text and files, sent in the order they were added.
///
/// ```
/// # async fn example() -> std::io::Result<()> {
/// use typed_endpoint::File;
/// use typed_endpoint::Multipart;
///
/// let form = Multipart::new().text("prompt", "a lighthouse").file("image", File::path("sea.png"));
/// let (content_type, body) = form.into_body().await?;
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct Multipart {
    parts: Vec<(String, Value)>,
    boundary: Option<String>,
}

/// What a field holds.
pub(crate) enum FieldValue<'f> {
    Text(&'f str),
    File(&'f File),
}

enum Value {
    Text(String),
    /// With its media type.
    Typed(String, String),
    File(File),
}

impl Multipart {
    /// A form without fields.
    pub fn new() -> Multipart {
        Multipart::default()
    }

    /// Adds a field of text. It is sent without a media type.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Multipart {
        self.parts.push((name.into(), Value::Text(value.into())));
        self
    }

    /// Adds a field of text with a media type, such as JSON.
    #[must_use]
    pub fn text_as(mut self, name: impl Into<String>, value: impl Into<String>, media_type: &str) -> Multipart {
        self.parts.push((name.into(), Value::Typed(value.into(), media_type.into())));
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: File) -> Multipart {
        self.parts.push((name.into(), Value::File(file)));
        self
    }

    /// Sets the boundary between the parts, for reproducible requests (default: random, so a field cannot contain it on
    /// purpose).
    #[must_use]
    pub fn boundary(mut self, boundary: impl Into<String>) -> Multipart {
        self.boundary = Some(boundary.into());
        self
    }

    /// The fields in their order: a text, or a file.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, FieldValue<'_>)> {
        self.parts.iter().map(|(name, value)| match value {
            Value::Text(text) | Value::Typed(text, _) => (name.as_str(), FieldValue::Text(text)),
            Value::File(file) => (name.as_str(), FieldValue::File(file)),
        })
    }

    /// The value of the `Content-Type` header and the body. The body's length is known if that of every part is, and
    /// it can be sent again if every part can.
    ///
    /// # Errors
    ///
    /// When a file cannot be sent (see [`File::into_body`]), its media type could not stand in a header, or the fixed
    /// boundary is no boundary or occurs in a field.
    pub async fn into_body(self) -> Result<(String, Body)> {
        let boundary = match self.boundary {
            None => random_boundary(),
            Some(fixed) => {
                check_boundary(&fixed, &self.parts)?;
                fixed
            }
        };
        let mut bodies = Vec::new();
        // Everything between two files is one piece.
        let mut text = BytesMut::new();
        for (name, value) in self.parts {
            put(&mut text, ["--", &boundary, "\r\nContent-Disposition: form-data; name=\"", &escaped(&name), "\""]);
            match value {
                Value::Text(value) => put(&mut text, ["\r\n\r\n", &value]),
                Value::Typed(value, media_type) => {
                    check_media_type(&name, &media_type)?;
                    put(&mut text, ["\r\nContent-Type: ", &media_type, "\r\n\r\n", &value]);
                }
                Value::File(file) => {
                    let media_type = file.media_type();
                    check_media_type(&name, media_type)?;
                    put(&mut text, ["; filename=\"", &escaped(&file.file_name()), "\"\r\n"]);
                    put(&mut text, ["Content-Type: ", media_type, "\r\n\r\n"]);
                    bodies.push(text.split().freeze().into());
                    bodies.push(file.into_body().await?);
                }
            }
            put(&mut text, ["\r\n"]);
        }
        put(&mut text, ["--", &boundary, "--\r\n"]);
        bodies.push(text.freeze().into());
        Ok((format!("multipart/form-data; boundary={boundary}"), Body::chain(bodies)))
    }
}

fn check_media_type(name: &str, media_type: &str) -> Result<()> {
    if media_type.is_empty() || !media_type.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let reason = format!("its content type {media_type:?} is not printable ASCII");
        return Err(Error::new(ErrorKind::InvalidInput, RequestError::Field { name: name.into(), reason }));
    }
    Ok(())
}

fn put<const N: usize>(out: &mut BytesMut, pieces: [&str; N]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// A name between quotes, as the HTML standard has it, which leaves UTF-8 and backslashes alone. Two things go
/// further, to leave no parser in doubt about where the name ends: all control characters are escaped, not only line
/// ends, and so is a backslash that would stand before the closing quote.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '"' => out.push_str("%22"),
            char if char.is_ascii_control() => {
                // Writing into a string cannot fail.
                let _ = write!(out, "%{:02X}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    if out.ends_with('\\') {
        out.pop();
        out.push_str("%5C");
    }
    out
}

/// 128 bits of the operating system's randomness, by way of keys that the standard library draws for its hash maps.
fn random_boundary() -> String {
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    if let Some(random) = crate::runtime::web::random() {
        return format!("form-{random:032x}");
    }
    let random = || RandomState::new().build_hasher().finish();
    format!("form-{:016x}{:016x}", random(), random())
}

fn check_boundary(boundary: &str, parts: &[(String, Value)]) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte);
    let invalid = |text: String| Err(Error::new(ErrorKind::InvalidInput, text));
    if !(1..=70).contains(&boundary.len()) || !boundary.bytes().all(plain) {
        return invalid("a boundary is 1 to 70 letters, digits and the signs '+_-.".to_owned());
    }
    for (name, value) in parts {
        if matches!(value, Value::Text(text) | Value::Typed(text, _) if text.contains(boundary)) {
            return invalid(format!("field {name:?} contains the boundary"));
        }
    }
    Ok(())
}

/// Shows names and files, never the text: it may be private.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.parts.iter().map(|(name, value)| (name, value));
        f.write_str("Multipart ")?;
        f.debug_map().entries(entries).finish()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Typed(text, _) => write!(f, "{} bytes of text", text.len()),
            Value::File(file) => file.fmt(f),
        }
    }
}
