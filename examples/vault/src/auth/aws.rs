//! AWS auth method: <https://developer.hashicorp.com/vault/api-docs/auth/aws>.

use typed_endpoint::{Secret, model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Configures the client.
        pub ConfigureClient: Vault = POST "/auth/{mount}/config/client" (mount*: String) json {
            max_retries?: i64, access_key?: String, secret_key?: Secret, endpoint?: String,
            iam_endpoint?: String, sts_endpoint?: String, sts_region?: String,
            iam_server_id_header_value?: String, allowed_sts_header_values?: String,
        } -> Done
    }
    endpoint! {
        /// Reads the client configuration.
        pub ReadClientConfiguration: Vault = GET "/auth/{mount}/config/client" (mount*: String)
            -> Envelope<ClientConfiguration>
    }
    endpoint! {
        /// Deletes the client configuration.
        pub DeleteClientConfiguration: Vault = DELETE "/auth/{mount}/config/client" (mount*: String) -> Done
    }
    endpoint! {
        /// Rotates root credentials.
        pub RotateRootCredentials: Vault = POST "/auth/{mount}/config/rotate-root" (mount*: String)
            -> Envelope<RotatedRootCredentials>
    }
    endpoint! {
        /// Configures the identity.
        pub ConfigureIdentity: Vault = POST "/auth/{mount}/config/identity" (mount*: String) json {
            iam_alias?: String, iam_metadata?: Vec<String>, ec2_alias?: String,
            ec2_metadata?: Vec<String>,
        } -> Done
    }
    endpoint! {
        /// Reads the identity configuration.
        pub ReadIdentityConfiguration: Vault = GET "/auth/{mount}/config/identity" (mount*: String)
            -> Envelope<IdentityConfiguration>
    }
    endpoint! {
        /// Creates the certificate configuration.
        pub CreateCertificateConfiguration: Vault = POST "/auth/{mount}/config/certificate/{cert_name}"
            (mount*: String, cert_name: String) json {
            aws_public_cert: String, cert_type as "type"?: String,
        } -> Done
    }
    endpoint! {
        /// Reads the certificate configuration.
        pub ReadCertificateConfiguration: Vault = GET "/auth/{mount}/config/certificate/{cert_name}"
            (mount*: String, cert_name: String) -> Envelope<CertificateConfiguration>
    }
    endpoint! {
        /// Deletes the certificate configuration.
        pub DeleteCertificateConfiguration: Vault = DELETE "/auth/{mount}/config/certificate/{cert_name}"
            (mount*: String, cert_name: String) -> Done
    }
    endpoint! {
        /// Lists certificate configurations.
        pub ListCertificateConfigurations: Vault = LIST "/auth/{mount}/config/certificates" (mount*: String)
            -> Envelope<Keys>
    }
    endpoint! {
        /// Maps an account to an STS role.
        pub CreateStsRole: Vault = POST "/auth/{mount}/config/sts/{account_id}"
            (mount*: String, account_id: String) json { sts_role: String } -> Done
    }
    endpoint! {
        /// Reads the STS role of an account.
        pub ReadStsRole: Vault = GET "/auth/{mount}/config/sts/{account_id}" (mount*: String, account_id: String)
            -> Envelope<StsRole>
    }
    endpoint! {
        /// Lists the accounts with STS roles.
        pub ListStsRoles: Vault = LIST "/auth/{mount}/config/sts" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes the STS role of an account.
        pub DeleteStsRole: Vault = DELETE "/auth/{mount}/config/sts/{account_id}"
            (mount*: String, account_id: String) -> Done
    }
    endpoint! {
        /// Configures the periodic tidying of the identity access list.
        pub ConfigureIdentityAccessListTidy: Vault = POST "/auth/{mount}/config/tidy/identity-accesslist"
            (mount*: String) json {
            safety_buffer?: String, disable_periodic_tidy?: bool,
        } -> Done
    }
    endpoint! {
        /// Reads identity access list tidy settings.
        pub ReadIdentityAccessListTidySettings: Vault = GET "/auth/{mount}/config/tidy/identity-accesslist"
            (mount*: String) -> Envelope<IdentityAccessListTidySettings>
    }
    endpoint! {
        /// Deletes identity access list tidy settings.
        pub DeleteIdentityAccessListTidySettings: Vault = DELETE "/auth/{mount}/config/tidy/identity-accesslist"
            (mount*: String) -> Done
    }
    endpoint! {
        /// Configures the periodic tidying of the role tag deny list.
        pub ConfigureRoleTagDenyListTidy: Vault = POST "/auth/{mount}/config/tidy/roletag-denylist"
            (mount*: String) json {
            safety_buffer?: String, disable_periodic_tidy?: bool,
        } -> Done
    }
    endpoint! {
        /// Reads role tag deny list tidy settings.
        pub ReadRoleTagDenyListTidySettings: Vault = GET "/auth/{mount}/config/tidy/roletag-denylist"
            (mount*: String) -> Envelope<IdentityAccessListTidySettings>
    }
    endpoint! {
        /// Deletes role tag deny list tidy settings.
        pub DeleteRoleTagDenyListTidySettings: Vault = DELETE "/auth/{mount}/config/tidy/roletag-denylist"
            (mount*: String) -> Done
    }
    endpoint! {
        /// Creates a role.
        pub CreateRole: Vault = POST "/auth/{mount}/role/{role}" (mount*: String, role: String) json {
            auth_type?: String, bound_ami_id?: Vec<String>, bound_account_id?: Vec<String>,
            bound_region?: Vec<String>, bound_vpc_id?: Vec<String>, bound_subnet_id?: Vec<String>,
            bound_iam_role_arn?: Vec<String>, bound_iam_instance_profile_arn?: Vec<String>,
            bound_ec2_instance_id?: Vec<String>, role_tag?: String,
            bound_iam_principal_arn?: Vec<String>, inferred_entity_type?: String,
            inferred_aws_region?: String, resolve_aws_unique_ids?: bool,
            allow_instance_migration?: bool, disallow_reauthentication?: bool, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/auth/{mount}/role/{role}" (mount*: String, role: String) -> Envelope<Role>
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/auth/{mount}/roles" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/auth/{mount}/role/{role}" (mount*: String, role: String) -> Done
    }
    endpoint! {
        /// Creates a role tag.
        pub CreateRoleTag: Vault = POST "/auth/{mount}/role/{role}/tag" (mount*: String, role: String) json {
            policies?: Vec<String>, max_ttl?: String, instance_id?: String,
            allow_instance_migration?: bool, disallow_reauthentication?: bool,
        } -> Envelope<CreatedRoleTag>
    }
    endpoint! {
        /// Logs in with a signed IAM request.
        pub IamLogin: Vault = POST "/auth/{mount}/login" (mount*: String) json {
            role?: String, iam_http_request_method: String, iam_request_url: String,
            iam_request_body: String, iam_request_headers: String,
        } -> Authenticated
    }
    endpoint! {
        /// Logs in with the identity of an EC2 instance.
        pub Ec2Login: Vault = POST "/auth/{mount}/login" (mount*: String) json {
            role?: String, nonce?: String, identity: String, signature: String, pkcs7: String,
        } -> Authenticated
    }
    endpoint! {
        /// Puts a role tag on the deny list.
        pub DenyRoleTag: Vault = POST "/auth/{mount}/roletag-denylist/{tag_value}"
            (mount*: String, tag_value: String) -> Done
    }
    endpoint! {
        /// Reads the entry of a role tag on the deny list.
        pub ReadDeniedRoleTag: Vault = GET "/auth/{mount}/roletag-denylist/{tag_value}"
            (mount*: String, tag_value: String) -> Envelope<DeniedRoleTag>
    }
    endpoint! {
        /// Lists the role tags on the deny list.
        pub ListDeniedRoleTags: Vault = LIST "/auth/{mount}/roletag-denylist" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Takes a role tag off the deny list.
        pub DeleteDeniedRoleTag: Vault = DELETE "/auth/{mount}/roletag-denylist/{tag_value}"
            (mount*: String, tag_value: String) -> Done
    }
    endpoint! {
        /// Removes expired entries from the deny list.
        pub TidyDeniedRoleTags: Vault = POST "/auth/{mount}/tidy/roletag-denylist" (mount*: String) json {
            safety_buffer?: String,
        } -> Done
    }
    endpoint! {
        /// Reads the entry of an instance on the access list.
        pub ReadIdentityAccess: Vault = GET "/auth/{mount}/identity-accesslist/{instance_id}"
            (mount*: String, instance_id: String) -> Envelope<IdentityAccess>
    }
    endpoint! {
        /// Lists the instances on the access list.
        pub ListIdentityAccess: Vault = LIST "/auth/{mount}/identity-accesslist" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Removes an instance from the access list.
        pub DeleteIdentityAccess: Vault = DELETE "/auth/{mount}/identity-accesslist/{instance_id}"
            (mount*: String, instance_id: String) -> Done
    }
    endpoint! {
        /// Removes expired entries from the access list.
        pub TidyIdentityAccess: Vault = POST "/auth/{mount}/tidy/identity-accesslist" (mount*: String) json {
            safety_buffer?: String,
        } -> Done
    }
}

