#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, model};

model! {
    /// A thing.
    pub enum Thing: Library {
        /// One.
        One,
    }
}

fn main() {}
