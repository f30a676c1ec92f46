#![allow(unused_imports)]

use livepeer::stream::Stream;
use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> Stream, paged
}

fn main() {}