model! {
    /// Response to [`ReadClientConfiguration`].
    pub struct ClientConfiguration: Vault {
        access_key?: String, endpoint?: String, iam_endpoint?: String, sts_endpoint?: String,
        sts_region?: String, iam_server_id_header_value?: String,
        allowed_sts_header_values?: String, max_retries?: i64,
    }

    /// Response to [`RotateRootCredentials`].
    pub struct RotatedRootCredentials: Vault { access_key: String }

    /// Response to [`ReadIdentityConfiguration`].
    pub struct IdentityConfiguration: Vault {
        iam_alias?: String, iam_metadata?: Vec<String>, ec2_alias?: String,
        ec2_metadata?: Vec<String>,
    }

    /// Response to [`ReadCertificateConfiguration`].
    pub struct CertificateConfiguration: Vault {
        aws_public_cert: String, cert_type as "type": String,
    }

    /// Response to [`ReadStsRole`].
    pub struct StsRole: Vault { sts_role: String }

    /// Response to [`ReadIdentityAccessListTidySettings`].
    pub struct IdentityAccessListTidySettings: Vault {
        safety_buffer: u64, disable_periodic_tidy: bool,
    }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        auth_type?: String, bound_ami_id?: Vec<String>, bound_account_id?: Vec<String>,
        bound_region?: Vec<String>, bound_vpc_id?: Vec<String>, bound_subnet_id?: Vec<String>,
        bound_iam_role_arn?: Vec<String>, bound_iam_instance_profile_arn?: Vec<String>,
        bound_ec2_instance_id?: Vec<String>, role_tag?: String,
        bound_iam_principal_arn?: Vec<String>, inferred_entity_type?: String,
        inferred_aws_region?: String, resolve_aws_unique_ids?: bool,
        allow_instance_migration?: bool, disallow_reauthentication?: bool, token_ttl?: i64,
        token_max_ttl?: i64, token_policies?: Vec<String>, token_bound_cidrs?: Vec<String>,
        token_explicit_max_ttl?: i64, token_no_default_policy?: bool, token_num_uses?: i64,
        token_period?: i64, token_type?: String,
    }

    /// Response to [`CreateRoleTag`].
    pub struct CreatedRoleTag: Vault { tag_value: String, tag_key: String }

    /// Response to [`ReadDeniedRoleTag`].
    pub struct DeniedRoleTag: Vault { expiration_time: String, creation_time: String }

    /// Response to [`ReadIdentityAccess`].
    pub struct IdentityAccess: Vault {
        pending_time: String, expiration_time: String, creation_time: String, client_nonce: String,
        role: String,
    }
}
