//! AWS secrets engine: <https://developer.hashicorp.com/vault/api-docs/secret/aws>.

use typed_endpoint::{Secret, model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Sets the configuration.
        pub SetConfiguration: Vault = POST "/{mount}/config/root" (mount*: String) json {
            max_retries?: i32, access_key: String, secret_key: Secret, region?: String,
            iam_endpoint?: String, sts_endpoint?: String, username_template?: String,
        } -> Done
    }
    endpoint! {
        /// Reads the configuration.
        pub ReadConfiguration: Vault = GET "/{mount}/config/root" (mount*: String) -> Envelope<Configuration>
    }
    endpoint! {
        /// Rotates root credentials.
        pub RotateRootCredentials: Vault = POST "/{mount}/config/rotate-root" (mount*: String)
            -> Envelope<RotatedRootCredentials>
    }
    endpoint! {
        /// Configures the lease.
        pub ConfigureLease: Vault = POST "/{mount}/config/lease" (mount*: String) json {
            lease: String, lease_max: String,
        } -> Done
    }
    endpoint! {
        /// Reads the lease.
        pub ReadLease: Vault = GET "/{mount}/config/lease" (mount*: String) -> Envelope<Lease>
    }
    endpoint! {
        /// Creates or updates a role.
        pub SetRole: Vault = POST "/{mount}/roles/{name}" (mount*: String, name: String) json {
            credential_type: String, role_arns?: Vec<String>, policy_arns?: Vec<String>,
            policy_document: String, iam_groups?: Vec<String>, iam_tags?: Vec<String>,
            default_sts_ttl?: u32, max_sts_ttl?: u32, user_path?: String,
            permissions_boundary_arn?: String, policy?: String, arn?: String,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/{mount}/roles/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/{mount}/roles" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/{mount}/roles/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Generates credentials.
        pub GenerateCredentials: Vault = GET "/{mount}/creds/{name}" (mount*: String, name: String) query {
            role_arn?: String, role_session_name?: String, ttl?: String,
        } -> Envelope<GeneratedCredentials>
    }
    endpoint! {
        /// Generates credentials of the security token service.
        pub GenerateStsCredentials: Vault = POST "/{mount}/sts/{name}" (mount*: String, name: String) json {
            role_arn?: String, role_session_name?: String, ttl?: String,
        } -> Envelope<GeneratedCredentials>
    }
}

model! {
    /// Response to [`ReadConfiguration`].
    pub struct Configuration: Vault {
        access_key: String, region: String, iam_endpoint: String, sts_endpoint: String,
        max_retries: u32,
    }

    /// Response to [`RotateRootCredentials`].
    pub struct RotatedRootCredentials: Vault { access_key: String }

    /// Response to [`ReadLease`].
    pub struct Lease: Vault { lease: String, lease_max: String }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        policy_document?: String, policy_arns?: Vec<String>, credential_type: String,
        role_arns?: Vec<String>, iam_groups?: Vec<String>,
    }

    /// Response to [`GenerateCredentials`].
    pub struct GeneratedCredentials: Vault {
        access_key: String, secret_key: Secret, security_token?: Secret, arn: String,
    }
}
