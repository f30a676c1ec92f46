//! Lines of JSON.

use std::fmt;

use bytes::BytesMut;

use crate::network::trickle::{Error, Gap, Item, Result, Segment, Subscriber};

impl Subscriber {
    /// Turns it into lines of JSON.
    pub fn into_json_lines(self) -> JsonLines {
        JsonLines { subscriber: self, segment: None, line: BytesMut::new(), scanned: 0 }
    }
}

/// The longest line.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// Lines of JSON in segments, by [`Subscriber::into_json_lines`]. A line ends with its segment at the latest.
pub struct JsonLines {
    subscriber: Subscriber,
    segment: Option<Segment>,
    /// What was received and not yielded; no line ends in the first `scanned` bytes.
    line: BytesMut,
    scanned: usize,
}

/// What [`JsonLines`] receives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Line<T> {
    /// A line.
    Value(T),
    /// These segments are lost, with all their lines.
    Gap(Gap),
    /// The rest of this segment is lost, with a part of a line or more.
    Rest(u64),
    /// The publisher has begun again.
    Restart,
}

impl JsonLines {
    /// Waits for the next line; `None` at the end. Empty lines, and `{"keep":"alive"}`, by which channels are kept from being swept,
    /// are skipped.
    ///
    /// # Errors
    /// [`Error::Json`] for a line that cannot be read, after which the next one can be; [`Error::TooLarge`] for one above 16 MiB; as for
    /// [`Subscriber::next`].
    pub async fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<Line<T>>> {
        loop {
            let end = self.line.iter().skip(self.scanned).position(|byte| *byte == b'\n');
            let end = end.map(|end| self.scanned + end);
            self.scanned = if end.is_some() { 0 } else { self.line.len() };
            if let Some(end) = end {
                match parse(&self.line.split_to(end + 1))? {
                    Some(value) => return Ok(Some(Line::Value(value))),
                    None => continue,
                }
            }
            if self.line.len() > MAX_LINE {
                self.clear();
                return Err(Error::TooLarge(MAX_LINE as u64));
            }
            let Some(segment) = &mut self.segment else {
                match self.subscriber.next().await? {
                    None => return Ok(None),
                    Some(Item::Segment(segment)) => self.segment = Some(segment),
                    Some(Item::Gap(gap)) => return Ok(Some(Line::Gap(gap))),
                    Some(Item::Restart { .. }) => return Ok(Some(Line::Restart)),
                }
                continue;
            };
            match segment.chunk().await {
                Ok(Some(bytes)) => self.line.extend_from_slice(&bytes),
                Ok(None) => {
                    let line = std::mem::take(&mut self.line);
                    self.clear();
                    if let Some(value) = parse(&line)? {
                        return Ok(Some(Line::Value(value)));
                    }
                }
                Err(error) => {
                    let seq = segment.seq();
                    self.clear();
                    match error {
                        Error::Incomplete { .. } => return Ok(Some(Line::Rest(seq))),
                        error => return Err(error),
                    }
                }
            }
        }
    }

    fn clear(&mut self) {
        (self.segment, self.line, self.scanned) = (None, BytesMut::new(), 0);
    }
}

fn parse<T: serde::de::DeserializeOwned>(line: &[u8]) -> Result<Option<T>> {
    let line = line.trim_ascii();
    if line.is_empty() || line == br#"{"keep":"alive"}"# {
        return Ok(None);
    }
    serde_json::from_slice(line).map(Some).map_err(Error::Json)
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("subscriber", &self.subscriber).finish_non_exhaustive()
    }
}
