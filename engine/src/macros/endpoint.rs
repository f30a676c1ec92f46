mod clauses;
mod emit;
mod fields;
mod parts;
mod response;

/// Declares one operation of an API: a declaration makes a type, a value of the type is a request, and
/// [`Client::call`](crate::Client::call) sends it.
///
/// ```
/// use typed_endpoint::{endpoint, model, operations};
/// # use typed_endpoint::{Api, Case};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = typed_endpoint::Unmapped;
/// # }
/// # model! {
/// #     /// A book.
/// #     pub struct Book: Library {
/// #         /// Title.
/// #         title: String,
/// #     }
/// # }
/// endpoint! {
///     /// Lends a book.
///     pub Lend: Library = POST "/shelf/{shelf}/book/{id}/loan" (shelf: u32, id: String) json {
///         /// Name of the reader.
///         reader_name: String,
///         /// Length of the loan in days (default: 14).
///         days?: u32,
///     } -> Book, timeout(20)
/// }
///
/// let request = Lend::new(7, "moby-dick", "Ishmael").days(21);
/// assert_eq!(request.reader_name, "Ishmael");
/// # let _ = model_is_used;
/// # fn model_is_used(book: Book) -> String { book.title }
/// # operations! {}
/// ```
///
/// A paginated list, an upload, a download, and server-sent events:
///
/// ```
/// # use typed_endpoint::{Api, Case, File, Unmapped, endpoint, model};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = Unmapped;
/// # }
/// # model! {
/// #     /// A book.
/// #     pub struct Book: Library {
/// #         /// Title.
/// #         title: String,
/// #     }
/// # }
/// endpoint! {
///     /// Lists books.
///     pub List: Library = GET "/books" query {
///         /// Only those by one of these.
///         author?: Vec<String>,
///         /// How many on a page.
///         limit?: u32,
///     } headers {
///         /// The language of blurbs.
///         language as "accept-language"?: String,
///     } -> Vec<Book>, paged
/// }
/// endpoint! {
///     /// Adds a book.
///     pub Add: Library = POST "/books" multipart {
///         /// The book itself.
///         content: File,
///         /// Its title (default: as in the book).
///         title?: String,
///     } -> Book, errors { 409 => Known(Unmapped), _ => Other(Unmapped) }
/// }
/// endpoint! {
///     /// Fetches a book.
///     pub Fetch: Library = GET "/book/{id}/content" (id: String) -> download
/// }
/// endpoint! {
///     /// Sends an event for each returned book.
///     pub Returns: Library = GET "/returns" -> sse Book, timeout(3600)
/// }
/// typed_endpoint::sse_json!(Book);
///
/// let add = Add::new(File::path("moby-dick.epub")).title("Moby-Dick");
/// assert_eq!(add.content.file_name(), "moby-dick.epub");
/// let list = List::new().author(["Melville"]).limit(20);
/// assert_eq!(list.author.as_deref(), Some(&["Melville".to_owned()][..]));
/// ```
///
/// # The declaration
///
/// ```text
/// pub Name: Api = METHOD "/path/{parameter}" (parameter: Type)  parts  -> response, clauses
/// ```
///
/// `METHOD` is one that IANA lists (`GET`, `PROPFIND`), or `LIST`, `PURGE` or `BAN`; any other stands in quotes (`"M-SEARCH"`).
///
/// `Api` is the API's type, or a path to it (`crate::Library`). A parameter of the path is one segment of it; one that is declared
/// as `(path*: String)` keeps its slashes, and each segment is checked. The path `"{url}"` is a URL that a response gave (or a path
/// on the server's host): the key is sent there only if it is on the server's own origin. For one call, [`Call::at`](crate::Call::at)
/// does the same.
///
/// **Parts**, any number of them in any order:
///
/// | part | sends |
/// |---|---|
/// | `query { fields }` | query parameters |
/// | `headers { fields }` | headers |
/// | `json { fields }` | a JSON object |
/// | `json(name: Type)` | one value as the JSON body |
/// | `form { fields }` | an URL-encoded form |
/// | `multipart { fields }` | a multipart form; a field of type [`File`](crate::File) is a file, any other text |
/// | `body(name: File)` | raw bytes: a [`File`](crate::File), a `Vec<u8>` or a `String` |
/// | `body by Xml (name: Type)` | one value, written by a [`Codec`](crate::Codec) of the API's own |
///
/// **Fields** are `name: Type` (an argument of `new`) or `name?: Type` (left out unless its setter is called), each
/// documented by `///`; what values have to be may follow the type in brackets, `name: Type [range = 1..=12]` (a
/// [`Constraint`](crate::codec::Constraint)), and `[sample = …]`, a value that the server would accept; `name?: Type = 7` is sent as 7 unless set otherwise (any expression), and
/// `const name: Type = 7` always, without being a field; fake servers and routers tell operations of one path apart by it. In a query
/// `const uploads` is a parameter without a value, `?uploads`. `[objects = …]` and `[lists = …]` say how a parameter is written that is an object
/// or a list ([`Api::OBJECTS`](crate::Api::OBJECTS)), `[part = "application/json"]` has a part of a multipart form written as JSON. ``[since = "2.1"]`` and
/// ``[removed = "3.0", "use `title`"]`` tell of versions of the API. `..group` inserts the
/// fields that [`fields!`](crate::fields) declares. The wire name follows the API's
/// [`Case`](crate::Case), that of a header has hyphens, unless given: `name as "wire"?: Type`. A header that the declaration has
/// (`accept`, `content_type`) is sent in place of the engine's. With `name?: Option<Type>` the request can also say `null`. In
/// `json { … }`, a bare `name` repeats a path parameter.
///
/// Requests are `#[non_exhaustive]`, because new optional fields must not break programs: they are made by `new` and setters. An
/// `Option` is passed on by assignment, `request.limit = limit`.
///
/// **Response**: a type (read from JSON; `Option<T>` where the body may be empty), `()` (no body), `bytes`, `text`,
/// `download` (a [`Download`](crate::Download), streamed) or `sse T` (events, a [`Sse`](crate::sse::Sse) of `T`, which says by
/// [`StreamItem`](crate::sse::StreamItem) or [`sse_json!`](crate::sse_json) how an event becomes one). Where several statuses have responses of their own, `match { … }` declares an enum `NameOutcome`:
///
/// ```text
/// -> match { 200 => Ready(Stats), 202 => Pending, 304 => NotModified }
/// ```
///
/// A variant has a type, `bytes`, `text`, or no body. Of these statuses none is an error or a redirect; any other is. `202 => retry`
/// has the request sent again, by the retry policy and whatever the operation is. Further forms are `lines T` (lines of JSON, the same
/// stream as of `sse T`), `items T` (a JSON array, of which one item after the other is read, as large as it may be) and `by Codec T` (a [`Codec`](crate::Codec) of the API's own).
///
/// **Clauses**, each at most once, with a comma before it:
///
/// | clause | meaning | default |
/// |---|---|---|
/// | `error(Type)` | the type of the error body | the API's |
/// | `errors { 404 => NotFound(Type), _ => Other(Type) }` | declares an enum `NameError`, as [`errors!`](crate::errors) does | |
/// | `headers { etag?: String }` | headers of the response: the operation returns [`WithHeaders`](crate::WithHeaders) of its response and of a struct `NameHeaders` with these fields; a required one that is missing is an error | |
/// | `clause`, `clause(value)` | any other clause calls the method of [`Operation`](crate::Operation) with that name, which documents it | |
///
/// The most common of these are [`retryable`](crate::Operation::retryable), [`paged`](crate::Operation::paged),
/// [`cursor`](crate::Operation::cursor), [`timeout`](crate::Operation::timeout), [`no_auth`](crate::Operation::no_auth) and [`id`](crate::Operation::id).
#[macro_export]
macro_rules! endpoint {
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:path = $method:tt $path:literal ( $($args:tt)* ) $($rest:tt)*) => {
        $crate::__fields! {
            { { [$([$($meta)*])*] [] $vis $name $api $method $path } {} {} {} {} {} }
            [Path "Path parameter "] { $($args)* , } { $($rest)* }
        }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:path = $method:tt $path:literal $($rest:tt)*) => {
        $crate::__parts! { { { [$([$($meta)*])*] [] $vis $name $api $method $path } {} {} {} {} {} } $($rest)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:path = $method:ident $($bad:tt)*) => {
        $crate::__expected! { "expected the path as a string, e.g. \"/book/{id}\"" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:path = $($bad:tt)*) => {
        $crate::__expected! { "expected an HTTP method: GET, POST, PUT, PATCH, DELETE …, or one of the API's own in quotes" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident $($bad:tt)*) => {
        $crate::__expected! { "expected `= METHOD \"/path\"` after the API's name" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident < $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad "an operation has no generic parameters: declare one operation for each type" }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident $($bad:tt)*) => {
        $crate::__expected! { "expected `: Api` after the operation's name" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* pub $($bad:tt)*) => {
        $crate::__expected! { "expected the operation's name after `pub`" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $($bad:tt)*) => {
        $crate::__expected! { "expected `pub Name: Api = METHOD \"/path\" … -> Response`" ; $($bad)* }
    };
}
