//! The client of Livepeer's APIs.

use typed_endpoint::RequestError;

use crate::{Ai, Studio};

typed_endpoint::client! {
    /// A client of one of Livepeer's APIs: of Livepeer Studio unless said otherwise.
    ///
    /// Pointer-sized; clones share connections and the budget for retries. It derefs to
    /// [`typed_endpoint::Client`], which has the methods that make calls.
    ///
    /// ```
    /// use livepeer::{Client, Retry};
    /// use std::time::Duration;
    ///
    /// let client = Client::studio("API_KEY")
    ///     .retry(Retry::attempts(5))
    ///     .timeout(Duration::from_secs(20))
    ///     .user_agent("my-app/1.0");
    /// client.check()?;
    /// # Ok::<(), livepeer::RequestError>(())
    /// ```
    pub struct Client<A = Studio>;
}

impl Client<Studio> {
    /// A client of Livepeer Studio with this API key.
    pub fn studio(key: impl AsRef<str>) -> Self {
        Self::new().key(key)
    }

    /// Creates a client of Livepeer Studio's staging server with this API key.
    pub fn studio_staging(key: impl AsRef<str>) -> Self {
        Self::studio(key).server_index(1)
    }

    /// A client of Livepeer Studio configured by the environment: the key from `LIVEPEER_API_KEY`, and the base URL from
    /// `LIVEPEER_BASE_URL` if it is there.
    ///
    /// # Errors
    /// When there is no key, or the URL is not one.
    pub fn from_env() -> Result<Self, RequestError> {
        let key = std::env::var("LIVEPEER_API_KEY").ok().filter(|key| !key.trim().is_empty());
        let key = key.ok_or_else(|| RequestError::Key {
            reason: "there is no API key: set the environment variable LIVEPEER_API_KEY".into(),
        })?;
        let mut client = Self::studio(key);
        if let Ok(url) = std::env::var("LIVEPEER_BASE_URL") {
            client = client.server(url);
        }
        client.check()?;
        Ok(client)
    }
}

impl Client<Ai> {
    /// A client of the community gateway, which needs no key.
    pub fn ai() -> Self {
        Self::new()
    }
}
