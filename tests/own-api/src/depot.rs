//! A depot of parcels: an API with the shapes that the library does not have. Its names have underscores on the wire, which no
//! header has.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode};
use typed_endpoint::dynamic::{Catalog, Entry};
use typed_endpoint::mock::{OperationVisitor, Operations};
use typed_endpoint::operation::Objects;
use typed_endpoint::{
    Api, Auth, BoxError, Case, Codec, DecodeError, File, Page, Secret, Unmapped, Url, model, operations, sse_json,
};

/// The depot.
#[derive(Clone, Copy, Debug)]
pub enum Depot {}

impl Api for Depot {
    const NAME: &'static str = "Depot";
    const SERVERS: &'static [&'static str] = &["https://depot.example/api"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Header("X-Depot-Key");
    const OBJECTS: Objects = Objects::Brackets;
    type Error = Unmapped;

    /// It reports errors with the status 200.
    fn error_status(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
        match body {
            b"{\"ok\":false,\"error\":\"busy\"}" => Some(StatusCode::TOO_MANY_REQUESTS),
            body if body.starts_with(b"{\"ok\":false") => Some(StatusCode::NOT_FOUND),
            _ => None,
        }
    }
}

/// The depot's accounts, which nothing says how to write objects for.
#[derive(Clone, Copy, Debug)]
pub enum Accounts {}

impl Api for Accounts {
    const NAME: &'static str = "Accounts";
    const SERVERS: &'static [&'static str] = &["https://accounts.example"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Basic;
    type Error = Unmapped;
}

impl Catalog for Accounts {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES];
}

impl Catalog for Depot {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES];
}

impl Operations for Depot {
    fn visit(visitor: &mut impl OperationVisitor) {
        visit_operations(visitor);
    }
}

operations! {
    endpoint! {
        /// Reads a file.
        pub ReadFile: Depot = GET "/files/{folder}/at/{path}/content" (folder: String, path*: String) headers {
            /// In which form.
            accept?: String = "application/vnd.depot.raw+json",
            /// Only if it has changed.
            if_none_match?: String,
        } -> match {
            /// The file.
            200 | 203 => Content(bytes),
            /// It is being fetched.
            202 => Pending,
            /// It has not changed.
            304 => NotModified,
        }, headers {
            /// Version of the content.
            etag?: String,
            /// When the depot made it, in seconds.
            x_depot_age?: u64,
        }
    }
    endpoint! {
        /// Changes a file.
        pub PatchFile: Depot = PATCH "/files/{path}" (path*: String) headers {
            /// The kind of the patch.
            content_type?: String = "application/merge-patch+json",
        } json(patch: Parcel) -> Parcel, headers {
            /// Version of the content.
            etag: String,
            /// What to watch.
            warning?: Vec<String>,
        }
    }
    endpoint! {
        /// Sends the content of a parcel to where the depot said.
        pub PutContent: Depot = PUT "{url}" (
            /// Where to.
            url: Url [sample = "/uploads/1"],
        ) query {
            /// Which part.
            part?: u32,
        } body(content: Vec<u8>) -> ()
    }
    endpoint! {
        /// Retrieves a parcel.
        pub GetParcel: Depot = GET "/parcels/{id}" (id: String) -> Parcel
    }
    endpoint! {
        /// Weighs a parcel.
        pub Weigh: Depot = POST "/parcels/{id}/weight" (id: String) -> match {
            /// It was weighed.
            201 => Weighed(Parcel),
            /// There is none.
            404 => Missing(text),
        }
    }
    endpoint! {
        /// Sends a parcel.
        pub Ship: Depot = POST "/parcels" query {
            /// Which of its parts to show.
            expand?: Vec<String> [lists = Brackets],
            /// Sizes.
            sizes?: Vec<u32> [lists = Comma],
            /// What has to be so.
            filter?: BTreeMap<String, String> [objects = Dots],
            /// The same as JSON.
            raw_filter?: BTreeMap<String, String> [objects = Json],
        } form {
            /// What is in it.
            parcel: Parcel,
            /// What else is in it.
            more?: Vec<Parcel>,
            /// What is noted about it.
            metadata?: BTreeMap<String, u32>,
        } -> ()
    }
    endpoint! {
        /// Lists parcels after a number, to which a link leads.
        pub Since: Depot = GET "/since" query {
            /// The number.
            since?: u64,
        } -> Vec<Parcel>, paged, cursor(since)
    }
    endpoint! {
        /// Searches for parcels.
        pub Query: Depot = POST "/graphql" json {
            /// What for.
            query: String [since = "1.1"],
            /// Values in it.
            variables?: Variables,
        } -> Parcels, paged, cursor(variables.after)
    }
    endpoint! {
        /// Lists parcels, each page with a link to the next.
        pub Linked: Depot = GET "/linked" query {
            /// How many.
            limit?: u32,
        } -> Collection, paged(Link)
    }
    endpoint! {
        /// Lists parcels after the last one of the page before.
        pub After: Depot = GET "/after" query {
            /// The name of that one.
            starting_after?: String,
        } -> Batch, paged, cursor(starting_after)
    }
    endpoint! {
        /// Lists parcels by the number of their page.
        pub Numbered: Depot = GET "/numbered" query {
            /// The number.
            page_number?: u32 [since = "1.2"] [removed = "2.0", "use `After`"],
        } -> Batch, paged(Number), cursor(page_number)
    }
    endpoint! {
        /// Counts what was sent, which takes a while.
        pub Count: Depot = POST "/count" -> match {
            /// The count.
            200 => Counted(u32),
            202 | 203 => retry,
        }
    }
    endpoint! {
        /// Follows what happens.
        pub Follow: Depot = GET "/follow" headers {
            accept?: String = "application/json;stream=watch",
        } -> lines Parcel
    }
    endpoint! {
        /// Reads a list in a format of the depot's own.
        pub Table: Depot = GET "/table" -> by Commas Vec<u32>, since("2.1")
    }
    endpoint! {
        /// Calls a procedure.
        pub CallProcedure: Depot = POST "/rpc" query {
            const format: String = "short",
        } headers {
            const depot_version: u32 = 3,
        } json {
            const jsonrpc: String = "2.0",
            const method: String = "sum",
            /// What to add.
            params: Vec<u32>,
        } -> Parcel, server("https://rpc.depot.example/v1")
    }
    endpoint! {
        /// Multiplies, at the path of the other procedure.
        pub Multiply: Depot = POST "/rpc" json {
            const method: String = "product",
            /// What to multiply.
            params: Vec<u32>,
        } -> Parcel
    }
    endpoint! {
        /// Lists what is in a folder.
        pub Explore: Depot = PROPFIND "/files/{path}" (path*: String) headers {
            const depth: u32 = 1,
        } -> text, retryable
    }
    endpoint! {
        /// Looks for depots nearby.
        pub Discover: Depot = "M-SEARCH" "/nearby" -> ()
    }
    endpoint! {
        /// Begins to store a file in parts.
        pub BeginParts: Depot = POST "/files/{path}" (path*: String) query {
            const parts as "parts[]",
        } -> Parcel
    }
    endpoint! {
        /// Ends storing a file in parts.
        pub EndParts: Depot = POST "/files/{path}" (path*: String) query {
            /// Which.
            upload_id: String,
        } -> Parcel
    }
    endpoint! {
        /// Stores a list in a format of the depot's own.
        pub PutTable: Depot = PUT "/table" body by Commas (
            /// The numbers.
            numbers: Vec<u32>,
        ) -> ()
    }
    endpoint! {
        /// Lists all parcels at once.
        pub ListAll: Depot = GET "/all" -> items Parcel
    }
    endpoint! {
        /// Stores a parcel with its picture.
        pub Store: Depot = POST "/store" headers {
            const content_type: String = "multipart/related",
        } multipart {
            /// The parcel.
            parcel: Parcel [part = "application/json; charset=utf-8"],
            /// Its picture.
            picture: File,
        } -> ()
    }
    endpoint! {
        /// Stores nothing.
        pub Forget: Depot = DELETE "/store" -> (), since("1.2"), removed("2.0", "use `Store`")
    }
    endpoint! {
        /// Issues a token.
        pub IssueToken: Accounts = POST "/token" form {
            /// What it is for.
            scope?: String,
        } -> Issued, retryable
    }
}

