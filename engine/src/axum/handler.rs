//! What handlers take and return.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::api::{Api, Auth};
use crate::encode::push_query;
use crate::endpoint::{Endpoint, Paging};
use crate::link::query_param;
use crate::serve::Reply;

/// An async function that handles an operation `E`: from extractors `T` and the request to `Result<R, Reply>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle `{E}`",
    note = "a handler is an async function: its last argument is the request, those before are extractors of parts; it returns \
            `Result<Response, Reply>` with the declared response"
)]
pub trait Handler<E: Endpoint, T, R>: Clone + Send + Sync + 'static {
    /// Calls the function.
    fn call(self, extracted: T, request: E) -> impl Future<Output = Result<R, Reply>> + Send + 'static;
}

macro_rules! handlers {
    ($([$($extracted:ident)*])*) => {$(
        impl<E, R, F, Fut, $($extracted),*> Handler<E, ($($extracted,)*), R> for F
        where
            E: Endpoint,
            F: Fn($($extracted,)* E) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Result<R, Reply>> + Send + 'static,
        {
            #[allow(non_snake_case)]
            fn call(self, ($($extracted,)*): ($($extracted,)*), request: E) -> impl Future<Output = Result<R, Reply>> + Send + 'static {
                self($($extracted,)* request)
            }
        }
    )*};
}

handlers! {
    []
    [T1]
    [T1 T2]
    [T1 T2 T3]
    [T1 T2 T3 T4]
    [T1 T2 T3 T4 T5]
    [T1 T2 T3 T4 T5 T6]
    [T1 T2 T3 T4 T5 T6 T7]
    [T1 T2 T3 T4 T5 T6 T7 T8]
}

/// A page of a list, with what the headers say of it ([`ApiRouter::on_page`](super::ApiRouter::on_page)).
///
/// ```
/// use typed_endpoint::axum::Paged;
///
/// let page = Paged::new(vec!["Emma", "Persuasion"]).next("3".to_owned()).total(7);
/// # let _ = page;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Paged<T> {
    pub(super) page: T,
    next: Option<String>,
    total: Option<u64>,
}

impl<T> Paged<T> {
    /// The last page of a list.
    pub const fn new(page: T) -> Self {
        Self { page, next: None, total: None }
    }

    /// Sets where the next page begins, for lists that are `paged(Link)` by its URL, which may be relative to this page's; `None` if this
    /// is the last one.
    pub fn next(self, cursor: impl Into<Option<String>>) -> Self {
        Self { next: cursor.into(), ..self }
    }

    /// Sets how many items the whole list holds, for an API that declares a header for that.
    pub fn total(self, items: u64) -> Self {
        Self { total: Some(items), ..self }
    }

    /// The headers of the response to a request of `E` with this query, to a router of `A`.
    pub(super) fn headers<A: Api, E: Endpoint>(&self, query: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(next) = &self.next {
            let target = match E::OPERATION.paged {
                // The URL itself, in which the sign would end it.
                Some(Paging::Link) => next.replace('>', "%3E"),
                _ => next_target::<A, E>(query, next),
            };
            if let Ok(link) = HeaderValue::try_from(format!("<{target}>; rel=\"next\"")) {
                headers.insert(http::header::LINK, link);
            }
        }
        let total = E::Api::TOTAL.and_then(|name| HeaderName::try_from(name).ok()).zip(self.total);
        if let Some((name, total)) = total {
            headers.insert(name, total.into());
        }
        headers
    }
}

/// The query of the next page: relative to the request, so that it holds wherever the router is. The key is not in it: links are logged,
/// and the client has its own.
fn next_target<A: Api, E: Endpoint>(query: &str, cursor: &str) -> String {
    let name = E::OPERATION.cursor_name(E::Api::CURSOR);
    let key = match A::AUTH {
        Auth::Query(name) => Some(name),
        _ => None,
    };
    // However it is encoded.
    let is = |pair: &str, name: &str| query_param(&format!("?{pair}"), name).is_some();
    let is_kept = |pair: &&str| !is(pair, name) && !key.is_some_and(|key| is(pair, key));
    let kept: Vec<_> = query.split('&').filter(is_kept).collect();
    let mut target = kept.join("&");
    if !target.is_empty() {
        target.insert(0, '?');
    }
    push_query(&mut target, name, cursor);
    target
}
