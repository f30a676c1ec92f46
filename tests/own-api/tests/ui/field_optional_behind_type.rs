use own_api::library::Library;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { limit: u32? } -> ()
}

fn main() {}
