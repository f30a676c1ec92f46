#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, model};

model! {
    /// A thing.
    pub struct Thing<T>: Library {
        /// Name.
        name: T,
    }
}

fn main() {}
