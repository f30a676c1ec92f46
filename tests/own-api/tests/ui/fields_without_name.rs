#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, fields};

fields! {
    /// Where a page begins.
    limit?: u32,
}

fn main() {}
