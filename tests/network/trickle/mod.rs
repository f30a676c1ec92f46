//! Trickle: the client and the fake server, by sockets.

mod adapters;
mod client;
mod cuts;
mod facts;
mod raw;
mod recorded;
