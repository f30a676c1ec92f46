#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { pages?: u32 [at_most = 12] } -> Book
}

fn main() {}
