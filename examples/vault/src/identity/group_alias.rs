//! Aliases of groups: <https://developer.hashicorp.com/vault/api-docs/secret/identity/group-alias>.

use std::collections::BTreeMap;

use typed_endpoint::{model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates group alias.
        pub CreateGroupAlias: Vault = POST "/identity/group-alias" json {
            name: String, id?: String, mount_accessor: String, canonical_id?: String,
        } -> Envelope<CreatedGroupAlias>
    }
    endpoint! {
        /// Updates a group alias, by its ID.
        pub UpdateGroupAliasById: Vault = POST "/identity/group-alias/id/{id}" (id: String) json {
            name?: String, mount_accessor: String, canonical_id?: String,
        } -> Done<CreatedGroupAlias>
    }
    endpoint! {
        /// Reads a group alias, by its ID.
        pub ReadGroupAliasById: Vault = GET "/identity/group-alias/id/{id}" (id: String) -> Envelope<GroupAliasById>
    }
    endpoint! {
        /// Deletes a group alias, by its ID.
        pub DeleteGroupAliasById: Vault = DELETE "/identity/group-alias/id/{id}" (id: String) -> Done
    }
    endpoint! {
        /// Lists group aliases, by its ID.
        pub ListGroupAliasesById: Vault = LIST "/identity/group-alias/id" -> Envelope<Keys>
    }
}

model! {
    /// Response to [`CreateGroupAlias`].
    pub struct CreatedGroupAlias: Vault { canonical_id: String, id: String }

    /// Response to [`ReadGroupAliasById`].
    pub struct GroupAliasById: Vault {
        canonical_id: String, creation_time: String, id: String, last_update_time: String,
        metadata?: BTreeMap<String, String>, mount_accessor: String, mount_path: String,
        mount_type: String, name: String,
    }
}
