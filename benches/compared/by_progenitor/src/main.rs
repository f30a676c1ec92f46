//! The faults, by progenitor.

use by_progenitor::client;
use by_progenitor::types::NewBook;

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base, fault) = faults::arguments();
    let client = client(&base, "key");
    let result = match fault.strip_prefix("post-") {
        Some(title) => client.add_book(&NewBook { title: title.into(), pages: None }).await,
        None => client.get_book(&fault).await,
    };
    let text = |book: &_| serde_json::to_string(book).expect("JSON");
    faults::report(result.map(|book| text(&*book)).map_err(|error| error.to_string()));
}
