//! The HTTP API of Vault and of OpenBao: what the crate `vaultrs` declares with rustify.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::{Api, Case, Client, Operation, Secret, model};

pub mod auth;
pub mod aws;
pub mod cubbyhole;
pub mod database;
pub mod identity;
pub mod kv1;
pub mod kv2;
pub mod pki;
pub mod ssh;
pub mod sys;
pub mod token;
pub mod transit;

/// Vault's API. The key is a token.
pub enum Vault {}

impl Api for Vault {
    const NAME: &'static str = "Vault";
    const SERVERS: &'static [&'static str] = &["https://127.0.0.1:8200/v1"];
    const CASE: Case = Case::Snake;
    const AUTH: typed_endpoint::Auth = typed_endpoint::Auth::Header("X-Vault-Token");
    type Error = Errors;

    fn encode_error(_: http::StatusCode, message: &str) -> Vec<u8> {
        serde_json::json!({ "errors": [message] }).to_string().into_bytes()
    }
}

/// What Vault returns where there may be nothing to return: no body, or one with warnings, or with what was changed, as newer versions do.
pub type Done<T = Value> = Option<Envelope<T>>;

/// All operations.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    let all: [&[&'static Operation]; 20] = [
        auth::approle::OPERATIONS,
        auth::aws::OPERATIONS,
        auth::cert::OPERATIONS,
        auth::kubernetes::OPERATIONS,
        auth::oidc::OPERATIONS,
        auth::userpass::OPERATIONS,
        aws::OPERATIONS,
        cubbyhole::OPERATIONS,
        database::OPERATIONS,
        identity::entity::OPERATIONS,
        identity::entity_alias::OPERATIONS,
        identity::group::OPERATIONS,
        identity::group_alias::OPERATIONS,
        kv1::OPERATIONS,
        kv2::OPERATIONS,
        pki::OPERATIONS,
        ssh::OPERATIONS,
        sys::OPERATIONS,
        token::OPERATIONS,
        transit::OPERATIONS,
    ];
    all.into_iter().flatten().copied()
}

/// A client that calls from code which Vault may trust not to be a web page.
pub fn client(token: &str) -> Client<Vault> {
    Client::new().key(token).header("X-Vault-Request", "true")
}

/// The body of an error response.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Errors {
    /// What went wrong; empty where there is nothing at the path.
    pub errors: Vec<String>,
}

impl typed_endpoint::ErrorBody for Errors {
    fn decode(_: http::StatusCode, _: &http::HeaderMap, body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    fn message(&self) -> String {
        self.errors.join("; ")
    }

    fn encode(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }
}

model! {
    /// What Vault returns: the data of the response, and what concerns all responses.
    pub struct Envelope<T>: Vault {
        /// The response itself; missing where it is wrapped.
        data?: T,
        request_id: String, lease_id: String, lease_duration: u64, renewable: bool,
        wrap_info?: WrapInfo,
        warnings?: Vec<String>,
    }

    /// A token that stands for a response, which [`sys::Unwrap`] exchanges for it once. Calls with the header
    /// `X-Vault-Wrap-TTL` are wrapped.
    pub struct WrapInfo: Vault {
        token: Secret, accessor: String, ttl: u64, creation_time: String, creation_path: String,
    }

    /// What a login returns.
    pub struct Authenticated: Vault { auth?: Token, warnings?: Vec<String>, wrap_info?: WrapInfo }

    /// A token.
    pub struct Token: Vault {
        client_token: Secret, accessor: String, policies: Vec<String>, token_policies: Vec<String>,
        metadata?: BTreeMap<String, String>, lease_duration: u64, renewable: bool, entity_id: String,
        token_type: String, orphan: bool,
    }

    /// The names in a place.
    pub struct Keys: Vault { keys: Vec<String>, key_info?: BTreeMap<String, Value> }
}
