#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get = GET "/stream" -> ()
}

fn main() {}
