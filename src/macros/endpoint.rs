/// Declares one operation of an API: a line makes a type, a value of the type is a request, and
/// [`Client::call`](crate::client::Client::call) sends it.
///
/// ```
/// use livepeer::{endpoint, model, operations};
/// # use livepeer::{Api, Case};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = livepeer::Unmapped;
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
///         /// Who takes it.
///         reader_name: String,
///         /// For how many days (default: 14).
///         days?: u32,
///     } -> Book, timeout = 20
/// }
///
/// let request = Lend::new(7, "moby-dick", "Ishmael").days(21);
/// assert_eq!(request.reader_name, "Ishmael");
/// # let _ = model_is_used;
/// # fn model_is_used(book: Book) -> String { book.title }
/// # operations! {}
/// ```
///
/// A list in pages, a file sent, a file fetched, and events as they come:
///
/// ```
/// # use livepeer::{Api, Case, File, Unmapped, endpoint, model};
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
///     /// Tells of books that are brought back.
///     pub Returns: Library = GET "/returns" -> sse Book, timeout = 3600
/// }
/// livepeer::sse_json!(Book);
///
/// let add = Add::new(File::path("moby-dick.epub")).title("Moby-Dick");
/// assert_eq!(add.content.file_name(), "moby-dick.epub");
/// let list = List::new().author(["Melville"]).limit(20);
/// assert_eq!(list.author.as_deref(), Some(&["Melville".to_owned()][..]));
/// ```
///
/// # The line
///
/// ```text
/// pub Name: Api = METHOD "/path/{parameter}" (parameter: Type)  parts  -> response, clauses
/// ```
///
/// **Parts**, any number of them in any order:
///
/// | part | sends |
/// |---|---|
/// | `query { fields }` | query parameters; a list is repeated |
/// | `headers { fields }` | headers |
/// | `json { fields }` | a JSON object |
/// | `json(name: Type)` | one value as the JSON body |
/// | `form { fields }` | an URL-encoded form |
/// | `multipart { fields }` | a multipart form; a field of type [`File`](crate::File) is a file, any other plain text |
/// | `body(name: File)` | raw bytes: a [`File`](crate::File), a `Vec<u8>` or a `String` |
///
/// **Fields** are `name: Type` (an argument of `new`) or `name?: Type` (left out unless its setter is called), each
/// documented by `///`; `name?: Type = 7` is sent as 7 unless its setter says otherwise. The wire name follows the API's
/// [`Case`](crate::Case) unless given: `name as "wire"?: Type`. With `name?: Option<Type>` the request can also say `null`. In
/// `json { … }`, a bare `name` repeats a path parameter.
///
/// **Response**: a type (read from JSON; `Option<T>` where the body may be empty), `()` (no body), `bytes`, `text`,
/// `download` (a [`Download`](crate::Download), streamed) or `sse T` (events, a [`Sse`](crate::Sse) of `T`, which says by
/// [`StreamItem`](crate::StreamItem) or [`sse_json!`](crate::sse_json) how an event becomes one).
///
/// **Clauses**:
///
/// | clause | meaning | without it |
/// |---|---|---|
/// | `error = T` | the error body's type | the API's |
/// | `errors { 404 => NotFound(T), _ => Other(U) }` | makes an enum `NameError`, as [`errors!`](crate::errors) does | |
/// | `retryable`, `retryable = false`, `retryable if check` | whether it may be sent again after it may have arrived; `check` is a `fn(&Name) -> bool` | by method: GET, HEAD, PUT, DELETE, OPTIONS |
/// | `auth = none` | sends no key | sends it |
/// | `timeout = 300` | seconds without data after which an attempt ends | the client's setting |
/// | `paged`, `paged = offset` | a list in pages, for [`Client::pages`](crate::client::Client::pages) | one answer |
/// | `hosted = Api "/prefix"` | another API has it too, below a prefix | |
/// | `id = "createThing"` | its id in the API's specification | none |
#[macro_export]
macro_rules! endpoint {
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident = $method:ident $path:literal ( $($args:tt)* ) $($rest:tt)*) => {
        $crate::__endpoint! { @fields
            { [$([$($meta)*])*] $vis $name $api $method $path } [Path Path "Path parameter "]
            {} {} {} {} {} { $($args)* , } { $($rest)* }
        }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident = $method:ident $path:literal $($rest:tt)*) => {
        $crate::__endpoint! { @parts { [$([$($meta)*])*] $vis $name $api $method $path } {} {} {} {} {} $($rest)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident = $method:ident $($bad:tt)*) => {
        $crate::__expected! { "expected the path as a string, e.g. \"/stream/{id}\"" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident = $($bad:tt)*) => {
        $crate::__expected! { "expected an HTTP method: GET, POST, PUT, PATCH, DELETE …" ; $($bad)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis $name:ident : $api:ident $($bad:tt)*) => {
        $crate::__expected! { "expected `= METHOD \"/path\"` after the API's name" ; $($bad)* }
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

/// Says what was expected, at the first token that is something else.
#[doc(hidden)]
#[macro_export]
macro_rules! __expected {
    ($what:literal ; ) => {
        ::core::compile_error!(::core::concat!($what, ", but the line ends here"));
    };
    ($what:literal ; $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad ::core::concat!($what, ", found `", ::core::stringify!($bad), "`") }
    };
}

/// Says what is wrong in words, and has the compiler point at the token.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrong {
    ($bad:tt $what:expr) => {
        ::core::compile_error!($what);
        $crate::__nothing! { $bad }
    };
}

/// Takes no token: the compiler's own message then underlines the one it was given.
#[doc(hidden)]
#[macro_export]
macro_rules! __nothing {
    () => {};
}

/// The steps behind [`endpoint!`]. State, in this order:
/// `{head} {table} {required} {optional} {values} {reads} rest`.
#[doc(hidden)]
#[macro_export]
macro_rules! __endpoint {
    // Fields, one by one. `[Place docs]` says where they stand.
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt { $(,)? } { $($rest:tt)* }) => {
        $crate::__endpoint! { @parts $h $t $r $o $v $d $($rest)* }
    };
    (@fields $h:tt [Path $kind:ident $s:literal] $t:tt $r:tt $o:tt $v:tt $d:tt { $f:tt ? $($more:tt)* } $rest:tt) => {
        $crate::__wrong! { $f ::core::concat!("the path parameter `", ::core::stringify!($f), "` cannot be optional: a path without it is another path") }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident $(as $w:literal)? ? : $ty:ty $(= $preset:literal)? , $($more:tt)* } $rest:tt) => {
        $crate::__endpoint! { @optional $h $p $t $r $o $v $d { $([$m])* $f [$($w)?] [$($preset)?] $ty } { $($more)* } $rest }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident $(as $w:literal)? : $ty:ty , $($more:tt)* } $rest:tt) => {
        $crate::__endpoint! { @required $h $p $t $r $o $v $d { $([$m])* $f [$($w)?] $ty } { $($more)* } $rest }
    };
    (@fields { $ms:tt $vis:vis $n:ident $api:ident $me:ident $pa:literal } [Json $kind:ident $s:literal]
        { $($t:tt)* } $r:tt $o:tt { $($v:tt)* } $d:tt { $f:ident , $($more:tt)* } $rest:tt) => {
        $crate::__endpoint! { @fields { $ms $vis $n $api $me $pa } [Json $kind $s]
            { $($t)* { copy Json $f } } $r $o { $($v)* { copy $f } } $d { $($more)* } $rest }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident $(as $w:literal)? $(?)? : $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected the field's type after `:`" ; $($bad)* }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident as $w:literal $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected `: Type` or `?: Type` after the wire name" ; $($bad)* }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident as $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected the wire name as a string after `as`" ; $($bad)* }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt
        { $(#[$m:meta])* $f:ident $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected `: Type` (required) or `?: Type` (optional) after the field's name" ; $($bad)* }
    };
    (@fields $h:tt $p:tt $t:tt $r:tt $o:tt $v:tt $d:tt { $(#[$m:meta])* $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected a field, `name: Type` or `name?: Type`" ; $($bad)* }
    };

    (@required $h:tt [$place:ident $kind:ident $s:literal] { $($t:tt)* } { $($r:tt)* } $o:tt { $($v:tt)* } { $($d:tt)* }
        { $([$m:meta])* $f:ident [$($w:literal)?] $ty:ty } $more:tt $rest:tt) => {
        $crate::__endpoint! { @fields $h [$place $kind $s]
            { $($t)* { field $place $f [$($w)?] true $ty } }
            { $($r)* { [$([$m])*] $kind $s $f [$($w)?] $ty } } $o
            { $($v)* { required $f } } { $($d)* { required $f } } $more $rest }
    };
    (@optional $h:tt [$place:ident $kind:ident $s:literal] { $($t:tt)* } $r:tt { $($o:tt)* } { $($v:tt)* } { $($d:tt)* }
        { $([$m:meta])* $f:ident [$($w:literal)?] $preset:tt $ty:ty } $more:tt $rest:tt) => {
        $crate::__endpoint! { @fields $h [$place $kind $s]
            { $($t)* { field $place $f [$($w)?] false $ty ; $preset } } $r
            { $($o)* { [$([$m])*] $kind $s $f [$($w)?] $preset $ty } }
            { $($v)* { optional $f } } { $($d)* { optional $f } } $more $rest }
    };

    // Parts of the request.
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt query { $($f:tt)* } $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Query Query "Query parameter "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt headers { $($f:tt)* } $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Header Header "Header "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt json { $($f:tt)* } $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Json Body "In the JSON body: "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt json ( $($f:tt)* ) $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [JsonBody Body "The JSON body: "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt form { $($f:tt)* } $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Form Body "In the form: "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt multipart { $($f:tt)* } $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Multipart Body "In the multipart form: "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt body ( $($f:tt)* ) $($rest:tt)*) => {
        $crate::__endpoint! { @fields $h [Body Body "The body: "] $t $r $o $v $d { $($f)* , } { $($rest)* } }
    };
    // The response, then the clauses, which call methods of `Operation` and may add items.
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> () $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Empty ; () ; "nothing" } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> bytes $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Raw ; $crate::__private::Bytes ; "bytes" } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> text $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Text ; ::std::string::String ; "text" } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> download $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Streamed ; $crate::Download ; "download" } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> sse $ty:ty $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Events ; $crate::Sse<$ty> ; ::core::concat!("sse ", ::core::stringify!($ty)) } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> $(,)?) => {
        ::core::compile_error!("expected the response's type after `->`: a type, `()`, `bytes`, `text`, `download` or `sse Type`");
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt -> $ty:ty $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d { Json ; $ty ; ::core::stringify!($ty) } { default } {} {} {} $($($c)*)? }
    };
    (@parts $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $($bad:tt)*) => {
        $crate::__expected! { "expected `-> Response` or a part of the request: `query { … }`, `headers { … }`, `json { … }`, `json(name: Type)`, `form { … }`, `multipart { … }` or `body(name: File)`" ; $($bad)* }
    };

    // Clauses. State: `… {response} {error} {calls} {items} {docs}`.
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt $(,)?) => {
        $crate::__endpoint! { @emit $h $t $r $o $v $d $resp $e $calls $items $docs }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } id = $id:literal $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .id($id) } $items { $($docs)* , ", operation `", $id, "`" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } error = $ty:ty $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp { type $ty } { $($calls)* .error(::core::stringify!($ty)) } $items { $($docs)* , ", errors [`", ::core::stringify!($ty), "`]" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } errors { $($map:tt)* } $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp { map { $($map)* } } { $($calls)* .error(::core::stringify!($($map)*)) } $items { $($docs)* , ", errors `", ::core::stringify!($($map)*), "`" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable = $yes:literal $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .retryable($yes) } $items { $($docs)* , ", retryable: ", $yes } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable if $check:path $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .retryable_if(|request| request.downcast_ref().is_some_and($check)) } $items { $($docs)* , ", retryable if `", ::core::stringify!($check), "`" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .retryable(true) } $items { $($docs)* , ", retryable" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } auth = none $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .no_auth() } $items { $($docs)* , ", sent without a key" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } timeout = $s:literal $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .timeout($s) } $items { $($docs)* , ", given up after ", $s, " s without data" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } paged = offset $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .paged($crate::endpoint::Paging::Offset) } { $($items)* { paged } } { $($docs)* , ", in pages" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } paged $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e { $($calls)* .paged($crate::endpoint::Paging::Cursor) } { $($items)* { paged } } { $($docs)* , ", in pages" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } hosted = $host:ident $prefix:literal $(, $($c:tt)*)?) => {
        $crate::__endpoint! { @clauses $h $t $r $o $v $d $resp $e
            { $($calls)* .hosted(&[(<$host as $crate::Api>::NAME, $prefix)]) } { $($items)* { hosted $host $prefix } }
            { $($docs)* , ", also on [`", ::core::stringify!($host), "`]" } $($($c)*)? }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt retryable = $($bad:tt)*) => {
        $crate::__expected! { "expected `true` or `false` after `retryable =`" ; $($bad)* }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt timeout = $($bad:tt)*) => {
        $crate::__expected! { "expected a whole number of seconds after `timeout =`" ; $($bad)* }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt auth = $($bad:tt)*) => {
        $crate::__expected! { "expected `none` after `auth =` (without the clause the key is sent)" ; $($bad)* }
    };
    (@clauses $h:tt $t:tt $r:tt $o:tt $v:tt $d:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt $($bad:tt)*) => {
        $crate::__expected! { "expected a clause: `error = T`, `errors { … }`, `retryable`, `auth = none`, `timeout = SECONDS`, `paged`, `hosted = Api \"/prefix\"` or `id = \"…\"`" ; $($bad)* }
    };

    (@emit
        { [$([$($meta:tt)*])*] $vis:vis $name:ident $api:ident $method:ident $path:literal }
        { $({ $($entry:tt)* })* }
        { $({ [$([$rm:meta])*] $rkind:ident $rs:literal $rf:ident [$($rw:literal)?] $rty:ty })* }
        { $({ [$([$om:meta])*] $okind:ident $os:literal $of:ident [$($ow:literal)?] [$($preset:literal)?] $oty:ty })* }
        { $({ $($value:tt)* })* }
        { $({ $how:ident $read:ident })* }
        { $codec:ident ; $response:ty ; $response_text:expr }
        { $($error:tt)* }
        { $($calls:tt)* }
        { $({ $($item:tt)* })* }
        { $($docs:tt)* }
    ) => {
        $(#[$($meta)*])*
        #[doc = ""]
        #[doc = ::core::concat!("`", ::core::stringify!($method), " ", $path, "` of [`", ::core::stringify!($api), "`]" $($docs)*, ".")]
        #[derive(Clone, Debug)]
        $vis struct $name {
            $(
                $(#[$rm])*
                #[doc = ""]
                #[doc = ::core::concat!($rs $(, "`", $rw, "` ")?, "(required).")]
                pub $rf: $rty,
            )*
            $(
                $(#[$om])*
                #[doc = ""]
                #[doc = ::core::concat!($os $(, "`", $ow, "` ")?, "(optional" $(, ", preset to `", $preset, "`")?, ").")]
                pub $of: ::core::option::Option<$oty>,
            )*
        }

        #[allow(deprecated, clippy::new_without_default, clippy::too_many_arguments)]
        impl $name {
            /// The request, with what it cannot be made without.
            pub fn new($($rf: impl $crate::IntoField<$rty>),*) -> Self {
                Self {
                    $($rf: $rf.into_field(),)*
                    $($of: $crate::__endpoint!(@preset $($preset)?),)*
                }
            }

            $(
                $(#[$om])*
                #[doc = ""]
                #[doc = ::core::concat!("Sets [`", ::core::stringify!($of), "`](Self#structfield.", ::core::stringify!($of), ").")]
                #[must_use]
                pub fn $of(mut self, $of: impl $crate::IntoField<$oty>) -> Self {
                    self.$of = ::core::option::Option::Some($of.into_field());
                    self
                }
            )*
        }

        #[allow(deprecated)]
        impl $crate::Endpoint for $name {
            type Api = $api;
            type Response = $response;
            type Codec = $crate::response::$codec;
            type Error = $crate::__endpoint!(@error $name $api $($error)*);
            const OPERATION: &'static $crate::Operation = &$crate::Operation::new(
                ::core::stringify!($name),
                ::core::module_path!(),
                <$api as $crate::Api>::NAME,
                $crate::__summary!($([$($meta)*])*),
                &$crate::__private::Method::$method,
                $path,
                &[$($crate::__endpoint!(@entry $api $($entry)*)),*],
                $response_text,
            )
            .deprecated(false $(|| $crate::__is_deprecated!($($meta)*))*)
            $($calls)*;

            fn values(&self, visit: $crate::endpoint::Visit<'_>) {
                visit(&[$($crate::__endpoint!(@value self $($value)*)),*]);
            }

            fn read(source: &mut $crate::source::Source<'_>) -> ::core::result::Result<Self, $crate::source::ReadError> {
                let _ = &source;
                ::core::result::Result::Ok(Self { $($read: source.$how()?),* })
            }
        }

        #[allow(deprecated)]
        impl $crate::On<$api> for $name {
            const PREFIX: &'static str = "";
        }

        $($crate::__endpoint! { @item $name $($item)* })*
        $crate::__endpoint! { @error_map $vis $name $($error)* }

        #[allow(deprecated)]
        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serialize_request(self, serializer)
            }
        }

        #[allow(deprecated)]
        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::deserialize_request(deserializer)
            }
        }

        // Never run: it has the compiler resolve the names in the path to the declared parameters, and check the facts.
        #[allow(deprecated)]
        const _: () = {
            #[allow(dead_code, unused_variables)]
            fn path_parameters($($rf: &str),*) {
                let _ = ::core::format_args!($path);
            }
            let _ = <$name as $crate::Endpoint>::OPERATION;
        };
    };

    (@preset) => { ::core::option::Option::None };
    (@preset $preset:literal) => { ::core::option::Option::Some($crate::IntoField::into_field($preset)) };

    (@error $name:ident $api:ident default) => { <$api as $crate::Api>::Error };
    (@error $name:ident $api:ident type $ty:ty) => { $ty };
    (@error $name:ident $api:ident map $map:tt) => { $crate::__private::paste!([<$name Error>]) };

    (@error_map $vis:vis $name:ident map { $($map:tt)* }) => {
        $crate::__private::paste! {
            $crate::errors! {
                #[doc = ::core::concat!("What went wrong in a call of [`", ::core::stringify!($name), "`].")]
                $vis enum [<$name Error>] { $($map)* }
            }
        }
    };
    (@error_map $vis:vis $name:ident $($other:tt)*) => {};

    (@entry $api:ident field $place:ident $f:ident $w:tt $required:literal $ty:ty $(; [$($preset:literal)?])?) => {
        $crate::endpoint::Field::new(
            ::core::stringify!($f),
            $crate::__wire!($api $f $w),
            $crate::endpoint::Place::$place,
            $required,
            ::core::stringify!($ty),
        )
        $($(.preset(::core::stringify!($preset)))?)?
    };
    (@entry $api:ident copy $place:ident $f:ident) => {
        $crate::endpoint::Field::copy(::core::stringify!($f), $crate::__wire!($api $f []), $crate::endpoint::Place::$place)
    };

    (@value $self:ident optional $f:ident) => {
        $self.$f.as_ref().map(|value| value as &dyn $crate::endpoint::Value)
    };
    (@value $self:ident $required:ident $f:ident) => {
        ::core::option::Option::Some(&$self.$f as &dyn $crate::endpoint::Value)
    };

    (@item $name:ident paged) => {
        impl $crate::Paginated for $name {}
    };
    (@item $name:ident hosted $host:ident $prefix:literal) => {
        impl $crate::On<$host> for $name {
            const PREFIX: &'static str = $prefix;
        }
    };
}

