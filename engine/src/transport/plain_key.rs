//! What the engine passes to a transport besides the request.

/// Stands among a request's extensions when its key goes to another machine unencrypted, which the caller has allowed: it is
/// still not for proxies to read.
#[derive(Clone, Copy)]
pub(crate) struct PlainKey;
