//! Servers for tests of what calls an API, without that API: one made of typed handlers ([`Mock`]).
//!
//! ```
//! # use livepeer::{mock::Mock, stream, Studio};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), livepeer::Error> {
//! let mock = Mock::new().on(async |get: stream::Get| {
//!     let mut stream = stream::Stream::default();
//!     stream.id = get.id;
//!     Ok(stream)
//! });
//! let client = mock.client::<Studio>();
//! assert_eq!(client.call(stream::Get::new("abc")).await?.id, "abc");
//! # Ok(())
//! # }
//! ```

pub use crate::mocks::*;
