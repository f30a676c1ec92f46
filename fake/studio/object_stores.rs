//! Object stores.

use super::super::fields;
use super::super::handler::{HandlerResult, find, remove};
use super::super::lists::{LastPage, Listing, listing};
use super::super::routes::Routes;
use super::super::state::{StudioState, user};
use crate::endpoints::studio::object_store::{Create, Delete, Get, List, ObjectStore, Update};

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

fn list(state: &mut StudioState, list: List) -> HandlerResult<Vec<ObjectStore>> {
    let list = Listing { order: None, count: None, ..listing!(list) };
    state.page(state.object_stores.iter().map(shown), &list, fields::OBJECT_STORES, "createdAt", LastPage::Unlinked)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<ObjectStore> {
    find(&mut state.object_stores, |store| store.id == get.id).map(|store| shown(store))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    let store = find(&mut state.object_stores, |store| store.id == update.id)?;
    (store.url, store.disabled) = (Some(update.url), Some(update.disabled.unwrap_or(false)));
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.object_stores, |store| store.id == delete.id).map(drop)
}
