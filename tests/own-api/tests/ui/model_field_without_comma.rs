#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, model};

model! {
    /// A thing.
    pub struct Thing: Library {
        /// Name.
        name: String
        /// Number.
        number?: u32,
    }
}

fn main() {}
