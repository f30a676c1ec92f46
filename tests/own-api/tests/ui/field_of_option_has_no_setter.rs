use own_api::library::Library;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { limit: Option<u32> } -> ()
}

fn main() {
    let _ = Get::new().limit(3);
}
