//! Tasks and transcodes.

use super::super::fields;
use super::super::handler::{HandlerResult, check_scheme, not_found};
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::StudioState;
use super::super::work::NewTask;
use crate::Secret;
use crate::endpoints::studio::task::{
    Get, List, Retry, Task, TaskParams, TaskType, TranscodeFileParams, TranscodeLocation, TranscodeOutput,
    TranscodeOutputs,
};
use crate::endpoints::studio::transcode;
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(list).on(get).on(retry).on(transcode)
}

fn list(state: &mut StudioState, list: List) -> HandlerResult<Vec<Task>> {
    let tasks = state.work.iter().map(|work| &work.task);
    state.page(tasks, &listing!(list), fields::TASKS, "updatedAt", LastPage::Undefined)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Task> {
    let mut tasks = state.work.iter().map(|work| &work.task);
    tasks.find(|task| task.id.as_ref() == Some(&get.id)).cloned().ok_or_else(not_found)
}

fn retry(state: &mut StudioState, retry: Retry) -> HandlerResult<TaskRef> {
    get(state, Get::new(&retry.id)).map_err(|_| Reply::error(404, "task not found"))?;
    if !state.repeat(|task| task.id.as_ref() == Some(&retry.id)) {
        return Err(Reply::error(400, "task is not in a retryable state"));
    }
    Ok(TaskRef { id: retry.id, ..TaskRef::default() })
}

fn transcode(state: &mut StudioState, new: transcode::Create) -> HandlerResult<Task> {
    state.check_queue()?;
    if let Some(url) = &new.input.url {
        check_scheme("/input/url", url.as_str(), &["http", "https", "ipfs", "ar"], "^(https?|ipfs|ar)://")?;
    }
    for (path, endpoint) in [("/input/endpoint", &new.input.endpoint), ("/storage/endpoint", &new.storage.endpoint)] {
        if let Some(url) = endpoint {
            check_scheme(path, url.as_str(), &["http", "https"], "^http(s)?://")?;
        }
    }
    let output = |output: Option<transcode::Output>| {
        output.map(|output| TranscodeOutput { path: Some(output.path), ..TranscodeOutput::default() })
    };
    let location = |url: Option<Secret>| Some(TranscodeLocation { url, ..TranscodeLocation::default() });
    let storage = new.storage.endpoint.map(|endpoint| Secret::from(endpoint.into_string()));
    let params = TranscodeFileParams {
        input: location(new.input.url.or(new.input.endpoint).map(|url| Secret::from(url.into_string()))),
        storage: location(storage),
        outputs: Some(TranscodeOutputs {
            hls: output(new.outputs.hls),
            mp4: output(new.outputs.mp4),
            fmp4: output(new.outputs.fmp4),
            ..TranscodeOutputs::default()
        }),
        profiles: new.profiles,
        target_segment_size_secs: new.target_segment_size_secs,
        creator_id: new.creator_id,
        c2pa: new.c2pa,
        ..TranscodeFileParams::default()
    };
    let params = TaskParams { transcode_file: Some(params), ..TaskParams::default() };
    let task = state.spawn(NewTask { kind: TaskType::TranscodeFile, input: None, output: None, params, begins: true });
    Ok(task)
}
