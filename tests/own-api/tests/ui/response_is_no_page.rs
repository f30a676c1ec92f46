#![allow(unused_imports)]

use typed_endpoint::stream::Stream;
use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET "/stream" -> Stream, paged
}

fn main() {}
