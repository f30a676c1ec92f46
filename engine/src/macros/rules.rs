/// What stands in brackets behind a field's type, one by one: `name arguments`.
#[doc(hidden)]
#[macro_export]
macro_rules! __rule {
    (constraint $c:ident sample $($value:tt)+) => { $c };
    (constraint $c:ident slashes) => { $c };
    (constraint $c:ident by $($codec:tt)+) => { $c };
    (constraint $c:ident part $media_type:literal) => { $c };
    (constraint $c:ident part $($bad:tt)+) => {{
        $crate::__expected! { "expected the media type of the part as a string: `\"application/json\"`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident since $version:literal) => { $c };
    (constraint $c:ident since $($bad:tt)+) => {{
        $crate::__expected! { "expected the version that it came with as a text: `since = \"2.1\"`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident removed $version:literal, $instead:literal) => { $c };
    (constraint $c:ident removed $version:literal) => {{
        $crate::__wrong! { $version "expected what to use in its place behind the version: `removed = \"3.0\", \"use title\"`" }
        $c
    }};
    (constraint $c:ident removed $($bad:tt)+) => {{
        $crate::__expected! { "expected the version that no longer has it, and what to use in its place: `removed = \"3.0\", \"use title\"`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident objects $how:ident) => { $c };
    (constraint $c:ident lists $how:ident) => { $c };
    (constraint $c:ident range $least:literal ..= $most:literal) => {
        $c.range(::core::option::Option::Some($least), ::core::option::Option::Some($most))
    };
    (constraint $c:ident range $least:literal ..) => { $c.range(::core::option::Option::Some($least), ::core::option::Option::None) };
    (constraint $c:ident range ..= $most:literal) => { $c.range(::core::option::Option::None, ::core::option::Option::Some($most)) };
    (constraint $c:ident length $least:literal ..= $most:literal) => {
        $c.length(::core::option::Option::Some($least), ::core::option::Option::Some($most))
    };
    (constraint $c:ident length $least:literal ..) => { $c.length(::core::option::Option::Some($least), ::core::option::Option::None) };
    (constraint $c:ident length ..= $most:literal) => { $c.length(::core::option::Option::None, ::core::option::Option::Some($most)) };
    (constraint $c:ident starts_with $($start:literal)|+) => { $c.starts_with(&[$($start),+]) };
    (constraint $c:ident range $($bad:tt)+) => {{
        $crate::__expected! { "expected a range of whole numbers: `1..=12`, `1..` or `..=12`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident length $($bad:tt)+) => {{
        $crate::__expected! { "expected a range of whole numbers: `1..=12`, `1..` or `..=12`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident starts_with $($bad:tt)+) => {{
        $crate::__expected! { "expected the beginnings as texts: `\"http://\" | \"https://\"`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident objects $($bad:tt)+) => {{
        $crate::__expected! { "expected how objects are written: `Json`, `Brackets`, `Dots` or `Refuse`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident lists $($bad:tt)+) => {{
        $crate::__expected! { "expected how lists are written: `Repeat`, `Brackets`, `Index` or `Comma`" ; $($bad)+ }
        $c
    }};
    (constraint $c:ident $bad:ident $($rest:tt)*) => {{
        $crate::__wrong! { $bad "expected `range = …`, `length = …`, `starts_with = …`, `sample = …`, `objects = …`, `lists = …`, `part = …`, `since = …` or `removed = …` in brackets" }
        $c
    }};

    (sample $field:ident sample $($value:tt)+) => { $field.with_sample(::core::stringify!($($value)+)) };
    (sample $field:ident by $codec:ident $ty:ty) => { $field.with_codec(<$codec as $crate::Codec<$ty>>::MEDIA_TYPE) };
    (sample $field:ident slashes) => { $field.with_slashes() };
    (sample $field:ident part $media_type:literal) => { $field.with_part($media_type) };
    (sample $field:ident objects $how:ident) => { $field.with_objects($crate::operation::Objects::$how) };
    (sample $field:ident lists $how:ident) => { $field.with_lists($crate::operation::Lists::$how) };
    (sample $field:ident since $version:literal) => { $field.with_since($version) };
    (sample $field:ident removed $version:literal, $instead:literal) => { $field.with_removed($version, $instead) };
    (sample $field:ident $($other:tt)+) => { $field };

    (docs range $($range:tt)+) => { ::core::concat!(", range `", $crate::__range!($($range)+), "`") };
    (docs length $($range:tt)+) => { ::core::concat!(", length `", $crate::__range!($($range)+), "`") };
    (docs starts_with $first:literal $(| $start:literal)*) => { ::core::concat!(", begins with `", $first, "`" $(, " or `", $start, "`")*) };
    (docs by $codec:ident $ty:ty) => { ::core::concat!(", as [`", ::core::stringify!($codec), "`]") };
    (docs slashes) => { ", keeps its slashes" };
    (docs since $version:literal) => { ::core::concat!(", since version ", $version) };
    (docs removed $version:literal, $instead:literal) => { ::core::concat!(", removed in version ", $version, ": ", $instead) };
    (docs $($other:tt)+) => { "" };

    (member range $($range:tt)+) => { ::core::concat!("\n\nRange: `", $crate::__range!($($range)+), "`.") };
    (member length $($range:tt)+) => { ::core::concat!("\n\nLength: `", $crate::__range!($($range)+), "`.") };
    (member starts_with $first:literal $(| $start:literal)*) => { ::core::concat!("\n\nBegins with `", $first, "`" $(, " or `", $start, "`")*, ".") };
    (member since $($version:tt)+) => { ::core::concat!("\n\n", $crate::__rule!(version since $($version)+)) };
    (member removed $($version:tt)+) => { ::core::concat!("\n\n", $crate::__rule!(version removed $($version)+)) };
    (member $($other:tt)+) => { "" };

    // What descriptions say besides the docs.
    (version since $version:literal) => { ::core::concat!(" Since version ", $version, ".") };
    (version removed $version:literal, $instead:literal) => { ::core::concat!(" Removed in version ", $version, ": ", $instead, ".") };
    (version $($other:tt)+) => { "" };
}

/// A range, as it was written.
#[doc(hidden)]
#[macro_export]
macro_rules! __range {
    ($least:literal ..= $most:literal) => {
        ::core::concat!($least, "..=", $most)
    };
    ($least:literal ..) => {
        ::core::concat!($least, "..")
    };
    (..= $most:literal) => {
        ::core::concat!("..=", $most)
    };
    ($($other:tt)*) => {
        ""
    };
}

/// What a field's values have to be.
#[doc(hidden)]
#[macro_export]
macro_rules! __constraint {
    () => {
        $crate::codec::Constraint::NONE
    };
    ($({ $($rule:tt)* })*) => {{
        let constraint = $crate::codec::Constraint::NONE;
        $(let constraint = $crate::__rule!(constraint constraint $($rule)*);)*
        constraint
    }};
}
