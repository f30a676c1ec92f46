#![allow(unused_imports)]

use livepeer::operations;

operations! {
    fn get() {}
}

fn main() {}
