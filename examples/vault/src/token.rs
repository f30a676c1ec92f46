//! Token auth method: <https://developer.hashicorp.com/vault/api-docs/auth/token>.

use std::collections::BTreeMap;

use typed_endpoint::{Secret, fields, model, operations};

use crate::{Authenticated, Done, Envelope, Keys, Vault};

fields! {
    /// What a new token is like.
    creation {
        display_name?: String, entity_alias?: String, explicit_max_ttl?: String, id?: String,
        lease?: String, meta?: BTreeMap<String, String>, no_default_policy?: bool, no_parent?: bool,
        num_uses?: u64, policies?: Vec<String>, period?: String, renewable?: bool, ttl?: String,
        token_type as "type"?: String,
    }
}

operations! {
    endpoint! {
        /// Lists the accessors of all tokens.
        pub ListAccessors: Vault = LIST "/auth/token/accessors" -> Envelope<Keys>
    }
    endpoint! {
        /// Creates a token.
        pub CreateToken: Vault = POST "/auth/token/create" json { ..creation } -> Authenticated
    }
    endpoint! {
        /// Creates an orphan token.
        pub CreateOrphanToken: Vault = POST "/auth/token/create-orphan" json { ..creation } -> Authenticated
    }
    endpoint! {
        /// Creates a token of a role.
        pub CreateRoleToken: Vault = POST "/auth/token/create/{role_name}" (role_name: String) json {
            ..creation,
        } -> Authenticated
    }
    endpoint! {
        /// Looks up a token.
        pub LookupToken: Vault = POST "/auth/token/lookup" json { token: Secret } -> Envelope<TokenInfo>
    }
    endpoint! {
        /// Looks up the token of the request.
        pub LookupSelf: Vault = GET "/auth/token/lookup-self" -> Envelope<TokenInfo>
    }
    endpoint! {
        /// Looks up a token, by its accessor.
        pub LookupAccessor: Vault = POST "/auth/token/lookup-accessor" json { accessor: String } -> Envelope<TokenInfo>
    }
    endpoint! {
        /// Renews a token.
        pub RenewToken: Vault = POST "/auth/token/renew" json { token: Secret, increment?: String } -> Authenticated
    }
    endpoint! {
        /// Renews the token of the request.
        pub RenewSelf: Vault = POST "/auth/token/renew-self" json { increment?: String } -> Authenticated
    }
    endpoint! {
        /// Renews a token, by its accessor.
        pub RenewAccessor: Vault = POST "/auth/token/renew-accessor" json {
            accessor: String, increment?: String,
        } -> Authenticated
    }
    endpoint! {
        /// Revokes a token.
        pub RevokeToken: Vault = POST "/auth/token/revoke" json { token: Secret } -> Done
    }
    endpoint! {
        /// Revokes the token of the request.
        pub RevokeSelf: Vault = POST "/auth/token/revoke-self" -> Done
    }
    endpoint! {
        /// Revokes a token, by its accessor.
        pub RevokeAccessor: Vault = POST "/auth/token/revoke-accessor" json { accessor: String } -> Done
    }
    endpoint! {
        /// Revokes a token, but not its children.
        pub RevokeOrphan: Vault = POST "/auth/token/revoke-orphan" json { token: Secret } -> Done
    }
    endpoint! {
        /// Reads a token role.
        pub ReadTokenRole: Vault = GET "/auth/token/roles/{role_name}" (role_name: String) -> Envelope<TokenRole>
    }
    endpoint! {
        /// Lists token roles.
        pub ListTokenRoles: Vault = LIST "/auth/token/roles" -> Envelope<Keys>
    }
    endpoint! {
        /// Sets a token role.
        pub SetTokenRole: Vault = POST "/auth/token/roles/{role_name}" (role_name: String) json {
            allowed_entity_aliases?: Vec<String>, allowed_policies?: Vec<String>,
            disallowed_policies?: Vec<String>, orphan?: bool, path_suffix?: String,
            renewable?: bool, token_bound_cidrs?: Vec<String>, token_explicit_max_ttl?: String,
            token_no_default_policy?: bool, token_num_uses?: u64, token_period?: String,
            token_type?: String,
        } -> Done
    }
    endpoint! {
        /// Deletes a token role.
        pub DeleteTokenRole: Vault = DELETE "/auth/token/roles/{role_name}" (role_name: String) -> Done
    }
    endpoint! {
        /// Removes expired tokens.
        pub Tidy: Vault = POST "/auth/token/tidy" -> Done
    }
}

model! {
    /// Response to [`LookupToken`].
    pub struct TokenInfo: Vault {
        accessor: String, creation_time: u64, creation_ttl: u64, display_name: String,
        entity_id: String, expire_time?: String, explicit_max_ttl: u64, id: String,
        identity_policies?: Vec<String>, issue_time?: String, meta?: BTreeMap<String, String>,
        num_uses: u64, orphan: bool, path: String, policies: Vec<String>, renewable?: bool,
        role?: String, ttl: u64,
    }

    /// Response to [`ReadTokenRole`].
    pub struct TokenRole: Vault {
        allowed_entity_aliases?: Vec<String>, allowed_policies: Vec<String>,
        disallowed_policies: Vec<String>, explicit_max_ttl: u64, name: String, orphan: bool,
        path_suffix: String, period: u64, renewable: bool, token_explicit_max_ttl: u64,
        token_period: u64, token_type: String,
    }
}
