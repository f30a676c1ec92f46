//! What a caller sees when things go wrong, each fault over real sockets.
//!
//! [`cases`] is the table of faults that have a row in `docs/faults.md`; [`alone`] holds those that need a test of their
//! own, [`laws`] what holds for all of them. [`natively`] is what holds in a browser, too.

mod alone;
#[path = "../behaviour/mod.rs"]
mod behaviour;
mod cases;
mod client;
mod laws;
mod natively;
mod server;
