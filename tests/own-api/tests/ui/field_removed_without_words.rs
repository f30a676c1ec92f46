#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { tags?: Vec<String> [removed = "2.0"] } -> Book
}

fn main() {}
