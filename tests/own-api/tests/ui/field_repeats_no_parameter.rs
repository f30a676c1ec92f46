#![allow(unused_imports)]

use typed_endpoint::{StreamId, Studio, endpoint};

endpoint! {
    /// Does it.
    pub Update: Studio = PUT "/stream/{id}" (id: StreamId) json { idd } -> ()
}

fn main() {}
