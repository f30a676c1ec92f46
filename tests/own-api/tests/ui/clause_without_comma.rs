#![allow(unused_imports)]

use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> (), timeout = 5 retryable
}

fn main() {}
