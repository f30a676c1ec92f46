#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books/{from}/to/{to}" (from*: String, to*: String) -> Book
}

fn main() {}
