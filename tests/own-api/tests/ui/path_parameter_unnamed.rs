#![allow(unused_imports)]

use typed_endpoint::{StreamId, Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" (id: StreamId) -> ()
}

fn main() {}
