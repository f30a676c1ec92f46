//! Compile errors that point at the offending token.

/// Says what was expected, at the first token that is something else.
#[doc(hidden)]
#[macro_export]
macro_rules! __expected {
    ($what:literal ; ) => {
        ::core::compile_error!(::core::concat!($what, ", but the declaration ends here"));
    };
    ($what:literal ; $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad ::core::concat!($what, ", found `", ::core::stringify!($bad), "`") }
    };
}

/// Words what is wrong, and has the compiler point at the token.
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

/// Finds where a field's type or preset ends without a comma. State: `[first token] {tokens left} tokens left`: the copy
/// keeps the place of a token that is matched as an identifier.
#[doc(hidden)]
#[macro_export]
macro_rules! __field_end {
    // The next field begins, so the comma is there.
    ([$bad:tt] $copy:tt , # $($rest:tt)*) => { $crate::__no_type! { $bad } };
    ([$bad:tt] $copy:tt , $next:ident : $($rest:tt)*) => { $crate::__no_type! { $bad } };
    ([$bad:tt] $copy:tt , $next:ident ? $($rest:tt)*) => { $crate::__no_type! { $bad } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } $a:ident # $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } $a:literal # $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } > # $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } >> # $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } $a:tt ? $($rest:tt)*) => {
        $crate::__wrong! { $next "the `?` of an optional field stands behind its name: `name?: Type`" }
    };
    ($bad:tt { $end:tt $($copy:tt)* } dyn $($rest:tt)*) => { $crate::__field_end! { $bad { $($copy)* } $($rest)* } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } $a:ident $b:ident $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } $a:literal $b:ident $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } > $b:ident $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $next:tt $($copy:tt)* } >> $b:ident $($rest:tt)*) => { $crate::__no_comma! { $next } };
    ($bad:tt { $end:tt $($copy:tt)* } $a:tt $($rest:tt)*) => { $crate::__field_end! { $bad { $($copy)* } $($rest)* } };
    ([$bad:tt] {}) => { $crate::__no_type! { $bad } };
}

/// Says that this token is no type.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_type {
    ($bad:tt) => {
        $crate::__expected! { "expected the field's type after `:`" ; $bad }
    };
}

/// Says that a comma is missing before this token.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_comma {
    ($next:tt) => {
        $crate::__wrong! { $next "expected `,` before the next field" }
    };
}

/// Says what stands for serde's attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_serde {
    (($bad:tt $($rest:tt)*)) => {
        $crate::__wrong! { $bad "serde's attributes have no effect here: for another name on the wire use `name as \"wire\": Type`" }
    };
    ($($bad:tt)*) => {
        ::core::compile_error!("serde's attributes have no effect here");
    };
}
