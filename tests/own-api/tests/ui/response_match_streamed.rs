#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" -> match { 200 => Ready(download), 202 => Pending }
}

fn main() {}