model! {
    /// A token.
    pub struct Issued: Accounts, input {
        /// The token.
        access_token: Secret,
        /// How many seconds it is valid.
        expires_in?: u64,
    }

    /// A parcel.
    pub struct Parcel: Depot, input {
        /// Name.
        name: String,
        /// Links to what belongs to it.
        links?: Links [since = "1.3"],
    }

    /// Links.
    pub struct Links: Depot, input {
        /// The parcel that came after it.
        next?: Url,
    }

    /// Values in a query.
    pub struct Variables: Depot, input {
        /// How many.
        first?: u32,
        /// After what.
        after?: String,
    }

    /// A page with links.
    pub struct Collection: Depot {
        /// Those of this page.
        items: Vec<Parcel>,
        /// Where others are.
        links?: Links,
    }

    /// A page that says whether there are more.
    pub struct Batch: Depot {
        /// Those of this page.
        data: Vec<Parcel>,
        /// Whether there are more.
        has_more?: bool,
        /// How many there are in all.
        total?: u64,
    }

    /// Some parcels.
    pub struct Parcels: Depot {
        /// Those of this page.
        items: Vec<Parcel>,
        /// Where the next page begins.
        next?: String,
    }
}

impl Page for Parcels {
    type Item = Parcel;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<Parcel> {
        self.items
    }

    fn next_cursor(&self) -> Option<String> {
        self.next.clone()
    }
}

impl Page for Collection {
    type Item = Parcel;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<Parcel> {
        self.items
    }

    fn next_cursor(&self) -> Option<String> {
        self.links.as_ref()?.next.as_ref().map(ToString::to_string)
    }
}

impl Page for Batch {
    type Item = Parcel;

    fn len(&self) -> usize {
        self.data.len()
    }

    fn into_items(self) -> Vec<Parcel> {
        self.data
    }

    fn next_cursor(&self) -> Option<String> {
        self.data.last().map(|parcel| parcel.name.clone())
    }

    fn has_more(&self) -> Option<bool> {
        self.has_more
    }

    fn total(&self) -> Option<u64> {
        self.total
    }
}

sse_json!(Parcel);

/// Numbers with commas between them.
#[derive(Clone, Copy, Debug)]
pub enum Commas {}

impl Codec<Vec<u32>> for Commas {
    const MEDIA_TYPE: &'static str = "text/csv";

    fn decode(body: &[u8]) -> Result<Vec<u32>, DecodeError> {
        let text = String::from_utf8_lossy(body);
        let number = |(at, text): (usize, &str)| {
            text.trim().parse().map_err(|_| DecodeError::custom("it is no number").in_item(at))
        };
        text.split(',').filter(|text| !text.is_empty()).enumerate().map(number).collect()
    }

    fn encode(numbers: &Vec<u32>) -> Result<Vec<u8>, BoxError> {
        Ok(numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",").into())
    }
}
