//! Where the files of assets arrive: the URLs that a requested upload gives.

use std::sync::Arc;

use http::Request;

use super::routes::Core;
use crate::Body;
use crate::mocks::Reply;

/// What the upload endpoints keep.
#[derive(Default)]
pub(super) struct Uploads;

/// Whether a path (without `/api`) is one of the upload endpoints, which know no API key.
pub(super) fn is_upload(path: &str) -> bool {
    path.starts_with("/asset/upload/tus") || path.starts_with("/asset/upload/direct")
}

/// Answers what is no operation: uploads, and 404 for all else.
pub(super) async fn answer(_core: Arc<Core>, _request: Request<Body>) -> Reply {
    Reply::error(404, "not found")
}
