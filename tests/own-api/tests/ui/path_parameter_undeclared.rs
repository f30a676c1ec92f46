#![allow(unused_imports)]

use livepeer::{StreamId, Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream/{idd}" (id: StreamId) -> ()
}

fn main() {}
