//! The bookshop by progenitor, from a document that it takes: `measure.py` writes it.

progenitor::generate_api!("../target/shop-2xx.yaml");

/// A client that sends the key, which the generated one does not.
pub fn client(base: &str, key: &str) -> Client {
    let key = key.parse().expect("the key is a header's value");
    let headers = [(reqwest::header::HeaderName::from_static("x-api-key"), key)].into_iter().collect();
    let http = reqwest::Client::builder().default_headers(headers).build().expect("a client");
    Client::new_with_client(base, http)
}
