//! Mistakes in words, at the token.

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
