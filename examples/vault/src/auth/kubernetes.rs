//! Kubernetes auth method: <https://developer.hashicorp.com/vault/api-docs/auth/kubernetes>.

use typed_endpoint::{Secret, model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Configures the method: the cluster and how its tokens are checked.
        pub Configure: Vault = POST "/auth/{mount}/config" (mount*: String) json {
            kubernetes_host: String, kubernetes_ca_cert?: String, pem_keys?: Vec<String>,
            issuer?: String, disable_iss_validation: bool, disable_local_ca_jwt: bool,
        } -> Done
    }
    endpoint! {
        /// Reads the configuration.
        pub ReadConfiguration: Vault = GET "/auth/{mount}/config" (mount*: String) -> Envelope<Configuration>
    }
    endpoint! {
        /// Logs in with the token of a service account.
        pub Login: Vault = POST "/auth/{mount}/login" (mount*: String) json {
            role: String, jwt: Secret,
        } -> Authenticated
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/auth/{mount}/role" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Creates or updates a role.
        pub SetRole: Vault = POST "/auth/{mount}/role/{name}" (mount*: String, name: String) json {
            bound_service_account_names: Vec<String>, bound_service_account_namespaces: Vec<String>,
            audience?: String, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/auth/{mount}/role/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/auth/{mount}/role/{name}" (mount*: String, name: String) -> Done
    }
}

model! {
    /// Response to [`ReadConfiguration`].
    pub struct Configuration: Vault {
        kubernetes_host: String, kubernetes_ca_cert?: String, pem_keys?: Vec<String>,
        issuer?: String, disable_iss_validation: bool, disable_local_ca_jwt: bool,
    }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        bound_service_account_names: Vec<String>, bound_service_account_namespaces: Vec<String>,
        token_ttl: u64, token_max_ttl: u64, token_policies: Vec<String>,
        token_bound_cidrs: Vec<String>, token_explicit_max_ttl: u64, token_no_default_policy: bool,
        token_num_uses: u64, token_period: u64, token_type: String,
    }
}
