#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { tags?: Vec<String> [lists = Tabs] } -> Book
}

fn main() {}
