//! Calls by name.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde_json::Value;

use super::arguments;
use super::entry::{Catalog, Entry, entry};
use super::format::FormatOutput;
use super::output::{Document, Documents, NamedPage, Output};
use crate::call::Call;
use crate::client::Client;
use crate::endpoint::{Endpoint, Operation};
use crate::error::{Error, RequestError};
use crate::page::{Paginated, pages};
use crate::retry::Retry;
use crate::transport::BoxFuture;

impl<A: Catalog> Client<A> {
    /// Prepares a call of an operation that is known by its name only, with JSON in and out: see the [module](super).
    ///
    /// The name is that of the declaration (`book.create`) or the operation's id in the API's specification. The arguments are an
    /// object of the request's fields, by their names in Rust or on the wire; a file is its path, or an object with `path` or
    /// `bytes` (base64), and `name` and `content_type` where they matter. What is left out has the value that `new` sets, and is not sent if
    /// that sets none. Unknown names and values are refused: whoever writes JSON by hand mistypes it.
    ///
    /// A mistake is reported when the call is awaited.
    pub fn call_named(&self, name: &str, arguments: Value) -> NamedCall {
        NamedCall { started: start(self, name, arguments) }
    }
}

fn start<A: Catalog>(client: &Client<A>, name: &str, arguments: Value) -> Result<Box<dyn AnyCall>, RequestError> {
    let entry: &Entry = entry::<A>(name)?;
    let arguments = arguments::by_rust_name(entry, arguments)?;
    // `entry` has found it among those that the API hosts.
    let prefix = entry.prefix(A::NAME).unwrap_or_default();
    entry.start(client.settings().clone(), prefix, arguments).map_err(|error| arguments::explain(entry, &error))
}

/// A call by name that has not been sent: `.await` sends it and returns the [`Output`]. Made by [`Client::call_named`].
#[must_use = "a call does nothing until it is awaited"]
#[derive(Debug)]
pub struct NamedCall {
    started: Result<Box<dyn AnyCall>, RequestError>,
}

impl NamedCall {
    /// Sets the retry policy of this call, as [`Call::retry`].
    pub fn retry(self, retry: Retry) -> Self {
        self.with(|call| call.retry(retry))
    }

    /// Sets how long an attempt may go without a byte sent or received, as [`Call::timeout`].
    pub fn timeout(self, idle: Duration) -> Self {
        self.with(|call| call.timeout(idle))
    }

    /// Sets how long the call may take in total, as [`Call::deadline`].
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|call| call.deadline(deadline))
    }

    fn with(self, change: impl FnOnce(Box<dyn AnyCall>) -> Box<dyn AnyCall>) -> Self {
        Self { started: self.started.map(change) }
    }

    /// The facts of the operation; `None` if the name or an argument is wrong.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.started.as_ref().ok().map(|call| call.operation())
    }

    /// The request as a `curl` command with secrets redacted, as [`Call::to_curl`].
    ///
    /// # Errors
    /// When the name or an argument is wrong, or the request cannot be sent as it is.
    pub fn to_curl(&self) -> Result<String, Error> {
        match &self.started {
            Ok(call) => call.to_curl(),
            Err(error) => Err(error.clone().into()),
        }
    }

    /// The same command with all secrets, key included, as [`Call::to_curl_with_secrets`].
    ///
    /// # Errors
    /// As for [`to_curl`](Self::to_curl), and when the function that gives the key fails.
    pub async fn to_curl_with_secrets(&self) -> Result<String, Error> {
        match &self.started {
            Ok(call) => call.to_curl_with_secrets().await,
            Err(error) => Err(error.clone().into()),
        }
    }

    /// One page of a list, as JSON: the first one without a `cursor`, or the one that the [`next_cursor`](NamedPage::next_cursor) of
    /// the page before leads to. For programs that keep nothing between pages.
    ///
    /// # Errors
    /// When the name or an argument is wrong, the operation is no list that comes in pages, or the call fails.
    pub async fn page(self, cursor: Option<String>) -> Result<NamedPage, Error> {
        let call = self.started?;
        let operation = call.operation();
        match call.page(cursor) {
            Some(page) => page.await,
            None => Err(no_list(operation).into()),
        }
    }

    /// The items of all pages of a list, to its true end, as JSON; as [`Client::pages`].
    ///
    /// # Errors
    /// When the name or an argument is wrong, or the operation is no list that comes in pages.
    pub fn items(self) -> Result<Documents, Error> {
        let call = self.started?;
        let operation = call.operation();
        call.items().ok_or_else(|| no_list(operation).into())
    }
}

