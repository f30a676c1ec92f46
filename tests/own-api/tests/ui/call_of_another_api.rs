use own_api::library::{Boxes, Library};
use typed_endpoint::Client;

fn main() {
    let client = Client::<Library>::new().key("a card's number");
    let _ = client.call(Boxes::new());
}
