#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, operations};

operations! {
    fn get() {}
}

fn main() {}
