//! What the engine needs of an asynchronous runtime: timers, tasks, and threads for what blocks.
//!
//! By Tokio with the feature `tokio`, which transports and fakes bring. Without it by a thread with timers and by nothing else, so
//! that the rest works with any executor and in blocking programs.

#[cfg(not(feature = "tokio"))]
mod plain;
#[cfg(feature = "tokio")]
mod tokio;
mod turns;
#[cfg(all(feature = "fetch", target_family = "wasm"))]
pub(crate) mod web;

#[cfg(all(feature = "blocking", not(feature = "tokio")))]
pub(crate) use plain::unconstrained;
#[cfg(not(feature = "tokio"))]
pub(crate) use plain::{Instant, Sleep, Writer, blocking, check, sleep, sleep_until, spawn, timeout, timeout_at};
#[cfg(all(feature = "blocking", feature = "tokio"))]
pub(crate) use tokio::unconstrained;
#[cfg(feature = "tokio")]
pub(crate) use tokio::{Instant, Sleep, Writer, blocking, check, sleep, sleep_until, spawn, timeout, timeout_at};
pub(crate) use turns::Turns;

/// The time. WebAssembly has none of `std`'s.
pub(crate) fn now() -> std::time::SystemTime {
    #[cfg(not(target_family = "wasm"))]
    return std::time::SystemTime::now();
    #[cfg(target_family = "wasm")]
    return web_time::web::SystemTimeExt::to_std(web_time::SystemTime::now());
}
