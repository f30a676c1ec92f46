/// What a declaration becomes. State: `{request} {response} {error} {clauses}`.
#[doc(hidden)]
#[macro_export]
macro_rules! __emit {
    (
        {
            { [$([$($meta:tt)*])*] [$($alias:literal)?] $vis:vis $name:ident $api:tt $method:tt $path:literal }
            { $({ $($entry:tt)* })* }
            { $({ [$([$($rm:tt)*])*] $rs:literal $rf:ident [$($rw:literal)?] [$({ $($rrule:tt)* })*] $rty:ty })* }
            { $({ [$([$($om:tt)*])*] $os:literal $of:ident [$($ow:literal)?] [$({ $($orule:tt)* })*] [$($preset:expr)?] $ohow:ident {$owhole:ty} {$oty:ty} })* }
            { $({ $($value:tt)* })* }
            { $({ $how:ident $read:ident $($codec:ident)? })* }
        }
        { $format:ty ; $response:ty ; $response_text:expr }
        { $($error:tt)* }
        { $({ $($clause:tt)* })* }
    ) => {
        $(#[$($meta)*])*
        #[doc = ""]
        #[doc = ::core::concat!("`", $crate::__method!(name $method), " ", $path, "` of [`", ::core::stringify!($api), "`]", $crate::__emit!(@error_docs $($error)*), ".")]
        $(#[doc = ::core::concat!("\n- `", ::core::stringify!($($clause)*), "`")])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis struct $name {
            $(
                $(#[$($rm)*])*
                #[doc = ""]
                #[doc = ::core::concat!($rs $(, "`", $rw, "` ")?, "(required" $(, $crate::__rule!(docs $($rrule)*))*, ").")]
                pub $rf: $rty,
            )*
            $(
                $(#[$($om)*])*
                #[doc = ""]
                #[doc = ::core::concat!($os $(, "`", $ow, "` ")?, "(optional" $(, ", preset to `", ::core::stringify!($preset), "`")? $(, $crate::__rule!(docs $($orule)*))*, ").")]
                pub $of: $owhole,
            )*
        }

        #[allow(deprecated, clippy::new_without_default, clippy::too_many_arguments)]
        impl $name {
            /// Creates the request from its required fields.
            // Here and not at the type, because an alias must not be equal to the name of its item.
            $(#[doc(alias = $alias)])?
            pub fn new($($rf: impl $crate::IntoField<$rty>),*) -> Self {
                Self {
                    $($rf: $rf.into_field(),)*
                    $($of: $crate::__emit!(@preset $($preset)?),)*
                }
            }

            $crate::__setters! { $({ [$([$($om)*])*] $ohow $of {$oty} })* }
        }

        #[allow(deprecated)]
        impl $crate::Endpoint for $name {
            type Api = $api;
            type Response = $response;
            type Format = $format;
            type Error = $crate::__emit!(@error $name $api $($error)*);
            const OPERATION: &'static $crate::Operation = &{
                let operation = $crate::Operation::new::<$api>($crate::__private::Declaration {
                    name: ::core::stringify!($name),
                    module: ::core::module_path!(),
                    summary: $crate::__summary!($([$($meta)*])*),
                    method: $crate::__method!($method),
                    path: $path,
                    fields: $crate::__emit!(@entries $api $({ $($entry)* })*),
                    response: $response_text,
                    responses: $crate::__private::responses::<$format, $response>(),
                    error: $crate::__emit!(@error_text $($error)*),
                    deprecated: false $(|| $crate::__is_deprecated!($($meta)*))*,
                });
                $(let operation = $crate::__clause_call!([$name] operation $($clause)*);)*
                operation
            };

            // Inline, as `read`: compiled by who calls the operation, not with all the others.
            #[inline]
            fn values(&self, visit: $crate::__private::Visit<'_>) {
                visit(&[$($crate::__emit!(@value self $($value)*)),*]);
            }

            #[inline]
            fn read(source: &mut $crate::source::Source<'_>) -> ::core::result::Result<Self, $crate::source::ReadError> {
                let _ = &source;
                ::core::result::Result::Ok(Self { $($read: $crate::__emit!(@read source $how $($codec)?)),* })
            }
        }

        $crate::__with_dynamic! {
            #[allow(deprecated)]
            impl $crate::dynamic::Named for $name {
                const ENTRY: $crate::dynamic::Entry = {
                    let entry = $crate::dynamic::Entry::new::<Self>(
                        $crate::__docs!([] $([$($meta)*])*),
                        &[
                            $($crate::dynamic::FieldEntry::new::<$crate::__emit!(@described [$({ $($rrule)* })*] $rty)>(::core::stringify!($rf), $crate::__docs!([] $([$($rm)*])* $([doc = $crate::__rule!(version $($rrule)*)])*)),)*
                            $($crate::dynamic::FieldEntry::new::<$oty>(::core::stringify!($of), $crate::__docs!([] $([$($om)*])* $([doc = $crate::__rule!(version $($orule)*)])*))
                                $(.preset(|| $crate::codec::to_json(&<_ as $crate::IntoField<$oty>>::into_field($preset))))?,)*
                        ],
                    );
                    $(let entry = $crate::__clause_entry!([$name] entry $($clause)*);)*
                    entry
                };
            }
        }

        #[allow(deprecated)]
        impl $crate::HostedBy<$api> for $name {
            const PREFIX: &'static str = "";
        }

        $($crate::__clause_items! { [$name] $($clause)* })*
        $crate::__emit! { @error_map $vis $name $($error)* }

        #[allow(deprecated)]
        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serialize_request(self, serializer)
            }
        }

        #[allow(deprecated)]
        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::deserialize_request(deserializer)
            }
        }

        // Never run: it has the compiler resolve the names in the path to the declared parameters, and check the facts.
        #[allow(deprecated)]
        const _: () = {
            #[allow(dead_code, unused_variables, clippy::too_many_arguments)]
            fn path_parameters($($rf: &str),*) {
                let _ = ::core::format_args!($path);
            }
            let _ = <$name as $crate::Endpoint>::OPERATION;
        };
    };

    (@preset) => { ::core::default::Default::default() };
    (@preset $preset:expr) => { ::core::option::Option::Some($crate::IntoField::into_field($preset)) };

    (@error $name:ident $api:tt default) => { <$api as $crate::Api>::Error };
    (@error $name:ident $api:tt type $ty:ty) => { $ty };
    (@error $name:ident $api:tt map $map:tt) => { $crate::__private::paste!([<$name Error>]) };

    (@error_text default) => { ::core::option::Option::None };
    (@error_text type $ty:ty) => { ::core::option::Option::Some(::core::stringify!($ty)) };
    (@error_text map { $($map:tt)* }) => { ::core::option::Option::Some(::core::stringify!($($map)*)) };

    (@error_docs default) => { "" };
    (@error_docs type $ty:ty) => { ::core::concat!(", errors [`", ::core::stringify!($ty), "`]") };
    (@error_docs map { $($map:tt)* }) => { ::core::concat!(", errors `", ::core::stringify!($($map)*), "`") };

    (@error_map $vis:vis $name:ident map { $($map:tt)* }) => {
        $crate::__private::paste! {
            $crate::errors! {
                #[doc = ::core::concat!("The error bodies of [`", ::core::stringify!($name), "`], by status.")]
                $vis enum [<$name Error>] { $($map)* }
            }
        }
    };
    (@error_map $vis:vis $name:ident $($other:tt)*) => {};

    (@entries $api:tt) => { &[] };
    (@entries $api:tt $({ $how:ident $place:ident $f:ident [$($w:literal)?] $($more:tt)* })+) => {
        const {
            &$crate::operation::Field::named(
                [$($crate::__emit!(@entry $how $place $f $($more)*)),+],
                const { &[$($crate::__wire!($place $api $f [$($w)?])),+] },
            )
        }
    };

    (@entry field $place:ident $f:ident $required:literal $ty:ty ; [] []) => {
        $crate::operation::Field::new(::core::stringify!($f), $crate::operation::Place::$place, $required, ::core::stringify!($ty))
    };
    (@entry field $place:ident $f:ident $required:literal $ty:ty ; [$($preset:expr)?] [$({ $($rule:tt)* })*]) => {{
        let field = $crate::__emit!(@entry field $place $f $required $ty ; [] []);
        $(let field = field.preset(::core::stringify!($preset));)?
        $(let field = $crate::__rule!(sample field $($rule)*);)*
        field.constraint(const { &$crate::__constraint!($({ $($rule)* })*) })
    }};
    (@entry copy $place:ident $f:ident) => {
        $crate::operation::Field::copy(::core::stringify!($f), $crate::operation::Place::$place)
    };
    (@entry constant $place:ident $f:ident $value:expr) => {
        $crate::operation::Field::copy(::core::stringify!($f), $crate::operation::Place::$place).preset(::core::stringify!($value))
    };
    (@entry bare $place:ident $f:ident) => {
        $crate::operation::Field::copy(::core::stringify!($f), $crate::operation::Place::$place).bare()
    };

    (@read $source:ident by $codec:ident) => { $source.decoded::<$codec, _>()? };
    (@read $source:ident $how:ident) => { $source.$how()? };

    // Called by name, and stored, a body of a codec is its bytes.
    (@described [{ by $($codec:tt)* }] $ty:ty) => { ::std::vec::Vec<u8> };
    (@described $rules:tt $ty:ty) => { $ty };

    (@value $self:ident constant $ty:ty ; $value:expr) => {
        $crate::__private::required(&<_ as $crate::IntoField<$ty>>::into_field($value))
    };
    (@value $self:ident by $f:ident $codec:ident) => {
        $crate::__private::required(&$crate::__private::Coded::by::<$codec, _>(&$self.$f))
    };
    (@value $self:ident bare) => {
        $crate::__private::required(&true)
    };
    (@value $self:ident nullable $f:ident) => {
        match &$self.$f {
            $crate::Nullable::Unset => ::core::option::Option::None,
            value => $crate::__private::required(value),
        }
    };
    (@value $self:ident optional $f:ident) => {
        $crate::__private::optional(&$self.$f)
    };
    (@value $self:ident $required:ident $f:ident) => {
        $crate::__private::required(&$self.$f)
    };
}

