/// Declares a group of fields that several operations of an API share: `..name` in a part of an
/// [`endpoint!`](macro@crate::endpoint) inserts them.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{endpoint, fields};
///
/// fields! {
///     /// Where and how a list is read.
///     page {
///         /// Most items on a page (default: 20).
///         limit?: u32,
///         /// Where the page begins.
///         cursor?: String,
///     }
/// }
///
/// endpoint! {
///     /// Lists readers.
///     pub ListReaders: Library = GET "/reader" query {
///         /// Only those of this name.
///         name?: String,
///         ..page,
///     } -> Vec<String>, paged
/// }
///
/// let request = ListReaders::new().name("Ishmael").limit(5);
/// assert_eq!(request.limit, Some(5));
/// ```
///
/// The types are looked up where the group is used. The name is that of a macro: `pub(crate) page { … }` is for the whole
/// crate, which imports it with `use` or names it by its path, `..crate::list::page`.
#[macro_export]
macro_rules! fields {
    ($(#[$meta:meta])* $vis:vis $name:ident { $($fields:tt)* }) => {
        $crate::__field_group! { ($) { $(#[$meta])* } [$vis] $name { $($fields)* } }
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `name { field: Type, field?: Type, … }`" ; $($bad)* }
    };
}

/// The macro behind a group of fields, which continues `__fields`. `($)` is the dollar sign of that macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __field_group {
    (($d:tt) { $($meta:tt)* } [$vis:vis] $name:ident { $($fields:tt)* }) => {
        $($meta)*
        #[allow(unused_macros)]
        macro_rules! $name {
            ($d request:tt $d part:tt { $d($d more:tt)* } $d rest:tt) => {
                $crate::__fields! { $d request $d part { $($fields)* , $d($d more)* } $d rest }
            };
        }
        #[allow(unused_imports)]
        $vis use $name;
    };
}
