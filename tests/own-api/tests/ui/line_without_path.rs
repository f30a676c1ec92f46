#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Get: Studio = GET -> ()
}

fn main() {}
