//! Entities, groups and their aliases.

use vault::identity::{entity as e, entity_alias as ea, group as g, group_alias as ga};
use vault::sys;

use crate::Server;

fn metadata() -> [(String, String); 1] {
    [("team".to_owned(), "a".to_owned())]
}

pub async fn entities(server: Server) {
    server.call(sys::EnableAuth::new("for-entities").engine_type("userpass")).await;
    let accessor = server.call(sys::ListAuths::new()).await.data.unwrap()["for-entities/"].accessor.clone();
    let id = server.call(e::CreateEntity::new().name("ada").metadata(metadata())).await.data.unwrap().id;
    server.call(e::UpdateEntityById::new(id.as_str()).policies(["default".to_owned()]).disabled(false)).await;
    server.call(e::CreateEntityByName::new("bob").metadata(metadata())).await;
    let bob = server.call(e::ReadEntityByName::new("bob")).await.data.unwrap().id;
    assert_eq!(server.call(e::ListEntitiesById::new()).await.data.unwrap().keys.len(), 2);
    assert_eq!(server.call(e::ListEntitiesByName::new()).await.data.unwrap().keys.len(), 2);

    let alias = ea::CreateEntityAlias::new("ada", id.as_str(), accessor.as_str()).custom_metadata(metadata());
    let alias = server.call(alias).await.data.unwrap().id;
    server
        .call(
            ea::UpdateEntityAliasById::new(alias.as_str())
                .name("ada")
                .canonical_id(id.as_str())
                .mount_accessor(accessor.as_str()),
        )
        .await;
    let read = server.call(ea::ReadEntityAliasById::new(alias.as_str())).await.data.unwrap();
    assert_eq!((read.canonical_id.as_str(), read.mount_type.as_str()), (id.as_str(), "userpass"));
    let entity = server.call(e::ReadEntityById::new(id.as_str())).await.data.unwrap();
    assert_eq!((entity.aliases[0].name.as_str(), entity.policies.as_slice()), ("ada", &["default".to_owned()][..]));
    assert_eq!(server.call(ea::ListEntityAliasesById::new()).await.data.unwrap().key_info[&alias].name, "ada");
    server.call(ea::DeleteEntityAliasById::new(alias.as_str())).await;

    server.call(e::MergeEntities::new([bob], id.as_str())).await;
    server.call(e::DeleteEntityById::new(id)).await;
    server.call(e::CreateEntityByName::new("eve")).await;
    server.call(e::DeleteEntityByName::new("eve")).await;
    let id = server.call(e::CreateEntity::new()).await.data.unwrap().id;
    server.call(e::DeleteEntities::new([id])).await;
}

pub async fn groups(server: Server) {
    server.call(sys::EnableAuth::new("for-groups").engine_type("userpass")).await;
    let accessor = server.call(sys::ListAuths::new()).await.data.unwrap()["for-groups/"].accessor.clone();
    let inside = server.call(g::CreateGroup::new().metadata(metadata())).await.data.unwrap();
    server.call(g::UpdateGroupById::new(inside.id.as_str()).policies(["default".to_owned()])).await;
    server.call(g::CreateGroupByName::new("out").group_type("external")).await;
    let group = server.call(g::ReadGroupByName::new("out")).await.data.unwrap();
    assert_eq!(group.group_type, "external");
    assert_eq!(server.call(g::ReadGroupById::new(inside.id.as_str())).await.data.unwrap().name, inside.name);
    assert_eq!(server.call(g::ListGroupsById::new()).await.data.unwrap().keys.len(), 2);
    assert_eq!(server.call(g::ListGroupsByName::new()).await.data.unwrap().keys.len(), 2);

    let alias = ga::CreateGroupAlias::new("people", accessor.as_str()).canonical_id(group.id.as_str());
    let alias = server.call(alias).await.data.unwrap().id;
    server.call(ga::UpdateGroupAliasById::new(alias.as_str(), accessor.as_str()).name("all")).await;
    assert_eq!(server.call(ga::ReadGroupAliasById::new(alias.as_str())).await.data.unwrap().name, "all");
    assert_eq!(server.call(ga::ListGroupAliasesById::new()).await.data.unwrap().keys[0], alias);
    server.call(ga::DeleteGroupAliasById::new(alias)).await;
    server.call(g::DeleteGroupByName::new("out")).await;
    server.call(g::DeleteGroupById::new(inside.id)).await;
}
