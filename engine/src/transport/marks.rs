//! What the engine passes to a transport besides the request: marks among its extensions.

/// The key goes to another machine unencrypted, which the caller has allowed: it is still not for proxies to read.
#[derive(Clone, Copy)]
pub(crate) struct PlainKey;

/// The request goes to the client's own server, or to that of its operation: what is sent for the key's sake may go along.
#[derive(Clone, Copy)]
pub(crate) struct AtHome;

/// Both bodies are small and read to their ends at once, so that the call may share a connection with others.
#[cfg(feature = "http2")]
#[derive(Clone, Copy)]
pub(crate) struct ShortCall;
