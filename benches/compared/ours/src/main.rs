//! The faults, by `typed-endpoint`.

use ours::{AddBook, GetBook, Shop};
use typed_endpoint::{Client, codec};

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base, fault) = faults::arguments();
    let client = Client::<Shop>::new().key("key").server(base);
    let result = match fault.strip_prefix("post-") {
        Some(title) => client.call(AddBook::new(title)).await,
        None => client.call(GetBook::new(&fault)).await,
    };
    faults::report(result.map(|book| codec::to_json(&book)).map_err(|error| format!("{error:#}")));
}
