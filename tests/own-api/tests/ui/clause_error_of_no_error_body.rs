use own_api::library::Library;
use typed_endpoint::endpoint;

#[derive(Debug)]
pub struct Failure;

endpoint! {
    /// A test.
    pub Get: Library = GET "/books" -> (), error(Failure)
}

fn main() {}
