use own_api::library::Library;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Get: Library = GET "/book/{id}" (id: &str) -> ()
}

fn main() {}
