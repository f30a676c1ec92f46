#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Add: Library = POST "/books" json {
        /// Title.
        title: Vec<String>
        /// Number of pages.
        pages?: u32,
    } -> ()
}

fn main() {}
