/// The responses of a declaration by their status, one by one, then the enum of them. State: `[vis name] [operation] { variants }
/// rest`.
///
/// A variant is `{ [attributes] status [statuses] Name [Format ; Type ; value] }`; without a body there is nothing in the last
/// brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_status {
    ($head:tt [$($operation:tt)*] $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => retry $(, $($rest:tt)*)?) => {
        $crate::__by_status! { $head [$($operation)* $status $($more)*] $done $($($rest)*)? }
    };
    ($head:tt $operation:tt { $($done:tt)* } $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident $(, $($rest:tt)*)?) => {
        $crate::__by_status! { $head $operation { $($done)* { [$([$($m)*])*] $status [$($more)*] $variant [] } } $($($rest)*)? }
    };
    ($head:tt $operation:tt { $($done:tt)* } $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (bytes) $(, $($rest:tt)*)?) => {
        $crate::__by_status! { $head $operation { $($done)* { [$([$($m)*])*] $status [$($more)*] $variant [Raw ; $crate::__private::Bytes ; value] } } $($($rest)*)? }
    };
    ($head:tt $operation:tt { $($done:tt)* } $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (text) $(, $($rest:tt)*)?) => {
        $crate::__by_status! { $head $operation { $($done)* { [$([$($m)*])*] $status [$($more)*] $variant [Text ; ::std::string::String ; value] } } $($($rest)*)? }
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (download) $($rest:tt)*) => {
        $crate::__wrong! { $variant "a streamed response (`download`, `sse`, `lines`, `items`) is the only one of its operation: it cannot stand in `match`" }
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (sse $($item:tt)*) $($rest:tt)*) => {
        $crate::__wrong! { $variant "a streamed response (`download`, `sse`, `lines`, `items`) is the only one of its operation: it cannot stand in `match`" }
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (lines $($item:tt)*) $($rest:tt)*) => {
        $crate::__wrong! { $variant "a streamed response (`download`, `sse`, `lines`, `items`) is the only one of its operation: it cannot stand in `match`" }
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident (items $($item:tt)*) $($rest:tt)*) => {
        $crate::__wrong! { $variant "a streamed response (`download`, `sse`, `lines`, `items`) is the only one of its operation: it cannot stand in `match`" }
    };
    ($head:tt $operation:tt { $($done:tt)* } $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident ($ty:ty) $(, $($rest:tt)*)?) => {
        $crate::__by_status! { $head $operation { $($done)* { [$([$($m)*])*] $status [$($more)*] $variant [Json ; $ty ; value] } } $($($rest)*)? }
    };
    ([$vis:vis $name:ident] [$operation:ident $($retried:literal)*] {
        $({ [$([$($m:tt)*])*] $status:literal [$($more:literal)*] $variant:ident [$($format:ident ; $ty:ty ; $value:ident)?] })+
    }) => {
        #[doc = ::core::concat!("What [`", ::core::stringify!($operation), "`] responds, by the status of the response.")]
        #[derive(Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                $(#[$($m)*])*
                #[doc = ""]
                #[doc = ::core::concat!("Status `", ::core::stringify!($status $(| $more)*), "`", $(", as [`", ::core::stringify!($ty), "`]",)? ".")]
                $variant $(($ty))?,
            )+
        }

        impl $crate::format::ResponseFormat<$name> for $crate::format::ByStatus {
            const ACCEPT: &'static str = $crate::__private::first_accept(&[
                $($(<$crate::format::$format as $crate::format::ResponseFormat<$ty>>::ACCEPT,)?)+
            ]);
            const STATUSES: &'static [u16] = &[$($status $(, $more)*),+];
            const RETRIED: &'static [u16] = &[$($retried),*];

            fn decode(response: &mut $crate::format::RawResponse) -> ::core::result::Result<$name, $crate::DecodeError> {
                match response.status.as_u16() {
                    $($status $(| $more)* => $crate::__by_status!(@decode response $name $variant [$($format ; $ty)?]),)+
                    status => ::core::result::Result::Err($crate::__private::undeclared(status)),
                }
            }
        }

        $crate::__with_mock! {
            impl $crate::mock::EncodeResponse<$name> for $crate::format::ByStatus {
                fn encode(response: $name) -> $crate::mock::Reply {
                    match response {
                        $($name::$variant $(($value))? => $crate::__by_status!(@encode $status [$($format ; $ty ; $value)?]),)+
                    }
                }

                #[allow(unreachable_code)]
                fn sample(detail: $crate::codec::Detail) -> $name {
                    let _ = detail;
                    $(return $crate::__by_status!(@sample detail $name $variant [$($format ; $ty)?]);)+
                }

                fn samples() -> ::std::vec::Vec<$name> {
                    let detail = $crate::codec::Detail::Full;
                    let _ = detail;
                    ::std::vec![$($crate::__by_status!(@sample detail $name $variant [$($format ; $ty)?])),+]
                }
            }
        }

        $crate::__with_dynamic! {
            impl $crate::dynamic::FormatOutput<$name> for $crate::format::ByStatus {
                fn content(schemas: &mut $crate::codec::Schemas) -> $crate::dynamic::Content {
                    let _ = &schemas;
                    let mut contents = ::std::vec::Vec::new();
                    $(
                        let content = $crate::__by_status!(@content schemas [$($format ; $ty)?]);
                        contents.extend([$status $(, $more)*].map(|status: u16| (status, content.clone())));
                    )+
                    $crate::dynamic::Content::ByStatus(contents)
                }

                fn output(response: $name) -> $crate::dynamic::Output {
                    match response {
                        $($name::$variant $(($value))? => $crate::__by_status!(@output [$($format ; $ty ; $value)?]),)+
                    }
                }

                // Which of them the body is of is not known here: it may be of any.
                fn secrets(headers: &$crate::__private::HeaderMap, body: &str) -> ::std::vec::Vec<::std::string::String> {
                    let _ = (headers, body);
                    let found: &[::std::vec::Vec<::std::string::String>] = &[$($(<$crate::format::$format as $crate::dynamic::FormatOutput<$ty>>::secrets(headers, body),)?)+];
                    found.concat()
                }
            }
        }
    };

    (@decode $response:ident $name:ident $variant:ident []) => { ::core::result::Result::Ok($name::$variant) };
    (@decode $response:ident $name:ident $variant:ident [$format:ident ; $ty:ty]) => {
        <$crate::format::$format as $crate::format::ResponseFormat<$ty>>::decode($response).map($name::$variant)
    };
    (@encode $status:literal []) => { $crate::mock::Reply::status($status) };
    (@encode $status:literal [$format:ident ; $ty:ty ; $value:ident]) => {
        <$crate::format::$format as $crate::mock::EncodeResponse<$ty>>::encode($value).with_status($status)
    };
    (@sample $detail:ident $name:ident $variant:ident []) => { $name::$variant };
    (@sample $detail:ident $name:ident $variant:ident [$format:ident ; $ty:ty]) => {
        $name::$variant(<$crate::format::$format as $crate::mock::EncodeResponse<$ty>>::sample($detail))
    };
    (@content $schemas:ident []) => { $crate::dynamic::Content::Empty };
    (@content $schemas:ident [$format:ident ; $ty:ty]) => {
        <$crate::format::$format as $crate::dynamic::FormatOutput<$ty>>::content($schemas)
    };
    (@output []) => { $crate::dynamic::Output::Empty };
    (@output [$format:ident ; $ty:ty ; $value:ident]) => {
        <$crate::format::$format as $crate::dynamic::FormatOutput<$ty>>::output($value)
    };

    ($head:tt $operation:tt {}) => {
        ::core::compile_error!("expected responses by their status: `200 => Ready(Type), 202 => Pending, 304 => NotModified`");
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* _ $($bad:tt)*) => {
        ::core::compile_error!("expected a status before `=>`: a response of any other status is an error, as is one that is not declared");
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $status:literal $(| $more:literal)* => $variant:ident $next:tt $($bad:tt)*) => {
        $crate::__expected! { "expected `(Type)` or `,` after the response's name" ; $next $($bad)* }
    };
    ($head:tt $operation:tt $done:tt $(#[$($m:tt)*])* $($bad:tt)*) => {
        $crate::__expected! { "expected a response by its status: `200 => Ready(Type)`, or `202 => Pending` without a body" ; $($bad)* }
    };
}

