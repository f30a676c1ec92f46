use own_api::library::*;
use typed_endpoint::model;

#[derive(serde::Serialize, serde::Deserialize)]
pub enum Kind {
    Novel,
}

model! {
    /// A test.
    pub struct Shelved: Library {
        /// Its kind.
        kind: Kind,
    }
}

fn main() {}
