#![allow(unused_imports)]

use typed_endpoint::{ApiError, Studio, Unmapped, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> (), error = ApiError, errors { _ => Other(Unmapped) }
}

fn main() {}
