#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub List: Library = GET "/books" query {
        /// Which.
        kind?: String = 7,
    } -> ()
}

fn main() {}
