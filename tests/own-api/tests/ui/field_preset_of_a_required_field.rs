#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Add: Library = POST "/books" json { title: String = "Moby-Dick" } -> ()
}

fn main() {}
