//! Keys that expire: fetched once, kept until shortly before they do, and fetched again when the server no longer accepts them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::api::Auth;
use crate::error::{BoxError, RequestError};
use crate::runtime::{Instant, Turns};
use crate::secret::Secret;
use crate::settings::Credential;
use crate::transport::BoxFuture;

/// A key that expires, such as an access token of OAuth 2: what a function given to
/// [`Client::token_provider`](crate::Client::token_provider) returns.
#[derive(Clone, Debug)]
pub struct Token {
    key: Secret,
    lifetime: Option<Duration>,
}

impl Token {
    /// A key that is valid until the server refuses it.
    pub fn new(key: impl Into<Secret>) -> Self {
        Self { key: key.into(), lifetime: None }
    }

    /// Sets how long it is valid from now on (`expires_in` of OAuth 2): it is renewed a minute before, or after nine tenths of a time
    /// that is shorter than ten minutes.
    #[must_use]
    pub fn expires_in(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }
}

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// Fetches a token.
type Provider = Box<dyn Fn() -> BoxFuture<'static, Result<Token, BoxError>> + Send + Sync>;

/// The token of a client and of its clones.
pub(crate) struct Tokens {
    provider: Provider,
    /// One fetches, the others wait for what it gets.
    turns: Turns,
    current: Mutex<Option<Current>>,
}

struct Current {
    credential: Arc<Credential>,
    /// When it is renewed.
    until: Option<Instant>,
}

impl Tokens {
    pub(crate) fn new(provider: Provider) -> Self {
        Self { provider, turns: Turns::default(), current: Mutex::default() }
    }

    /// The token, fetched if there is none, or if the one there is ends soon.
    pub(crate) fn get(self: Arc<Self>, auth: Auth) -> BoxFuture<'static, Result<Arc<Credential>, RequestError>> {
        Box::pin(async move { self.fetch(auth).await })
    }

    /// Forgets a token that the server refused, unless another has been fetched.
    pub(crate) fn forget(&self, refused: &Arc<Credential>) {
        let mut current = self.lock();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(refused, &current.credential)) {
            *current = None;
        }
    }

    async fn fetch(&self, auth: Auth) -> Result<Arc<Credential>, RequestError> {
        if let Some(credential) = self.current() {
            return Ok(credential);
        }
        let _turn = self.turns.wait().await;
        // Another call may have fetched it meanwhile.
        if let Some(credential) = self.current() {
            return Ok(credential);
        }
        let began = Instant::now();
        let token = (self.provider)().await.map_err(RequestError::key_provider)?;
        let credential = Credential::new(auth, token.key.expose());
        let kept = token.lifetime.map(|lifetime| lifetime.saturating_sub(MARGIN.min(lifetime / 10)));
        // A time that is too long to be added never ends.
        let until = kept.and_then(|kept| began.checked_add(kept));
        *self.lock() = Some(Current { credential: credential.clone(), until });
        Ok(credential)
    }

    fn current(&self) -> Option<Arc<Credential>> {
        let current = self.lock();
        let current = current.as_ref()?;
        current.until.is_none_or(|until| Instant::now() < until).then(|| current.credential.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
