//! What a request needs of an HTTP client.

use http::Extensions;

use super::target::Target;
use crate::transport::marks::PlainKey;

/// What requests need of a client.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// No certificates: to load those takes longer than a call.
    plain: bool,
    /// No proxy of the environment's.
    direct: bool,
    /// HTTP/2, if the server offers it.
    #[cfg(feature = "http2")]
    http2: bool,
}

impl Route {
    pub(super) fn new(target: &Target, extensions: &Extensions, configured: bool) -> Self {
        let plain_key = extensions.get::<PlainKey>().is_some();
        // Whether a caller's own configuration leaves the environment's proxies on cannot be seen: such a key gets none.
        Self {
            plain: target.plain,
            direct: target.loopback || (plain_key && configured),
            #[cfg(feature = "http2")]
            http2: false,
        }
    }

    #[cfg(feature = "http2")]
    pub(super) fn is_http2(self) -> bool {
        self.http2
    }

    #[cfg(feature = "http2")]
    pub(super) fn by_http2(self) -> Self {
        Self { http2: true, ..self }
    }

    /// Whether it needs no TLS.
    pub(super) fn is_plain(self) -> bool {
        self.plain
    }

    /// Whether no proxy of the environment's is used.
    pub(super) fn is_direct(self) -> bool {
        self.direct
    }
}
