//! AppRole auth method: <https://developer.hashicorp.com/vault/api-docs/auth/approle>.

use std::collections::BTreeMap;

use typed_endpoint::{Secret, model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Logs in with an AppRole.
        pub Login: Vault = POST "/auth/{mount}/login" (mount*: String) json {
            role_id: String, secret_id: Secret,
        } -> Authenticated
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/auth/{mount}/role" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Creates or updates an AppRole.
        pub SetRole: Vault = POST "/auth/{mount}/role/{role_name}" (mount*: String, role_name: String) json {
            bind_secret_id?: bool, secret_id_bound_cidrs?: Vec<String>, secret_id_num_uses?: u64,
            secret_id_ttl?: String, enable_local_secret_ids?: bool, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/auth/{mount}/role/{role_name}" (mount*: String, role_name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/auth/{mount}/role/{role_name}" (mount*: String, role_name: String) -> Done
    }
    endpoint! {
        /// Reads the role ID of an AppRole.
        pub ReadRoleId: Vault = GET "/auth/{mount}/role/{role_name}/role-id" (mount*: String, role_name: String)
            -> Envelope<RoleId>
    }
    endpoint! {
        /// Sets the role ID of an AppRole.
        pub SetRoleId: Vault = POST "/auth/{mount}/role/{role_name}/role-id" (mount*: String, role_name: String) json {
            role_id: String,
        } -> Done
    }
    endpoint! {
        /// Generates a secret ID for an AppRole.
        pub GenerateSecretId: Vault = POST "/auth/{mount}/role/{role_name}/secret-id"
            (mount*: String, role_name: String) json {
            metadata?: String, cidr_list?: Vec<String>, token_bound_cidrs?: Vec<String>,
        } -> Envelope<GeneratedSecretId>
    }
    endpoint! {
        /// Lists the accessors of the secret IDs of an AppRole.
        pub ListSecretIds: Vault = LIST "/auth/{mount}/role/{role_name}/secret-id"
            (mount*: String, role_name: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Reads the properties of a secret ID.
        pub ReadSecretId: Vault = POST "/auth/{mount}/role/{role_name}/secret-id/lookup"
            (mount*: String, role_name: String) json { secret_id: Secret } -> Envelope<SecretIdInfo>
    }
    endpoint! {
        /// Destroys a secret ID.
        pub DestroySecretId: Vault = POST "/auth/{mount}/role/{role_name}/secret-id/destroy"
            (mount*: String, role_name: String) json { secret_id: Secret } -> Done
    }
    endpoint! {
        /// Reads the properties of a secret ID, by its accessor.
        pub ReadSecretIdByAccessor: Vault = POST "/auth/{mount}/role/{role_name}/secret-id-accessor/lookup"
            (mount*: String, role_name: String) json { secret_id_accessor: String } -> Envelope<SecretIdInfo>
    }
    endpoint! {
        /// Destroys a secret ID, by its accessor.
        pub DestroySecretIdByAccessor: Vault = POST "/auth/{mount}/role/{role_name}/secret-id-accessor/destroy"
            (mount*: String, role_name: String) json { secret_id_accessor: String } -> Done
    }
    endpoint! {
        /// Assigns a secret ID of the caller’s choice.
        pub CreateCustomSecretId: Vault = POST "/auth/{mount}/role/{role_name}/custom-secret-id"
            (mount*: String, role_name: String) json {
            secret_id: Secret, metadata?: String, cidr_list?: Vec<String>,
            token_bound_cidrs?: Vec<String>,
        } -> Envelope<CustomSecretId>
    }
    endpoint! {
        /// Removes expired secret IDs.
        pub Tidy: Vault = POST "/auth/{mount}/tidy/secret-id" (mount*: String) -> Done
    }
}

model! {
    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        bind_secret_id: bool, secret_id_bound_cidrs?: Vec<String>, secret_id_num_uses: u64,
        secret_id_ttl: u64, token_ttl: u64, token_max_ttl: u64, token_policies: Vec<String>,
        token_bound_cidrs: Vec<String>, token_explicit_max_ttl: u64, token_no_default_policy: bool,
        token_num_uses: u64, token_period: u64, token_type: String,
    }

    /// Response to [`ReadRoleId`].
    pub struct RoleId: Vault { role_id: String }

    /// Response to [`GenerateSecretId`].
    pub struct GeneratedSecretId: Vault {
        secret_id_accessor: String, secret_id: Secret, secret_id_ttl: u64,
    }

    /// Response to [`ReadSecretId`].
    pub struct SecretIdInfo: Vault {
        cidr_list: Vec<String>, creation_time: String, expiration_time: String,
        last_updated_time: String, metadata?: BTreeMap<String, String>, secret_id_accessor: String,
        secret_id_num_uses: u64, secret_id_ttl: u64, token_bound_cidrs: Vec<String>,
    }

    /// Response to [`CreateCustomSecretId`].
    pub struct CustomSecretId: Vault { secret_id_accessor: String, secret_id: Secret }
}
