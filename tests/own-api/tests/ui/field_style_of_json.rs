#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = POST "/books" json { tags?: Vec<String> [lists = Comma] } -> Book
}

fn main() {}
