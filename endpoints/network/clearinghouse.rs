//! The operations of clearinghouses, which sell payments on the network to people without a wallet.

use http::{HeaderMap, StatusCode};
use typed_endpoint::codec::from_json;
use typed_endpoint::{Api, Case, ErrorBody};

use crate::endpoints::prelude::*;

/// A clearinghouse: it has accounts, and a signer in front of which it decides who may pay. Its key is a user's (`sk_…`), or a
/// token that it issued.
///
/// There is none for everybody: name one by [`Client::server`](typed_endpoint::Client::server) (default: one on this machine). What is declared here is
/// what those agree in that are known; it was read, and not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearinghouse {}

impl Api for Clearinghouse {
    const NAME: &'static str = "Livepeer clearinghouse";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:3001"];
    const CASE: Case = Case::Camel;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    type Error = TokenError;

    /// As OAuth does.
    fn encode_error(status: StatusCode, message: &str) -> Vec<u8> {
        let error = match status {
            StatusCode::UNAUTHORIZED => "invalid_client",
            _ if status.is_server_error() => "server_error",
            _ => "invalid_request",
        };
        serde_json::json!({ "error": error, "error_description": message }).to_string().into_bytes()
    }
}

operations! {
    // Retryable: a second token does no harm.
    endpoint! {
        /// Exchanges a token, or a user's key, for one that the signer accepts (RFC 8693).
        pub ExchangeToken: Clearinghouse = POST "/api/v1/oidc/token" form {
            const grant_type as "grant_type": &'static str = "urn:ietf:params:oauth:grant-type:token-exchange",
            /// The token to be exchanged.
            subject_token as "subject_token": Secret,
            /// Its kind (default: an access token).
            subject_token_type as "subject_token_type"?: String = "urn:ietf:params:oauth:token-type:access_token",
            /// The kind of token wanted (default: the server's choice).
            requested_token_type as "requested_token_type"?: String,
            /// What the token is for, such as `sign:job`.
            scope?: String,
            /// Who accepts the token.
            audience?: String,
            /// What the token gives access to, as a URI.
            resource?: String,
            /// The program's id, if it has one.
            client_id as "client_id"?: String,
            /// The program's secret, if it has one.
            client_secret as "client_secret"?: Secret,
        } -> Token, retryable, no_auth
    }
    endpoint! {
        /// Retrieves what the key's user has used.
        pub GetUsage: Clearinghouse = GET "/api/v1/users/me/usage" -> Value
    }
    endpoint! {
        /// Retrieves what the key's user may still spend.
        pub GetBalance: Clearinghouse = GET "/api/v1/users/me/usage/balance" -> Balance
    }
}

model! {
    /// A token.
    pub struct Token: Clearinghouse {
        /// The token: the key of the signer.
        access_token as "access_token": Secret,
        /// Its kind.
        issued_token_type as "issued_token_type"?: String,
        /// How it is sent: `Bearer`.
        token_type as "token_type": String,
        /// For how many seconds it is valid.
        expires_in as "expires_in"?: u64,
        /// What it is for.
        scope?: String,
        /// Gets the next one.
        refresh_token as "refresh_token"?: Secret,
    }

    /// What a user may still spend, in millionths of a dollar.
    pub struct Balance: Clearinghouse {
        /// What is left.
        balance_usd_micros?: String,
        /// What there was.
        lifetime_granted_usd_micros?: String,
        /// What was spent.
        consumed_usd_micros?: String,
        /// Whether payments are made.
        has_access?: bool,
    }

    /// Why a clearinghouse did not do what it was asked to, as OAuth says it (RFC 6749).
    pub struct TokenError: Clearinghouse {
        /// The reason, for programs: `invalid_grant`.
        error: String,
        /// The reason, as text.
        error_description as "error_description"?: String,
    }
}

impl ErrorBody for TokenError {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let error: Self = from_json(std::str::from_utf8(body).ok()?).ok()?;
        (!error.error.is_empty()).then_some(error)
    }

    fn message(&self) -> String {
        match &self.error_description {
            Some(description) => format!("{description} ({})", self.error),
            None => self.error.clone(),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}
