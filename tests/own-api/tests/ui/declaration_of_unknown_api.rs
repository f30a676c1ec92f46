#![allow(unused_imports)]

use own_api::library::Library;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Get: Bookshop = GET "/books" -> ()
}

fn main() {}
