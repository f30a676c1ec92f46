//! The same calls without async (feature `blocking`): for programs and threads that have no runtime.
//!
//! ```no_run
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! use typed_endpoint::{Retry, blocking};
//!
//! # fn main() -> Result<(), typed_endpoint::Error> {
//! let client = blocking::Client::from(typed_endpoint::Client::<Library>::new().key("12345"));
//! let book = client.call(AddBook::new("Moby-Dick")).run()?;
//! let again = client.call(GetBook::new(&book.id)).with(|call| call.retry(Retry::never())).run()?;
//! for book in client.pages(ListBooks::new()).with(|pages| pages.items()) {
//!     println!("{}", book?.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Everything is set on the asynchronous client, call, upload or wait; [`Blocking::run`] only waits for it, and a `for`
//! loop for the items of what is a stream. One thread, shared by all clones of a client, does the work in between.
//!
//! With a [`Transport`] of your own, and without the feature `tokio`, there is no runtime at all: everything happens on the calling
//! thread. With the feature, pages that are prefetched through such a transport are, too, fetched one after another.
//!
//! In asynchronous code of Tokio a wait would stop everything else that the thread has to do, so it is refused with an error there.
//! It works where blocking is allowed: on threads of your own, in Tokio's `spawn_blocking` and in `block_in_place`.

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::io::{self, Read};
use std::pin::Pin;

use bytes::{Buf, Bytes};
use futures_core::Stream;

use crate::api::Api;
use crate::call::Call;
use crate::download::Download;
use crate::endpoint::HostedBy;
use crate::error::{Error, RequestError};
use crate::page::{Pages, Paginated};
use crate::tus;
use crate::wait::{Awaitable, Wait};
use runtime::Runtime;
pub use transport::{RequestBody, Transport};

mod park;
mod runtime;
mod transport;

/// A blocking client. Made from an asynchronous one, which has all the settings. It has its own connections, unless a
/// transport was set: then the runtime that drives that transport must be running.
pub struct Client<A> {
    client: crate::client::Client<A>,
    runtime: Runtime,
}

impl<A: Api> From<crate::client::Client<A>> for Client<A> {
    fn from(client: crate::client::Client<A>) -> Self {
        Self { client, runtime: Runtime::default() }
    }
}

impl<A: Api> Client<A> {
    /// Creates a blocking client that sends its requests through a [`Transport`] without async.
    pub fn with_transport(client: crate::client::Client<A>, transport: impl Transport) -> Self {
        Self::from(client.transport(transport::Adapter::new(transport)))
    }

    /// A request. [`run`](Blocking::run) sends it.
    pub fn call<E: HostedBy<A>>(&self, request: E) -> Blocking<Call<E>> {
        self.blocking(|client| client.call(request))
    }

    /// The pages of a list, as an iterator; `.with(|pages| pages.items())` is one of the items.
    pub fn pages<E: Paginated + HostedBy<A>>(&self, list: E) -> Blocking<Pages<E>> {
        self.blocking(|client| client.pages(list))
    }

    /// Polls a long-running operation: [`run`](Blocking::run) returns its final state, a `for` loop yields the updates.
    pub fn wait<T: Awaitable<PollRequest: HostedBy<A>>>(&self, what: T) -> Blocking<Wait<T::PollRequest>> {
        self.blocking(|client| client.wait(what))
    }

    /// Uploads a file to a tus endpoint.
    pub fn tus(&self, endpoint: impl Into<crate::Secret>, file: impl Into<crate::File>) -> Blocking<tus::Upload> {
        self.blocking(|client| client.tus(endpoint, file))
    }

    /// Downloads a URL. The response is a [`Read`].
    ///
    /// # Errors
    /// Those of the asynchronous client; always inside of a runtime.
    pub fn download(&self, url: &str) -> Result<DownloadReader, Error> {
        let download = self.runtime.block_on(|| self.client.download(url))??;
        Ok(self.read(download))
    }

