//! Foreign APIs, each in a file: what is hard about them stands in the declarations.
//!
//! `tests/fakes.rs` looks at what is sent and reads responses as the public documentation of each API has them. `tests/servers`
//! calls real servers, which `examples/apis/servers` starts; `tests/recorded.rs` has exchanges that were recorded with GitHub.

mod errors;

pub mod codecs;
pub mod github;
pub mod graphql;
pub mod jsonrpc;
pub mod kubernetes;
pub mod mastodon;
pub mod openai;
pub mod s3;
pub mod sigv4;
pub mod slack;
pub mod stripe;
