//! The faults, by hand on reqwest.

use by_hand::{Client, NewBook};

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base, fault) = faults::arguments();
    let client = Client::new(&base, "key");
    let result = match fault.strip_prefix("post-") {
        Some(title) => client.add_book(&NewBook { title: title.into(), pages: None }).await,
        None => client.get_book(&fault).await,
    };
    faults::report(result.map(|book| serde_json::to_string(&book).expect("JSON")).map_err(|error| error.to_string()));
}
