#![allow(unused_imports)]

use typed_endpoint::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio {
        /// Name.
        name String,
    }
}

fn main() {}
