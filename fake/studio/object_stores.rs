//! Object stores.

use super::super::fields;
use super::super::handler::{HandlerResult, find, not_found, remove};
use super::super::routes::Routes;
use super::super::state::{StudioState, user};
use crate::endpoints::studio::object_store::{Create, Delete, Get, List, ObjectStore, Update};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<ObjectStore> {
    let store = ObjectStore {
        id: state.id(),
        name: new.name,
        url: Some(new.url),
        public_url: new.public_url,
        user_id: Some(user()),
        created_at: Some(state.time()),
        ..ObjectStore::default()
    };
    state.object_stores.push(store.clone());
    Ok(shown(&store))
}

/// The URL, which holds a key, is never returned.
fn shown(store: &ObjectStore) -> ObjectStore {
    ObjectStore { url: None, ..store.clone() }
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<ObjectStore>> {
    state.page(state.object_stores.iter().map(shown), fields::OBJECT_STORES)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<ObjectStore> {
    // The server looks whose it is before whether there is one.
    let message = "user can only request information on their own user object";
    if state.deleted.contains(get.id.as_str()) {
        return Err(not_found());
    }
    let store = find(&mut state.object_stores, |store| store.id == get.id);
    store.map(|store| shown(store)).map_err(|_| Reply::error(403, message))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    let store = find(&mut state.object_stores, |store| store.id == update.id)?;
    (store.url, store.disabled) = (Some(update.url), Some(update.disabled.unwrap_or(false)));
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.object_stores, |store| store.id == delete.id)?;
    state.deleted.insert(delete.id.to_string());
    Ok(())
}
