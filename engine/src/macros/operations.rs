/// Declares the operations of a resource, each by an [`endpoint!`](macro@crate::endpoint), and lists their facts
/// in `OPERATIONS`, in that order. With the feature `mock` it also makes a function `visit_operations`, for
/// tests that visit all of them (`mock::OperationVisitor`), and with the feature `dynamic` a constant `ENTRIES`, for programs
/// that call them by name (`dynamic::Catalog`).
///
/// ```
/// # use typed_endpoint::{Api, Case, operations};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = typed_endpoint::Unmapped;
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
    ($(endpoint! { $(#[$($meta:tt)*])* $vis:vis $name:ident : $($declaration:tt)* })*) => {
        /// The facts of the operations declared here.
        #[allow(deprecated)]
        pub const OPERATIONS: &[&$crate::Operation] = &[$(<$name as $crate::Endpoint>::OPERATION),*];

        $crate::__with_dynamic! {
            /// The operations declared here, to be called by name.
            #[allow(deprecated)]
            pub const ENTRIES: &[$crate::dynamic::Entry] = &[$(<$name as $crate::dynamic::Named>::ENTRY),*];
        }

        $crate::__with_mock! {
            /// Shows the operations declared here, each by its type, in that order.
            #[allow(deprecated)]
            pub fn visit_operations(visitor: &mut impl $crate::mock::OperationVisitor) {
                let _ = &visitor;
                $(visitor.operation::<$name>();)*
            }
        }

        $($crate::endpoint! { $(#[$($meta)*])* $vis $name : $($declaration)* })*
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected declarations like `endpoint! { pub Name: Api = METHOD \"/path\" … -> Response }`" ; $($bad)* }
    };
}
