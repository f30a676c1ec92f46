/// Declares an error map: the type of the error body for each status.
///
/// The arms are tried in order. An arm is taken when its status matches (`_` matches any) *and* its type can be read
/// from the body ([`ErrorBody`](crate::ErrorBody)); so one status can have several arms, which the body's shape decides between.
///
/// ```
/// use typed_endpoint::{Unmapped, errors};
///
/// errors! {
///     /// What went wrong.
///     pub enum LoanError {
///         /// The book is lent to another reader.
///         409 | 423 => Taken(Unmapped),
///         /// Anything else.
///         _ => Other(Unmapped),
///     }
/// }
/// ```
#[macro_export]
macro_rules! errors {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $status:pat => $variant:ident ( $ty:ty )),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = ""]
                #[doc = ::core::concat!("Status `", ::core::stringify!($status), "`, as [`", ::core::stringify!($ty), "`].")]
                $variant($ty),
            )+
        }

        impl $crate::ErrorBody for $name {
            #[inline]
            #[allow(unreachable_patterns)]
            fn decode(status: $crate::__private::StatusCode, headers: &$crate::__private::HeaderMap, body: &[u8]) -> ::core::option::Option<Self> {
                $(
                    if ::core::matches!(status.as_u16(), $status) {
                        if let ::core::option::Option::Some(body) = <$ty as $crate::ErrorBody>::decode(status, headers, body) {
                            return ::core::option::Option::Some(Self::$variant(body));
                        }
                    }
                )+
                ::core::option::Option::None
            }

            fn message(&self) -> ::std::string::String {
                match self {
                    $(Self::$variant(body) => $crate::ErrorBody::message(body),)+
                }
            }

            #[inline]
            fn status(&self) -> $crate::__private::StatusCode {
                match self {
                    $(Self::$variant(body) => $crate::__private::first_status(|status| ::core::matches!(status, $status))
                        .unwrap_or_else(|| $crate::ErrorBody::status(body)),)+
                }
            }

            #[inline]
            fn encode(&self) -> ::core::option::Option<::std::vec::Vec<u8>> {
                match self {
                    $(Self::$variant(body) => $crate::ErrorBody::encode(body),)+
                }
            }

            #[inline]
            fn by_status(schemas: &mut $crate::codec::Schemas) -> ::std::vec::Vec<$crate::__private::ErrorContent> {
                ::std::vec![$(
                    $crate::__private::ErrorContent::new::<$ty>(|status| ::core::matches!(status, $status), schemas)
                ),+]
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($bad:tt)* }) => {
        $crate::__expected! { "expected arms like `404 | 410 => NotFound(Type),` and `_ => Other(Type)`" ; $($bad)* }
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub enum Name { 404 => NotFound(Type), … }`" ; $($bad)* }
    };
}
