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
                "Sets the key that is sent with every request."
                key(key: impl ::core::convert::AsRef<str>);
                "Sets the server by its base URL."
                server(url: impl ::core::convert::AsRef<str>);
                "Sets the server by its index in the API's list (default: 0)."
                server_index(index: usize);
                "Sets the retry policy."
                retry(retry: $crate::Retry);
                "Sets the retry budget (default: 100; `None`: unlimited), which all clones share."
                retry_budget(retries: impl ::core::convert::Into<::core::option::Option<u32>>);
                "Limits how many requests all calls of this client and of its later clones send in a time (default: no limit)."
                rate_limit(limit: impl ::core::convert::Into<::core::option::Option<$crate::RateLimit>>);
                "Sets all time-outs."
                timeouts(timeouts: $crate::Timeouts);
                "Sets how long an attempt may go without a byte sent or received."
                timeout(idle: ::core::time::Duration);
                "Sets how long a call may take in total (default: no limit)."
                deadline(deadline: ::core::time::Duration);
                "Adds a header to every request."
                header(name: &str, value: &str);
                "Sets the `User-Agent` header."
                user_agent(name: &str);
                "Limits how many bytes of a response are read into memory (default: 64 MiB)."
                max_response(bytes: usize);
                "Limits the memory, in bytes, of the value decoded from a response (default: four times `max_response`)."
                max_memory(bytes: usize);
                "Sets whether values that are not what their declarations say they have to be are refused before they are sent (default: yes)."
                check_values(check: bool);
                "Sets a function that is called at each step of each call, for logs and metrics."
                observer(
                    observer: impl ::core::ops::Fn(&$crate::observe::Observation<'_>)
                    + ::core::marker::Send + ::core::marker::Sync + 'static
                );
                "Sets how many bytes of headers and of a body are logged at level `TRACE` (default: 4 KiB)."
                max_logged(bytes: usize);
                "Sets whether the key may be sent over plain http to another machine (default: no)."
                allow_plain_http(allow: bool);
                "Adds a key that is sent besides the one of `key`, in a place of its own."
                another_key(auth: $crate::Auth, key: impl ::core::convert::AsRef<str>);
                "Sets a function that signs each request as it is sent."
                sign(
                    sign: impl ::core::ops::Fn(
                        &mut $crate::__private::Request<$crate::Body>
                    ) -> ::core::result::Result<(), $crate::BoxError>
                    + ::core::marker::Send + ::core::marker::Sync + 'static
                );
                "Sets whether a web page may hold the key, for pages that only trusted people see (default: no)."
                allow_key_in_page(allow: bool);
                "Sends requests through a transport of your own."
                transport(transport: impl $crate::Transport);
            }

            $crate::__with_reqwest! {
                $crate::__client_settings! {
                    "Configures the HTTP client of the default transport, such as its proxies."
                    http_client(
                        configure: impl ::core::ops::Fn(
                            $crate::__private::reqwest::ClientBuilder
                        ) -> $crate::__private::reqwest::ClientBuilder
                        + ::core::marker::Send + ::core::marker::Sync + 'static
                    );
                }
            }

            $crate::__with_http2! {
                $crate::__client_settings! {
                    "Sets whether short calls use HTTP/2, where the server offers it (default: no)."
                    http2(on: bool);
                }
            }

            $crate::__with_tower! {
                /// Sends requests through a tower service. See [`Client::service`](typed_endpoint::Client::service).
                #[must_use]
                pub fn service<S>(self, service: S) -> Self
                where
                    $crate::TowerTransport<S>: $crate::Transport,
                {
                    Self(self.0.service(service))
                }

                /// Puts a tower layer around the transport. See [`Client::tower_layer`](typed_endpoint::Client::tower_layer).
                #[must_use]
                pub fn tower_layer<L>(self, layer: L) -> Self
                where
                    L: $crate::__private::Layer<$crate::TransportService>
                        + ::core::marker::Send + ::core::marker::Sync + 'static,
                    $crate::TowerTransport<L::Service>: $crate::Transport,
                {
                    Self(self.0.tower_layer(layer))
                }
            }

            /// Sets a function that returns the key, called before every request. See
            /// [`Client::key_provider`](typed_endpoint::Client::key_provider).
            #[must_use]
            pub fn key_provider<F, Fut>(self, provider: F) -> Self
            where
                F: Fn() -> Fut + Send + Sync + 'static,
                Fut: ::core::future::Future<Output = ::core::result::Result<$crate::Secret, $crate::BoxError>> + Send + 'static,
            {
                Self(self.0.key_provider(provider))
            }

            /// Sets a function that fetches a key which expires. See
            /// [`Client::token_provider`](typed_endpoint::Client::token_provider).
            #[must_use]
            pub fn token_provider<F, Fut>(self, provider: F) -> Self
            where
                F: Fn() -> Fut + Send + Sync + 'static,
                Fut: ::core::future::Future<Output = ::core::result::Result<$crate::Token, $crate::BoxError>> + Send + 'static,
            {
                Self(self.0.token_provider(provider))
            }

            /// Puts something around the transport. See [`Client::layer`](typed_endpoint::Client::layer).
            #[must_use]
            pub fn layer<T: $crate::Transport>(
                self,
                wrap: impl Fn(::std::sync::Arc<dyn $crate::Transport>) -> T + Send + Sync + 'static,
            ) -> Self {
                Self(self.0.layer(wrap))
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

/// The settings of a client, each with its summary, passed on to the client inside.
#[doc(hidden)]
#[macro_export]
macro_rules! __client_settings {
    ($($doc:literal $name:ident($($argument:ident: $ty:ty),*);)*) => {$(
        #[doc = $doc]
        ///
        #[doc = ::core::concat!("See [`Client::", ::core::stringify!($name), "`](typed_endpoint::Client::", ::core::stringify!($name), ").")]
        #[must_use]
        pub fn $name(self, $($argument: $ty),*) -> Self {
            Self(self.0.$name($($argument),*))
        }
    )*};
}
