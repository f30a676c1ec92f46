//! The bookshop by `typed-endpoint`.

use typed_endpoint::{Api, Auth, Case, ErrorBody, Page, endpoint, model, open_enum};

/// The bookshop.
pub enum Shop {}

impl Api for Shop {
    const NAME: &'static str = "Bookshop";
    const SERVERS: &'static [&'static str] = &["http://localhost/v1"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Header("x-api-key");
    type Error = Problem;
}

endpoint! {
    /// Lists books.
    pub ListBooks: Shop = GET "/books" query {
        author?: String,
        limit?: u32,
        cursor?: String,
    } -> Books, paged
}

endpoint! {
    /// Adds a book.
    pub AddBook: Shop = POST "/books" json {
        title: String,
        pages?: u32,
    } -> Book
}

endpoint! {
    /// Retrieves a book.
    pub GetBook: Shop = GET "/books/{id}" (id: String) -> Book
}

endpoint! {
    /// Replaces what is known of a book.
    pub ReplaceBook: Shop = PUT "/books/{id}" (id: String) json {
        title: String,
        pages?: u32,
    } -> Book
}

endpoint! {
    /// Removes a book.
    pub RemoveBook: Shop = DELETE "/books/{id}" (id: String) -> ()
}

endpoint! {
    /// Lends a book.
    pub LendBook: Shop = POST "/books/{id}/loan" (id: String) json {
        reader: String,
        days?: u32,
    } -> Loan
}

endpoint! {
    /// Lists the loans of a reader.
    pub ListLoans: Shop = GET "/loans" query { reader: String } -> Vec<Loan>
}

endpoint! {
    /// Brings a book back.
    pub EndLoan: Shop = DELETE "/loans/{id}" (id: String) -> ()
}

open_enum! {
    /// Where a book is.
    pub enum State {
        Shelved = "shelved",
        Lent = "lent",
        Lost = "lost",
    }
}

model! {
    /// A book.
    pub struct Book: Shop {
        id: String,
        title: String,
        pages?: u32,
        state: State,
    }

    /// A page of books.
    pub struct Books: Shop {
        items: Vec<Book>,
        next?: String,
    }

    /// A loan.
    pub struct Loan: Shop {
        id: String,
        book: String,
        reader: String,
        days?: u32,
    }
}

impl Page for Books {
    type Item = Book;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<Book> {
        self.items
    }

    fn next_cursor(&self) -> Option<String> {
        self.next.clone()
    }
}

/// What went wrong.
#[derive(Debug, serde::Deserialize)]
pub struct Problem {
    pub message: String,
}

impl ErrorBody for Problem {
    fn decode(_: http::StatusCode, _: &http::HeaderMap, body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    fn message(&self) -> String {
        self.message.clone()
    }
}
