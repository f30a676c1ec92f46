#![allow(unused_imports)]

use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> (), timeout = 5, retryable, timeout = 60
}

fn main() {}
