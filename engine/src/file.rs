//! Files to send: in a multipart form or as a whole body.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
#[cfg(feature = "tokio")]
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
#[cfg(feature = "tokio")]
use tokio::io::AsyncRead;

#[cfg(all(feature = "fetch", target_family = "wasm"))]
use crate::body::Blob;
#[cfg(feature = "tokio")]
use crate::body::BoxReader;
use crate::body::{Body, Opener};
use crate::codec::{DecodeError, Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer};

#[cfg(test)]
mod tests;

/// A file to send, with the name and media type that is sent.
///
/// The content is a path, bytes, a reader, or in a web page a `web_sys::File` or `web_sys::Blob` (feature `fetch`). It is read while it is sent, so files of any size take little memory; nothing is
/// opened before [`into_body`](File::into_body).
///
/// ```
/// use typed_endpoint::File;
///
/// let image = File::path("holiday/beach.png");
/// assert_eq!(image.file_name(), "beach.png");
/// assert_eq!(image.media_type(), "image/png");
///
/// let sound = File::bytes(vec![0; 44]).name("silence.wav");
/// assert_eq!(sound.media_type(), "audio/wav");
/// ```
///
/// # Cloning
///
/// Clones of a file made by [`reader`](File::reader) share its reader: the first one sent gets the content, the others
/// return an error. All other files can be sent any number of times.
///
/// # As data
///
/// A file serialises as an object: `path` or `bytes` (base64), and `name` and `content_type` if set. A reader cannot be
/// serialised. Deserialise only trusted data: `path` can name any file of the machine.
#[derive(Clone)]
pub struct File {
    content: Content,
    name: Option<String>,
    content_type: Option<String>,
    /// What a reader reads, where that is a file, and how the length of what it gives follows from the file's.
    behind: Option<Behind>,
}

pub(crate) type Behind = (PathBuf, fn(u64) -> u64);

#[derive(Clone)]
pub(crate) enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    /// And when it was last modified, in milliseconds since 1970.
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    Blob(Blob, Option<f64>),
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "readers are Tokio's"))]
    Reader(Opener, Option<u64>),
}

impl File {
    /// The file at `path`. It must exist and not be empty when it is sent.
    pub fn path(path: impl Into<PathBuf>) -> File {
        File::new(Content::Path(path.into()))
    }

    /// Content in memory.
    pub fn bytes(content: impl Into<Bytes>) -> File {
        File::new(Content::Bytes(content.into()))
    }

    /// The content of `reader`. It can be sent only once, so a request with it is never retried once sending began.
    /// Its length is unknown, so it is sent chunked, which some servers refuse: prefer
    /// [`reader_with_len`](File::reader_with_len).
    #[cfg(feature = "tokio")]
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> File {
        File::new(Content::Reader(Opener::once(reader), None))
    }

    /// Like [`reader`](File::reader), with the length known; sending fails if the reader gives fewer or more bytes.
    #[cfg(feature = "tokio")]
    pub fn reader_with_len(reader: impl AsyncRead + Send + 'static, len: u64) -> File {
        File::new(Content::Reader(Opener::once(reader), Some(len)))
    }

    /// Readers made by `factory`, a fresh one for each attempt, of `len` bytes each where that is known.
    #[cfg(feature = "tokio")]
    pub fn replayable<R: AsyncRead + Send + 'static>(
        factory: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        len: Option<u64>,
    ) -> File {
        File::new(Content::Reader(Opener::factory(factory), len))
    }

    fn new(content: Content) -> File {
        File { content, name: None, content_type: None, behind: None }
    }

    /// The file at `path`, transformed by a reader around it, such as one that encrypts. `len` computes the length of the
    /// output from that of the file. The file is opened for each attempt, and refused if it has changed.
    #[cfg(feature = "tokio")]
    pub fn through<R: AsyncRead + Send + 'static>(
        path: PathBuf,
        len: fn(u64) -> u64,
        wrap: impl Fn(BoxReader) -> R + Send + Sync + 'static,
    ) -> File {
        let name = File::path(&path).file_name().into_owned();
        let opener = Opener::through(path.as_path().into(), wrap);
        File { behind: Some((path, len)), ..File::new(Content::Reader(opener, None)).name(name) }
    }

    /// Where the content lies, if that is on the disk as it is sent.
    pub(crate) fn on_disk(&self) -> Option<&Path> {
        match &self.content {
            Content::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The content, if it is in memory.
    pub(crate) fn in_memory(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn into_content(self) -> (Content, Option<Behind>) {
        (self.content, self.behind)
    }

    /// Sets the name that is sent. Default: the last part of the path, or `file`.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> File {
        self.name = Some(name.into());
        self
    }

    /// Sets the media type (default: guessed from the name's extension, otherwise `application/octet-stream`).
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> File {
        self.content_type = Some(content_type.into());
        self
    }

    /// The name that is sent.
    pub fn file_name(&self) -> Cow<'_, str> {
        match (&self.name, &self.content) {
            (Some(name), _) => Cow::Borrowed(name),
            (None, Content::Path(path)) => path.file_name().map_or("file".into(), |name| name.to_string_lossy()),
            (None, _) => Cow::Borrowed("file"),
        }
    }

    /// The media type that is sent.
    pub fn media_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or_else(|| media_type_of(&self.file_name()))
    }

    /// The content as a body, its length known wherever it can be.
    ///
    /// # Errors
    ///
    /// For a path: when nothing is there, it is not a regular file, or it is empty. The error names the path.
    pub async fn into_body(self) -> io::Result<Body> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes.into()),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Content::Blob(blob, _) => Ok(Body::blob(blob)),
            Content::Reader(opener, len) => Ok(Body::unopened(opener, len)),
            Content::Path(path) => {
                let body = Body::file(&path).await?;
                if body.is_empty() {
                    let text = format!("file {}: it is empty", path.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
                }
                Ok(body)
            }
        }
    }
}

