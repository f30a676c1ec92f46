/// A setter for each optional field, for requests and models alike.
#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    ($({ [$([$($meta:tt)*])*] $how:ident $field:ident {$ty:ty} })*) => {$(
        $(#[$($meta)*])*
        #[doc = ""]
        #[doc = ::core::concat!("Sets [`", ::core::stringify!($field), "`](Self#structfield.", ::core::stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl $crate::IntoField<$ty>) -> Self {
            self.$field = $crate::__setters!(@ $how $field.into_field());
            self
        }
    )*};
    (@ some $value:expr) => { ::core::option::Option::Some($value) };
    (@ set $value:expr) => { $value };
}
