//! Multistream targets.

use super::super::fields;
use super::super::handler::{HandlerResult, check_scheme, find, remove};
use super::super::lists::{LastPage, Listing, listing};
use super::super::routes::Routes;
use super::super::state::{StudioState, user};
use crate::Secret;
use crate::endpoints::studio::multistream::{Create, Delete, Get, List, Target, Update};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<Target> {
    check_target_url("/url", &new.url)?;
    let target = new_target(state, new.url, new.name, new.disabled);
    Ok(shown(&target))
}

pub(super) fn check_target_url(path: &str, url: &Secret) -> HandlerResult<()> {
    check_scheme(path, url.expose(), &["srt", "rtmp", "rtmps"], "^(srt|rtmps?)://")
}

pub(super) fn new_target(state: &mut StudioState, url: Secret, name: Option<String>, disabled: Option<bool>) -> Target {
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

/// The URL, which holds a key, is never returned.
pub(super) fn shown(target: &Target) -> Target {
    Target { url: None, ..target.clone() }
}

fn list(state: &mut StudioState, list: List) -> HandlerResult<Vec<Target>> {
    if state.settings.open_source && list.user_id.is_none() {
        return Err(Reply::error(400, "required query parameter: userId"));
    }
    let of_user = |target: &&Target| list.user_id.is_none() || target.user_id == list.user_id;
    let targets = state.targets.iter().filter(of_user).map(shown);
    let list = Listing { count: None, ..listing!(list) };
    state.page(targets, &list, fields::NO_FIELDS, "createdAt", LastPage::Unlinked)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Target> {
    find(&mut state.targets, |target| target.id == get.id).map(|target| shown(target))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    update.url.as_ref().map_or(Ok(()), |url| check_target_url("/url", url))?;
    let target = find(&mut state.targets, |target| target.id == update.id)?;
    target.url = update.url.or(target.url.take());
    target.name = update.name.or(target.name.take());
    target.disabled = update.disabled.or(target.disabled);
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.targets, |target| target.id == delete.id).map(drop)
}
