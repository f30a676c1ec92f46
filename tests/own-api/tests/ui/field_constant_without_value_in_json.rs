#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Put: Library = PUT "/books" json { const kind, title: String } -> ()
}

fn main() {}
