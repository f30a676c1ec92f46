#![allow(unused_imports)]

use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> text retryable, timeout = 5
}

fn main() {}
