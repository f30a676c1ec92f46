use own_api::library::Library;
use typed_endpoint::endpoint;

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" query { kind: String, other as "Kind": String } -> ()
}

fn main() {}
