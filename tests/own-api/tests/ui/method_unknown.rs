#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = FETCH "/stream" -> ()
}

fn main() {}
