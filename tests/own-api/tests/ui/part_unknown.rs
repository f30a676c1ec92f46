#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Create: Studio = POST "/stream" jsn { name: String } -> ()
}

fn main() {}
