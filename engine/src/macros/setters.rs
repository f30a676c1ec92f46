/// A setter for each optional field, for requests and models alike.
#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    ($({ [$([$meta:meta])*] $field:ident $ty:ty })*) => {$(
        $(#[$meta])*
        #[doc = ""]
        #[doc = ::core::concat!("Sets [`", ::core::stringify!($field), "`](Self#structfield.", ::core::stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl $crate::IntoField<$ty>) -> Self {
            self.$field = ::core::option::Option::Some($field.into_field());
            self
        }
    )*};
}
