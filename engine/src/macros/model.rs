/// Declares the objects that go in and out of an API.
///
/// ```
/// # use typed_endpoint::{Api, Case, model};
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
/// let book: Book = serde_json::from_str(text)?;
/// assert_eq!(book.page_count, Some(635));
/// assert_eq!(book.extra.get("shelf"), Some(&7.into()));
/// let again: serde_json::Value = serde_json::to_value(&book)?;
/// assert_eq!(again, serde_json::from_str::<serde_json::Value>(text)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A field is `name: Type` (its default when the server leaves it out) or `name?: Type` (an `Option`), with
/// `as "wire"` after the name where it is spelled otherwise than the API's [`Case`](crate::Case) tells. Every model has
/// a field `extra` with what the others could not hold, so that what was read can be written again without loss.
/// Nulls and missing fields break nothing. Field types implement [`Lenient`](crate::Lenient).
///
/// `pub struct Name: Api, input { … }` declares an object that callers also send: it gets `new` with the required fields
/// and a setter for each optional one. Models are `#[non_exhaustive]`, so that a new field breaks no program: others are
/// made by `default()`, and then their fields assigned.
#[macro_export]
macro_rules! model {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident : $api:path $(, $kind:tt)? { $($fields:tt)* })+) => {$(
        $crate::__model! { @fields { [$([$meta])*] $vis $name $api [$($kind)?] } {} {} {} { $($fields)* , } }
    )+};
    ($(#[$meta:meta])* $vis:vis struct $name:ident < $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad "a model has no generic parameters: declare one for each type, or a struct of your own with serde's derives and `lenient_via_serde!`" }
    };
    ($(#[$meta:meta])* $vis:vis enum $bad:tt $($rest:tt)*) => {
        $crate::__wrong! { $bad "a model is a struct: for texts use `open_enum!`, for other enums serde's derives and `lenient_via_serde!`" }
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
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* extra $($bad:tt)* }) => {
        ::core::compile_error!("every model has a field `extra`: give this one another name, and `as \"extra\"`");
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[doc = $doc:literal])* #[serde $($bad:tt)*] $($more:tt)* }) => {
        $crate::__no_serde! { $($bad)* }
    };
    (@fields $h:tt { $($a:tt)* } $r:tt { $($o:tt)* } { $(#[$m:meta])* $f:ident $(as $w:literal)? ? : $ty:ty , $($more:tt)* }) => {
        $crate::__model! { @fields $h
            { $($a)* { [$([$m])*] optional $f [$($w)?] {::core::option::Option<$ty>} } } $r
            { $($o)* { [$([$m])*] $f $ty } } { $($more)* } }
    };
    (@fields $h:tt { $($a:tt)* } { $($r:tt)* } $o:tt { $(#[$m:meta])* $f:ident $(as $w:literal)? : $ty:ty , $($more:tt)* }) => {
        $crate::__model! { @fields $h
            { $($a)* { [$([$m])*] required $f [$($w)?] {$ty} } }
            { $($r)* { $f $ty } } $o { $($more)* } }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* $f:ident $(as $w:literal)? $(?)? : $ty:ty = $bad:tt $($more:tt)* }) => {
        $crate::__wrong! { $bad "a model's field has no preset" }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* $f:ident $(as $w:literal)? $(?)? : $bad:tt $($more:tt)* }) => {
        $crate::__field_end! { [$bad] { $bad $($more)* } $bad $($more)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* $f:ident as $w:literal $($bad:tt)* }) => {
        $crate::__expected! { "expected `: Type` or `?: Type` after the wire name" ; $($bad)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* $f:ident $($bad:tt)* }) => {
        $crate::__expected! { "expected `: Type` (required) or `?: Type` (optional) after the field's name" ; $($bad)* }
    };
    (@fields $h:tt $a:tt $r:tt $o:tt { $(#[$m:meta])* $($bad:tt)* }) => {
        $crate::__expected! { "expected a field, `name: Type` or `name?: Type`" ; $($bad)* }
    };

    (@emit
        { [$([$meta:meta])*] $vis:vis $name:ident $api:tt [$($kind:tt)?] }
        { $({ [$([$m:meta])*] $how:ident $f:ident $w:tt {$ty:ty} })* }
        $required:tt
        $optional:tt
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$m])* pub $f: $ty,)*
            /// What the fields above do not hold: fields that this version does not know.
            pub extra: $crate::Extra,
        }

        $crate::__model! { @setters [$($kind)?] $name $required $optional }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                let mut object = $crate::__private::Object::new(serializer, &self.extra)?;
                $(object.$how($crate::__wire!($api $f $w), &self.$f)?;)*
                object.end()
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $name {
            #[allow(non_upper_case_globals)]
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                struct __Visitor;

                #[derive(Default)]
                struct __Seen {
                    $($f: bool,)*
                }

                impl<'de> $crate::__private::Visitor<'de> for __Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(::core::concat!("an object (", ::core::stringify!($name), ")"))
                    }

                    fn visit_map<A: $crate::__private::MapAccess<'de>>(self, mut __map: A) -> ::core::result::Result<$name, A::Error> {
                        $(const $f: &str = $crate::__wire!($api $f $w);)*
                        let mut __model = $name::default();
                        let mut __seen = __Seen::default();
                        while let ::core::option::Option::Some(__key) = $crate::__private::next_key(&mut __map)? {
                            match &*__key {
                                $($f => {
                                    __seen.$f = true;
                                    $crate::__private::$how(&mut __map, $f, &mut __model.$f, &mut __model.extra)?;
                                })*
                                _ => $crate::__private::unknown(&mut __map, __key, &mut __model.extra)?,
                            }
                        }
                        $($crate::__model!(@absent $how __seen $f __model);)*
                        ::core::result::Result::Ok(__model)
                    }
                }

                deserializer.deserialize_struct(::core::stringify!($name), const { &[$($crate::__wire!($api $f $w)),*] }, __Visitor)
            }
        }

        $crate::lenient_via_serde! { $name }
    };

    (@absent required $seen:ident $f:ident $model:ident) => {
        $crate::__private::absent($seen.$f, $f, &mut $model.extra);
    };
    (@absent optional $seen:ident $f:ident $model:ident) => {};

    (@setters [] $($rest:tt)*) => {};
    (@setters [input] $name:ident { $({ $rf:ident $rty:ty })* } { $({ [$([$om:meta])*] $of:ident $oty:ty })* }) => {
        #[allow(clippy::new_without_default, clippy::too_many_arguments)]
        impl $name {
            /// Creates the object from its required fields.
            pub fn new($($rf: impl $crate::IntoField<$rty>),*) -> Self {
                Self {
                    $($rf: $rf.into_field(),)*
                    $($of: ::core::option::Option::None,)*
                    extra: $crate::Extra::default(),
                }
            }

            $crate::__setters! { $({ [$([$om])*] $of $oty })* }
        }
    };
    (@setters [$other:tt] $($rest:tt)*) => {
        $crate::__wrong! { $other "expected `input` or nothing after the API" }
    };
}
