/// Declares values of an API that are of one of several kinds: enums that keep values they do not know, as `Unknown(Value)`.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{codec, model, union};
///
/// model! {
///     /// A printed book.
///     pub struct Printed: Library, input {
///         /// Number of pages.
///         pages: u32,
///     }
///
///     /// A recording.
///     pub struct Recorded: Library, input {
///         /// How long it is, in minutes.
///         minutes: u32,
///     }
/// }
///
/// union! {
///     /// What can be lent.
///     pub enum Medium {
///         /// By its title alone.
///         text => Title(String),
///         /// Several.
///         list => Box(Vec<Medium>),
///         /// On paper.
///         object["kind" = "printed"] => Printed(Printed),
///         /// To listen to.
///         object["minutes"] => Recorded(Recorded),
///     }
/// }
///
/// let media: Vec<Medium> = codec::from_json(r#"["Emma",{"kind":"printed","pages":635},{"minutes":90}]"#)?;
/// assert_eq!(media[0], Medium::Title("Emma".into()));
/// assert!(matches!(&media[1], Medium::Printed(book) if book.pages == 635));
/// assert!(matches!(&media[2], Medium::Recorded(book) if book.minutes == 90));
/// assert_eq!(codec::to_json(&Medium::Printed(Printed::new(7))), r#"{"pages":7,"kind":"printed"}"#);
/// # Ok::<(), typed_endpoint::DecodeError>(())
/// ```
///
/// An alternative begins with its kind: `text`, `number`, `boolean`, `list` or `object`. The alternatives are tried in order, by the kind
/// of the value alone; those of objects also by a member that the object has, `object["minutes"]`, and by the text in that member,
/// `object["kind" = "printed"]`. Such a member need not be a field of the type: it is written in any case.
#[macro_export]
macro_rules! union {
    ($($(#[$($meta:tt)*])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $kind:ident $([$member:literal $(= $text:literal)?])? => $variant:ident ($ty:ty)),+ $(,)?
    })+) => {$(
        $(#[$($meta)*])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                $(#[$variant_meta])*
                $variant($ty),
            )+
            /// A value that this version does not know.
            Unknown($crate::__private::Json),
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::Unknown($crate::__private::Json::Null)
            }
        }

        impl $crate::codec::Encode for $name {
            fn encode(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$variant(value) => $crate::union!(@encode writer value $($member $($text)?)?),)+
                    Self::Unknown(value) => $crate::codec::Encode::encode(value, writer),
                }
            }
        }

        impl $crate::codec::Field for $name {
            fn decode(reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                const ALTERNATIVES: &[$crate::codec::macros::Alternative] = &[$($crate::codec::macros::Alternative {
                    kind: $crate::union!(@kind $kind),
                    member: $crate::union!(@member $($member $($text)?)?),
                }),+];
                let chosen = $crate::codec::macros::alternative(reader, ALTERNATIVES)?;
                let mut index = 0..;
                $(
                    if chosen.is_some() && chosen == index.next() {
                        return $crate::union!(@decode reader $($member $($text)?)?).map(Self::$variant);
                    }
                )+
                if reader.mode() == $crate::codec::Mode::Strict {
                    return ::core::result::Result::Err(reader.expected("one of the declared alternatives"));
                }
                reader.read().map(Self::Unknown)
            }

            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                let count = [$(::core::stringify!($variant)),+].len();
                let chosen = sampler.variant(count);
                let mut index = 0..;
                $(
                    if index.next() == ::core::option::Option::Some(chosen) {
                        // As an item, which ends where a union holds itself.
                        let sample = sampler.item(<$ty as $crate::codec::Field>::sample);
                        return sample.map(Self::$variant).unwrap_or_default();
                    }
                )+
                ::core::default::Default::default()
            }

            fn schema(schemas: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                schemas.named(::core::stringify!($name), ::core::any::type_name::<Self>(), |schemas| {
                    $crate::codec::Schema::one_of([$(
                        $crate::union!(@schema (<$ty as $crate::codec::Field>::schema(schemas)) $($member $($text)?)?)
                    ),+])
                    .describe($crate::__docs!([] $([$($meta)*])*))
                })
            }
        }

        $crate::serde_via_codec! { $name }
    )+};

    (@kind text) => { $crate::codec::Kind::String };
    (@kind number) => { $crate::codec::Kind::Number };
    (@kind boolean) => { $crate::codec::Kind::Bool };
    (@kind list) => { $crate::codec::Kind::List };
    (@kind object) => { $crate::codec::Kind::Object };
    (@kind $bad:ident) => {
        $crate::__wrong! { $bad "expected the kind of a value: `text`, `number`, `boolean`, `list` or `object`" }
    };

    (@member) => { ::core::option::Option::None };
    (@member $member:literal) => {
        ::core::option::Option::Some($crate::codec::macros::KnownBy { name: $member, value: ::core::option::Option::None })
    };
    (@member $member:literal $text:literal) => {
        ::core::option::Option::Some($crate::codec::macros::KnownBy { name: $member, value: ::core::option::Option::Some($text) })
    };

    (@decode $reader:ident $member:literal $text:literal) => {
        $crate::codec::macros::decode_known_by($reader, $member)
    };
    (@decode $reader:ident $($member:literal)?) => { $reader.read() };

    (@encode $writer:ident $value:ident $member:literal $text:literal) => {
        $crate::codec::macros::encode_known_by($writer, $value, $member, $text)
    };
    (@encode $writer:ident $value:ident $($member:literal)?) => { $crate::codec::Encode::encode($value, $writer) };

    (@schema ($schema:expr)) => { $schema };
    (@schema ($schema:expr) $member:literal) => {
        $crate::codec::macros::schema_known_by($schema, $member, ::core::option::Option::None)
    };
    (@schema ($schema:expr) $member:literal $text:literal) => {
        $crate::codec::macros::schema_known_by($schema, $member, ::core::option::Option::Some($text))
    };

    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub enum Name { text => Variant(Type), object[\"kind\" = \"value\"] => Variant(Type), … }`" ; $($bad)* }
    };
}
