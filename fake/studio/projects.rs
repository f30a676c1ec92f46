//! Projects.

use super::super::fields;
use super::super::handler::{HandlerResult, find};
use super::super::routes::Routes;
use super::super::state::{StudioState, user};
use crate::endpoints::studio::project::{Create, Delete, Get, List, Project, Update};
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<Project> {
    let project = Project {
        id: Some(state.id()),
        name: new.name,
        created_at: Some(state.time()),
        user_id: Some(user()),
        ..Project::default()
    };
    state.projects.push(project.clone());
    Ok(project)
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Project>> {
    state.page(&state.projects, fields::PROJECTS)
}

/// For an unknown project the error is that it belongs to another account.
fn project<'a>(state: &'a mut StudioState, id: &ProjectId) -> HandlerResult<&'a mut Project> {
    let found = find(&mut state.projects, |project| project.id.as_ref() == Some(id));
    found.map_err(|_| Reply::error(403, "project not found"))
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Project> {
    project(state, &get.id).cloned()
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    let project = project(state, &update.id).map_err(|_| Reply::error(404, "project not found"))?;
    if let Some(name) = update.name {
        project.name = name;
    }
    Ok(())
}

/// The server responds with success and does not delete the project.
fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    project(state, &delete.id).map(drop).map_err(|_| Reply::error(404, "project not found"))
}
