#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, model};

model! {
    /// A thing.
    pub struct Thing: Library {
        /// Name.
        #[serde(rename = "title")]
        name: String,
    }
}

fn main() {}
