#![allow(unused_imports)]

use livepeer::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio, output {
        /// Name.
        name: String,
    }
}

fn main() {}
