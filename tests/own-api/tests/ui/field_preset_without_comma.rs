#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Add: Library = POST "/books" json { pages?: u32 = 7 title: String } -> ()
}

fn main() {}
