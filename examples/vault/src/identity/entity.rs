//! Entities: <https://developer.hashicorp.com/vault/api-docs/secret/identity/entity>.

use std::collections::BTreeMap;

use typed_endpoint::{model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates an entity.
        pub CreateEntity: Vault = POST "/identity/entity" json {
            name?: String, metadata?: BTreeMap<String, String>, policies?: Vec<String>,
            disabled?: bool,
        } -> Envelope<CreatedEntity>
    }
    endpoint! {
        /// Reads an entity, by its ID.
        pub ReadEntityById: Vault = GET "/identity/entity/id/{id}" (id: String) -> Envelope<EntityById>
    }
    endpoint! {
        /// Updates an entity, by its ID.
        pub UpdateEntityById: Vault = POST "/identity/entity/id/{id}" (id: String) json {
            name?: String, metadata?: BTreeMap<String, String>, policies?: Vec<String>,
            disabled?: bool,
        } -> Done
    }
    endpoint! {
        /// Deletes an entity, by its ID.
        pub DeleteEntityById: Vault = DELETE "/identity/entity/id/{id}" (id: String) -> Done
    }
    endpoint! {
        /// Deletes several entities.
        pub DeleteEntities: Vault = POST "/identity/entity/batch-delete" json { entity_ids: Vec<String> } -> Done
    }
    endpoint! {
        /// Lists entities, by its ID.
        pub ListEntitiesById: Vault = LIST "/identity/entity/id" -> Envelope<Keys>
    }
    endpoint! {
        /// Creates an entity, by its name.
        pub CreateEntityByName: Vault = POST "/identity/entity/name/{name}" (name: String) json {
            metadata?: BTreeMap<String, String>, policies?: Vec<String>, disabled?: bool,
        } -> Done<CreatedEntityByName>
    }
    endpoint! {
        /// Reads an entity, by its name.
        pub ReadEntityByName: Vault = GET "/identity/entity/name/{name}" (name: String) -> Envelope<EntityById>
    }
    endpoint! {
        /// Deletes an entity, by its name.
        pub DeleteEntityByName: Vault = DELETE "/identity/entity/name/{name}" (name: String) -> Done
    }
    endpoint! {
        /// Lists entities, by its name.
        pub ListEntitiesByName: Vault = LIST "/identity/entity/name" -> Envelope<Keys>
    }
    endpoint! {
        /// Merges entities.
        pub MergeEntities: Vault = POST "/identity/entity/merge" json {
            from_entity_ids: Vec<String>, to_entity_id: String, force?: bool,
            conflicting_alias_ids_to_keep?: String,
        } -> Done
    }
}

model! {
    /// Response to [`CreateEntity`].
    pub struct CreatedEntity: Vault { id: String, name: String, aliases?: Vec<Alias> }

    /// Response to [`ReadEntityById`].
    pub struct EntityById: Vault {
        id: String, name: String, disabled: bool, policies: Vec<String>, last_update_time: String,
        creation_time: String, metadata?: BTreeMap<String, String>, aliases: Vec<Alias>,
        direct_group_ids: Vec<String>, group_ids: Vec<String>, inherited_group_ids: Vec<String>,
        merged_entity_ids?: Vec<String>, namespace_id: String,
    }

    /// Alias.
    pub struct Alias: Vault {
        id: String, canonical_id: String, mount_accessor: String, name: String,
        creation_time: String, last_update_time: String, local: bool, mount_type: String,
        mount_path: String, custom_metadata?: BTreeMap<String, String>,
        metadata?: BTreeMap<String, String>, merged_from_canonical_ids?: Vec<String>,
    }

    /// Created entity by name.
    pub struct CreatedEntityByName: Vault { aliases?: Vec<Alias>, id: String, name: String }
}
