#![allow(unused_imports)]

use own_api::library::*;
use typed_endpoint::{Unmapped, open_enum};

open_enum! {
    /// A state.
    pub enum State {
        /// Good.
        Good,
    }
}

fn main() {}