/// A method, or its name: one that the engine knows, or any in quotes.
#[doc(hidden)]
#[macro_export]
macro_rules! __method {
    ($method:ident) => {
        $crate::__private::Methods::$method
    };
    ($method:literal) => {
        const { $crate::__private::method($method) }
    };
    (name $method:ident) => {
        ::core::stringify!($method)
    };
    (name $method:literal) => {
        $method
    };
}

/// A field's wire name: the given one, or the Rust name in the API's case. No API spells headers otherwise than with hyphens.
#[doc(hidden)]
#[macro_export]
macro_rules! __wire {
    ($place:ident $api:tt $f:ident [$w:literal]) => {
        $crate::__private::Name::given($w)
    };
    (Header $api:tt $f:ident []) => {
        $crate::__private::name($crate::Case::Kebab, ::core::stringify!($f))
    };
    ($place:ident $api:tt $f:ident []) => {
        $crate::__private::name(<$api as $crate::Api>::CASE, ::core::stringify!($f))
    };
}

/// The first line of an item's docs.
#[doc(hidden)]
#[macro_export]
macro_rules! __summary {
    ([doc = $text:literal] $($rest:tt)*) => { $text };
    ($other:tt $($rest:tt)*) => { $crate::__summary!($($rest)*) };
    () => { "" };
}

/// Whether an attribute is `#[deprecated]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_deprecated {
    (deprecated $($rest:tt)*) => {
        true
    };
    ($($other:tt)*) => {
        false
    };
}
