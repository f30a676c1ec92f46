//! The same calls without async (feature `blocking`): for programs and threads that have no runtime.
//!
//! ```no_run
//! use livepeer::{Retry, blocking, stream};
//!
//! # fn main() -> Result<(), livepeer::Error> {
//! let client = blocking::Client::from(livepeer::Client::studio("API_KEY"));
//! let stream = client.call(stream::Create::new("my stream")).run()?;
//! let again = client.call(stream::Get::new(&stream.id)).with(|call| call.retry(Retry::never())).run()?;
//! for stream in client.pages(stream::List::new()).with(|pages| pages.items()) {
//!     println!("{}", stream?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Everything else is documented in [`typed_endpoint::blocking`].

use std::ops::Deref;

pub use typed_endpoint::blocking::{Blocking, DownloadReader, Iter, RequestBody, Transport};

use crate::Studio;
use crate::asset::{Upload, Uploading};

/// A client without async, made from an asynchronous one, which has all the settings. It derefs to
/// [`typed_endpoint::blocking::Client`], which makes the calls.
#[derive(Debug)]
pub struct Client<A = Studio>(typed_endpoint::blocking::Client<A>);

impl<A: crate::Api> Client<A> {
    /// Creates a blocking client that sends its requests through a transport without async; without the feature `tokio`, there is
    /// no runtime at all.
    pub fn with_transport(client: crate::Client<A>, transport: impl Transport) -> Self {
        Self(typed_endpoint::blocking::Client::with_transport(client.into(), transport))
    }
}

impl Client<Studio> {
    /// Uploads a file to a new asset.
    pub fn upload(&self, upload: Upload) -> Blocking<Uploading> {
        self.0.blocking(|client| crate::Client::from(client.clone()).upload(upload))
    }
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A> Deref for Client<A> {
    type Target = typed_endpoint::blocking::Client<A>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<A: crate::Api> From<crate::Client<A>> for Client<A> {
    fn from(client: crate::Client<A>) -> Self {
        Self(typed_endpoint::Client::from(client).into())
    }
}
