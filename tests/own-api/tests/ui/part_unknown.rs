#![allow(unused_imports)]

use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Create: Studio = POST "/stream" jsn { name: String } -> ()
}

fn main() {}
