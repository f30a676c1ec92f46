//! The event-stream format, by the rules of the HTML standard.

use std::fmt;
use std::time::Duration;

use bytes::{Buf, Bytes};

use super::list::List;
use crate::codec::{DecodeError, Field, Notes, Options};

/// One server-sent event.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Event {
    /// Its kind, as in `event: …`. Empty when the server names none, which the standard takes for `message`.
    pub name: String,
    /// Its content, several `data` lines joined by line feeds.
    pub data: String,
    /// The last id the server has given, with this event or before it. Empty when there was none.
    pub id: String,
    /// How the content is read as JSON: with the limits of the client whose response it is from.
    pub(super) options: Options,
    /// Whether it is an item of a list, which may have an `error` as any other member.
    pub(super) is_listed: bool,
}

/// How the items of a stream stand in its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    #[default]
    Events,
    /// Each is a line.
    Lines,
    /// They are those of a JSON array.
    Items,
}

/// How much of what is no event is kept, about.
const MOST_OTHER: usize = 200;

/// An id that is longer is ignored: every later event would repeat it, and no header could return it.
const LONGEST_ID: usize = 4 * 1024;

impl Event {
    /// An event without name and id.
    pub fn new(data: impl Into<String>) -> Event {
        Event { data: data.into(), ..Event::default() }
    }

    /// Reads its content as JSON, within the memory limit of the client whose response it is from
    /// ([`max_memory`](crate::Client::max_memory)).
    ///
    /// # Errors
    /// When the content is not JSON, or not that of a `T`.
    pub fn decode<T: Field>(&self) -> Result<T, DecodeError> {
        self.decode_item().map(|(value, _)| value)
    }

    /// The same, and whether its content is an object without any of the fields that a `T` has.
    pub(super) fn decode_item<T: Field>(&self) -> Result<(T, bool), DecodeError> {
        let mut notes = Notes::default();
        let value = self.options.read(&self.data, &mut notes)?;
        Ok((value, notes.foreign.is_some()))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.data, &self.id) == (&other.name, &other.data, &other.id)
    }
}

impl Eq for Event {}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, data, id, .. } = self;
        f.debug_struct("Event").field("name", name).field("data", data).field("id", id).finish()
    }
}

/// Writes the event as a server does.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, value) in [("event", &self.name), ("id", &self.id)] {
            // A line end would begin another field.
            if !value.is_empty() && !value.contains(['\n', '\r']) {
                writeln!(f, "{field}: {value}")?;
            }
        }
        for line in self.data.replace("\r\n", "\n").split(['\n', '\r']) {
            writeln!(f, "data: {line}")?;
        }
        writeln!(f)
    }
}

/// Turns the bytes of an event stream into events, however the bytes are cut into chunks.
///
/// ```
/// use typed_endpoint::sse::Decoder;
///
/// let mut decoder = Decoder::new();
/// assert_eq!(decoder.decode(&mut "data: hel".into())?, None);
/// let event = decoder.decode(&mut "lo\n\n".into())?;
/// assert_eq!(event.map(|event| event.data).as_deref(), Some("hello"));
/// # Ok::<(), typed_endpoint::sse::EventTooLarge>(())
/// ```
///
/// What is not UTF-8 is replaced, unknown fields and comments are skipped, and an event that the stream ends in the
/// middle of is not given, all as the standard asks.
#[derive(Debug, Clone)]
pub struct Decoder {
    event: Event,
    retry: Option<Duration>,
    /// The start of a line whose end has not arrived.
    line: Vec<u8>,
    /// The beginning of what is neither field nor comment, before the first event: an error response that is no events at all.
    other: String,
    /// The last line ended by CR, so that LF is no line end of its own.
    after_cr: bool,
    started: bool,
    has_events: bool,
    max_event: usize,
    options: Options,
    framing: Framing,
    list: List,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Decoder {
        Decoder {
            event: Event::default(),
            retry: None,
            line: Vec::new(),
            other: String::new(),
            after_cr: false,
            started: false,
            has_events: false,
            max_event: 1024 * 1024,
            options: Options::new(),
            framing: Framing::Events,
            list: List::default(),
        }
    }

    /// Sets how large one event, and one line, may be, in bytes. Default: 1 MiB.
    #[must_use]
    pub fn max_event(mut self, bytes: usize) -> Decoder {
        self.max_event = bytes;
        self
    }

    /// Takes each line, or each item of a JSON array, for the data of an event.
    pub(super) fn framed(self, framing: Framing) -> Decoder {
        Decoder { framing, ..self }
    }

