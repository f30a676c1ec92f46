//! Webhooks: Studio calls a URL of yours when something happens, and keeps a log of those calls.
//!
//! The operations manage webhooks. With the feature `webhook`, deliveries are verified and typed ([`Event`]); with `axum`,
//! they are extractors.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::webhook::{self, EventKind};
//!
//! let hook = webhook::Create::new("events", "https://example.com/hook").events([EventKind::AssetReady]);
//! client.call(hook.shared_secret("only we know")).await?;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "webhook")]
mod event;
#[cfg(feature = "webhook")]
mod payload;
#[cfg(feature = "webhook")]
mod verify;

#[cfg(feature = "axum")]
pub use self::axum::*;
#[cfg(feature = "webhook")]
pub use self::{event::*, payload::*, verify::*};

#[doc(inline)]
pub use crate::endpoints::studio::webhook::*;
// rustdoc drops the aliases of what a glob re-exports.
#[doc(alias = "getAll")]
pub use crate::endpoints::studio::webhook::List;
