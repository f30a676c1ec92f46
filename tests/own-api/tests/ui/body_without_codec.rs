use own_api::library::Library;
use typed_endpoint::endpoint;

pub struct Form {
    pub name: String,
}

endpoint! {
    /// A test.
    pub Add: Library = POST "/books" json(form: Form) -> ()
}

fn main() {}
