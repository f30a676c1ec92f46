//! Routers of [axum](https://docs.rs/axum) from declarations (feature `axum`): the types that a client sends are what a server's handlers receive,
//! and what they return is what the client gets.
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! use std::collections::HashMap;
//! use std::sync::Arc;
//!
//! use axum::extract::State;
//! use typed_endpoint::axum::{ApiRouter, Reply};
//!
//! type Books = Arc<HashMap<BookId, Book>>;
//!
//! async fn get_book(State(books): State<Books>, get: GetBook) -> Result<Book, Reply> {
//!     books.get(&get.id).cloned().ok_or_else(|| Reply::error(404, "no such book"))
//! }
//!
//! let library = ApiRouter::<Library, Books>::new()
//!     .on(get_book)
//!     .on(async |add: AddBook| Ok(Book { title: add.title, ..Book::default() }));
//!
//! // The declarations' paths begin after the base URL.
//! let app = axum::Router::new().nest("/v1", library.into()).with_state(Books::default());
//! # let _: axum::Router = app;
//! ```
//!
//! **A handler** is an async function. Its last argument is the request, as declared; those before are axum's
//! [extractors of parts](::axum::extract::FromRequestParts): `State`, `Extension`, `ConnectInfo`, your own, and [`Key`], the caller's key.
//! It returns the declared response, or a [`Reply`]: an error in the shape of the API ([`Reply::error`]), or one of the operation's
//! declared errors, which `?` and `into` convert.
//!
//! **Requests** are checked by the declaration before the handler is called. Those that are not as declared get 400 (the body cannot be
//! parsed), 415 (it is of another media type) or 422 (a field is missing, of another form, or breaks a
//! [constraint](crate::codec::Constraint)); other paths get 404, and other methods 405. The bodies of these responses are written by
//! [`Api::encode_error`]. Bodies are limited by axum's [`DefaultBodyLimit`](::axum::extract::DefaultBodyLimit), 2 MB unless it is
//! set. A raw body that is declared as [`File`](crate::File) is streamed; all others are read first, files of a form included.
//!
//! **Responses** of lists have their headers by [`on_page`](ApiRouter::on_page), events come from a stream
//! ([`Sse::from_stream`](crate::sse::Sse::from_stream)), and a [`Download`](crate::Download) is made of any [`Body`](crate::Body). A handler
//! that panics gives 500 and says no more to the caller.

mod handler;
mod key;
mod panics;
mod respond;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use ::axum::extract::{FromRequestParts, Request, State};
use ::axum::response::IntoResponseParts;
use ::axum::routing::{MethodFilter, MethodRouter};

use crate::api::Api;
use crate::endpoint::{HostedBy, Operation};
use crate::page::Paginated;
pub use crate::serve::{EncodeResponse, Reply};
use crate::serve::{Reading, unreadable};
use crate::source::ReadError;
pub use handler::{Handler, Paged};
pub use key::Key;
use respond::{Route, RouteFn, Routes, error};

/// A router of an API's operations, with handlers that have a state `S`: made into an axum [`Router`](::axum::Router) by
/// [`into_router`](Self::into_router), or by `into` where one is wanted.
///
/// See the [module](self) for an example.
#[must_use]
pub struct ApiRouter<A, S = ()> {
    routes: Vec<Route<S>>,
    reading: Reading,
    unreadable: Arc<dyn Fn(&ReadError) -> Reply + Send + Sync>,
    /// Where the document of the API is served, and what makes it.
    #[cfg(feature = "dynamic")]
    document: Option<(String, fn() -> serde_json::Value)>,
    api: PhantomData<fn() -> A>,
}

impl<A: Api, S: Clone + Send + Sync + 'static> Default for ApiRouter<A, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Api, S: Clone + Send + Sync + 'static> ApiRouter<A, S> {
    /// Creates a router without operations: it responds with 404 to every request.
    pub fn new() -> Self {
        Self {
            routes: Vec::new(),
            reading: Reading { checked: true, ..Reading::default() },
            unreadable: Arc::new(unreadable),
            #[cfg(feature = "dynamic")]
            document: None,
            api: PhantomData,
        }
    }

    /// Handles an operation. The handler takes extractors and the typed request, and returns the response or an error.
    pub fn on<E, T, H>(self, handler: H) -> Self
    where
        E: HostedBy<A>,
        E::Format: EncodeResponse<E::Response>,
        T: FromRequestParts<S> + Send + 'static,
        H: Handler<E, T, E::Response>,
    {
        self.route::<E, T, _, _>(handler, |response, _| respond::encode::<E>(response))
    }

    /// Handles an operation by a handler that also returns headers, as a pair with the response: anything that axum takes for the
    /// [parts of a response](IntoResponseParts), such as a `HeaderMap` or `[(header::LOCATION, "/book/1")]`.
    pub fn on_with_headers<E, T, P, H>(self, handler: H) -> Self
    where
        E: HostedBy<A>,
        E::Format: EncodeResponse<E::Response>,
        T: FromRequestParts<S> + Send + 'static,
        P: IntoResponseParts + Send + 'static,
        H: Handler<E, T, (P, E::Response)>,
    {
        self.route::<E, T, _, _>(handler, |(parts, response), _| {
            respond::with_headers(respond::encode::<E>(response), parts)
        })
    }

    /// Handles a list by a handler that says where the next page begins: the response has a `Link` header with `rel="next"`, and the
    /// one that the API declares for the length of the whole list ([`Api::TOTAL`]).
    ///
    /// For lists whose pages say it in their bodies, and those that are paged by offset or number, [`on`](Self::on) suffices.
    pub fn on_page<E, T, H>(self, handler: H) -> Self
    where
        E: HostedBy<A> + Paginated,
        E::Format: EncodeResponse<E::Response>,
        T: FromRequestParts<S> + Send + 'static,
        H: Handler<E, T, Paged<E::Response>>,
    {
        self.route::<E, T, _, _>(handler, |paged, query| {
            let headers = paged.headers::<A, E>(query);
            respond::with_headers(respond::encode::<E>(paged.page), headers)
        })
    }

