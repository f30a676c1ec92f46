#![allow(unused_imports)]

use livepeer::open_enum;

open_enum! {
    /// A state.
    pub enum State {
        /// Good.
        Good,
    }
}

fn main() {}
