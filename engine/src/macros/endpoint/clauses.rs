/// A line's clauses, one by one: each calls a method of [`Operation`](crate::Operation), and may add items.
/// State: `{request} {response} {error} {calls} {items} {docs} rest`.
#[doc(hidden)]
#[macro_export]
macro_rules! __clauses {
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt $(,)?) => {
        $crate::__emit! { $q $resp $e $calls $items $docs }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } id = $id:literal $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .id($id) } $items { $($docs)* , ", operation `", $id, "`" } $($($c)*)? }
    };
    ($q:tt $resp:tt { default } { $($calls:tt)* } $items:tt { $($docs:tt)* } error = $ty:ty $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp { type $ty } { $($calls)* .error(::core::stringify!($ty)) } $items { $($docs)* , ", errors [`", ::core::stringify!($ty), "`]" } $($($c)*)? }
    };
    ($q:tt $resp:tt { default } { $($calls:tt)* } $items:tt { $($docs:tt)* } errors { $($map:tt)* } $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp { map { $($map)* } } { $($calls)* .error(::core::stringify!($($map)*)) } $items { $($docs)* , ", errors `", ::core::stringify!($($map)*), "`" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable = $yes:literal $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .retryable($yes) } $items { $($docs)* , ", retryable: ", $yes } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable if $check:path $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .retryable_if(|request| request.downcast_ref().is_some_and($check)) } $items { $($docs)* , ", retryable if `", ::core::stringify!($check), "`" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } retryable $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .retryable(true) } $items { $($docs)* , ", retryable" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } auth = none $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .no_auth() } $items { $($docs)* , ", sent without a key" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } $items:tt { $($docs:tt)* } timeout = $s:literal $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .timeout($s) } $items { $($docs)* , ", given up after ", $s, " s without data" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } paged = offset $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .paged($crate::endpoint::Paging::Offset) } { $($items)* { paged } } { $($docs)* , ", in pages" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } paged $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($calls)* .paged($crate::endpoint::Paging::Cursor) } { $($items)* { paged } } { $($docs)* , ", in pages" } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($calls:tt)* } { $($items:tt)* } { $($docs:tt)* } hosted = $($host:ident)::+ $prefix:literal $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e
            { $($calls)* .hosted(&[(<$($host)::+ as $crate::Api>::NAME, $prefix)]) } { $($items)* { hosted [$($host)::+] $prefix } }
            { $($docs)* , ", also on [`", ::core::stringify!($($host)::+), "`]" } $($($c)*)? }
    };
    ($q:tt $resp:tt { $said:ident $($what:tt)+ } $calls:tt $items:tt $docs:tt error = $bad:tt $($c:tt)*) => {
        $crate::__wrong! { $bad "the line says what its errors are already: `error = T` is for one type, `errors { … }` for several" }
    };
    ($q:tt $resp:tt { $said:ident $($what:tt)+ } $calls:tt $items:tt $docs:tt errors $bad:tt $($c:tt)*) => {
        $crate::__wrong! { $bad "the line says what its errors are already: `error = T` is for one type, `errors { … }` for several" }
    };
    // Clauses that are right, and no comma before the next.
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt id = $id:literal $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt error = $($ty:ident)::+ $next:ident $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt errors { $($map:tt)* } $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt retryable = $yes:literal $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt retryable if $($check:ident)::+ $next:ident $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt auth = none $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt timeout = $s:literal $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt paged = offset $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt hosted = $($host:ident)::+ $prefix:literal $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt paged = $($bad:tt)*) => {
        $crate::__expected! { "expected `offset` after `paged =`" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt paged $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt retryable = $($bad:tt)*) => {
        $crate::__expected! { "expected `true` or `false` after `retryable =`" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt retryable $next:tt $($c:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $next $($c)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt timeout = $($bad:tt)*) => {
        $crate::__expected! { "expected a whole number of seconds after `timeout =`" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt auth = $($bad:tt)*) => {
        $crate::__expected! { "expected `none` after `auth =` (without the clause the key is sent)" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $calls:tt $items:tt $docs:tt $($bad:tt)*) => {
        $crate::__expected! { "expected a clause: `error = T`, `errors { … }`, `retryable`, `auth = none`, `timeout = SECONDS`, `paged`, `hosted = Api \"/prefix\"` or `id = \"…\"`" ; $($bad)* }
    };
}