    /// What it takes for the data of an event.
    pub(super) fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the end of the array has come.
    pub(super) fn is_complete(&self) -> bool {
        self.list.is_complete()
    }

    /// Whether the body is no array.
    pub(super) fn is_no_list(&self) -> bool {
        self.list.is_other()
    }

    /// Sets how many bytes of memory the value of an event's JSON may take.
    pub(super) fn max_memory(mut self, bytes: usize) -> Decoder {
        self.options = self.options.max_memory(bytes);
        self
    }

    /// Takes bytes off `chunk` up to the end of the next event. `None` means that the chunk is used up and the next
    /// one is needed.
    ///
    /// # Errors
    ///
    /// When an event is larger than allowed. Nothing can be read after that.
    pub fn decode(&mut self, chunk: &mut Bytes) -> Result<Option<Event>, EventTooLarge> {
        if self.framing == Framing::Items {
            return self.item(chunk);
        }
        while let Some(first) = chunk.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                chunk.advance(1);
                continue;
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (line, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            if self.event.data.len() + self.line.len() + line.len() > self.max_event {
                return Err(EventTooLarge { limit: self.max_event });
            }
            let Some(ending) = rest.first() else {
                self.line.extend_from_slice(line);
                chunk.clear();
                break;
            };
            self.after_cr = *ending == b'\r';
            let event = if self.line.is_empty() {
                self.line(line)
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(line);
                self.line(&whole)
            };
            chunk.advance(line.len() + 1);
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    /// The event that the stream ended in the middle of, taken as if it were whole. The standard throws it away.
    pub fn finish(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        self.line(&line).or_else(|| self.dispatch())
    }

    /// How long the server asks to wait before connecting again, where it has said so.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The last id the server has given; a new connection sends it as `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        &self.event.id
    }

    /// What has arrived that is no event: other lines, and an unfinished one.
    pub(super) fn rest(&self) -> String {
        [self.other.as_str(), &String::from_utf8_lossy(&self.line)].concat()
    }

    /// Whether lines have arrived, but none of an event.
    pub(super) fn is_other(&self) -> bool {
        !self.other.is_empty()
    }

    fn item(&mut self, chunk: &mut Bytes) -> Result<Option<Event>, EventTooLarge> {
        while !chunk.is_empty() {
            let is_whole = self.list.take(chunk, &mut self.line);
            if self.line.len() > self.max_event {
                return Err(EventTooLarge { limit: self.max_event });
            }
            if is_whole {
                let data = String::from_utf8_lossy(std::mem::take(&mut self.line).trim_ascii()).into_owned();
                return Ok(Some(Event { data, options: self.options, is_listed: true, ..Event::default() }));
            }
        }
        Ok(None)
    }

    fn line(&mut self, mut line: &[u8]) -> Option<Event> {
        if !std::mem::replace(&mut self.started, true) {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if self.framing == Framing::Lines {
            let data = String::from_utf8_lossy(line.trim_ascii()).into_owned();
            return (!data.is_empty()).then(|| Event { data, options: self.options, ..Event::default() });
        }
        if line.is_empty() {
            return self.dispatch();
        }
        // Replacing what is not UTF-8 line by line is the same as doing it for the whole stream: no character
        // holds a line end or a colon.
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
        match field {
            b"data" => {
                self.event.data.push_str(&value);
                self.event.data.push('\n');
            }
            b"event" => self.event.name = value.into_owned(),
            b"id" if !value.contains('\0') && value.len() <= LONGEST_ID => self.event.id = value.into_owned(),
            b"retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            b"" | b"id" | b"retry" => {}
            _ => self.keep_other(&String::from_utf8_lossy(line)),
        }
        None
    }

    fn keep_other(&mut self, line: &str) {
        if self.other.len() < MOST_OTHER && !self.has_events {
            self.other.extend(line.chars().take(MOST_OTHER));
            self.other.push(' ');
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.event.name);
        let mut data = std::mem::take(&mut self.event.data);
        // Every line of data has added a line feed, so only an event without any is empty here.
        data.pop()?;
        self.has_events = true;
        self.other = String::new();
        Some(Event { name, data, id: self.event.id.clone(), options: self.options, is_listed: false })
    }
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder::new()
    }
}

/// An event of a stream is larger than allowed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventTooLarge {
    /// Bytes that were allowed.
    pub limit: usize,
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is larger than the limit of {} bytes", self.limit)
    }
}

impl std::error::Error for EventTooLarge {}
