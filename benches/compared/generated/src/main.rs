//! The faults, by openapi-generator.

use bookshop::apis::configuration::{ApiKey, Configuration};
use bookshop::apis::default_api::{add_book, get_book};
use bookshop::models::NewBook;

#[path = "../../faults.rs"]
mod faults;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (base_path, fault) = faults::arguments();
    let api_key = Some(ApiKey { prefix: None, key: "key".into() });
    let configuration = Configuration { base_path, api_key, ..Configuration::default() };
    let result = match fault.strip_prefix("post-") {
        Some(title) => add_book(&configuration, NewBook::new(title.into())).await.map_err(|error| error.to_string()),
        None => get_book(&configuration, &fault).await.map_err(|error| error.to_string()),
    };
    faults::report(result.map(|book| serde_json::to_string(&book).expect("JSON")));
}
