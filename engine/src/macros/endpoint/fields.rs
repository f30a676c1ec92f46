/// The fields of one part, one by one; then the rest of the declaration. State: `{request} [place] { fields } { rest }`.
///
/// The request so far is `{ {head} {table} {required} {optional} {values} {reads} }`; the place is where these fields
/// stand, and how their docs begin.
#[doc(hidden)]
#[macro_export]
macro_rules! __fields {
    ($q:tt $p:tt { $(,)? } { $($rest:tt)* }) => {
        $crate::__parts! { $q $($rest)* }
    };
    // A group of fields, which puts its own in front of the others.
    ($q:tt $p:tt { .. $($group:ident)::+ , $($more:tt)* } $rest:tt) => {
        $($group)::+! { $q $p { $($more)* } $rest }
    };
    ($q:tt $p:tt { , $($more:tt)* } $rest:tt) => {
        $crate::__fields! { $q $p { $($more)* } $rest }
    };
    ($q:tt $p:tt { $(#[doc = $doc:literal])* #[serde $($bad:tt)*] $($more:tt)* } $rest:tt) => {
        $crate::__no_serde! { $($bad)* }
    };
    ($q:tt [Path $s:literal] { $f:tt ? $($more:tt)* } $rest:tt) => {
        $crate::__wrong! { $f ::core::concat!("the path parameter `", ::core::stringify!($f), "` cannot be optional: a path without it is another path") }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? ? : Option $($more:tt)* } $rest:tt) => {
        ::core::compile_error!(::core::concat!("`", ::core::stringify!($f), "?:` makes the field an `Option` already; where `null` means something else than leaving it out, it is a `Nullable<…>`"));
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* new $($more:tt)* } $rest:tt) => {
        ::core::compile_error!("a request is made by `new`, which can be no field: give it another name, and `as \"new\"`");
    };
    (
        { $h:tt { $($t:tt)* } $r:tt { $($o:tt)* } { $($v:tt)* } { $($d:tt)* } } [$place:ident $s:literal]
        { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? ? : Nullable<$ty:ty> $([$rule:ident = $($argument:tt)+])* , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            {
                $h
                { $($t)* { field $place $f [$($w)?] false Nullable<$ty> ; [] [$({ $rule $($argument)+ })*] } }
                $r
                { $($o)* { [$([$($m)*])*] $s $f [$($w)?] [$({ $rule $($argument)+ })*] [] set {$crate::Nullable<$ty>} {$crate::Nullable<$ty>} } }
                { $($v)* { nullable $f } }
                { $($d)* { nullable $f } }
            }
            [$place $s] { $($more)* } $rest
        }
    };
    (
        { $h:tt { $($t:tt)* } $r:tt { $($o:tt)* } { $($v:tt)* } { $($d:tt)* } } [$place:ident $s:literal]
        { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? ? : $ty:ty $([$rule:ident = $($argument:tt)+])* $(= $preset:expr)? , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            {
                $h
                { $($t)* { field $place $f [$($w)?] false $ty ; [$($preset)?] [$({ $rule $($argument)+ })*] } }
                $r
                { $($o)* { [$([$($m)*])*] $s $f [$($w)?] [$({ $rule $($argument)+ })*] [$($preset)?] some {::core::option::Option<$ty>} {$ty} } }
                { $($v)* { optional $f } }
                { $($d)* { optional $f } }
            }
            [$place $s] { $($more)* } $rest
        }
    };
    (
        { $h:tt { $($t:tt)* } { $($r:tt)* } $o:tt { $($v:tt)* } { $($d:tt)* } } [$place:ident $s:literal]
        { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? : $ty:ty $([$rule:ident = $($argument:tt)+])* , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            {
                $h
                { $($t)* { field $place $f [$($w)?] true $ty ; [] [$({ $rule $($argument)+ })*] } }
                { $($r)* { [$([$($m)*])*] $s $f [$($w)?] [$({ $rule $($argument)+ })*] $ty } }
                $o
                { $($v)* { required $f } }
                { $($d)* { required $f } }
            }
            [$place $s] { $($more)* } $rest
        }
    };
    // A path parameter with slashes.
    (
        { $h:tt { $($t:tt)* } { $($r:tt)* } $o:tt { $($v:tt)* } { $($d:tt)* } } [Path $s:literal]
        { $(#[$($m:tt)*])* $f:ident * : $ty:ty $([$rule:ident = $($argument:tt)+])* , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            {
                $h
                { $($t)* { field Path $f [] true $ty ; [] [{ slashes } $({ $rule $($argument)+ })*] } }
                { $($r)* { [$([$($m)*])*] $s $f [] [{ slashes } $({ $rule $($argument)+ })*] $ty } }
                $o
                { $($v)* { required $f } }
                { $($d)* { required $f } }
            }
            [Path $s] { $($more)* } $rest
        }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident * $($more:tt)* } $rest:tt) => {
        $crate::__wrong! { $f "only a path parameter keeps slashes: `(path*: String)`" }
    };
    // What is always sent with the same value.
    (
        { $h:tt { $($t:tt)* } $r:tt $o:tt { $($v:tt)* } $d:tt } [$place:ident $s:literal]
        { $(#[$($m:tt)*])* const $f:ident $(as $w:literal)? : $ty:ty = $value:expr , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            { $h { $($t)* { constant $place $f [$($w)?] $value } } $r $o { $($v)* { constant $ty ; $value } } $d }
            [$place $s] { $($more)* } $rest
        }
    };
    (
        { $h:tt { $($t:tt)* } $r:tt $o:tt { $($v:tt)* } $d:tt } [Query $s:literal]
        { $(#[$($m:tt)*])* const $f:ident $(as $w:literal)? , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            { $h { $($t)* { bare Query $f [$($w)?] } } $r $o { $($v)* { bare } } $d }
            [Query $s] { $($more)* } $rest
        }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* const $f:ident $($more:tt)* } $rest:tt) => {
        $crate::__wrong! { $f "expected a type and a value: `const name: Type = value`" }
    };
    // A path parameter once more.
    (
        { $h:tt { $($t:tt)* } $r:tt $o:tt { $($v:tt)* } $d:tt } [Json $s:literal]
        { $f:ident , $($more:tt)* } $rest:tt
    ) => {
        $crate::__fields! {
            { $h { $($t)* { copy Json $f [] } } $r $o { $($v)* { copy $f } } $d }
            [Json $s] { $($more)* } $rest
        }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? : $ty:ty = $bad:tt $($more:tt)* } $rest:tt) => {
        $crate::__wrong! { $bad "only an optional field has a preset: `name?: Type = preset`" }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? $(?)? : $bad:tt $($more:tt)* } $rest:tt) => {
        $crate::__field_end! { [$bad] { $bad $($more)* } $bad $($more)* }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident as $w:literal $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected `: Type` or `?: Type` after the wire name" ; $($bad)* }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident as $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected the wire name as a string after `as`" ; $($bad)* }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $f:ident $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected `: Type` (required) or `?: Type` (optional) after the field's name" ; $($bad)* }
    };
    ($q:tt $p:tt { $(#[$($m:tt)*])* $($bad:tt)* } $rest:tt) => {
        $crate::__expected! { "expected a field, `name: Type` or `name?: Type`" ; $($bad)* }
    };
}
