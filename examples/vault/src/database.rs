//! Database secrets engine: <https://developer.hashicorp.com/vault/api-docs/secret/databases>.

use typed_endpoint::{Secret, model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Configures a connection to a PostgreSQL database.
        pub SetPostgresConnection: Vault = POST "/{mount}/config/{name}" (mount*: String, name: String) json {
            connection_url: String, plugin_name: String, allowed_roles?: Vec<String>,
            password_policy?: String, root_rotation_statements?: Vec<String>,
            verify_connection?: bool, max_connection_lifetime?: String, max_idle_connections?: u64,
            max_open_connections?: u64, password?: Secret, username?: String,
            username_template?: String,
        } -> Done
    }
    endpoint! {
        /// Reads a connection.
        pub ReadConnection: Vault = GET "/{mount}/config/{name}" (mount*: String, name: String) -> Envelope<Connection>
    }
    endpoint! {
        /// Lists connections.
        pub ListConnections: Vault = LIST "/{mount}/config" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a connection.
        pub DeleteConnection: Vault = DELETE "/{mount}/config/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Resets a connection.
        pub ResetConnection: Vault = POST "/{mount}/reset/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Rotates the credentials of a connection.
        pub RotateRoot: Vault = POST "/{mount}/rotate-root/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Sets a role.
        pub SetRole: Vault = POST "/{mount}/roles/{name}" (mount*: String, name: String) json {
            creation_statements?: Vec<String>, db_name: String, default_ttl?: String,
            max_ttl?: String, renew_statements?: Vec<String>, revocation_statements?: Vec<String>,
            rollback_statements?: Vec<String>,
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
        pub GenerateCredentials: Vault = GET "/{mount}/creds/{name}" (mount*: String, name: String)
            -> Envelope<GeneratedCredentials>
    }
    endpoint! {
        /// Sets a static role.
        pub SetStaticRole: Vault = POST "/{mount}/static-roles/{name}" (mount*: String, name: String) json {
            db_name: String, username: String, rotation_period: String,
            rotation_statements?: Vec<String>,
        } -> Done
    }
    endpoint! {
        /// Reads a static role.
        pub ReadStaticRole: Vault = GET "/{mount}/static-roles/{name}" (mount*: String, name: String)
            -> Envelope<StaticRole>
    }
    endpoint! {
        /// Lists static roles.
        pub ListStaticRoles: Vault = LIST "/{mount}/static-roles" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Deletes a static role.
        pub DeleteStaticRole: Vault = DELETE "/{mount}/static-roles/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Reads static credentials.
        pub ReadStaticCredentials: Vault = GET "/{mount}/static-creds/{name}" (mount*: String, name: String)
            -> Envelope<StaticCredentials>
    }
    endpoint! {
        /// Rotates a static role.
        pub RotateStaticRole: Vault = POST "/{mount}/rotate-role/{name}" (mount*: String, name: String) -> Done
    }
}

model! {
    /// Response to [`ReadConnection`].
    pub struct Connection: Vault {
        allowed_roles: Vec<String>, connection_details: ConnectionDetails, plugin_name: String,
    }

    /// Connection details.
    pub struct ConnectionDetails: Vault { connection_url: String, username: String }

    /// Response to [`ReadRole`].
    pub struct Role: Vault {
        creation_statements: Vec<String>, db_name: String, default_ttl: u64, max_ttl: u64,
        renew_statements: Vec<String>, revocation_statements: Vec<String>,
        rollback_statements: Vec<String>,
    }

    /// Response to [`GenerateCredentials`].
    pub struct GeneratedCredentials: Vault { username: String, password: Secret }

    /// Response to [`ReadStaticRole`].
    pub struct StaticRole: Vault {
        db_name: String, username: String, rotation_period: u64, rotation_statements: Vec<String>,
    }

    /// Response to [`ReadStaticCredentials`].
    pub struct StaticCredentials: Vault {
        last_vault_rotation: String, password: Secret, rotation_period: u64, ttl: u64,
        username: String,
    }
}
