//! Items that exist with a feature of this crate only, whatever the features of the crate that calls the macro.

/// Items that exist with the feature `mock` of this crate only.
#[cfg(feature = "mock")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_mock {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "mock"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_mock {
    ($($item:tt)*) => {};
}

/// Items that exist with the feature `reqwest` of this crate only.
#[cfg(feature = "reqwest")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_reqwest {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "reqwest"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_reqwest {
    ($($item:tt)*) => {};
}

/// Items that exist with the feature `tower` of this crate only.
#[cfg(feature = "tower")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_tower {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "tower"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_tower {
    ($($item:tt)*) => {};
}

/// Items that exist with the feature `http2` of this crate only.
#[cfg(feature = "http2")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_http2 {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "http2"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_http2 {
    ($($item:tt)*) => {};
}

/// Items that exist with the feature `dynamic` of this crate only.
#[cfg(feature = "dynamic")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_dynamic {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "dynamic"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_dynamic {
    ($($item:tt)*) => {};
}
