#![allow(unused_imports)]

use typed_endpoint::{Client, stream};

fn main() {
    let client = Client::ai().key("a key for the gateway");
    let _ = client.call(stream::Get::new("id"));
}
