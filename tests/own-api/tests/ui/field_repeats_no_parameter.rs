#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Update: Library = PUT "/books/{id}" (id: BookId) json { idd } -> ()
}

fn main() {}
