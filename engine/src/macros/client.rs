/// Declares the client type of an API crate: a thin type around [`Client`](crate::Client), to which the crate can add its
/// own constructors and methods.
///
/// The type has all settings of [`Client`](crate::Client), which return the type itself, and derefs to it for everything else.
/// It converts from and into a plain `Client` by `From`.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// typed_endpoint::client! {
///     /// A client of the library.
///     pub struct LibraryClient: Library;
/// }
///
/// impl LibraryClient {
///     /// A client with this card number.
///     pub fn with_card(number: &str) -> Self {
///         Self::new().key(number)
///     }
/// }
///
/// # async fn example() -> Result<(), typed_endpoint::Error> {
/// let book = LibraryClient::with_card("12345").call(GetBook::new("moby-dick")).await?;
/// # Ok(())
/// # }
/// ```
///
/// For a crate with several APIs, `pub struct Client<A = Main>;` declares one that is generic in the API, with a default.
#[macro_export]
macro_rules! client {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$api:ident = $default:ty>;) => {
        $(#[$meta])*
        $vis struct $name<$api = $default>($crate::Client<$api>);
        $crate::__client! { [$api: $crate::Api] [$api] $name<$api> ; $api }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident : $api:ty;) => {
        $(#[$meta])*
        $vis struct $name($crate::Client<$api>);
        $crate::__client! { [] [] $name ; $api }
    };
    ($($bad:tt)*) => {
        $crate::__expected! { "expected `pub struct Name: Api;` or `pub struct Name<A = Api>;`" ; $($bad)* }
    };
}

/// What a client type consists of. State: `[generics] [bare generics] type ; api`.
#[doc(hidden)]
#[macro_export]
macro_rules! __client {
    ([$($generics:tt)*] [$($bare:ident)?] $client:ty ; $api:ty) => {
        impl<$($generics)*> $client {
            /// Creates a client without a key, of the API's first server.
            pub fn new() -> Self {
                Self($crate::Client::new())
            }

            $crate::__client_settings! {
                key(key: impl ::core::convert::AsRef<str>);
                server(url: impl ::core::convert::AsRef<str>);
                server_index(index: usize);
                retry(retry: $crate::Retry);
                retry_budget(retries: impl ::core::convert::Into<::core::option::Option<u32>>);
                rate_limit(limit: impl ::core::convert::Into<::core::option::Option<$crate::RateLimit>>);
                timeouts(timeouts: $crate::Timeouts);
                timeout(idle: ::core::time::Duration);
                deadline(deadline: ::core::time::Duration);
                header(name: &str, value: &str);
                user_agent(name: &str);
                max_response(bytes: usize);
                max_memory(bytes: usize);
                observer(
                    observer: impl ::core::ops::Fn(&$crate::observe::Observation<'_>)
                    + ::core::marker::Send + ::core::marker::Sync + 'static
                );
                max_logged(bytes: usize);
                allow_plain_http(allow: bool);
                transport(transport: impl $crate::Transport);
            }

            $crate::__with_reqwest! {
                $crate::__client_settings! {
                    http_client(
                        configure: impl ::core::ops::Fn(
                            $crate::__private::reqwest::ClientBuilder
                        ) -> $crate::__private::reqwest::ClientBuilder
                        + ::core::marker::Send + ::core::marker::Sync + 'static
                    );
                }
            }

            $crate::__with_tower! {
                /// See [`Client::service`](typed_endpoint::Client::service).
                #[must_use]
                pub fn service<S>(self, service: S) -> Self
                where
                    $crate::TowerTransport<S>: $crate::Transport,
                {
                    Self(self.0.service(service))
                }
            }

            /// See [`Client::key_provider`](typed_endpoint::Client::key_provider).
            #[must_use]
            pub fn key_provider<F, Fut>(self, provider: F) -> Self
            where
                F: Fn() -> Fut + Send + Sync + 'static,
                Fut: ::core::future::Future<Output = ::core::result::Result<$crate::Secret, $crate::BoxError>> + Send + 'static,
            {
                Self(self.0.key_provider(provider))
            }
        }

        impl<$($generics)*> $crate::ApiClient for $client {
            type Api = $api;
        }

        impl<$($generics)*> ::core::default::Default for $client {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<$($bare)?> ::core::clone::Clone for $client {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<$($bare)?> ::core::fmt::Debug for $client {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl<$($bare)?> ::core::ops::Deref for $client {
            type Target = $crate::Client<$api>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<$($bare)?> ::core::convert::From<$crate::Client<$api>> for $client {
            fn from(client: $crate::Client<$api>) -> Self {
                Self(client)
            }
        }

        impl<$($bare)?> ::core::convert::From<$client> for $crate::Client<$api> {
            fn from(client: $client) -> Self {
                client.0
            }
        }
    };
}

/// The settings of a client, each passed on to the client inside.
#[doc(hidden)]
#[macro_export]
macro_rules! __client_settings {
    ($($name:ident($($argument:ident: $ty:ty),*);)*) => {$(
        #[doc = ::core::concat!("See [`Client::", ::core::stringify!($name), "`](typed_endpoint::Client::", ::core::stringify!($name), ").")]
        #[must_use]
        pub fn $name(self, $($argument: $ty),*) -> Self {
            Self(self.0.$name($($argument),*))
        }
    )*};
}
