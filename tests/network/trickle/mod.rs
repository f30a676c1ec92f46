//! Trickle: the client and the fake server, by sockets.

mod adapters;
mod client;
mod cuts;
mod facts;
pub mod raw;
mod recorded;
mod scripted;
