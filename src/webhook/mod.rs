//! Webhooks: Studio calls a URL of yours when something happens, and keeps a log of those calls.
//!
//! The operations manage webhooks; with the feature `webhook`, what they deliver is verified and typed ([`Event`]).

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
