//! The living network: its client, and its fakes.

mod app;
mod choosing;
mod funding;
mod recorded;
mod runners;
mod secrets;
mod sessions;
mod single;
mod tls;
mod trickle;
mod urls;
mod websocket;
