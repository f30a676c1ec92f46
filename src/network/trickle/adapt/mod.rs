//! Other shapes of a channel: a reader to publish from, items as a `Stream`, a `Sink` of segments, a reader of all bytes, lines of JSON.

mod items;
mod json_lines;
mod pipe;
mod reader;
mod sink;

pub use items::Items;
pub use json_lines::{JsonLines, Line};
pub use pipe::Rotation;
pub use reader::{Lost, Reader};
pub use sink::SegmentSink;
