//! The faults, by rustify.

use rustified::{AddBook, GetBook, Key, call, message};
use rustify::clients::reqwest::Client;

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base, fault) = faults::arguments();
    let (client, key) = (Client::default(&base), Key("key".into()));
    let result = match fault.strip_prefix("post-") {
        Some(title) => call(&client, &key, AddBook { title: title.into(), pages: None }).await,
        None => call(&client, &key, GetBook { id: fault.clone() }).await,
    };
    faults::report(result.map(|book| serde_json::to_string(&book).expect("JSON")).map_err(|error| message(&error)));
}
