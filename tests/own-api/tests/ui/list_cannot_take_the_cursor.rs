#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Search: Library = POST "/books/search" json {
        /// What to look for.
        text: String,
    } -> Vec<Book>, paged
}

fn main() {}
