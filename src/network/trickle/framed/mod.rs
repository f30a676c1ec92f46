//! Messages in segments, of which none is lost or doubled without notice.
//!
//! The end of a segment is no proof that it is complete, and a segment that is sent again may be there twice. A [`Publisher`] here gives
//! every message a number, its length and a checksum. A [`Subscriber`] yields each message once and in order, and every
//! missing number is an [`Item::Gap`].
//!
//! ```no_run
//! # async fn example(channel: livepeer::network::trickle::Channel) -> livepeer::network::trickle::Result<()> {
//! use livepeer::network::trickle::framed::{Item, Publisher, Subscriber};
//!
//! let mut publisher = Publisher::open(channel.publisher()).await?;
//! let mut subscriber = Subscriber::open(channel.subscriber());
//! publisher.send("hello").await?;
//! publisher.finish().await?;
//! while let Some(item) = subscriber.next().await? {
//!     match item {
//!         Item::Message(message) => println!("{}: {:?}", message.id, message.content),
//!         Item::Gap(gap) => eprintln!("messages {} to {} are lost", gap.from, gap.to),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A frame is 32 bytes and the message: the bytes `LPF1`, the kind (0 a message, 1 the end) and three zeros, the run of the publisher
//! (a random number of 4 bytes), the id (8 bytes), the length (4), the CRC-32 of the message (4) and the CRC-32 of the 28 bytes before
//! (4); numbers are big-endian.

pub(crate) mod codec;
mod publisher;
mod subscriber;

pub use publisher::Publisher;
pub use subscriber::{Ending, Item, Message, Subscriber};