/// A field's wire name: the given one, or the Rust name in the API's case.
#[doc(hidden)]
#[macro_export]
macro_rules! __wire {
    ($api:ident $f:ident [$w:literal]) => {
        $w
    };
    ($api:ident $f:ident []) => {
        const { &$crate::__private::name(<$api as $crate::Api>::CASE, ::core::stringify!($f)) }.as_str()
    };
}

/// The first line of an item's docs.
#[doc(hidden)]
#[macro_export]
macro_rules! __summary {
    ([doc = $text:literal] $($rest:tt)*) => { $text };
    ($other:tt $($rest:tt)*) => { $crate::__summary!($($rest)*) };
    () => { "" };
}

/// Whether an attribute is `#[deprecated]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_deprecated {
    (deprecated $($rest:tt)*) => {
        true
    };
    ($($other:tt)*) => {
        false
    };
}

/// Declares the operations of a resource, each by its [`endpoint!`](macro@crate::endpoint) line, and lists their facts
/// in `OPERATIONS`, in the order of the lines. With the feature `mock` it also makes a function `visit_operations`, for
/// tests that do something with all of them (`mock::Visit`).
///
/// ```
/// # use livepeer::{Api, Case, operations};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = livepeer::Unmapped;
/// # }
/// operations! {
///     endpoint! {
///         /// Counts the books.
///         pub Count: Library = GET "/books/count" -> u64
///     }
///     endpoint! {
///         /// Opens the doors.
///         pub Open: Library = POST "/open" -> ()
///     }
/// }
///
/// assert_eq!(OPERATIONS.len(), 2);
/// assert_eq!(OPERATIONS[0].path, "/books/count");
/// ```
#[macro_export]
macro_rules! operations {
    ($(endpoint! { $(#[$($meta:tt)*])* $vis:vis $name:ident : $($line:tt)* })*) => {
        /// The facts of the operations declared here.
        #[allow(deprecated)]
        pub const OPERATIONS: &[&$crate::Operation] = &[$(<$name as $crate::Endpoint>::OPERATION),*];

        $crate::__with_mock! {
            /// Shows the operations declared here, each by its type, in the order of the lines.
            #[allow(deprecated)]
            pub fn visit_operations(visitor: &mut impl $crate::mock::Visit) {
                let _ = &visitor;
                $(visitor.operation::<$name>();)*
            }
        }

        $($crate::endpoint! { $(#[$($meta)*])* $vis $name : $($line)* })*
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected lines like `endpoint! { pub Name: Api = METHOD \"/path\" … -> Response }`" ; $($bad)* }
    };
}

/// What is there with the feature `mock` only: of this crate, whatever the features of the crate that calls the macro.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_mock {
    ($($item:tt)*) => { $($item)* };
}

/// What is there with the feature `mock` only.
#[cfg(not(feature = "mock"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_mock {
    ($($item:tt)*) => {};
}
