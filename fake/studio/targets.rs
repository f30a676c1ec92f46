//! Multistream targets.

use super::super::fields;
use super::super::handler::{HandlerResult, find, remove};
use super::super::routes::Routes;
use super::super::state::{StudioState, user};
use crate::Secret;
use crate::endpoints::studio::multistream::{Create, Delete, Get, List, Target, Update};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<Target> {
    check_host(&new.url)?;
    let target = new_target(state, new.url, new.name, new.disabled);
    Ok(shown(&target))
}

/// The schema takes a URL without a host, and JavaScript does not.
fn check_host(url: &Secret) -> HandlerResult<()> {
    let url = url.expose();
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    match host.ends_with('@') {
        true => Err(Reply::error(422, format!("Bad URL {url}: TypeError [ERR_INVALID_URL]: Invalid URL"))),
        false => Ok(()),
    }
}

pub(super) fn new_target(state: &mut StudioState, url: Secret, name: Option<String>, disabled: Option<bool>) -> Target {
    let host = url.expose().split('/').nth(2).unwrap_or_default().to_owned();
    let target = Target {
        id: state.id(),
        name: Some(name.filter(|name| !name.is_empty()).unwrap_or(host)),
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
    match &list.user_id {
        None if state.settings.open_source => return Err(Reply::error(400, "required query parameter: userId")),
        Some(other) if *other != user() => {
            return Err(Reply::error(403, "users can only access their own multistream targets"));
        }
        _ => {}
    }
    let of_user = |target: &&Target| list.user_id.is_none() || target.user_id == list.user_id;
    let targets = state.targets.iter().filter(of_user).map(shown);
    state.page(targets, fields::TARGETS)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Target> {
    find(&mut state.targets, |target| target.id == get.id).map(|target| shown(target))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    let target = find(&mut state.targets, |target| target.id == update.id)?;
    target.url = update.url.or(target.url.take());
    target.name = update.name.filter(|name| !name.is_empty()).or(target.name.take());
    target.disabled = update.disabled.or(target.disabled);
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.targets, |target| target.id == delete.id).map(drop)
}
