#![allow(unused_imports)]

use livepeer::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio {
        /// Name.
        name String,
    }
}

fn main() {}
