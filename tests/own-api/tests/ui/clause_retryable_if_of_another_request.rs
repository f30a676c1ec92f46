#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" -> (), retryable_if(is_annotated)
}

fn is_annotated(_: &Annotate) -> bool {
    true
}

fn main() {}
