//! A library of books: an API that has nothing to do with Livepeer, with its own base URL, key header, error body,
//! spelling of fields and pages. Between them, its declarations have every form that the grammar knows.

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use typed_endpoint::dynamic::{Catalog, Entry};
use typed_endpoint::mock::{OperationVisitor, Operations};
use typed_endpoint::{
    Api, Auth, Case, ErrorBody, File, Page, Secret, Unmapped, errors, fields, id, model, open_enum, operations,
    sse_json,
};

/// The library.
#[derive(Clone, Copy, Debug)]
pub enum Library {}

impl Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example/v2", "https://branch.library.example/v2"];
    const CASE: Case = Case::Pascal;
    const AUTH: Auth = Auth::Header("x-card");
    const CURSOR: &'static str = "After";
    const LIMIT: &'static str = "PageSize";
    type Error = Failure;

    fn encode_error(status: StatusCode, message: &str) -> Vec<u8> {
        Failure { code: status.as_u16().into(), reason: message.to_owned() }.encode().unwrap_or_default()
    }
}

/// The archive behind the library, which offers some of the same under a prefix. Its key goes into the query.
#[derive(Clone, Copy, Debug)]
pub enum Archive {}

impl Api for Archive {
    const NAME: &'static str = "Archive";
    const SERVERS: &'static [&'static str] = &["https://archive.example"];
    const CASE: Case = Case::Kebab;
    const AUTH: Auth = Auth::Query("card");
    type Error = Unmapped;
}

impl Catalog for Library {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES];
}

impl Catalog for Archive {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES];
}

impl Operations for Library {
    fn visit(visitor: &mut impl OperationVisitor) {
        visit_operations(visitor);
    }
}

impl Operations for Archive {
    fn visit(visitor: &mut impl OperationVisitor) {
        visit_operations(visitor);
    }
}

fields! {
    /// Which page of a list.
    page {
        /// How many a page holds.
        page_size?: u32,
        /// Where the page begins.
        after?: String,
    }
}

operations! {
    endpoint! {
        /// Finds a book.
        pub Find: Library = GET "/shelf/{shelf}/book/{id}" (shelf: u32, id: BookId) -> Book,
            errors { 404 => NotFound(Failure), 410 | 451 => Gone(Unmapped), _ => Other(Failure) }, id("findBook")
    }
    endpoint! {
        /// Looks for books.
        pub Search: Library = GET "/books" query {
            /// What they are about.
            text: String,
            /// Which kinds.
            kinds as "kind[]"?: Vec<Kind>,
            /// From which years.
            years?: Vec<u16>,
            ..page,
        } headers {
            /// In which language.
            language as "accept-language"?: String,
        } -> Found, paged
    }
    // The same loan twice is one loan.
    endpoint! {
        /// Lends a book.
        pub Lend: Library = POST "/shelf/{shelf}/book/{id}/loan" (shelf: u32, id: BookId) json {
            id,
            /// Name of the reader.
            reader: String,
            /// For how many days.
            days?: u32 = 14,
            /// What to remember; `None` forgets it.
            note?: Nullable<String>,
        } -> Option<Loan>, error(LoanError), retryable, timeout(20)
    }
    endpoint! {
        /// Rates a book.
        pub Rate: Library = PUT "/books/{id}/rating" (id: BookId) json(rating: Rating) -> (), retryable(false)
    }
    endpoint! {
        /// Signs in.
        pub SignIn: Library = POST "/session" form {
            /// Name.
            user: String,
            /// Password.
            password: Secret,
            /// Groups.
            groups as "group"?: Vec<String>,
        } -> text, no_auth
    }
    endpoint! {
        /// Gives a book to the library.
        pub Donate: Library = POST "/books" multipart {
            /// Title.
            title: String,
            /// Number of pages.
            pages?: u32,
            /// Picture of the cover.
            cover: File,
            /// Pictures of the pages.
            scans?: Vec<File>,
        } -> Book
    }
    endpoint! {
        /// Replaces the text of a book, and gives the old one.
        pub Replace: Library = PUT "/books/{id}/text" (id: BookId) body(text: File) -> bytes
    }
    endpoint! {
        /// Writes to a book's margin.
        pub Annotate: Library = PATCH "/books/{id}/margin" (id: BookId) query {
            /// Page.
            page: u32,
        } body(text: String) -> (), retryable_if(is_on_the_first_page)
    }
    endpoint! {
        /// Reads a book.
        pub Read: Library = GET "/books/{id}/text" (id: BookId) -> download, hosted(Archive, "/library")
    }
    endpoint! {
        /// Tells what is new, as it happens.
        pub Watch: Library = GET "/news" -> sse News
    }
    endpoint! {
        /// Lists readers.
        pub Readers: Library = GET "/readers" query { ..page } -> Vec<Reader>, paged(Offset)
    }
    endpoint! {
        /// Stamps a card.
        #[deprecated = "cards are no longer stamped"]
        pub Stamp: Library = POST "/stamp" -> ()
    }
    endpoint! {
        /// Asks whether the library is there.
        pub Ping: Library = HEAD "/ping" -> (), no_auth
    }
    endpoint! {
        /// Lists what the archive has: its own operation.
        pub Boxes: Archive = GET "/boxes" query {
            /// From which year on.
            first_year?: u16,
        } -> Vec<String>
    }
}

id! {
    /// Id of a book.
    pub struct BookId;
}

open_enum! {
    /// Kind of a book.
    pub enum Kind {
        /// A novel.
        Novel = "novel",
        /// Poems.
        Poetry = "poetry",
    }
}

model! {
    /// A book.
    pub struct Book: Library, input {
        /// Id.
        id: BookId,
        /// Title.
        title: String,
        /// Kind.
        kind as "type"?: Kind,
        /// Number of pages.
        page_count?: u32,
    }

    /// Books that were looked for.
    pub struct Found: Library {
        /// The books of this page.
        books: Vec<Book>,
        /// Where the next page begins; none on the last.
        next_after?: String,
    }

    /// A loan.
    pub struct Loan: Library, input {
        /// For how many days.
        days: u32,
    }

    /// A rating.
    pub struct Rating: Library, input {
        /// Number of stars.
        stars: u8,
        /// Why.
        review?: String,
    }

    /// A reader.
    pub struct Reader: Library, input {
        /// Name.
        name: String,
    }

    /// Something new.
    pub struct News: Library {
        /// What.
        headline: String,
    }
}

sse_json!(News);

/// Pages of which the body says where the next one begins.
impl Page for Found {
    type Item = Book;

    fn len(&self) -> usize {
        self.books.len()
    }

    fn into_items(self) -> Vec<Book> {
        self.books
    }

    fn next_cursor(&self) -> Option<String> {
        self.next_after.clone()
    }
}

fn is_on_the_first_page(annotate: &Annotate) -> bool {
    annotate.page == 1
}

/// What the library says when something fails: `{"Code": 17, "Reason": "…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Failure {
    /// Number of the rule that says so.
    pub code: u32,
    /// Why.
    pub reason: String,
}

impl ErrorBody for Failure {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    fn message(&self) -> String {
        format!("rule {}: {}", self.code, self.reason)
    }

    fn encode(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }
}

errors! {
    /// Why a book is not lent.
    pub enum LoanError {
        /// It is lent to another reader.
        409 | 423 => Taken(Failure),
        /// Anything else.
        _ => Other(Unmapped),
    }
}
