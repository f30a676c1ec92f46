//! System backend: <https://developer.hashicorp.com/vault/api-docs/system>.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::{Secret, model, operations};

use crate::{Done, Envelope, Vault};

operations! {
    endpoint! {
        /// Mounts a secrets engine.
        pub EnableEngine: Vault = POST "/sys/mounts/{path}" (path*: String) json {
            engine_type as "type"?: String, description?: String, config?: MountOptions,
            options?: BTreeMap<String, String>,
        } -> Done
    }
    endpoint! {
        /// Unmounts a secrets engine, with all that it keeps.
        pub DisableEngine: Vault = DELETE "/sys/mounts/{path}" (path*: String) -> Done
    }
    endpoint! {
        /// Reads how a secrets engine is mounted.
        pub ReadMount: Vault = GET "/sys/mounts/{path}" (path*: String) -> Envelope<MountInfo>
    }
    endpoint! {
        /// Lists the mounted secrets engines.
        pub ListMounts: Vault = GET "/sys/mounts" -> Envelope<BTreeMap<String, Mount>>
    }
    endpoint! {
        /// Mounts an auth method.
        pub EnableAuth: Vault = POST "/sys/auth/{path}" (path*: String) json {
            engine_type as "type"?: String, description?: String, config?: MountOptions,
        } -> Done
    }
    endpoint! {
        /// Unmounts an auth method.
        pub DisableAuth: Vault = DELETE "/sys/auth/{path}" (path*: String) -> Done
    }
    endpoint! {
        /// Lists the mounted auth methods.
        pub ListAuths: Vault = GET "/sys/auth" -> Envelope<BTreeMap<String, Auth>>
    }
    endpoint! {
        /// Moves a mount to another path.
        pub MoveMount: Vault = POST "/sys/remount" json { from: String, to: String } -> Envelope<RemountMigration>
    }
    endpoint! {
        /// Reads how far the moving of a mount is.
        pub ReadMigration: Vault = GET "/sys/remount/status/{migration_id}" (migration_id: String)
            -> Envelope<MigrationStatus>
    }
    endpoint! {
        /// Returns the response that a token wraps.
        pub Unwrap: Vault = POST "/sys/wrapping/unwrap" json { token?: Secret } -> Envelope<Value>
    }
    endpoint! {
        /// Reads the properties of a wrapping token.
        pub LookupWrapping: Vault = POST "/sys/wrapping/lookup" json { token: Secret } -> Envelope<Wrapping>
    }
    endpoint! {
        /// Reads the state of the server.
        pub ReadHealth: Vault = GET "/sys/health" query {
            standbyok?: bool, perfstandbyok?: bool, activecode?: u16, standbycode?: u16,
            drsecondarycode?: u16, haunhealthycode?: u16, performancestandbycode?: u16,
            removedcode?: u16, sealedcode?: u16, uninitcode?: u16,
        } -> Health
    }
    endpoint! {
        /// Initialises a new server.
        pub Initialize: Vault = POST "/sys/init" json {
            pgp_keys?: Vec<String>, root_token_pgp_key?: String, secret_shares: u64,
            secret_threshold: u64, stored_shares?: u64, recovery_shares?: u64,
            recovery_threshold?: u64, recovery_pgp_keys?: Vec<String>,
        } -> Initialized
    }
    endpoint! {
        /// Seals the server.
        pub Seal: Vault = PUT "/sys/seal" -> Done
    }
    endpoint! {
        /// Enters a share of the key that unseals the server.
        pub Unseal: Vault = PUT "/sys/unseal" json { key?: String, reset?: bool, migrate?: bool } -> SealStatus
    }
    endpoint! {
        /// Lists the policies.
        pub ListPolicies: Vault = GET "/sys/policy" -> Envelope<Policies>
    }
    endpoint! {
        /// Reads a policy.
        pub ReadPolicy: Vault = GET "/sys/policy/{name}" (name: String) -> Envelope<Policy>
    }
    endpoint! {
        /// Creates or updates a policy.
        pub SetPolicy: Vault = PUT "/sys/policy/{name}" (name: String) json { policy: String } -> Done
    }
    endpoint! {
        /// Deletes a policy.
        pub DeletePolicy: Vault = DELETE "/sys/policy/{name}" (name: String) -> Done
    }
    endpoint! {
        /// Generates random bytes.
        pub GenerateRandomBytes: Vault = POST "/sys/tools/random" json {
            bytes?: u64, format?: String, source?: String,
        } -> Envelope<RandomBytes>
    }
}

