//! SSH secrets engine: <https://developer.hashicorp.com/vault/api-docs/secret/ssh>.

use std::collections::BTreeMap;

use typed_endpoint::{Secret, model, operations};

use crate::{Done, Envelope, Vault};

operations! {
    endpoint! {
        /// Sets a role.
        pub SetRole: Vault = POST "/{mount}/roles/{name}" (mount*: String, name: String) json {
            key_type: String, algorithm_signer?: String, allow_bare_domains?: bool,
            allow_host_certificates?: bool, allow_subdomains?: bool, allow_user_certificates?: bool,
            allow_user_key_ids?: bool, allowed_user_key_lengths?: BTreeMap<String, u64>,
            allowed_critical_options?: BTreeMap<String, String>, allowed_domains?: String,
            allowed_extensions?: String, allowed_users?: String, allowed_users_template?: bool,
            admin_user?: String, cidr_list?: String,
            default_critical_options?: BTreeMap<String, String>, default_user?: String,
            exclude_cidr_list?: String, install_script?: String, key?: String, key_bits?: u64,
            key_id_format?: String, key_option_specs?: String, max_ttl?: String, port?: u64,
            ttl?: String,
        } -> Done
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/{mount}/roles/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/{mount}/roles" (mount*: String) -> Envelope<Roles>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/{mount}/roles/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Lists zero address roles.
        pub ListZeroAddressRoles: Vault = GET "/{mount}/config/zeroaddress" (mount*: String)
            -> Envelope<ZeroAddressRoles>
    }
    endpoint! {
        /// Configures zero address roles.
        pub ConfigureZeroAddressRoles: Vault = POST "/{mount}/config/zeroaddress" (mount*: String) json {
            roles: Vec<String>,
        } -> Done
    }
    endpoint! {
        /// Deletes zero address roles.
        pub DeleteZeroAddressRoles: Vault = DELETE "/{mount}/roles/zeroaddress" (mount*: String) -> Done
    }
    endpoint! {
        /// Generates a one-time password or a key for a host.
        pub GenerateCredentials: Vault = POST "/{mount}/creds/{name}" (mount*: String, name: String) json {
            ip: String, username?: String,
        } -> Envelope<Credentials>
    }
    endpoint! {
        /// Lists the roles of a host.
        pub ListRolesByIp: Vault = POST "/{mount}/lookup" (mount*: String) json { ip: String }
            -> Envelope<ZeroAddressRoles>
    }
    endpoint! {
        /// Verifies a one-time password.
        pub VerifyOtp: Vault = POST "/{mount}/verify" (mount*: String) json { otp: String } -> Envelope<VerifiedOtp>
    }
    endpoint! {
        /// Submits or generates the keys of the CA.
        pub SubmitCa: Vault = POST "/{mount}/config/ca" (mount*: String) json {
            generate_signing_key?: bool, private_key?: Secret, public_key?: String,
        } -> Envelope<PublicKey>
    }
    endpoint! {
        /// Deletes the keys of the CA.
        pub DeleteCa: Vault = DELETE "/{mount}/config/ca" (mount*: String) -> Done
    }
    endpoint! {
        /// Reads the public key of the CA.
        pub ReadPublicKey: Vault = GET "/{mount}/config/ca" (mount*: String) -> Envelope<PublicKey>
    }
    endpoint! {
        /// Signs a public key.
        pub SignKey: Vault = POST "/{mount}/sign/{name}" (mount*: String, name: String) json {
            cert_type?: String, critical_options?: BTreeMap<String, String>,
            extensions?: BTreeMap<String, String>, key_id?: String, public_key: String,
            ttl?: String, valid_principals?: String,
        } -> Envelope<SignedKey>
    }
}

model! {
    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        algorithm_signer: String, allow_bare_domains: bool, allow_host_certificates: bool,
        allow_subdomains: bool, allow_user_certificates: bool, allow_user_key_ids: bool,
        allowed_user_key_lengths?: BTreeMap<String, u64>, allowed_critical_options?: String,
        allowed_domains: String, allowed_extensions: String, allowed_users: String,
        allowed_users_template: bool, admin_user?: String, cidr_list?: String,
        default_critical_options?: BTreeMap<String, String>,
        default_extensions?: BTreeMap<String, String>, default_extensions_template?: bool,
        default_user: String, key_id_format: String, key_type: String, max_ttl: u64, ttl: u64,
    }

    /// Response to [`ListRoles`].
    pub struct Roles: Vault { keys: Vec<String>, key_info: BTreeMap<String, KeyInfo> }

    /// Key info.
    pub struct KeyInfo: Vault { key_type: String }

    /// Response to [`ListZeroAddressRoles`].
    pub struct ZeroAddressRoles: Vault { roles: Vec<String> }

    /// Response to [`GenerateCredentials`].
    pub struct Credentials: Vault {
        allowed_users?: String, admin_user?: String, cidr_list?: String, default_user?: String,
        exclude_cidr_list?: String, install_script?: String, key: String, key_bits?: u64,
        key_option_specs?: String, key_type: String, port: u64,
    }

    /// Response to [`VerifyOtp`].
    pub struct VerifiedOtp: Vault { ip: String, username: String }

    /// Response to [`SubmitCa`].
    pub struct PublicKey: Vault { public_key: String }

    /// Response to [`SignKey`].
    pub struct SignedKey: Vault { serial_number: String, signed_key: String }
}
