// The API of the examples in the docs, which include this file.

/// A public library.
#[derive(Debug)]
pub struct Library;

impl typed_endpoint::Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example/v1"];
    const CASE: typed_endpoint::Case = typed_endpoint::Case::Camel;
    const AUTH: typed_endpoint::Auth = typed_endpoint::Auth::Header("x-card-number");
    type Error = typed_endpoint::Unmapped;
}

typed_endpoint::operations! {
    endpoint! {
        /// Retrieves a book.
        pub GetBook: Library = GET "/book/{id}" (id: BookId) -> Book
    }
    endpoint! {
        /// Lists books.
        pub ListBooks: Library = GET "/book" query {
            /// Only those by this author.
            author?: String,
            /// Most items on a page (default: 20).
            limit?: u32,
            /// Where the page begins.
            cursor?: String,
        } -> Vec<Book>, paged
    }
    endpoint! {
        /// Adds a book.
        pub AddBook: Library = POST "/book" json {
            /// Title.
            title: String,
            /// Number of pages.
            page_count?: u32,
        } -> Book
    }
    endpoint! {
        /// Removes a book.
        pub RemoveBook: Library = DELETE "/book/{id}" (id: BookId) -> ()
    }
    endpoint! {
        /// Fetches a book's text.
        pub FetchBook: Library = GET "/book/{id}/text" (id: BookId) -> download
    }
    endpoint! {
        /// Sends an event whenever a book is brought back.
        pub WatchReturns: Library = GET "/returns" -> sse Book
    }
}

typed_endpoint::id! {
    /// Id of a book.
    pub struct BookId;
}

typed_endpoint::model! {
    /// A book.
    pub struct Book: Library {
        /// Id.
        id: BookId,
        /// Title.
        title: String,
        /// Number of pages.
        page_count?: u32,
    }
}

typed_endpoint::sse_json!(Book);
