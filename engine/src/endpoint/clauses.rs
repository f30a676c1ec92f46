//! The clauses of a declaration.

use std::any::Any;
use std::time::Duration;

use super::check;
use super::operation::{Host, Operation, Paging};

/// The clauses of [`endpoint!`](macro@crate::endpoint): `id("getBook")` in a declaration calls [`id`](Self::id). Each may
/// be used once.
impl Operation {
    /// Declares the operation's id in the API's specification, which is also an alias in the search of rustdoc (default: none).
    #[must_use]
    pub const fn id(self, id: &'static str) -> Self {
        assert!(self.id.is_none(), "the clause `id` is declared twice");
        Self { id: Some(id), ..self }
    }

    /// Declares the status of a success (default: 204 without a body, else 200): fakes respond with it and documents say it, calls
    /// accept any 2xx.
    #[must_use]
    pub const fn status(self, status: u16) -> Self {
        assert!(!self.declares_status, "the clause `status` is declared twice");
        assert!(status >= 200 && status < 300, "the status of a success is 200 to 299");
        assert!(self.statuses.is_empty(), "`match` declares the statuses already");
        Self { status, declares_status: true, ..self }
    }

    /// Declares another status of a success, for documents (default: none): one of 204 or 205 has no body.
    #[must_use]
    pub const fn or_status(self, status: u16) -> Self {
        assert!(self.or_status.is_none(), "the clause `or_status` is declared twice");
        assert!(status >= 200 && status < 300, "the status of a success is 200 to 299");
        assert!(self.statuses.is_empty(), "`match` declares the statuses already");
        Self { or_status: Some(status), ..self }
    }

    /// Declares whether a request may be sent again after it may have arrived (default: GET, HEAD, PUT, DELETE and
    /// OPTIONS may). `retryable` is short for `retryable(true)`.
    #[must_use]
    pub const fn retryable(self, retryable: bool) -> Self {
        assert!(!self.declares_retryable, "the clause `retryable` is declared twice");
        Self { retryable, declares_retryable: true, ..self }
    }

    /// Declares a function that decides whether a request may be sent again: a `fn(&Request) -> bool`, where `Request` is the
    /// declared type, by its path or as a closure: `retryable_if(|request| request.idempotency_key.is_some())`.
    #[must_use]
    pub const fn retryable_if(self, check: fn(&dyn Any) -> bool) -> Self {
        Self { retryable_if: Some(check), ..self.retryable(true) }
    }

    /// Declares that no key is sent (default: it is).
    #[must_use]
    pub const fn no_auth(self) -> Self {
        assert!(self.auth, "the clause `no_auth` is declared twice");
        Self { auth: false, ..self }
    }

    /// Sets the idle time-out of an attempt in seconds: how long no data may arrive (default: [`Api::TIMEOUT`](crate::Api::TIMEOUT)).
    /// A client's own setting takes precedence.
    #[must_use]
    pub const fn timeout(self, seconds: u64) -> Self {
        assert!(!self.declares_timeout, "the clause `timeout` is declared twice");
        Self { timeout: Some(Duration::from_secs(seconds)), declares_timeout: true, ..self }
    }

    /// Declares a list that comes in pages, for [`Client::pages`](crate::Client::pages) (default: one response holds everything).
    /// `paged` is short for `paged(Cursor)`; the value is a variant of [`Paging`].
    #[must_use]
    pub const fn paged(self, paging: Paging) -> Self {
        assert!(self.paged.is_none(), "the clause `paged` is declared twice");
        Self { paged: Some(paging), ..self }
    }

    /// Declares the field that takes the cursor, or the number, of a page: `cursor(since)`, or a member of its JSON, `cursor(variables.after)`,
    /// by the member's name on the wire (default: the field with the wire name [`Api::CURSOR`](crate::Api::CURSOR)).
    #[must_use]
    pub const fn cursor(self, field: &'static str) -> Self {
        assert!(self.cursor.is_none(), "the clause `cursor` is declared twice");
        assert!(check::named_field(self.fields, field).is_some(), "the clause `cursor` names no field of the request");
        Self { cursor: Some(field), ..self }
    }

    /// Declares a server of the operation's own, by its base URL, in place of the API's (default: the client's). A client whose server
    /// was set by its URL ([`Client::server`](crate::Client::server)), for a fake server say, sends the operation there.
    #[must_use]
    pub const fn server(self, url: &'static str) -> Self {
        assert!(self.server.is_none(), "the clause `server` is declared twice");
        assert!(!self.has_given_url(), "an operation whose path is `{{url}}` has no server of its own");
        Self { server: Some(url), ..self }
    }

    /// Declares the version of the API that the operation came with, for documents (default: none).
    #[must_use]
    pub const fn since(self, version: &'static str) -> Self {
        assert!(self.since.is_none(), "the clause `since` is declared twice");
        Self { since: Some(version), ..self }
    }

    /// Declares the version of the API that no longer has the operation, and what to use in its place, for documents and for the
    /// error of a call that a server does not know (404, 405, 410): `removed("0.10", "use Find")`. It is then deprecated, too
    /// (default: none).
    #[must_use]
    pub const fn removed(self, version: &'static str, instead: &'static str) -> Self {
        assert!(self.removed.is_none(), "the clause `removed` is declared twice");
        Self { removed: Some((version, instead)), deprecated: true, ..self }
    }

    /// Declares that another API has the operation, too, below a prefix: `hosted(Archive, "/library")` (default: none).
    #[must_use]
    pub const fn hosted(self, hosted: &'static [Host]) -> Self {
        assert!(self.hosted.is_empty(), "the clause `hosted` is declared twice");
        Self { hosted, ..self }
    }
}
