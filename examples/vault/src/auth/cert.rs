//! TLS certificate auth method: <https://developer.hashicorp.com/vault/api-docs/auth/cert>.

use typed_endpoint::{model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates or updates a CA certificate role.
        pub SetRole: Vault = POST "/auth/{mount}/certs/{name}" (mount*: String, name: String) json {
            certificate: String, allowed_common_names?: Vec<String>, allowed_dns_sans?: Vec<String>,
            allowed_email_sans?: Vec<String>, allowed_uri_sans?: Vec<String>,
            allowed_organizational_units?: Vec<String>, required_extensions?: Vec<String>,
            allowed_metadata_extensions?: Vec<String>, ocsp_enabled?: bool,
            ocsp_ca_certificates?: String, ocsp_servers_override?: Vec<String>,
            ocsp_fail_open?: bool, ocsp_query_all_servers?: bool, display_name?: String, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/auth/{mount}/certs/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/auth/{mount}/certs/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/auth/{mount}/certs" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Configures the method.
        pub Configure: Vault = POST "/auth/{mount}/config" (mount*: String) json {
            disable_binding?: bool, enable_identity_alias_metadata?: bool, ocsp_cache_size?: u64,
            role_cache_size?: u64,
        } -> Done
    }
    endpoint! {
        /// Logs in with the TLS certificate of the connection.
        pub Login: Vault = POST "/auth/{mount}/login" (mount*: String) json { cert_name: String } -> Authenticated
    }
}

model! {
    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        allowed_common_names?: Vec<String>, allowed_dns_sans?: Vec<String>,
        allowed_email_sans?: Vec<String>, allowed_metadata_extensions?: Vec<String>,
        allowed_organizational_units?: Vec<String>, allowed_uri_sans?: Vec<String>,
        certificate: String, display_name: String, required_extensions?: Vec<String>,
        token_bound_cidrs: Vec<String>, token_explicit_max_ttl: u64, token_max_ttl: u64,
        token_no_default_policy: bool, token_num_uses: u64, token_period: u64,
        token_policies: Vec<String>, token_ttl: u64, token_type: String,
    }
}
