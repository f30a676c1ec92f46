//! The bookshop by progenitor.

progenitor::generate_api!("../shop.yaml");

/// A client with a key.
pub fn client(base: &str, key: &str) -> Client {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("x-api-key", key.parse().expect("the key is a header's value"));
    let http = reqwest::Client::builder().default_headers(headers).build().expect("no TLS");
    Client::new_with_client(base, http)
}