model! {
    /// Response to [`ListMounts`].
    pub struct Mount: Vault {
        accessor: String, config: MountConfig, description: String, external_entropy_access: bool,
        local: bool, options?: BTreeMap<String, String>, seal_wrap: bool,
        mount_type as "type": String, uuid: String,
    }

    /// Mount config.
    pub struct MountConfig: Vault {
        default_lease_ttl: u64, force_no_cache: bool, max_lease_ttl: u64,
    }

    /// Response to [`ReadMount`].
    pub struct MountInfo: Vault {
        accessor: String, config: MountConfig, description: String, external_entropy_access: bool,
        local: bool, options?: BTreeMap<String, String>, plugin_version?: String,
        running_plugin_version?: String, running_sha256?: String, seal_wrap: bool,
        mount_type as "type": String, uuid: String,
    }

    /// Response to [`ListAuths`].
    pub struct Auth: Vault {
        accessor: String, config: AuthConfig, description: String, external_entropy_access: bool,
        local: bool, options?: BTreeMap<String, String>, seal_wrap: bool,
        mount_type as "type": String, uuid: String,
    }

    /// Auth config.
    pub struct AuthConfig: Vault {
        default_lease_ttl: u64, force_no_cache: bool, max_lease_ttl: u64, token_type: String,
    }

    /// Response to [`MoveMount`].
    pub struct RemountMigration: Vault { migration_id: String }

    /// Response to [`ReadMigration`].
    pub struct MigrationStatus: Vault { migration_id: String, migration_info: MigrationInfo }

    /// Migration info.
    pub struct MigrationInfo: Vault { source_mount: String, target_mount: String, status: String }

    /// Response to [`LookupWrapping`].
    pub struct Wrapping: Vault { creation_path: String, creation_time: String, creation_ttl: u64 }

    /// Response to [`ReadHealth`].
    pub struct Health: Vault {
        initialized: bool, sealed: bool, standby: bool, performance_standby: bool,
        replication_performance_mode: String, replication_dr_mode: String, server_time_utc: i64,
        version: String, cluster_name?: String, cluster_id?: String, last_wal?: u64,
        enterprise?: bool, echo_duration_ms?: i64, clock_skew_ms?: i64,
        replication_primary_canary_age_ms?: i64, removed_from_cluster?: bool,
        ha_connection_healthy?: bool, last_request_forwarding_heartbeat_ms?: i64,
    }

    /// Response to [`Initialize`].
    pub struct Initialized: Vault {
        keys: Vec<String>, keys_base64: Vec<String>, root_token: Secret,
    }

    /// Response to [`Unseal`].
    pub struct SealStatus: Vault {
        sealed: bool, threshold as "t": u64, n_shares as "n": u64, progress: u64, version: String,
        cluster_name?: String, cluster_id?: String,
    }

    /// Response to [`ListPolicies`].
    pub struct Policies: Vault { policies: Vec<String> }

    /// Response to [`ReadPolicy`].
    pub struct Policy: Vault { name: String, rules: String }

    /// Response to [`GenerateRandomBytes`].
    pub struct RandomBytes: Vault { random_bytes: String }

    /// Mount options.
    pub struct MountOptions: Vault, input {
        default_lease_ttl?: String, max_lease_ttl?: String, force_no_cache?: bool,
        audit_non_hmac_request_keys?: Vec<String>, audit_non_hmac_response_keys?: Vec<String>,
        listing_visibility?: String, passthrough_request_headers?: Vec<String>,
        allowed_response_headers?: Vec<String>,
    }
}
