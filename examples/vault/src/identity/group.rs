//! Groups: <https://developer.hashicorp.com/vault/api-docs/secret/identity/group>.

use std::collections::BTreeMap;

use typed_endpoint::{model, operations};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates a group.
        pub CreateGroup: Vault = POST "/identity/group" json {
            group_type as "type"?: String, metadata?: BTreeMap<String, String>,
            policies?: Vec<String>, member_group_ids?: Vec<String>, member_entity_ids?: Vec<String>,
        } -> Envelope<CreatedGroup>
    }
    endpoint! {
        /// Reads a group, by its ID.
        pub ReadGroupById: Vault = GET "/identity/group/id/{id}" (id: String) -> Envelope<GroupById>
    }
    endpoint! {
        /// Updates a group, by its ID.
        pub UpdateGroupById: Vault = POST "/identity/group/id/{id}" (id: String) json {
            name?: String, group_type as "type"?: String, metadata?: BTreeMap<String, String>,
            policies?: Vec<String>, member_group_ids?: Vec<String>, member_entity_ids?: Vec<String>,
        } -> Done
    }
    endpoint! {
        /// Deletes a group, by its ID.
        pub DeleteGroupById: Vault = DELETE "/identity/group/id/{id}" (id: String) -> Done
    }
    endpoint! {
        /// Lists groups, by its ID.
        pub ListGroupsById: Vault = LIST "/identity/group/id" -> Envelope<Keys>
    }
    endpoint! {
        /// Creates a group, by its name.
        pub CreateGroupByName: Vault = POST "/identity/group/name/{name}" (name: String) json {
            group_type as "type"?: String, metadata?: BTreeMap<String, String>,
            policies?: Vec<String>, member_group_ids?: Vec<String>, member_entity_ids?: Vec<String>,
        } -> Done<CreatedGroup>
    }
    endpoint! {
        /// Reads a group, by its name.
        pub ReadGroupByName: Vault = GET "/identity/group/name/{name}" (name: String) -> Envelope<GroupById>
    }
    endpoint! {
        /// Deletes a group, by its name.
        pub DeleteGroupByName: Vault = DELETE "/identity/group/name/{name}" (name: String) -> Done
    }
    endpoint! {
        /// Lists groups, by its name.
        pub ListGroupsByName: Vault = LIST "/identity/group/name" -> Envelope<Keys>
    }
}

model! {
    /// Response to [`CreateGroup`].
    pub struct CreatedGroup: Vault { id: String, name: String }

    /// Response to [`ReadGroupById`].
    pub struct GroupById: Vault {
        creation_time: String, id: String, last_update_time: String,
        member_entity_ids?: Vec<String>, member_group_ids?: Vec<String>,
        parent_group_ids?: Vec<String>, metadata?: BTreeMap<String, String>, modify_index: u64,
        namespace_id: String, name: String, policies?: Vec<String>, group_type as "type": String,
    }
}
