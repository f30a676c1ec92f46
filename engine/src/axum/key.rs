//! The key of a request.

use std::fmt;
use std::marker::PhantomData;

use ::axum::extract::{FromRequestParts, OptionalFromRequestParts};
use ::axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::request::Parts;

use super::respond::error;
use crate::api::{Api, Auth};
use crate::link::query_param;
use crate::secret::Secret;

/// The key that a request was sent with, as the API says how ([`Api::AUTH`]): an extractor. A request without one gets 401 in the shape
/// of the API's errors; `Option<Key<A>>` lets it through. With [`Auth::Basic`] the key is `user:password`.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::axum::{ApiRouter, Key, Reply};
///
/// async fn remove_book(key: Key<Library>, remove: RemoveBook) -> Result<(), Reply> {
///     match key.expose() {
///         "librarian" => Ok(()),
///         _ => Err(Reply::error(403, "only librarians remove books")),
///     }
/// }
///
/// let library = ApiRouter::<Library>::new().on(remove_book);
/// # let _: axum::Router = library.into();
/// ```
///
/// Compare keys in constant time, or look up their hashes: how long `==` takes tells how much of a guess is right.
pub struct Key<A> {
    secret: Secret,
    api: PhantomData<fn() -> A>,
}

impl<A> Key<A> {
    /// The text of the key.
    pub fn expose(&self) -> &str {
        self.secret.expose()
    }

    /// The key as a secret, which no output shows.
    pub fn into_secret(self) -> Secret {
        self.secret
    }
}

impl<A: Api> Key<A> {
    fn of(parts: &Parts) -> Option<Self> {
        let header = |name: &str| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
        let credentials = |wanted: &str| {
            let value = header(AUTHORIZATION.as_str())?;
            let (scheme, credentials) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case(wanted).then(|| credentials.trim().to_owned())
        };
        let key = match A::AUTH {
            Auth::Bearer => credentials("bearer"),
            Auth::Basic => String::from_utf8(BASE64_STANDARD.decode(credentials("basic")?).ok()?).ok(),
            Auth::Header(name) => header(name),
            Auth::Query(name) => query_param(&parts.uri.to_string(), name),
        };
        let secret = key.filter(|key| !key.is_empty())?.into();
        Some(Self { secret, api: PhantomData })
    }
}

impl<A: Api, S: Sync> FromRequestParts<S> for Key<A> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        Self::of(parts).ok_or_else(|| {
            let mut response = error::<A>(401, "the request has no key");
            let scheme = match A::AUTH {
                Auth::Bearer => "Bearer",
                Auth::Basic => "Basic charset=\"UTF-8\"",
                Auth::Header(_) | Auth::Query(_) => return response,
            };
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
            response
        })
    }
}

impl<A: Api, S: Sync> OptionalFromRequestParts<S> for Key<A> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Response> {
        Ok(Self::of(parts))
    }
}

/// Without the key.
impl<A> fmt::Debug for Key<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.secret).finish()
    }
}
