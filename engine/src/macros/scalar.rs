/// Declares string types that cannot be mixed up: ids, cursors, URLs.
///
/// ```
/// typed_endpoint::id! {
///     /// Id of a book.
///     pub struct BookId;
/// }
///
/// let id = BookId::from("moby-dick");
/// assert_eq!(id.as_str(), "moby-dick");
/// assert_eq!(serde_json::to_string(&id)?, r#""moby-dick""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! id {
    ($($(#[$($meta:tt)*])* $vis:vis struct $name:ident;)+) => {$(
        $(#[$($meta)*])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(::std::string::String);

        $crate::__text_type! { $name }

        impl $crate::codec::Encode for $name {
            #[inline]
            fn encode(&self, writer: &mut $crate::codec::Writer) {
                writer.str(&self.0);
            }
        }

        impl $crate::codec::Field for $name {
            #[inline]
            fn decode(reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                reader.string().map(Self)
            }

            #[inline]
            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                Self(sampler.id(::core::stringify!($name)))
            }

            #[inline]
            fn schema(_: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                $crate::codec::Schema::of_type("string").describe($crate::__docs!([] $([$($meta)*])*))
            }
        }

        $crate::serde_via_codec! { $name }
    )+};
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub struct Name;`" ; $($bad)* }
    };
}

/// What all types have that are a text by another name, but for what they show of it and how they are written.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_type {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the text is empty.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The text, owned.
            pub fn into_string(self) -> ::std::string::String {
                self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self(text)
            }
        }

        impl ::core::convert::From<$name> for ::std::string::String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok(Self(text.into()))
            }
        }

        impl ::core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl ::core::cmp::PartialEq<::std::string::String> for $name {
            fn eq(&self, other: &::std::string::String) -> bool {
                self.0 == *other
            }
        }

        impl ::core::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl ::core::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        $crate::__text_fields! { $name }

        impl $crate::IntoField<$name> for &$name {
            fn into_field(self) -> $name {
                self.clone()
            }
        }
    };
}

/// Lets `&str` and `String` stand for a type made from text.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_fields {
    ($name:ident) => {
        impl $crate::IntoField<$name> for &str {
            fn into_field(self) -> $name {
                $name::from(self)
            }
        }

        impl $crate::IntoField<$name> for ::std::string::String {
            fn into_field(self) -> $name {
                $name::from(self)
            }
        }

        impl $crate::IntoField<$name> for &::std::string::String {
            fn into_field(self) -> $name {
                $name::from(self.as_str())
            }
        }
    };
}

/// Declares enums of an API that keep values they do not know, as `Unknown(String)`: a new value on the server breaks
/// nothing here.
///
/// ```
/// typed_endpoint::open_enum! {
///     /// State of a book.
///     pub enum BookState {
///         /// On the shelf.
///         Shelved = "shelved",
///         /// Lent out.
///         Lent = "lent-out",
///     }
/// }
///
/// assert_eq!(BookState::from("lent-out"), BookState::Lent);
/// assert_eq!(BookState::from("burning"), BookState::Unknown("burning".into()));
/// assert_eq!(BookState::Lent.to_string(), "lent-out");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($($(#[$($meta:tt)*])* $vis:vis enum $name:ident {
        $($(#[$($variant_meta:tt)*])* $variant:ident = $text:literal),+ $(,)?
    })+) => {$(
        $(#[$($meta)*])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                $(#[$($variant_meta)*])*
                #[doc = ""]
                #[doc = ::core::concat!("`", $text, "`")]
                $variant,
            )+
            /// A value that this version does not know.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The value as the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::Unknown(::std::string::String::new())
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown(other.into()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                match Self::from(text.as_str()) {
                    Self::Unknown(_) => Self::Unknown(text),
                    known => known,
                }
            }
        }

        $crate::__text_fields! { $name }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok(Self::from(text))
            }
        }

        impl $crate::codec::Encode for $name {
            #[inline]
            fn encode(&self, writer: &mut $crate::codec::Writer) {
                writer.str(self.as_str());
            }
        }

        impl $crate::codec::Field for $name {
            #[inline]
            fn decode(reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                let text = reader.text()?;
                match Self::from(&*text) {
                    Self::Unknown(_) if reader.mode() == $crate::codec::Mode::Strict => {
                        ::core::result::Result::Err(reader.not_allowed())
                    }
                    value => ::core::result::Result::Ok(value),
                }
            }

            #[inline]
            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                Self::from(sampler.one_of(&[$($text),+]))
            }

            #[inline]
            fn schema(schemas: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                schemas.named(::core::stringify!($name), ::core::any::type_name::<Self>(), |_| {
                    $crate::codec::Schema::open_enum(&[$(($text, $crate::__docs!([] $([$($variant_meta)*])*))),+])
                        .describe($crate::__docs!([] $([$($meta)*])*))
                })
            }
        }

        $crate::serde_via_codec! { $name }
    )+};
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub enum Name { Variant = \"wire-value\", … }`" ; $($bad)* }
    };
}

/// Implements serde's traits for types that implement [`Field`](crate::codec::Field), through it.
///
/// They then travel in every format that describes itself: JSON, CBOR, MessagePack.
#[macro_export]
macro_rules! serde_via_codec {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::__private::Serialize for $ty {
            #[inline]
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codec::macros::serialize(self, serializer)
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $ty {
            #[inline]
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::codec::macros::deserialize(deserializer)
            }
        }
    )+};
}

/// Implements [`Encode`](crate::codec::Encode), [`Field`](crate::codec::Field) and serde's traits for structs of one
/// unnamed field, through that field.
///
/// ```
/// # use typed_endpoint::{codec, field_newtype};
/// #[derive(Debug, Default, PartialEq)]
/// struct Metres(f64);
///
/// field_newtype!(Metres(f64));
///
/// assert_eq!(codec::from_json::<Metres>("12")?, Metres(12.0));
/// # Ok::<(), typed_endpoint::DecodeError>(())
/// ```
#[macro_export]
macro_rules! field_newtype {
    ($($name:ident($inner:ty)),+ $(,)?) => {$(
        impl $crate::codec::Encode for $name {
            #[inline]
            fn encode(&self, writer: &mut $crate::codec::Writer) {
                $crate::codec::Encode::encode(&self.0, writer);
            }
        }

        impl $crate::codec::Field for $name {
            #[inline]
            fn decode(reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                <$inner as $crate::codec::Field>::decode(reader).map(Self)
            }

            #[inline]
            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                Self(<$inner as $crate::codec::Field>::sample(sampler))
            }

            #[inline]
            fn schema(schemas: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                <$inner as $crate::codec::Field>::schema(schemas)
            }
        }

        $crate::serde_via_codec! { $name }
    )+};
}
