//! Key/value secrets engine, version 2: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::{model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Sets the configuration.
        pub SetConfiguration: Vault = POST "/{mount}/config" (mount*: String) json {
            delete_version_after?: String, cas_required?: bool, max_versions?: u64,
        } -> Done
    }
    endpoint! {
        /// Reads the configuration.
        pub ReadConfiguration: Vault = GET "/{mount}/config" (mount*: String) -> Envelope<Configuration>
    }
    endpoint! {
        /// Reads a secret.
        pub ReadSecret: Vault = GET "/{mount}/data/{path}" (mount: String, path*: String) query {
            version?: u64,
        } -> Envelope<Secret>
    }
    endpoint! {
        /// Sets a secret.
        pub SetSecret: Vault = POST "/{mount}/data/{path}" (mount: String, path*: String) json {
            data: Value, options?: WriteOptions,
        } -> Envelope<SecretVersionMetadata>
    }
    endpoint! {
        /// Deletes the latest version of a secret.
        pub DeleteSecret: Vault = DELETE "/{mount}/data/{path}" (mount: String, path*: String) -> Done
    }
    endpoint! {
        /// Deletes secret versions.
        pub DeleteSecretVersions: Vault = POST "/{mount}/delete/{path}" (mount: String, path*: String) json {
            versions: Vec<u64>,
        } -> Done
    }
    endpoint! {
        /// Restores secret versions.
        pub UndeleteSecretVersions: Vault = POST "/{mount}/undelete/{path}" (mount: String, path*: String) json {
            versions: Vec<u64>,
        } -> Done
    }
    endpoint! {
        /// Destroys secret versions.
        pub DestroySecretVersions: Vault = POST "/{mount}/destroy/{path}" (mount: String, path*: String) json {
            versions: Vec<u64>,
        } -> Done
    }
    endpoint! {
        /// Lists secrets.
        pub ListSecrets: Vault = LIST "/{mount}/metadata/{path}" (mount: String, path*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Reads secret metadata.
        pub ReadSecretMetadata: Vault = GET "/{mount}/metadata/{path}" (mount: String, path*: String)
            -> Envelope<SecretMetadata>
    }
    endpoint! {
        /// Sets secret metadata.
        pub SetSecretMetadata: Vault = POST "/{mount}/metadata/{path}" (mount: String, path*: String) json {
            max_versions?: u64, cas_required?: bool, delete_version_after?: String,
            custom_metadata?: BTreeMap<String, String>,
        } -> Done
    }
    endpoint! {
        /// Deletes a secret with all its versions.
        pub DeleteSecretMetadata: Vault = DELETE "/{mount}/metadata/{path}" (mount: String, path*: String) -> Done
    }
}

model! {
    /// Response to [`ReadConfiguration`].
    pub struct Configuration: Vault {
        cas_required: bool, delete_version_after: String, max_versions: u64,
    }

    /// Response to [`ReadSecret`].
    pub struct Secret: Vault { data: Value, metadata: SecretVersionMetadata }

    /// Response to [`SetSecret`].
    pub struct SecretVersionMetadata: Vault {
        created_time: String, deletion_time: String, custom_metadata?: BTreeMap<String, String>,
        destroyed: bool, version: u64,
    }

    /// Response to [`ReadSecretMetadata`].
    pub struct SecretMetadata: Vault {
        cas_required: bool, created_time: String, current_version: u64,
        delete_version_after: String, max_versions: u64, oldest_version: u64, updated_time: String,
        custom_metadata?: BTreeMap<String, String>, versions: BTreeMap<String, SecretMetadataInfo>,
    }

    /// Response to [`ReadSecretMetadata`].
    pub struct SecretMetadataInfo: Vault {
        created_time: String, deletion_time: String, destroyed: bool,
    }

    /// Write options.
    pub struct WriteOptions: Vault, input { cas: u32 }
}
