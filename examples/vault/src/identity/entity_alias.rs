//! Aliases of entities: <https://developer.hashicorp.com/vault/api-docs/secret/identity/entity-alias>.

use std::collections::BTreeMap;

use typed_endpoint::{model, operations};

use crate::{Done, Envelope, Vault};

operations! {
    endpoint! {
        /// Creates entity alias.
        pub CreateEntityAlias: Vault = POST "/identity/entity-alias" json {
            name: String, canonical_id: String, mount_accessor: String, id?: String,
            custom_metadata?: BTreeMap<String, String>,
        } -> Envelope<CreatedEntityAlias>
    }
    endpoint! {
        /// Reads an entity alias, by its ID.
        pub ReadEntityAliasById: Vault = GET "/identity/entity-alias/id/{id}" (id: String) -> Envelope<EntityAliasById>
    }
    endpoint! {
        /// Updates an entity alias, by its ID.
        pub UpdateEntityAliasById: Vault = POST "/identity/entity-alias/id/{id}" (id: String) json {
            name?: String, canonical_id?: String, mount_accessor?: String,
            custom_metadata?: BTreeMap<String, String>,
        } -> Done
    }
    endpoint! {
        /// Deletes an entity alias, by its ID.
        pub DeleteEntityAliasById: Vault = DELETE "/identity/entity-alias/id/{id}" (id: String) -> Done
    }
    endpoint! {
        /// Lists entity aliases, by its ID.
        pub ListEntityAliasesById: Vault = LIST "/identity/entity-alias/id" -> Envelope<EntityAliasesById>
    }
}

model! {
    /// Response to [`CreateEntityAlias`].
    pub struct CreatedEntityAlias: Vault { canonical_id: String, id: String }

    /// Response to [`ReadEntityAliasById`].
    pub struct EntityAliasById: Vault {
        creation_time: String, canonical_id: String, custom_metadata?: BTreeMap<String, String>,
        id: String, last_update_time: String, local: bool, metadata?: BTreeMap<String, String>,
        mount_accessor: String, mount_path: String, mount_type: String, name: String,
    }

    /// Response to [`ListEntityAliasesById`].
    pub struct EntityAliasesById: Vault { key_info: BTreeMap<String, KeyInfo>, keys: Vec<String> }

    /// Key info.
    pub struct KeyInfo: Vault {
        canonical_id: String, custom_metadata?: BTreeMap<String, String>, local: bool,
        mount_accessor: String, mount_path: String, mount_type: String, name: String,
    }
}
