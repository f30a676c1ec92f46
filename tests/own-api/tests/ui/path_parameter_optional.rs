#![allow(unused_imports)]

use livepeer::{StreamId, Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream/{id}" (id?: StreamId) -> ()
}

fn main() {}
