//! PKI secrets engine: <https://developer.hashicorp.com/vault/api-docs/secret/pki>.

use std::collections::BTreeMap;

use typed_endpoint::{Secret, fields, model, operations};

use crate::{Done, Envelope, Keys, Vault};

fields! {
    /// The key of a certificate.
    key {
        key_bits?: u64, key_name?: String, key_ref?: String, key_type?: String,
        private_key_format?: String,
    }
}

fields! {
    /// Subject and form of a certificate.
    subject {
        alt_names?: String, common_name?: String, country?: Vec<String>,
        exclude_cn_from_sans?: bool, format?: String, ip_sans?: String, locality?: Vec<String>,
        organization?: Vec<String>, other_sans?: Vec<String>, ou?: Vec<String>,
        postal_code?: Vec<String>, province?: Vec<String>, serial_number?: String,
        street_address?: Vec<String>, uri_sans?: String,
    }
}

operations! {
    endpoint! {
        /// Submits certificate and key of a CA.
        pub SubmitCa: Vault = POST "/{mount}/config/ca" (mount*: String) json {
            pem_bundle: Secret,
        } -> Done<ImportedIssuer>
    }
    endpoint! {
        /// Generates a root certificate.
        pub GenerateRoot: Vault = POST "/{mount}/root/generate/{cert_type}" (mount*: String, cert_type: String) json {
            key_bits?: u64, key_type?: String, max_path_length?: i32,
            permitted_dns_domains: Vec<String>, private_key_format?: String, ttl?: String,
            ..subject,
        } -> Envelope<Root>
    }
    endpoint! {
        /// Deletes the root certificate.
        pub DeleteRoot: Vault = DELETE "/{mount}/root" (mount*: String) -> Done
    }
    endpoint! {
        /// Signs a certificate.
        pub SignCertificate: Vault = POST "/{mount}/sign/{role}" (mount*: String, role: String) json {
            alt_names?: String, common_name?: String, csr?: String, exclude_cn_from_sans?: bool,
            format?: String, ip_sans?: String, other_sans?: Vec<String>, serial_number?: String,
            ttl?: String, uri_sans?: String, remove_roots_from_chain?: bool,
        } -> Envelope<SignedCertificate>
    }
    endpoint! {
        /// Signs an intermediate CA.
        pub SignIntermediate: Vault = POST "/{mount}/root/sign-intermediate" (mount*: String) json {
            csr?: String, max_path_length?: i32, permitted_dns_domains?: Vec<String>, ttl?: String,
            use_csr_values?: bool, ..subject,
        } -> Envelope<SignedIntermediate>
    }
    endpoint! {
        /// Signs a self-issued certificate.
        pub SignSelfIssued: Vault = POST "/{mount}/root/sign-self-issued" (mount*: String) json {
            certificate: String,
        } -> Envelope<SignedSelfIssued>
    }
    endpoint! {
        /// Lists certificates.
        pub ListCertificates: Vault = LIST "/{mount}/certs" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Reads a certificate.
        pub ReadCertificate: Vault = GET "/{mount}/cert/{serial}" (mount*: String, serial: String)
            -> Envelope<Certificate>
    }
    endpoint! {
        /// Generates a certificate.
        pub GenerateCertificate: Vault = POST "/{mount}/issue/{role}" (mount*: String, role: String) json {
            alt_names?: String, common_name?: String, exclude_cn_from_sans?: bool, format?: String,
            ip_sans?: String, other_sans?: Vec<String>, private_key_format?: String, ttl?: String,
            uri_sans?: String, remove_roots_from_chain?: bool,
        } -> Envelope<GeneratedCertificate>
    }
    endpoint! {
        /// Revokes a certificate.
        pub RevokeCertificate: Vault = POST "/{mount}/revoke" (mount*: String) json {
            serial_number: String,
        } -> Envelope<RevokedCertificate>
    }
    endpoint! {
        /// Reads the configuration of revocation lists.
        pub ReadCrlConfig: Vault = GET "/{mount}/config/crl" (mount*: String) -> Envelope<CrlConfig>
    }
    endpoint! {
        /// Configures revocation lists.
        pub SetCrlConfig: Vault = POST "/{mount}/config/crl" (mount*: String) json {
            expiry?: String, disable?: bool, ocsp_disable?: bool, ocsp_expiry?: String,
            auto_rebuild?: bool, auto_rebuild_grace_period?: String, enable_delta?: bool,
            delta_rebuild_interval?: String,
        } -> Done<CrlConfig>
    }
    endpoint! {
        /// Rebuilds the revocation lists.
        pub RotateCrls: Vault = GET "/{mount}/crl/rotate" (mount*: String) -> Envelope<RotatedCRLs>
    }
    endpoint! {
        /// Reads the URLs that certificates name.
        pub ReadUrls: Vault = GET "/{mount}/config/urls" (mount*: String) -> Envelope<Urls>
    }
    endpoint! {
        /// Sets the URLs that certificates name.
        pub SetUrls: Vault = POST "/{mount}/config/urls" (mount*: String) json {
            issuing_certificates?: Vec<String>, crl_distribution_points?: Vec<String>,
            ocsp_servers?: Vec<String>,
        } -> Done<Urls>
    }
    endpoint! {
        /// Generates a key and a signing request of an intermediate CA.
        pub GenerateIntermediate: Vault = POST "/{mount}/intermediate/generate/{cert_type}"
            (mount*: String, cert_type: String) json {
            signature_bits?: u64, key_format?: String, add_basic_constraints?: bool, ..subject,
            ..key,
        } -> Envelope<GeneratedIntermediate>
    }
    endpoint! {
        /// Stores the signed certificate of an intermediate CA.
        pub SetSignedIntermediate: Vault = POST "/{mount}/intermediate/set-signed" (mount*: String) json {
            certificate: String,
        } -> Envelope<ImportedIssuer>
    }
    endpoint! {
        /// Generates a signing request for cross-signing.
        pub CrossSign: Vault = POST "/{mount}/intermediate/cross-sign" (mount*: String) json {
            add_basic_constraints?: bool, cert_type as "type": String, signature_bits: u16,
            ..subject, ..key,
        } -> Envelope<CrossSigningRequest>
    }
    endpoint! {
        /// Lists roles.
        pub ListRoles: Vault = LIST "/{mount}/roles" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Reads a role.
        pub ReadRole: Vault = GET "/{mount}/roles/{name}" (mount*: String, name: String) -> Envelope<Role>
    }
    endpoint! {
        /// Sets a role.
        pub SetRole: Vault = POST "/{mount}/roles/{name}" (mount*: String, name: String) json {
            issuer_ref?: String, allow_any_name?: bool, allow_bare_domains?: bool,
            allow_glob_domains?: bool, allow_ip_sans?: bool, allow_localhost?: bool,
            allow_subdomains?: bool, allow_token_displayname?: bool, allowed_domains?: Vec<String>,
            allowed_domains_template?: bool, allowed_other_sans?: Vec<String>,
            allowed_serial_numbers?: Vec<String>, allowed_uri_sans?: Vec<String>,
            basic_constraints_valid_for_non_ca?: bool, client_flag?: bool, code_signing_flag?: bool,
            country?: Vec<String>, email_protection_flag?: bool, enforce_hostnames?: bool,
            ext_key_usage?: Vec<String>, ext_key_usage_oids?: Vec<String>, generate_lease?: bool,
            key_bits?: u64, key_type?: String, key_usage?: Vec<String>, locality?: Vec<String>,
            max_ttl?: String, no_store?: bool, not_before_duration?: u64,
            organization?: Vec<String>, ou?: Vec<String>, policy_identifiers?: Vec<String>,
            postal_code?: Vec<String>, province?: Vec<String>, require_cn?: bool,
            server_flag?: bool, street_address?: Vec<String>, ttl?: String,
            use_csr_common_name?: bool, use_csr_sans?: bool,
        } -> Done<Role>
    }
    endpoint! {
        /// Deletes a role.
        pub DeleteRole: Vault = DELETE "/{mount}/roles/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Removes expired certificates.
        pub Tidy: Vault = POST "/{mount}/tidy" (mount*: String) json {
            tidy_cert_store?: bool, tidy_revoked_certs?: bool, safety_buffer?: String,
        } -> Done
    }
    endpoint! {
        /// Lists issuers.
        pub ListIssuers: Vault = LIST "/{mount}/issuers" (mount*: String) -> Envelope<Issuers>
    }
    endpoint! {
        /// Reads an issuer certificate.
        pub ReadIssuerCertificate: Vault = GET "/{mount}/issuer/{issuer}/json" (mount*: String, issuer: String)
            -> Envelope<IssuerCertificate>
    }
    endpoint! {
        /// Signs an intermediate CA by one of the issuers.
        pub SignIntermediateBy: Vault = POST "/{mount}/issuer/{issuer}/sign-intermediate"
            (mount*: String, issuer: String) json {
            csr: String, max_path_length?: i32, not_after?: String, not_before_duration?: u64,
            permitted_dns_domains: Vec<String>, signature_bits?: u16, skid?: String, ttl?: String,
            use_pss?: bool, use_csr_values?: bool, ..subject,
        } -> Envelope<SignedIntermediateIssuer>
    }
    endpoint! {
        /// Imports issuers and keys.
        pub ImportIssuers: Vault = POST "/{mount}/issuers/import/bundle" (mount*: String) json {
            pem_bundle: Secret,
        } -> Envelope<ImportedIssuer>
    }
    endpoint! {
        /// Sets a default issuer.
        pub SetDefaultIssuer: Vault = POST "/{mount}/config/issuers" (mount*: String) json {
            default_issuer as "default": String,
        } -> Envelope<NewDefaultIssuer>
    }
    endpoint! {
        /// Updates an issuer.
        pub UpdateIssuer: Vault = POST "/{mount}/issuer/{issuer_ref}" (mount*: String, issuer_ref: String) json {
            issuer_name?: String, leaf_not_after_behavior?: String, manual_chain?: Vec<String>,
            usage?: Vec<String>, revocation_signature_algorithm?: String,
            issuing_certificates?: Vec<String>, crl_distribution_points?: Vec<String>,
            delta_crl_distribution_points?: Vec<String>, ocsp_servers?: Vec<String>,
            enable_aia_url_templating?: bool, disable_critical_extension_checks?: bool,
            disable_path_length_checks?: bool, disable_name_checks?: bool,
            disable_name_constraint_checks?: bool,
        } -> Envelope<UpdatedIssuer>
    }
    endpoint! {
        /// Deletes an issuer.
        pub DeleteIssuer: Vault = DELETE "/{mount}/issuer/{issuer}" (mount*: String, issuer: String) -> Done
    }
    endpoint! {
        /// Generates a signing request beside the issuers.
        pub GenerateIntermediateCsr: Vault = POST "/{mount}/issuers/generate/intermediate/{request_type}"
            (mount*: String, request_type: String) json {
            add_basic_constraints?: bool, signature_bits: u16, ..subject, ..key,
        } -> Envelope<CrossSigningRequest>
    }
    endpoint! {
        /// Deletes a key.
        pub DeleteKey: Vault = DELETE "/{mount}/key/{key}" (mount*: String, key: String) -> Done
    }
}

