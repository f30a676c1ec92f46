#![allow(unused_imports)]

use typed_endpoint::{ApiError, Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> (), errors { 404: NotFound(ApiError) }
}

fn main() {}