    /// The [`Read`] of a download that a call returned.
    pub fn read(&self, download: Download) -> DownloadReader {
        DownloadReader { download, runtime: self.runtime.clone(), chunk: Bytes::new() }
    }

    /// The iterator of a stream that a call returned, such as server-sent events. Inside of a runtime, each item is an error.
    pub fn iterate<S: Stream + Unpin>(&self, stream: S) -> Iter<S> {
        Iter { stream, runtime: self.runtime.clone(), refused: false }
    }

    /// Blocks on any other future or stream of the asynchronous client.
    pub fn blocking<T>(&self, make: impl FnOnce(&crate::client::Client<A>) -> T) -> Blocking<T> {
        Blocking { what: make(&self.client), runtime: self.runtime.clone() }
    }
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), runtime: self.runtime.clone() }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// Something asynchronous that can be waited for: what is a future by [`run`](Self::run), what is a stream by a `for`
/// loop.
#[must_use = "nothing happens before it is run"]
pub struct Blocking<T> {
    what: T,
    runtime: Runtime,
}

impl<T> Blocking<T> {
    /// Changes what is waited for: all settings are there.
    pub fn with<U>(self, settings: impl FnOnce(T) -> U) -> Blocking<U> {
        Blocking { what: settings(self.what), runtime: self.runtime }
    }

    /// Waits for it.
    ///
    /// # Errors
    /// Its own, and one that says so inside of an asynchronous runtime.
    pub fn run<V, E>(self) -> Result<V, E>
    where
        T: IntoFuture<Output = Result<V, E>>,
        E: From<RequestError>,
    {
        self.runtime.block_on(|| self.what.into_future())?
    }
}

impl<T> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").field("what", &std::any::type_name::<T>()).finish_non_exhaustive()
    }
}

impl<S, V, E> IntoIterator for Blocking<S>
where
    S: Stream<Item = Result<V, E>> + Unpin,
    E: From<RequestError>,
{
    type Item = Result<V, E>;
    type IntoIter = Iter<S>;

    fn into_iter(self) -> Iter<S> {
        Iter { stream: self.what, runtime: self.runtime, refused: false }
    }
}

/// The items of a stream, as an iterator.
#[must_use = "nothing happens before it is iterated"]
pub struct Iter<S> {
    stream: S,
    runtime: Runtime,
    refused: bool,
}

impl<S> Iter<S> {
    /// The stream itself, for its other accessors.
    pub fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S, V, E> Iterator for Iter<S>
where
    S: Stream<Item = Result<V, E>> + Unpin,
    E: From<RequestError>,
{
    type Item = Result<V, E>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.refused {
            return None;
        }
        let stream = &mut self.stream;
        match self.runtime.block_on(|| poll_fn(move |cx| Pin::new(&mut *stream).poll_next(cx))) {
            Ok(item) => item,
            Err(error) => {
                self.refused = true;
                Some(Err(error.into()))
            }
        }
    }
}

impl<S> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

/// The body of a download, read while it arrives.
#[derive(Debug)]
pub struct DownloadReader {
    download: Download,
    runtime: Runtime,
    chunk: Bytes,
}

impl DownloadReader {
    /// The download itself: its status, headers and length.
    pub fn download(&self) -> &Download {
        &self.download
    }
}

impl Read for DownloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self { download, runtime, chunk } = self;
        read_chunks(chunk, buffer, || Ok(runtime.block_on(|| download.chunk()).map_err(io::Error::other)??))
    }
}

/// Reads what arrives in chunks. `chunk`: what is left of the last one.
fn read_chunks(
    chunk: &mut Bytes,
    buffer: &mut [u8],
    mut next: impl FnMut() -> io::Result<Option<Bytes>>,
) -> io::Result<usize> {
    while chunk.is_empty() && !buffer.is_empty() {
        match next()? {
            Some(next) => *chunk = next,
            None => return Ok(0),
        }
    }
    let count = chunk.len().min(buffer.len());
    chunk.copy_to_slice(&mut buffer[..count]);
    Ok(count)
}