/// The media type of the endings that APIs for pictures, sound, video and text deal in.
fn media_type_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "heic" => "image/heic",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "svg" => "image/svg+xml",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "weba" => "audio/webm",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "mpg" | "mpeg" => "video/mpeg",
        "ogv" => "video/ogg",
        "ts" => "video/mp2t",
        "flv" => "video/x-flv",
        "3gp" => "video/3gpp",
        "m3u8" => "application/vnd.apple.mpegurl",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "vtt" => "text/vtt",
        _ => "application/octet-stream",
    }
}

impl From<PathBuf> for File {
    fn from(path: PathBuf) -> File {
        File::path(path)
    }
}

impl From<&Path> for File {
    fn from(path: &Path) -> File {
        File::path(path)
    }
}

/// A blob of JavaScript's (feature `fetch`, on WebAssembly). Its media type is sent, if it has one.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
impl From<web_sys::Blob> for File {
    fn from(blob: web_sys::Blob) -> File {
        let media_type = Some(blob.type_()).filter(|media_type| !media_type.is_empty());
        File { content_type: media_type, ..File::new(Content::Blob(Blob::new(blob), None)) }
    }
}

/// A file that was chosen in a page (feature `fetch`, on WebAssembly), with its name and media type. It is never read as a whole.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
impl From<web_sys::File> for File {
    fn from(file: web_sys::File) -> File {
        let (name, modified) = (file.name(), file.last_modified());
        let mut own = File::from(web_sys::Blob::from(file)).name(name);
        if let Content::Blob(_, at) = &mut own.content {
            *at = Some(modified);
        }
        own
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut file = f.debug_struct("File");
        match &self.content {
            Content::Path(path) => file.field("path", path),
            Content::Bytes(bytes) => file.field("len", &bytes.len()),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Content::Blob(blob, _) => file.field("len", &blob.len()),
            Content::Reader(_, len) => file.field("reader", &len),
        };
        file.field("name", &self.file_name()).field("content_type", &self.media_type()).finish()
    }
}

/// Readers are equal if they are the same one, everything else by value.
impl PartialEq for File {
    fn eq(&self, other: &File) -> bool {
        let same_content = match (&self.content, &other.content) {
            (Content::Path(a), Content::Path(b)) => a == b,
            (Content::Bytes(a), Content::Bytes(b)) => a == b,
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            (Content::Blob(a, _), Content::Blob(b, _)) => a == b,
            #[cfg(feature = "tokio")]
            (Content::Reader(Opener::Once(a), _), Content::Reader(Opener::Once(b), _)) => Arc::ptr_eq(a, b),
            #[cfg(feature = "tokio")]
            (Content::Reader(Opener::Factory(a), _), Content::Reader(Opener::Factory(b), _)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        same_content && self.name == other.name && self.content_type == other.content_type
    }
}

impl File {
    /// Why the file cannot be written as data, if it cannot.
    pub(crate) fn not_storable(&self) -> Option<&'static str> {
        match &self.content {
            Content::Path(path) if path.to_str().is_none() => Some("the path of the file is not UTF-8"),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Content::Blob(..) => Some("a file of a web page cannot be serialised; only its bytes could"),
            Content::Reader(..) => Some("a file made from a reader cannot be serialised; use a path or bytes"),
            Content::Path(_) | Content::Bytes(_) => None,
        }
    }
}

/// Where the file is, not what is in it, unless it is in memory. A file made from a reader is written as one without
/// content; `Serialize` refuses it.
impl Encode for File {
    fn encode(&self, writer: &mut Writer) {
        writer.object(|writer| {
            match &self.content {
                Content::Path(path) => writer.member("path", &path.to_string_lossy().as_ref()),
                Content::Bytes(bytes) => writer.member("bytes", &BASE64.encode(bytes)),
                Content::Reader(..) => {}
                #[cfg(all(feature = "fetch", target_family = "wasm"))]
                Content::Blob(..) => {}
            }
            for (name, text) in [("name", &self.name), ("content_type", &self.content_type)] {
                if let Some(text) = text {
                    writer.member(name, text);
                }
            }
        });
    }
}

impl Field for File {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.kind() == Kind::String && !reader.untrusted {
            return Ok(File::path(reader.string()?));
        }
        let (mut path, mut bytes, mut name, mut content_type) = (None, None, None, None);
        reader.object(|member, reader| {
            let text = match member {
                "path" => &mut path,
                "bytes" => &mut bytes,
                "name" => &mut name,
                "content_type" => &mut content_type,
                _ => return reader.raw().map(|_| ()),
            };
            *text = Option::<String>::decode(reader)?;
            Ok(())
        })?;
        let content = match (path, bytes) {
            (Some(_), _) if reader.untrusted => return Err(reader.invalid("a file that is sent has bytes, not a path")),
            (Some(path), None) => Content::Path(path.into()),
            (None, Some(bytes)) => match BASE64.decode(bytes) {
                Ok(bytes) => Content::Bytes(bytes.into()),
                Err(error) => return Err(reader.invalid(format!("the bytes of a file: {error}"))),
            },
            _ => return Err(reader.invalid("a file has either a path or bytes")),
        };
        Ok(File { content, name, content_type, behind: None })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self::bytes(format!("<{}>", sampler.name())).name(format!("{}.bin", sampler.name()))
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string").with("format", "binary")
    }
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.not_storable() {
            None => crate::codec::macros::serialize(self, serializer),
            Some(reason) => Err(ser::Error::custom(reason)),
        }
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::codec::macros::deserialize(deserializer)
    }
}