/// The type of what a response's headers say. State: `[vis name] [operation] api {table} {required} {optional} {values} {reads}`, the
/// last five as of a request.
#[doc(hidden)]
#[macro_export]
macro_rules! __response_headers {
    (
        [$vis:vis $name:ident] [$operation:ident] $api:tt
        { $({ $($entry:tt)* })* }
        { $({ [$([$($rm:tt)*])*] $rs:literal $rf:ident [$($rw:literal)?] $rrules:tt $rty:ty })* }
        { $({ [$([$($om:tt)*])*] $os:literal $of:ident [$($ow:literal)?] $orules:tt [] some {$owhole:ty} {$oty:ty} })* }
        { $({ $($value:tt)* })* }
        { $({ $how:ident $read:ident })* }
    ) => {
        #[doc = ::core::concat!("What headers of a response to [`", ::core::stringify!($operation), "`] say.")]
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis struct $name {
            $(
                $(#[$($rm)*])*
                #[doc = ""]
                #[doc = ::core::concat!($rs $(, "`", $rw, "` ")?, "(always there).")]
                pub $rf: $rty,
            )*
            $(
                $(#[$($om)*])*
                #[doc = ""]
                #[doc = ::core::concat!($os $(, "`", $ow, "` ")?, "(`None` without it, and where it cannot be read).")]
                pub $of: $owhole,
            )*
        }

        #[allow(clippy::new_without_default)]
        impl $name {
            /// Makes the headers of a response, for fake servers.
            pub fn new($($rf: impl $crate::IntoField<$rty>),*) -> Self {
                Self {
                    $($rf: $rf.into_field(),)*
                    $($of: ::core::default::Default::default(),)*
                }
            }

            $crate::__setters! { $({ [$([$($om)*])*] some $of {$oty} })* }
        }

        impl $crate::__private::ResponseHeaders for $name {
            const FIELDS: &'static [$crate::operation::Field] = $crate::__emit!(@entries $api $({ $($entry)* })*);

            fn read(source: &mut $crate::source::Source<'_>) -> ::core::result::Result<Self, $crate::source::ReadError> {
                let _ = &source;
                ::core::result::Result::Ok(Self { $($read: source.$how()?),* })
            }

            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                let _ = &sampler;
                Self {
                    $($rf: sampler.required(::core::stringify!($rf), <$rty as $crate::codec::Field>::sample),)*
                    $($of: sampler.optional(::core::stringify!($of), <$oty as $crate::codec::Field>::sample),)*
                }
            }

            fn values(&self, visit: $crate::__private::Visit<'_>) {
                visit(&[$($crate::__emit!(@value self $($value)*)),*]);
            }
        }
    };
    ($($other:tt)*) => {
        ::core::compile_error!("a header of a response is `name: Type` or `name?: Type`: it has no preset, and is no `Nullable`");
    };
}
