//! Key/value secrets engine, version 1: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1>.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::operations;

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Reads a secret.
        pub ReadSecret: Vault = GET "/{mount}/{path}" (mount: String, path*: String)
            -> Envelope<BTreeMap<String, Value>>
    }
    endpoint! {
        /// Sets a secret.
        pub SetSecret: Vault = POST "/{mount}/{path}" (mount: String, path*: String) json(secret: Value) -> Done
    }
    endpoint! {
        /// Lists secrets.
        pub ListSecrets: Vault = LIST "/{mount}/{path}" (mount: String, path*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a secret.
        pub DeleteSecret: Vault = DELETE "/{mount}/{path}" (mount: String, path*: String) -> Done
    }
}
