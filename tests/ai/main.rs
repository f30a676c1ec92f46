//! Livepeer AI over real sockets: what is sent, what comes back, and what happens when it does not.
#![allow(missing_docs)]

mod daydream;
mod errors;
mod files;
mod gateway;
mod keys;
mod llm;
mod media;
mod operations;
mod recorder;
mod retries;
mod studio;

/// Whatever goes wrong fails the test.
type Outcome = Result<(), Box<dyn std::error::Error>>;