    fn route<E, T, R, H>(mut self, handler: H, encode: fn(R, &str) -> Reply) -> Self
    where
        E: HostedBy<A>,
        T: FromRequestParts<S> + Send + 'static,
        R: 'static,
        H: Handler<E, T, R>,
    {
        let run: RouteFn<S> = Arc::new(move |incoming, state| {
            Box::pin(respond::read::<E, T, S, R, H>(handler.clone(), encode, incoming, state))
        });
        const {
            assert!(
                !E::OPERATION.has_given_url(),
                "an operation at a URL that a response gives has no path of its own"
            );
        }
        let path = format!("{}{}", E::PREFIX, E::OPERATION.path);
        self.routes.push(Route { operation: E::OPERATION, path, run });
        self
    }

    /// Whether unknown fields and values, nulls, and numbers as text are refused (default: no).
    pub fn strict(mut self, strict: bool) -> Self {
        self.reading.strict = strict;
        self
    }

    /// Sets the response to a request that is not as declared (default: the error's text, with status 400, 415 or 422).
    pub fn unreadable(mut self, reply: impl Fn(&ReadError) -> Reply + Send + Sync + 'static) -> Self {
        self.unreadable = Arc::new(reply);
        self
    }

    /// Serves the OpenAPI document of the operations that have a handler, at a path such as `/openapi.json`.
    #[cfg(feature = "dynamic")]
    pub fn openapi(mut self, path: impl Into<String>) -> Self
    where
        A: crate::dynamic::Catalog,
    {
        self.document = Some((path.into(), crate::dynamic::openapi::<A>));
        self
    }

    /// The facts of the operations that have a handler, in the order in which they were given.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        self.routes.iter().map(|route| route.operation)
    }

    /// Makes the router. Other paths, and other methods, get an error response in the shape of the API; to merge it with a router that
    /// has a fallback of its own, call [`reset_fallback`](::axum::Router::reset_fallback) on it.
    ///
    /// # Panics
    /// As axum's own router, when two paths exclude each other; and for a method that the HTTP standard does not name, or a parameter with
    /// slashes that is not the last part of its path.
    #[expect(clippy::panic, reason = "as axum's own router: a mistake in the program, found whenever it starts")]
    pub fn into_router(self) -> ::axum::Router<S> {
        let mut router = ::axum::Router::new();
        #[cfg(feature = "dynamic")]
        if let Some((path, document)) = &self.document {
            let reply = Reply::json(200, &self.handled(document()));
            let body = reply.body.as_bytes().cloned().unwrap_or_default();
            let headers = *reply.headers;
            router = router.route(path, ::axum::routing::get(async move || (headers, body)));
        }
        let mut operations: BTreeMap<(String, &str), Vec<RouteFn<S>>> = BTreeMap::new();
        for route in self.routes {
            let path = axum_path(route.operation, route.path);
            operations.entry((path, route.operation.method)).or_default().push(route.run);
        }
        for ((path, method), routes) in operations {
            let routes = Arc::new(Routes {
                routes,
                reading: self.reading,
                unreadable: self.unreadable.clone(),
                encode_error: A::encode_error,
            });
            let known = http::Method::from_bytes(method.as_bytes()).ok().map(MethodFilter::try_from);
            let Some(Ok(method)) = known else { panic!("{method} {path}: axum routes no such method") };
            let handler = async move |State(state): State<S>, request: Request| routes.respond(request, state).await;
            router = router.route(&path, MethodRouter::new().on(method, handler));
        }
        router
            .fallback(async || error::<A>(404, "not found"))
            .method_not_allowed_fallback(async || error::<A>(405, "method not allowed"))
    }

    /// The document without the operations that have no handler.
    #[cfg(feature = "dynamic")]
    fn handled(&self, mut document: serde_json::Value) -> serde_json::Value {
        if let Some(paths) = document["paths"].as_object_mut() {
            for (path, methods) in paths.iter_mut() {
                let is_handled = |method: &str| {
                    let mut routes = self.routes.iter();
                    routes.any(|route| route.path == *path && route.operation.method.eq_ignore_ascii_case(method))
                };
                if let Some(methods) = methods.as_object_mut() {
                    methods.retain(|method, _| is_handled(method));
                }
            }
            paths.retain(|_, methods| methods.as_object().is_some_and(|methods| !methods.is_empty()));
        }
        document
    }
}

/// The path as axum has it: a parameter that keeps its slashes is a wildcard.
#[expect(clippy::panic, reason = "as `into_router` says")]
fn axum_path(operation: &Operation, path: String) -> String {
    let Some(field) = operation.fields.iter().find(|field| field.slashes) else { return path };
    let parameter = format!("{{{}}}", field.rust);
    let Some(before) = path.strip_suffix(&parameter) else {
        panic!("{path}: axum takes a parameter with slashes only at the end of a path");
    };
    format!("{before}{{*{}}}", field.rust)
}

impl<A: Api, S: Clone + Send + Sync + 'static> From<ApiRouter<A, S>> for ::axum::Router<S> {
    fn from(router: ApiRouter<A, S>) -> Self {
        router.into_router()
    }
}

/// By the operations that it handles.
impl<A, S> fmt::Debug for ApiRouter<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiRouter ")?;
        f.debug_set().entries(self.routes.iter().map(|route| route.operation.qualified_name())).finish()
    }
}