model! {
    /// Response to [`GenerateCertificate`].
    pub struct GeneratedCertificate: Vault {
        ca_chain?: Vec<String>, certificate: String, expiration?: u64, issuing_ca: String,
        private_key: Secret, private_key_type: String, serial_number: String,
    }

    /// Response to [`GenerateIntermediate`].
    pub struct GeneratedIntermediate: Vault {
        csr: String, private_key?: Secret, private_key_type?: String,
    }

    /// Response to [`CrossSign`].
    pub struct CrossSigningRequest: Vault { csr: String, key_id?: String }

    /// Response to [`GenerateRoot`].
    pub struct Root: Vault {
        certificate: String, issuing_ca: String, serial_number: String, expiration: u64,
        issuer_id: String, issuer_name?: String, key_id?: String, key_name?: String,
        private_key?: Secret, private_key_type?: String,
    }

    /// Response to [`ReadCertificate`].
    pub struct Certificate: Vault { certificate: String, revocation_time: i64, ca_chain?: String }

    /// Response to [`ReadCrlConfig`].
    pub struct CrlConfig: Vault { disable: bool, expiry: String }

    /// Response to [`RevokeCertificate`].
    pub struct RevokedCertificate: Vault { revocation_time: u64 }

    /// Response to [`RotateCrls`].
    pub struct RotatedCRLs: Vault { success: bool }

    /// Response to [`ReadUrls`].
    pub struct Urls: Vault {
        issuing_certificates: Vec<String>, crl_distribution_points: Vec<String>,
        ocsp_servers: Vec<String>,
    }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        allow_any_name: bool, allow_bare_domains: bool, allow_glob_domains: bool,
        allow_ip_sans: bool, allow_localhost: bool, allow_subdomains: bool,
        allow_token_displayname: bool, allow_wildcard_certificates: bool,
        allowed_domains: Vec<String>, allowed_domains_template: bool,
        allowed_other_sans: Vec<String>, allowed_serial_numbers: Vec<String>,
        allowed_uri_sans: Vec<String>, allowed_uri_sans_template: bool,
        allowed_user_ids: Vec<String>, basic_constraints_valid_for_non_ca: bool, client_flag: bool,
        cn_validations: Vec<String>, code_signing_flag: bool, country: Vec<String>,
        email_protection_flag: bool, enforce_hostnames: bool, ext_key_usage: Vec<String>,
        ext_key_usage_oids: Vec<String>, generate_lease: bool, issuer_ref: String, key_bits: u64,
        key_type: String, key_usage: Vec<String>, locality: Vec<String>, max_ttl: u64,
        no_store: bool, not_after: String, not_before_duration: u64, organization: Vec<String>,
        ou: Vec<String>, policy_identifiers: Vec<String>, postal_code: Vec<String>,
        province: Vec<String>, require_cn: bool, server_flag: bool, signature_bits: u16,
        street_address: Vec<String>, ttl: u64, use_csr_common_name: bool, use_csr_sans: bool,
        use_pss: bool,
    }

    /// Response to [`SignCertificate`].
    pub struct SignedCertificate: Vault {
        ca_chain?: Vec<String>, certificate: String, issuing_ca: String, serial_number: String,
        expiration: u64,
    }

    /// Response to [`SignIntermediate`].
    pub struct SignedIntermediate: Vault {
        ca_chain?: Vec<String>, certificate: String, issuing_ca: String, serial_number: String,
    }

    /// Response to [`SignSelfIssued`].
    pub struct SignedSelfIssued: Vault { certificate: String, issuing_ca: String }

    /// Response to [`ListIssuers`].
    pub struct Issuers: Vault { key_info: BTreeMap<String, KeyInfo>, keys: Vec<String> }

    /// Key info.
    pub struct KeyInfo: Vault {
        is_default: bool, issuer_name: String, key_id: String, serial_number: String,
    }

    /// Response to [`ReadIssuerCertificate`].
    pub struct IssuerCertificate: Vault {
        certificate: String, ca_chain: Vec<String>, issuer_id: String, issuer_name: String,
    }

    /// Response to [`SignIntermediateBy`].
    pub struct SignedIntermediateIssuer: Vault {
        certificate: String, ca_chain: Vec<String>, issuing_ca: String, serial_number: String,
        expiration: u64,
    }

    /// Response to [`SetSignedIntermediate`].
    pub struct ImportedIssuer: Vault {
        imported_issuers?: Vec<String>, imported_keys?: Vec<String>, existing_issuers?: Vec<String>,
        existing_keys?: Vec<String>, mapping?: BTreeMap<String, String>,
    }

    /// Response to [`SetDefaultIssuer`].
    pub struct NewDefaultIssuer: Vault { default: String, default_follows_latest_issuer: bool }

    /// Response to [`UpdateIssuer`].
    pub struct UpdatedIssuer: Vault {
        ca_chain?: Vec<String>, certificate: String, issuer_id: String, issuer_name: String,
        key_id?: String, leaf_not_after_behavior?: String, manual_chain?: Vec<String>,
        usage: String, revocation_signature_algorithm: String, issuing_certificates: Vec<String>,
        crl_distribution_points: Vec<String>, delta_crl_distribution_points?: Vec<String>,
        ocsp_servers: Vec<String>, enable_aia_url_templating?: bool,
        disable_critical_extension_checks?: bool, disable_path_length_checks?: bool,
        disable_name_checks?: bool, disable_name_constraint_checks?: bool,
    }
}
