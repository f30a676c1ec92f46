#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> text retryable, timeout = 5
}

fn main() {}
