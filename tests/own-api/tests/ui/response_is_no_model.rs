#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, endpoint};

pub struct Plain {
    pub title: String,
}

endpoint! {
    /// A test.
    pub Get: Library = GET "/book" -> Plain
}

fn main() {}
