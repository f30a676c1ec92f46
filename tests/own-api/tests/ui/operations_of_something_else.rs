#![allow(unused_imports)]

use typed_endpoint::operations;

operations! {
    fn get() {}
}

fn main() {}
