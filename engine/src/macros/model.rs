/// Declares models: the JSON objects of an API.
///
/// ```
/// # use typed_endpoint::{Api, Case, codec, model};
/// # /// An API.
/// # pub struct Library;
/// # impl Api for Library {
/// #     const NAME: &'static str = "Library";
/// #     const SERVERS: &'static [&'static str] = &["https://library.example"];
/// #     const CASE: Case = Case::Camel;
/// #     type Error = typed_endpoint::Unmapped;
/// # }
/// model! {
///     /// A book.
///     pub struct Book: Library {
///         /// Title.
///         title: String,
///         /// Number of pages.
///         page_count?: u32,
///     }
/// }
///
/// let text = r#"{"title":"Moby-Dick","pageCount":635,"shelf":7,"lentTo":null}"#;
/// let book: Book = codec::from_json(text)?;
/// assert_eq!(book.page_count, Some(635));
/// assert_eq!(book.extra.get("shelf"), Some(7.into()));
/// assert_eq!(codec::to_json(&book), text);
/// # Ok::<(), typed_endpoint::DecodeError>(())
/// ```
///
/// A field is one of
///
/// - `name: Type`, required; if the server omits it, it has its default,
/// - `name?: Type`, optional: an `Option<Type>`,
/// - `name?: Nullable<Type>`, omitted, `null` or a value: a [`Nullable`](crate::Nullable).
///
/// The name may be followed by `as "wire"`, if its spelling does not follow the API's [`Case`](crate::Case), and by `via serde`,
/// for a type of another crate that implements serde's traits. The type may be followed by what values have to be, such as
/// `[range = 1..=12]` (a [`Constraint`](crate::codec::Constraint)), and by `[sample = …]`, a value that the server would accept, as
/// JSON.
///
/// Every model has a field `extra` with everything that its other fields cannot hold; decoding and encoding again loses
/// nothing. Nulls and missing fields are no errors. Field types implement [`Field`](crate::codec::Field).
///
/// Models implement serde's traits, too. [`from_json`](crate::codec::from_json) and [`to_json`](crate::codec::to_json)
/// are several times faster, and keep the digits of every number in `extra`. serde has no number beyond `u64`, `i64` and `f64`: in
/// any of its formats, in either direction, a number in `extra` that these cannot hold becomes the nearest `f64`.
///
/// `pub struct Name: Api, input { … }` declares an object that callers also send: it gets `new` with the required fields
/// and a setter for each optional one. Models are `#[non_exhaustive]`, because new fields must not break programs: create other
/// models by `default()` and assign their fields. `one_of` in place of `input` declares that exactly one of the optional
/// fields has to be set, which its samples and its schema respect.
///
/// A model can have type parameters: `pub struct Page<T>: Api { items: Vec<T> }`.
#[macro_export]
macro_rules! model {
    ($($(#[$($meta:tt)*])* $vis:vis struct $name:ident $(<$($g:ident),+ $(,)?>)? : $api:path $(, $kind:tt)? { $($fields:tt)* })+) => {$(
        $crate::__model! { @fields { [$([$($meta)*])*] $vis $name [$($($g)+)?] $api [$($kind)?] } {} {} {} { $($fields)* , } }
    )+};
    ($(#[$meta:meta])* $vis:vis struct $name:ident < $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad "a model's type parameters are plain names: `struct Page<T>: Api { … }`" }
    };
    ($(#[$meta:meta])* $vis:vis enum $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad "a model is a struct: for texts use `open_enum!`, for other enums implement `Field`, or serde's traits and `field_via_serde!`" }
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub struct Name: Api { field: Type, field?: Type, … }`" ; $($bad)* }
    };
}

/// The steps behind [`model!`]. State: `{head} {all} {required} {optional} { fields }`.
#[doc(hidden)]
#[macro_export]
macro_rules! __model {
    (@fields $h:tt $a:tt $r:tt $o:tt { $(,)? }) => {
        $crate::__model! { @emit $h $a $r $o }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* extra $($bad:tt)* }) => {
        ::core::compile_error!("every model has a field `extra`: give this one another name, and `as \"extra\"`");
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[doc = $doc:literal])* #[serde $($bad:tt)*] $($more:tt)* }) => {
        $crate::__no_serde! { $($bad)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? ? : Option $($bad:tt)* }) => {
        ::core::compile_error!(::core::concat!("`", ::core::stringify!($f), "?:` makes the field an `Option` already; where `null` means something else than leaving it out, it is a `Nullable<…>`"));
    };
    (@fields $h:tt { $($a:tt)* } $r:tt { $($o:tt)* } { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? ? : Nullable<$ty:ty> $([$rule:ident = $($argument:tt)+])* , $($more:tt)* }) => {
        $crate::__model! { @fields $h
            { $($a)* { [$([$($m)*])*] nullable [] $f [$($w)?] {$crate::Nullable<$ty>} {$crate::Nullable<$ty>} [$({ $rule $($argument)+ })*] } } $r
            { $($o)* { [$([$($m)*])*] set $f {$crate::Nullable<$ty>} } } { $($more)* } }
    };
    (@fields $h:tt { $($a:tt)* } $r:tt { $($o:tt)* } { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? $(via $via:ident)? ? : $ty:ty $([$rule:ident = $($argument:tt)+])* , $($more:tt)* }) => {
        $crate::__model! { @fields $h
            { $($a)* { [$([$($m)*])*] optional [$($via)?] $f [$($w)?] {::core::option::Option<$ty>} {$ty} [$({ $rule $($argument)+ })*] } } $r
            { $($o)* { [$([$($m)*])*] some $f {$ty} } } { $($more)* } }
    };
    (@fields $h:tt { $($a:tt)* } { $($r:tt)* } $o:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? $(via $via:ident)? : $ty:ty $([$rule:ident = $($argument:tt)+])* , $($more:tt)* }) => {
        $crate::__model! { @fields $h
            { $($a)* { [$([$($m)*])*] required [$($via)?] $f [$($w)?] {$ty} {$ty} [$({ $rule $($argument)+ })*] } }
            { $($r)* { $f $ty } } $o { $($more)* } }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? $(?)? : $ty:ty = $bad:tt $($more:tt)* }) => {
        $crate::__wrong! { $bad "a model's field has no preset" }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $f:ident $(as $w:literal)? $(?)? : $bad:tt $($more:tt)* }) => {
        $crate::__field_end! { [$bad] { $bad $($more)* } $bad $($more)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $f:ident as $w:literal $($bad:tt)* }) => {
        $crate::__expected! { "expected `: Type` or `?: Type` after the wire name" ; $($bad)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $f:ident $($bad:tt)* }) => {
        $crate::__expected! { "expected `: Type` (required) or `?: Type` (optional) after the field's name" ; $($bad)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$($m:tt)*])* $($bad:tt)* }) => {
        $crate::__expected! { "expected a field, `name: Type` or `name?: Type`" ; $($bad)* }
    };

    (@emit
        { [$([$($meta:tt)*])*] $vis:vis $name:ident [$($g:ident)*] $api:tt [$($kind:tt)?] }
        { $({ [$([$($m:tt)*])*] $need:ident $via:tt $f:ident $w:tt {$whole:ty} {$ty:ty} [$({ $($rule:tt)* })*] })* }
        $required:tt
        $optional:tt
    ) => {
        $(#[$($meta)*])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        $vis struct $name<$($g),*> {
            $($(#[$($m)*])* $(#[doc = $crate::__rule!(member $($rule)*)])* pub $f: $whole,)*
            /// What the fields above do not hold: members that this version does not know.
            pub extra: $crate::Extra,
        }

        $crate::__model! { @setters [$($kind)?] $name [$($g)*] $required $optional }

        // All functions are inline: a library compiles none of those that its users do not call.
        #[allow(non_upper_case_globals, non_camel_case_types, dead_code)]
        const _: () = {
            enum __Index { $($f,)* }
            $(const $f: usize = __Index::$f as usize;)*
            static __SHAPE: $crate::codec::macros::Shape = $crate::codec::macros::Shape::new(
                ::core::concat!("an object (", ::core::stringify!($name), ")"),
                const { &$crate::codec::macros::keys(const { &[$($crate::__wire!(Json $api $f $w)),*] }, [$($crate::codec::macros::Need::$need),*]) },
            )
            .constrained($crate::__model!(@constraints $([$({ $($rule)* })*])*));

            impl<$($g: $crate::codec::Parameter),*> $crate::codec::macros::Object for $name<$($g),*> {
                #[inline]
                fn shape(&self) -> &'static $crate::codec::macros::Shape {
                    &__SHAPE
                }

                #[inline]
                fn extra(&self) -> &$crate::Extra {
                    &self.extra
                }

                #[inline]
                fn extra_mut(&mut self) -> &mut $crate::Extra {
                    &mut self.extra
                }

                #[inline]
                fn decode_member(
                    &mut self,
                    __index: usize,
                    __reader: &mut $crate::codec::Reader<'_>,
                ) -> ::core::result::Result<(), $crate::DecodeError> {
                    match __index {
                        $($f => $crate::__model!(@decode $need $via __reader (self.$f) $ty),)*
                        _ => ::core::result::Result::Ok(()),
                    }
                }

                #[inline]
                fn member(&self, __index: usize) -> $crate::codec::macros::Member<'_> {
                    match __index {
                        $($f => $crate::__model!(@member $need $via (self.$f)),)*
                        _ => $crate::codec::macros::Member::Absent,
                    }
                }

                #[inline]
                fn clear_member(&mut self, __index: usize) {
                    match __index {
                        $($f => $crate::__model!(@clear $need (self.$f)),)*
                        _ => {}
                    }
                }

                #[inline]
                fn is_default(&self, __index: usize) -> bool {
                    match __index {
                        $($f => $crate::__model!(@is_default $need (self.$f) $ty),)*
                        _ => false,
                    }
                }
            }

            impl<$($g: $crate::codec::Parameter),*> $crate::codec::Encode for $name<$($g),*> {
                #[inline]
                fn encode(&self, __writer: &mut $crate::codec::Writer) {
                    $crate::codec::macros::encode_object(self, __writer);
                }
            }

            impl<$($g: $crate::codec::Parameter),*> $crate::codec::Field for $name<$($g),*> {
                #[inline]
                fn decode(__reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                    let mut __model = Self::default();
                    $crate::codec::macros::decode_object(&mut __model, __reader)?;
                    ::core::result::Result::Ok(__model)
                }

                #[inline]
                fn decode_to<'s>(
                    __slot: impl $crate::codec::macros::Slot<'s, Self>,
                    __reader: &mut $crate::codec::Reader<'_>,
                ) -> ::core::result::Result<(), $crate::DecodeError>
                where
                    Self: 's,
                {
                    $crate::codec::macros::decode_object(__slot.put(Self::default()), __reader)
                }

                #[inline]
                fn sample(__sampler: &mut $crate::codec::Sampler) -> Self {
                    let _ = &__sampler;
                    $crate::__model!(@members [$($kind)?] __sampler __SHAPE Self {
                        $($f: $crate::__model!(@sample $need $via __sampler (__SHAPE.name($f)) $ty ; [$({ $($rule)* })*]),)*
                        extra: $crate::Extra::default(),
                    })
                }

                #[inline]
                fn schema(__schemas: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                    __schemas.model(
                        ::core::stringify!($name),
                        ::core::any::type_name::<Self>(),
                        $crate::__docs!([] $([$($meta)*])*),
                        &[$($crate::codec::macros::Property {
                            name: __SHAPE.name($f),
                            docs: $crate::__docs!([] $([$($m)*])* $([doc = $crate::__rule!(version $($rule)*)])*),
                            is_required: $crate::__model!(@is_required $need),
                            schema: $crate::__model!(@schema $via $ty),
                            constraint: __SHAPE.constraint($f),
                        }),*],
                        $crate::__model!(@kind [$($kind)?]),
                    )
                }
            }

            impl<$($g: $crate::codec::Parameter),*> $crate::__private::Serialize for $name<$($g),*> {
                #[inline]
                fn serialize<__S: $crate::__private::Serializer>(&self, __serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    $crate::codec::macros::serialize(self, __serializer)
                }
            }

            impl<'de, $($g: $crate::codec::Parameter),*> $crate::__private::Deserialize<'de> for $name<$($g),*> {
                #[inline]
                fn deserialize<__D: $crate::__private::Deserializer<'de>>(__deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                    $crate::codec::macros::deserialize(__deserializer)
                }
            }
        };
    };

    (@constraints $([])*) => { &[] };
    (@constraints $([$({ $($rule:tt)* })*])*) => { const { &[$($crate::__constraint!($({ $($rule)* })*)),*] } };

    (@decode $need:ident [] $reader:ident ($($place:tt)*) $ty:ty) => {
        <$ty as $crate::codec::Field>::decode_to(&mut $($place)*, $reader)
    };
    (@decode required [serde] $reader:ident ($($place:tt)*) $ty:ty) => {{
        $($place)* = $crate::codec::macros::decode_via_serde($reader)?;
        ::core::result::Result::Ok(())
    }};
    (@decode optional [serde] $reader:ident ($($place:tt)*) $ty:ty) => {{
        $($place)* = ::core::option::Option::Some($crate::codec::macros::decode_via_serde($reader)?);
        ::core::result::Result::Ok(())
    }};
    (@decode $need:ident [$via:tt] $($rest:tt)*) => {
        $crate::__wrong! { $via "expected `via serde`" }
    };

    (@member required [] ($($place:tt)*)) => { $crate::codec::macros::Member::Value(&$($place)*) };
    (@member optional [] ($($place:tt)*)) => { $crate::codec::macros::Member::optional(&$($place)*) };
    (@member nullable [] ($($place:tt)*)) => {
        match &$($place)* {
            $crate::Nullable::Unset => $crate::codec::macros::Member::Absent,
            __value => $crate::codec::macros::Member::Value(__value),
        }
    };
    (@member required [$via:tt] ($($place:tt)*)) => { $crate::codec::macros::Member::ViaSerde(&$($place)*) };
    (@member optional [$via:tt] ($($place:tt)*)) => {
        $crate::codec::macros::Member::optional_via_serde(&$($place)*)
    };

    (@clear required ($($place:tt)*)) => { {} };
    (@clear optional ($($place:tt)*)) => { $($place)* = ::core::option::Option::None };
    (@clear nullable ($($place:tt)*)) => { $($place)* = $crate::Nullable::Unset };

    (@is_default required ($($place:tt)*) $ty:ty) => { $($place)* == <$ty as ::core::default::Default>::default() };
    (@is_default $need:ident ($($place:tt)*) $ty:ty) => { false };

    (@is_required required) => { true };
    (@is_required $need:ident) => { false };

    (@sample $need:ident $via:tt $sampler:ident $name:tt $ty:ty ; [{ sample $($s:tt)+ } $($rest:tt)*]) => {
        $crate::__model!(@sample $need $via $sampler $name $ty ; [$($s)+])
    };
    (@sample $need:ident $via:tt $sampler:ident $name:tt $ty:ty ; [{ $rule:ident $($argument:tt)+ } $($rest:tt)*]) => {
        $crate::__model!(@sample $need $via $sampler $name $ty ; [$($rest)*])
    };
    (@sample nullable [] $sampler:ident ($($name:tt)*) $ty:ty ; []) => {
        $sampler.required($($name)*, <$ty as $crate::codec::Field>::sample)
    };
    (@sample nullable [] $sampler:ident ($($name:tt)*) $ty:ty ; [$($s:tt)+]) => {
        $sampler.optional($($name)*, |sampler| sampler.json(::core::stringify!($($s)+))).unwrap_or_default()
    };
    (@sample $need:ident [] $sampler:ident ($($name:tt)*) $ty:ty ; []) => {
        $sampler.$need($($name)*, <$ty as $crate::codec::Field>::sample)
    };
    (@sample $need:ident [] $sampler:ident ($($name:tt)*) $ty:ty ; [$($s:tt)+]) => {
        $sampler.$need($($name)*, |sampler| sampler.json::<$ty>(::core::stringify!($($s)+)))
    };
    (@sample required [$via:tt] $($rest:tt)*) => {
        $crate::__model!(@sample_via_serde required unwrap_or_default $($rest)*)
    };
    (@sample optional [$via:tt] $($rest:tt)*) => {
        $crate::__model!(@sample_via_serde optional flatten $($rest)*)
    };
    (@sample_via_serde $need:ident $end:ident $sampler:ident ($($name:tt)*) $ty:ty ; []) => {
        $sampler.$need($($name)*, $crate::codec::macros::sample_via_serde::<$ty>).$end()
    };
    (@sample_via_serde $need:ident $end:ident $sampler:ident ($($name:tt)*) $ty:ty ; [$($s:tt)+]) => {
        $sampler.$need($($name)*, |_| $crate::codec::macros::json_via_serde::<$ty>(::core::stringify!($($s)+))).$end()
    };

    (@members [one_of] $sampler:ident $shape:ident $model:expr) => { $sampler.one_member(&$shape, |$sampler| $model) };
    (@members [$($other:tt)?] $sampler:ident $shape:ident $model:expr) => { $model };

    (@kind [one_of]) => { $crate::codec::macros::ModelKind::OneOf };
    (@kind [input]) => { $crate::codec::macros::ModelKind::Input };
    (@kind [$($other:tt)?]) => { $crate::codec::macros::ModelKind::Output };

    (@schema [] $ty:ty) => { <$ty as $crate::codec::Field>::schema };
    (@schema [$via:tt] $ty:ty) => { |_| $crate::codec::Schema::any() };

    (@setters [] $($rest:tt)*) => {};
    (@setters [one_of] $($rest:tt)*) => {
        $crate::__model! { @setters [input] $($rest)* }
    };
    (@setters [input] $name:ident [$($g:ident)*] { $({ $rf:ident $rty:ty })* } { $({ [$([$($om:tt)*])*] $how:ident $of:ident {$oty:ty} })* }) => {
        #[allow(clippy::new_without_default, clippy::too_many_arguments)]
        impl<$($g),*> $name<$($g),*> {
            /// Creates the object from its required fields.
            pub fn new($($rf: impl $crate::IntoField<$rty>),*) -> Self {
                Self {
                    $($rf: $rf.into_field(),)*
                    $($of: ::core::default::Default::default(),)*
                    extra: $crate::Extra::default(),
                }
            }

            $crate::__setters! { $({ [$([$($om)*])*] $how $of {$oty} })* }
        }
    };
    (@setters [$other:tt] $($rest:tt)*) => {
        $crate::__wrong! { $other "expected `input`, `one_of` or nothing after the API" }
    };
}

/// The docs of an item, as one text.
#[doc(hidden)]
#[macro_export]
macro_rules! __docs {
    ([$($text:expr),*]) => { ::core::concat!($($text, "\n"),*) };
    ([$($text:expr),*] [doc = $line:expr] $($rest:tt)*) => { $crate::__docs!([$($text,)* $line] $($rest)*) };
    ($texts:tt $other:tt $($rest:tt)*) => { $crate::__docs!($texts $($rest)*) };
}
