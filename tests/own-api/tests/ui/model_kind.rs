#![allow(unused_imports)]

use typed_endpoint::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio, output {
        /// Name.
        name: String,
    }
}

fn main() {}
