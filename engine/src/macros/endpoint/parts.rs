/// A declaration's parts, one by one, then its response. State: `{request} rest`.
#[doc(hidden)]
#[macro_export]
macro_rules! __parts {
    ($q:tt query { $($f:tt)* } $($rest:tt)*) => {
        $crate::__fields! { $q [Query "Query parameter "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt headers { $($f:tt)* } $($rest:tt)*) => {
        $crate::__fields! { $q [Header "Header "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt json { $($f:tt)* } $($rest:tt)*) => {
        $crate::__fields! { $q [Json "In the JSON body: "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt json ( $($f:tt)* ) $($rest:tt)*) => {
        $crate::__fields! { $q [JsonBody "The JSON body: "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt form { $($f:tt)* } $($rest:tt)*) => {
        $crate::__fields! { $q [Form "In the form: "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt multipart { $($f:tt)* } $($rest:tt)*) => {
        $crate::__fields! { $q [Multipart "In the multipart form: "] { $($f)* , } { $($rest)* } }
    };
    ($q:tt body ( $($f:tt)* ) $($rest:tt)*) => {
        $crate::__fields! { $q [Body "The body: "] { $($f)* , } { $($rest)* } }
    };
    (
        { $h:tt { $($t:tt)* } { $($r:tt)* } $o:tt { $($v:tt)* } { $($d:tt)* } }
        body by $codec:ident ( $(#[$($m:tt)*])* $f:ident : $ty:ty $(,)? ) $($rest:tt)*
    ) => {
        $crate::__parts! {
            {
                $h
                { $($t)* { field Body $f [] true $ty ; [] [{ by $codec $ty }] } }
                { $($r)* { [$([$($m)*])*] "The body: " $f [] [{ by $codec $ty }] $ty } }
                $o
                { $($v)* { by $f $codec } }
                { $($d)* { by $f $codec } }
            }
            $($rest)*
        }
    };
    ($q:tt body by $codec:ident $($bad:tt)*) => {
        $crate::__expected! { "expected the body's name and type after its codec: `body by Xml (name: Type)`" ; $($bad)* }
    };
    // The response, then the clauses.
    ($q:tt -> () $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Empty ; () ; "nothing" } { default } {} $($($c)*)? }
    };
    ($q:tt -> bytes $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Raw ; $crate::__private::Bytes ; "bytes" } { default } {} $($($c)*)? }
    };
    ($q:tt -> text $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Text ; ::std::string::String ; "text" } { default } {} $($($c)*)? }
    };
    ($q:tt -> download $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Streamed ; $crate::Download ; "download" } { default } {} $($($c)*)? }
    };
    ($q:tt -> sse $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Events ; $crate::sse::Sse<$ty> ; ::core::concat!("sse ", ::core::stringify!($ty)) } { default } {} $($($c)*)? }
    };
    ($q:tt -> lines $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::JsonLines ; $crate::sse::Sse<$ty> ; ::core::concat!("lines ", ::core::stringify!($ty)) } { default } {} $($($c)*)? }
    };
    ($q:tt -> items $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::JsonItems ; $crate::sse::Sse<$ty> ; ::core::concat!("items ", ::core::stringify!($ty)) } { default } {} $($($c)*)? }
    };
    ($q:tt -> by $codec:ident $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::By<$codec> ; $ty ; ::core::concat!("by ", ::core::stringify!($codec), " ", ::core::stringify!($ty)) } { default } {} $($($c)*)? }
    };
    ($q:tt -> by $codec:ident , $($c:tt)*) => {
        $crate::__wrong! { $codec "expected the response's type after its codec: `by Xml Listing`" }
    };
    ($q:tt -> by $codec:ident) => {
        $crate::__wrong! { $codec "expected the response's type after its codec: `by Xml Listing`" }
    };
    (
        { { $meta:tt $alias:tt $vis:vis $name:ident $($head:tt)* } $($q:tt)* }
        -> match { $($arms:tt)* } $(, $($c:tt)*)?
    ) => {
        $crate::__private::paste! { $crate::__by_status! { [$vis [<$name Outcome>]] [$name] {} $($arms)* } }
        $crate::__clauses! {
            { { $meta $alias $vis $name $($head)* } $($q)* }
            { $crate::format::ByStatus ; $crate::__private::paste!([<$name Outcome>]) ; ::core::stringify!(match { $($arms)* }) }
            { default } {} $($($c)*)?
        }
    };
    ($q:tt -> match $($bad:tt)*) => {
        $crate::__expected! { "expected responses by their status after `match`: `{ 200 => Ready(Type), 202 => Pending }`" ; $($bad)* }
    };
    ($q:tt -> $(,)?) => {
        ::core::compile_error!("expected the response's type after `->`: a type, `()`, `bytes`, `text`, `download`, `sse Type`, `lines Type`, `items Type`, `by Codec Type` or `match { … }`");
    };
    ($q:tt -> $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q { $crate::format::Json ; $ty ; ::core::stringify!($ty) } { default } {} $($($c)*)? }
    };
    // A response that is right, and no comma before the first clause.
    ($q:tt -> () $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the first clause" ; $next $($c)* }
    };
    ($q:tt -> sse $ty:ident $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the first clause" ; $next $($c)* }
    };
    ($q:tt -> $first:ident :: $($ty:ident)::+ $next:ident $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the first clause" ; $next $($c)* }
    };
    ($q:tt -> $ty:ident $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the first clause" ; $next $($c)* }
    };
    // The fields of the clause `headers` have been read.
    (
        {
            { headers { { $meta:tt $alias:tt $vis:vis $name:ident $api:tt $($head:tt)* } $($q:tt)* } { $format:ty ; $value:ty ; $text:expr } $e:tt $clauses:tt }
            $($fields:tt)*
        }
        @headers $($c:tt)*
    ) => {
        $crate::__private::paste! {
            $crate::__response_headers! { [$vis [<$name Headers>]] [$name] $api $($fields)* }
        }
        $crate::__clauses! {
            { { $meta $alias $vis $name $api $($head)* } $($q)* }
            {
                $crate::format::Headed<$format> ;
                $crate::WithHeaders<$value, $crate::__private::paste!([<$name Headers>])> ;
                $text
            }
            $e $clauses $($c)*
        }
    };
    ($q:tt -> $($bad:tt)*) => {
        $crate::__expected! { "expected the response's type after `->`, and `,` before each clause" ; $($bad)* }
    };
    ($q:tt $($bad:tt)*) => {
        $crate::__expected! { "expected `-> Type` (`-> ()` if the response has no body) or a part of the request: `query { … }`, `headers { … }`, `json { … }`, `json(name: Type)`, `form { … }`, `multipart { … }`, `body(name: File)` or `body by Codec (name: Type)`" ; $($bad)* }
    };
}
