//! The faults, by progenitor.

use progenitored::types::NewBook;

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base, fault) = faults::arguments();
    let client = progenitored::client(&base, "key");
    let result = match fault.strip_prefix("post-") {
        Some(title) => client.add_book(&NewBook { title: title.into(), pages: None }).await,
        None => client.get_book(&fault).await,
    };
    let book = result.map(|book| serde_json::to_string(&book.into_inner()).expect("JSON"));
    faults::report(book.map_err(|error| error.to_string()));
}
