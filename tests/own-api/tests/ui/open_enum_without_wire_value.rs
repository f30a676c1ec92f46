#![allow(unused_imports)]

use typed_endpoint::open_enum;

open_enum! {
    /// A state.
    pub enum State {
        /// Good.
        Good,
    }
}

fn main() {}
