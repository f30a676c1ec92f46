#![allow(unused_imports)]

use livepeer::{Studio, model};

model! {
    /// A thing.
    pub struct Thing: Studio {
        /// More.
        extra?: String,
    }
}

fn main() {}
