//! The requests and headers of the protocol.

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::send::PlainRequest;

pub(super) static CREATE: PlainRequest =
    PlainRequest { what: "upload (creating it)", method: Method::POST, own: false };
pub(super) static ASK: PlainRequest =
    PlainRequest { what: "upload (asking for its offset)", method: Method::HEAD, own: false };
pub(super) static SEND: PlainRequest =
    PlainRequest { what: "upload (sending a part)", method: Method::PATCH, own: false };
pub(super) static ABORT: PlainRequest =
    PlainRequest { what: "upload (aborting it)", method: Method::DELETE, own: false };
pub(super) static DISCOVER: PlainRequest =
    PlainRequest { what: "upload (asking for the server's extensions)", method: Method::OPTIONS, own: false };
pub(super) static CONCATENATE: PlainRequest =
    PlainRequest { what: "upload (concatenating its parts)", method: Method::POST, own: false };

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const DEFER: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(super) const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(super) const CONCAT: HeaderName = HeaderName::from_static("upload-concat");

/// The media type of a part.
pub(super) const PART_TYPE: HeaderValue = HeaderValue::from_static("application/offset+octet-stream");

/// The version that is implemented.
pub(super) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");

/// The server is still processing a request that was given up.
pub(super) const LOCKED: u16 = 423;

/// The checksum does not match what arrived.
pub(super) const CHECKSUM_MISMATCH: u16 = 460;

pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
