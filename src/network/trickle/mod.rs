//! Trickle: live streams over HTTP, in segments.
//!
//! A [`Channel`] is a sequence of segments on a trickle server, such as an orchestrator has. A [`Publisher`] writes them, and any
//! number of [`Subscriber`]s read them while they are written. The server keeps **five** segments and slows nobody down, so who is too
//! slow loses some: each loss is an [`Item::Gap`].

mod adapt;
mod channel;
mod confirm;
mod error;
pub mod framed;
mod publisher;
mod queue;
mod segment;
mod step;
mod subscriber;
mod subscription;
mod task;
mod unconfirmed;
pub(crate) mod wire;
mod writer;

pub use adapt::{Items, JsonLines, Line, Lost, Reader, Rotation, SegmentSink};
pub use channel::Channel;
pub use confirm::Resend;
pub use error::{Error, Result};
pub use publisher::{Publisher, PublisherBuilder};
pub use queue::{Queue, WhenFull};
pub use segment::Segment;
pub use subscriber::Subscriber;
pub use subscription::{End, Gap, Item, Lag, Start, SubscriberBuilder};
pub use writer::SegmentWriter;
