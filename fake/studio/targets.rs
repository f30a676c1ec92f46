//! Multistream targets.

use super::super::handler::{Answer, created, find, remove};
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::{State, user};
use crate::Secret;
use crate::endpoints::studio::multistream::{Create, Delete, Get, List, Target, Update};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete)
}

fn create(state: &mut State, new: Create) -> Answer<Target> {
    let target = new_target(state, new.url, new.name, new.disabled);
    created(&shown(&target))
}

pub(super) fn new_target(state: &mut State, url: Secret, name: Option<String>, disabled: Option<bool>) -> Target {
    let host = url.expose().split('/').nth(2).unwrap_or_default().to_owned();
    let target = Target {
        id: state.id(),
        name: Some(name.unwrap_or(host)),
        user_id: Some(user()),
        url: Some(url),
        disabled: Some(disabled.unwrap_or(false)),
        created_at: Some(state.time()),
        ..Target::default()
    };
    state.targets.push(target.clone());
    target
}

/// The address, which holds a key, is never given back.
pub(super) fn shown(target: &Target) -> Target {
    Target { url: None, ..target.clone() }
}

fn list(state: &mut State, list: List) -> Answer<Vec<Target>> {
    if state.settings.open_source && list.user_id.is_none() {
        return Err(Reply::error(400, "missing 'userId' query parameter"));
    }
    let of_user = |target: &&Target| list.user_id.is_none() || target.user_id == list.user_id;
    let targets = state.targets.iter().filter(of_user).map(shown);
    state.page(targets, &listing!(list), "createdAt", LastPage::Unlinked)
}

fn get(state: &mut State, get: Get) -> Answer<Target> {
    find(&mut state.targets, |target| target.id == get.id).map(|target| shown(target))
}

fn update(state: &mut State, update: Update) -> Answer<()> {
    let target = find(&mut state.targets, |target| target.id == update.id)?;
    target.url = update.url.or(target.url.take());
    target.name = update.name.or(target.name.take());
    target.disabled = update.disabled.or(target.disabled);
    Ok(())
}

fn delete(state: &mut State, delete: Delete) -> Answer<()> {
    remove(&mut state.targets, |target| target.id == delete.id).map(drop)
}
