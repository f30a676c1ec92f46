/// The clauses of a declaration, one by one. State: `{request} {response} {error} {clauses} rest`.
///
/// `error` and `errors` name types and are kept apart; any other clause is a method of [`Operation`](crate::Operation),
/// so that a new clause is a new method, and the compiler reports one that does not exist. The API's id of the operation is also
/// an alias in the docs, where attributes take literals only.
#[doc(hidden)]
#[macro_export]
macro_rules! __clauses {
    ($q:tt $resp:tt $e:tt $clauses:tt $(,)?) => {
        $crate::__emit! { $q $resp $e $clauses }
    };
    ($q:tt $resp:tt { default } $clauses:tt error($ty:ty) $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp { type $ty } $clauses $($($c)*)? }
    };
    ($q:tt $resp:tt { default } $clauses:tt errors { $($map:tt)* } $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp { map { $($map)* } } $clauses $($($c)*)? }
    };
    ($q:tt $resp:tt { default } $clauses:tt error $($bad:tt)*) => {
        $crate::__expected! { "expected `error(Type)`, or `errors { 404 => NotFound(Type), … }` for several" ; $($bad)* }
    };
    ($q:tt $resp:tt { default } $clauses:tt errors $($bad:tt)*) => {
        $crate::__expected! { "expected `errors { 404 => NotFound(Type), … }`, or `error(Type)` for one type" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt error $value:tt $($rest:tt)*) => {
        $crate::__wrong! { $value "the error type is already declared: use `error(Type)` for one type, `errors { … }` for several" }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt errors $value:tt $($rest:tt)*) => {
        $crate::__wrong! { $value "the error type is already declared: use `error(Type)` for one type, `errors { … }` for several" }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt headers { $($f:tt)* } $(, $($c:tt)*)?) => {
        $crate::__fields! {
            { { headers $q $resp $e $clauses } {} {} {} {} {} }
            [Header "Response header "] { $($f)* , } { @headers $($($c)*)? }
        }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt headers $($bad:tt)*) => {
        $crate::__expected! { "expected the response's headers: `headers { name: Type, name?: Type }`" ; $($bad)* }
    };
    ({ { $meta:tt [] $($head:tt)* } $($q:tt)* } $resp:tt $e:tt { $($clauses:tt)* } id($id:literal) $(, $($c:tt)*)?) => {
        $crate::__clauses! { { { $meta [$id] $($head)* } $($q)* } $resp $e { $($clauses)* { id($id) } } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt { $($clauses:tt)* } $clause:ident $(($($value:tt)*))? $(, $($c:tt)*)?) => {
        $crate::__clauses! { $q $resp $e { $($clauses)* { $clause $(($($value)*))? } } $($($c)*)? }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt $clause:ident ($($value:tt)*) $($bad:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt $clause:ident $($bad:tt)*) => {
        $crate::__expected! { "expected `,` before the next clause, or a value in parentheses" ; $($bad)* }
    };
    ($q:tt $resp:tt $e:tt $clauses:tt $($bad:tt)*) => {
        $crate::__expected! { "expected a clause, `name` or `name(value)`" ; $($bad)* }
    };
}

/// A clause as a call of the method of that name; the first ones have a form that a plain call does not. State:
/// `[operation type] operation clause`.
#[doc(hidden)]
#[macro_export]
macro_rules! __clause_call {
    ([$name:ident] $operation:ident retryable) => {
        $operation.retryable(true)
    };
    ([$name:ident] $operation:ident retryable_if($check:path)) => {
        $operation.retryable_if(|request| request.downcast_ref::<$name>().is_some_and($check))
    };
    ([$name:ident] $operation:ident retryable_if(|$request:ident| $check:expr)) => {
        $operation.retryable_if(|request| {
            let check: fn(&$name) -> bool = |$request| $check;
            request.downcast_ref::<$name>().is_some_and(check)
        })
    };
    ([$name:ident] $operation:ident paged) => {
        $operation.paged($crate::operation::Paging::Cursor)
    };
    ([$name:ident] $operation:ident paged($paging:ident)) => {
        $operation.paged($crate::operation::Paging::$paging)
    };
    ([$name:ident] $operation:ident cursor($field:ident $(. $member:ident)*)) => {
        $operation.cursor(::core::concat!(::core::stringify!($field) $(, ".", ::core::stringify!($member))*))
    };
    ([$name:ident] $operation:ident hosted($host:path, $prefix:expr)) => {
        $operation.hosted(const { &[$crate::operation::Host::new::<$host>($prefix)] })
    };
    ([$name:ident] $operation:ident $clause:ident $(($($value:tt)*))?) => {
        $operation.$clause($($($value)*)?)
    };
}

/// The items that a clause adds to the operation. State: `[operation type] clause`.
#[doc(hidden)]
#[macro_export]
macro_rules! __clause_items {
    ([$name:ident] paged $($how:tt)?) => {
        impl $crate::Paginated for $name {}
        const _: () = $crate::__private::check_cursor::<$name>();
    };
    ([$name:ident] cursor $field:tt) => {
        const _: () = ::core::assert!(
            <$name as $crate::Endpoint>::OPERATION.paged.is_some(),
            "the clause `cursor` is for lists: add `paged`"
        );
    };
    ([$name:ident] hosted($host:path, $prefix:expr)) => {
        impl $crate::HostedBy<$host> for $name {
            const PREFIX: &'static str = $prefix;
        }
    };
    ([$name:ident] $($other:tt)*) => {};
}

/// What a clause adds to the operation's entry in the table of operations by name. State: `[operation type] entry clause`.
#[doc(hidden)]
#[macro_export]
macro_rules! __clause_entry {
    ([$name:ident] $entry:ident paged $($how:tt)?) => {
        $entry.paged::<$name>()
    };
    ([$name:ident] $entry:ident $($other:tt)*) => {
        $entry
    };
}
