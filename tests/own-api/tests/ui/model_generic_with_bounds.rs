use own_api::library::*;
use typed_endpoint::model;

model! {
    /// A test.
    pub struct Paged<T: Clone>: Library {
        /// Items.
        items: Vec<T>,
    }
}

fn main() {}
