//! JWT/OIDC auth method: <https://developer.hashicorp.com/vault/api-docs/auth/jwt>.

use std::collections::BTreeMap;

use typed_endpoint::{Secret, model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Sets the configuration.
        pub SetConfiguration: Vault = POST "/auth/{mount}/config" (mount*: String) json {
            bound_issuer?: String, default_role?: String, jwks_ca_pem?: String,
            jwt_supported_algs?: Vec<String>, jwks_url?: String,
            jwt_validation_pubkeys?: Vec<String>, namespace_in_state?: bool,
            oidc_discovery_ca_pem?: String, oidc_discovery_url?: String, oidc_client_id?: String,
            oidc_client_secret?: Secret, oidc_response_mode?: String,
            oidc_response_types?: Vec<String>, provider_config?: BTreeMap<String, String>,
        } -> Done
    }
    endpoint! {
        /// Reads the configuration.
        pub ReadConfiguration: Vault = GET "/auth/{mount}/config" (mount*: String) -> Envelope<Configuration>
    }
    endpoint! {
        /// Sets a role.
        pub SetRole: Vault = POST "/auth/{mount}/role/{name}" (mount*: String, name: String) json {
            allowed_redirect_uris: Vec<String>, user_claim: String, bound_subject?: String,
            bound_claims?: BTreeMap<String, String>, bound_claims_type?: String,
            bound_audiences?: Vec<String>, claim_mappings?: BTreeMap<String, String>,
            clock_skew_leeway?: String, expiration_leeway?: String, groups_claim?: String,
            max_age?: String, not_before_leeway?: String, oidc_scopes?: Vec<String>,
            role_type?: String, verbose_oidc_logging?: bool, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/auth/{mount}/role/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/auth/{mount}/role" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/auth/{mount}/role/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Requests the URL at which a person logs in.
        pub RequestAuthUrl: Vault = POST "/auth/{mount}/oidc/auth_url" (mount*: String) json {
            redirect_uri: String, role?: String,
        } -> Envelope<AuthUrl>
    }
    endpoint! {
        /// Exchanges the code of the provider for a token.
        pub Callback: Vault = GET "/auth/{mount}/oidc/callback" (mount*: String) query {
            state: String, nonce: String, code: String,
        } -> Authenticated
    }
    endpoint! {
        /// Logs in with a JWT.
        pub Login: Vault = POST "/auth/{mount}/login" (mount*: String) json {
            jwt: Secret, role?: String,
        } -> Authenticated
    }
}

model! {
    /// Response to [`ReadConfiguration`].
    pub struct Configuration: Vault {
        bound_issuer?: String, default_role?: String, jwks_ca_pem?: String,
        jwt_supported_algs?: Vec<String>, jwks_url?: String, jwt_validation_pubkeys?: Vec<String>,
        namespace_in_state?: bool, oidc_discovery_ca_pem?: String, oidc_discovery_url?: String,
        oidc_client_id?: String, oidc_client_secret?: Secret, oidc_response_mode?: String,
        oidc_response_types?: Vec<String>, provider_config?: BTreeMap<String, String>,
    }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        allowed_redirect_uris: Vec<String>, user_claim: String, bound_subject: String,
        bound_claims?: BTreeMap<String, String>, bound_claims_type: String,
        bound_audiences?: Vec<String>, claim_mappings?: BTreeMap<String, String>,
        clock_skew_leeway: u64, expiration_leeway: u64, groups_claim: String, max_age: u64,
        not_before_leeway: u64, oidc_scopes?: Vec<String>, role_type: String,
        token_bound_cidrs: Vec<String>, token_explicit_max_ttl: u64, token_no_default_policy: bool,
        token_num_uses: u64, token_period: u64, token_policies: Vec<String>, token_ttl: u64,
        token_max_ttl: u64, token_type: String, verbose_oidc_logging: bool,
    }

    /// Response to [`RequestAuthUrl`].
    pub struct AuthUrl: Vault { auth_url: String }
}
