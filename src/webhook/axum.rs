//! Webhook deliveries as arguments of axum handlers.
//!
//! [`Event`] and [`AccessRequest`] are extractors: a handler that takes one runs only for what Studio
//! sent. The [`Verifier`] is the state of the router, or comes out of it by `FromRef`. An
//! [`AccessDecision`] can be returned as it is. The limit axum sets on bodies (2 MB) applies.
//!
//! ```
//! use axum::{Router, routing::post};
//! use livepeer::webhook::{AccessDecision, AccessRequest, Event, Verifier};
//!
//! async fn hook(event: Event) {
//!     println!("{}", event.payload.name());
//! }
//!
//! async fn gate(request: AccessRequest) -> AccessDecision {
//!     AccessDecision::from(has_paid(request.access_key.expose()))
//! }
//!
//! # fn has_paid(_viewer: &str) -> bool { true }
//! let app: Router = Router::new()
//!     .route("/hook", post(hook))
//!     .route("/gate", post(gate))
//!     .with_state(Verifier::new("the webhook's shared secret"));
//! ```

use std::fmt;

use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use typed_endpoint::write_causes;

use super::{AccessDecision, AccessRequest, Event, Verifier, VerifyError};

/// Why a handler was not run. `{:#}` adds the causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum WebhookRejection {
    /// The body did not arrive, or is too large.
    Body(#[from] BytesRejection),
    /// The delivery was not accepted. The response has [`VerifyError::status`].
    Verify(#[from] VerifyError),
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body(_) => "the webhook's body did not arrive",
            Self::Verify(_) => "the webhook was not accepted",
        })?;
        write_causes(self, f)
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        match self {
            Self::Body(rejection) => rejection.into_response(),
            // The message alone: its source may quote the body.
            Self::Verify(error) => (error.status(), error.to_string()).into_response(),
        }
    }
}

impl<S> FromRequest<S> for Event
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        verified(request, state, Verifier::verify).await
    }
}

impl<S> FromRequest<S> for AccessRequest
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        verified(request, state, Verifier::verify_access).await
    }
}

async fn verified<S, T>(
    request: Request,
    state: &S,
    verify: fn(&Verifier, &HeaderMap, &[u8]) -> Result<T, VerifyError>,
) -> Result<T, WebhookRejection>
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    let headers = request.headers().clone();
    let body = bytes::Bytes::from_request(request, state).await?;
    Ok(verify(&Verifier::from_ref(state), &headers, &body)?)
}

impl IntoResponse for AccessDecision {
    fn into_response(self) -> Response {
        http::Response::<Body>::from(self)
    }
}
