#![allow(unused_imports)]

use livepeer::{ApiError, Studio, Unmapped, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> (), error = ApiError, errors { _ => Other(Unmapped) }
}

fn main() {}
