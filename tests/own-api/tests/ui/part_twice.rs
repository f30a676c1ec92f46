#![allow(unused_imports)]

use typed_endpoint::{Studio, endpoint};

endpoint! {
    /// Does it.
    pub Create: Studio = POST "/stream" json { name: String } form { record: bool } -> ()
}

fn main() {}
