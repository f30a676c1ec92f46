#![allow(unused_imports)]

use livepeer::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Create: Studio = POST "/stream" json { name: String } form { record: bool } -> ()
}

fn main() {}
