#![allow(unused_imports)]

use typed_endpoint::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio {
        /// More.
        extra?: String,
    }
}

fn main() {}
