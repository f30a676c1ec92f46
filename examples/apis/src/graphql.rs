//! GraphQL: one path, errors with status 200, cursors within the variables.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use typed_endpoint::{Api, Case, Page, codec, model, operations};

/// A library with a GraphQL server.
#[derive(Clone, Copy, Debug)]
pub enum Books {}

impl Api for Books {
    const NAME: &'static str = "Books";
    const SERVERS: &'static [&'static str] = &["http://localhost:4000"];
    const CASE: Case = Case::Camel;
    type Error = Failure;

    /// A response without data is an error, with whatever status.
    fn error_status(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
        let failure: Failure = codec::from_json(std::str::from_utf8(body).ok()?).ok()?;
        let code =
            failure.errors.first()?.extensions.as_ref().and_then(|more| more["code"].as_str().map(str::to_owned));
        Some(match code.as_deref() {
            Some("NOT_FOUND") => StatusCode::NOT_FOUND,
            Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        })
    }
}

/// The query behind [`GetBook`].
pub const GET_BOOK: &str = "query GetBook($id: ID!) { book(id: $id) { id title pages } }";
/// The query behind [`ListBooks`].
pub const LIST_BOOKS: &str = "query ListBooks($first: Int!, $after: String) { books(first: $first, after: $after) { \
     nodes { id title pages } pageInfo { hasNextPage endCursor } totalCount } }";

/// The mutation behind [`AddBook`].
pub const ADD_BOOK: &str =
    "mutation AddBook($title: String!, $pages: Int!) { addBook(title: $title, pages: $pages) { id title pages } }";

operations! {
    endpoint! {
        /// Retrieves a book.
        pub GetBook: Books = POST "/graphql" json {
            const operation_name: String = "GetBook",
            const query: String = GET_BOOK,
            variables: OfBook,
        } -> Data<OneBook>, retryable
    }
    endpoint! {
        /// Lists books, each page after a cursor within the variables.
        pub ListBooks: Books = POST "/graphql" json {
            const operation_name: String = "ListBooks",
            const query: String = LIST_BOOKS,
            variables: OfBooks,
        } -> Data<ManyBooks>, paged, cursor(variables.after), retryable
    }
    endpoint! {
        /// Adds a book.
        pub AddBook: Books = POST "/graphql" json {
            const operation_name: String = "AddBook",
            const query: String = ADD_BOOK,
            variables: NewBook,
        } -> Data<AddedBook>
    }
    endpoint! {
        /// Removes a book.
        pub RemoveBook: Books = POST "/graphql" json {
            const operation_name: String = "RemoveBook",
            const query: String = "mutation RemoveBook($id: ID!) { removeBook(id: $id) }",
            variables: OfBook,
        } -> Data<Value>
    }
    endpoint! {
        /// Asks anything: without an operation of its own.
        pub Ask: Books = POST "/graphql" json {
            query: String,
            variables?: Value,
        } -> Data<Value>, retryable
    }
    endpoint! {
        /// Asks by a query in the URL, which caches understand.
        pub AskCached: Books = GET "/graphql" query {
            query: String,
            variables?: String,
        } headers {
            const accept: String = "application/json",
        } -> Data<Value>
    }
}

model! {
    /// A successful response.
    pub struct Data<T>: Books {
        data: T,
    }

    /// A book.
    pub struct Book: Books {
        id: String,
        title: String,
        pages?: u32,
    }

    /// Which book.
    pub struct OfBook: Books, input {
        id: String,
    }

    /// Which books.
    pub struct OfBooks: Books, input {
        first: u32,
        after?: String,
    }

    /// A book to add.
    pub struct NewBook: Books, input {
        title: String,
        pages: u32,
    }

    /// A book, if there is one.
    pub struct OneBook: Books {
        book?: Book,
    }

    /// The book that was added.
    pub struct AddedBook: Books {
        add_book: Book,
    }

    /// Books.
    pub struct ManyBooks: Books {
        books: Connection<Book>,
    }

    /// A page of a list.
    pub struct Connection<T>: Books {
        nodes: Vec<T>,
        page_info: PageInfo,
        total_count?: u64,
    }

    /// How a list goes on.
    pub struct PageInfo: Books {
        has_next_page: bool,
        end_cursor?: String,
    }

    /// Why a request has failed.
    pub struct Failure: Books {
        errors: Vec<Reason>,
    }

    /// A reason.
    pub struct Reason: Books {
        message: String,
        path?: Vec<Value>,
        extensions?: Value,
    }
}

crate::errors::json_error!(Failure, |failure| {
    failure.errors.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; ")
});

impl Page for Data<ManyBooks> {
    type Item = Book;

    fn len(&self) -> usize {
        self.data.books.nodes.len()
    }

    fn into_items(self) -> Vec<Book> {
        self.data.books.nodes
    }

    fn next_cursor(&self) -> Option<String> {
        self.data.books.page_info.end_cursor.clone()
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.data.books.page_info.has_next_page)
    }

    fn total(&self) -> Option<u64> {
        self.data.books.total_count
    }
}
