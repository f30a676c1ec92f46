#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Create: Library = POST "/books" json { name as title: String } -> ()
}

fn main() {}
