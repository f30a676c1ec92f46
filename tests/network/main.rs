//! The living network: its client, and its fakes.

mod app;
mod choosing;
mod facts;
mod funding;
mod older;
mod outages;
mod recorded;
mod replayed;
mod runners;
mod secrets;
mod sessions;
mod signer;
mod single;
mod tls;
mod trickle;
mod urls;
mod websocket;