fn no_list(operation: &Operation) -> RequestError {
    RequestError::other(format!("{} is no list that comes in pages", operation.qualified_name()))
}

impl IntoFuture for NamedCall {
    type Output = Result<Output, Error>;
    type IntoFuture = BoxFuture<'static, Result<Output, Error>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.started {
            Ok(call) => call.send(),
            Err(error) => Box::pin(std::future::ready(Err(error.into()))),
        }
    }
}

/// A [`Call`] of forgotten type.
pub(super) trait AnyCall: fmt::Debug + Send + Sync {
    fn operation(&self) -> &'static Operation;
    fn retry(self: Box<Self>, retry: Retry) -> Box<dyn AnyCall>;
    fn timeout(self: Box<Self>, idle: Duration) -> Box<dyn AnyCall>;
    fn deadline(self: Box<Self>, deadline: Duration) -> Box<dyn AnyCall>;
    fn to_curl(&self) -> Result<String, Error>;
    fn to_curl_with_secrets(&self) -> BoxFuture<'_, Result<String, Error>>;
    fn send(self: Box<Self>) -> BoxFuture<'static, Result<Output, Error>>;
    /// The items of all pages; `None` if it is no such list.
    fn items(self: Box<Self>) -> Option<Documents>;
    /// One page; `None` if it is no such list.
    fn page(self: Box<Self>, cursor: Option<String>) -> Option<BoxFuture<'static, Result<NamedPage, Error>>>;
}

#[derive(Debug)]
pub(super) struct OneCall<E>(pub(super) Call<E>);

#[derive(Debug)]
pub(super) struct PagedCall<E>(pub(super) Call<E>);

macro_rules! any_call {
    ($call:ident<$e:ident: $bound:path> $($list:item)+) => {
        impl<$e: $bound> AnyCall for $call<$e>
        where
            $e::Format: FormatOutput<$e::Response>,
        {
            fn operation(&self) -> &'static Operation {
                $e::OPERATION
            }

            fn retry(self: Box<Self>, retry: Retry) -> Box<dyn AnyCall> {
                Box::new(Self(self.0.retry(retry)))
            }

            fn timeout(self: Box<Self>, idle: Duration) -> Box<dyn AnyCall> {
                Box::new(Self(self.0.timeout(idle)))
            }

            fn deadline(self: Box<Self>, deadline: Duration) -> Box<dyn AnyCall> {
                Box::new(Self(self.0.deadline(deadline)))
            }

            fn to_curl(&self) -> Result<String, Error> {
                self.0.to_curl().map_err(Error::from)
            }

            fn to_curl_with_secrets(&self) -> BoxFuture<'_, Result<String, Error>> {
                Box::pin(async { self.0.to_curl_with_secrets().await.map_err(Error::from) })
            }

            fn send(self: Box<Self>) -> BoxFuture<'static, Result<Output, Error>> {
                let sending = self.0.into_future();
                Box::pin(async move { Ok($e::Format::output(sending.await?)) })
            }

            $($list)+
        }
    };
}

any_call! {
    OneCall<E: Endpoint>
    fn items(self: Box<Self>) -> Option<Documents> {
        None
    }
    fn page(self: Box<Self>, _: Option<String>) -> Option<BoxFuture<'static, Result<NamedPage, Error>>> {
        None
    }
}

any_call! {
    PagedCall<E: Paginated>
    fn items(self: Box<Self>) -> Option<Documents> {
        Some(Documents::of_list(pages(self.0).items()))
    }
    fn page(self: Box<Self>, cursor: Option<String>) -> Option<BoxFuture<'static, Result<NamedPage, Error>>> {
        let mut pages = pages(self.0);
        if let Some(cursor) = cursor {
            pages = pages.from_cursor(cursor);
        }
        Some(Box::pin(async move {
            let items = pages.next().await.transpose()?.unwrap_or_default();
            let items = items.iter().map(|item| Document::new(item)).collect();
            Ok(NamedPage { items, next_cursor: pages.cursor().map(str::to_owned) })
        }))
    }
}
