//! Tasks and transcodes.

use super::super::fields;
use super::super::handler::{HandlerResult, not_found};
use super::super::routes::Routes;
use super::super::state::StudioState;
use super::super::work::{NewTask, unscheduled};
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

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Task>> {
    let tasks = state.work.iter().map(|work| &work.task);
    state.page(tasks, fields::TASKS)
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
    // Paths begin with a slash, even if that is not what was given.
    let absolute = |path: &str| format!("/{}", path.strip_prefix('/').unwrap_or(path));
    let output = |output: Option<transcode::Output>| {
        output.map(|output| TranscodeOutput { path: Some(absolute(&output.path)), ..TranscodeOutput::default() })
    };
    let location = |url: String| Some(TranscodeLocation { url: Some(url.into()), ..TranscodeLocation::default() });
    let input = match (&new.input.url, &new.input.endpoint) {
        (None, Some(endpoint)) => {
            let bucket = new.input.bucket.as_deref().unwrap_or_default();
            store_url(endpoint.as_str(), bucket) + &absolute(new.input.path.as_deref().unwrap_or_default())
        }
        (url, _) => url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default(),
    };
    let storage = match &new.storage.endpoint {
        Some(endpoint) => store_url(endpoint.as_str(), new.storage.bucket.as_deref().unwrap_or_default()),
        None => {
            let proof = new.storage.credentials.proof.as_ref().map(|proof| proof.expose().to_owned());
            format!("w3s://{}@/", proof.unwrap_or_default().replace('+', "-").replace('/', "_").trim_end_matches('='))
        }
    };
    let params = TranscodeFileParams {
        input: location(input),
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
    Ok(unscheduled(task))
}

/// A bucket as the server writes it, without the credentials.
fn store_url(endpoint: &str, bucket: &str) -> String {
    format!("s3+{}/{bucket}", endpoint.trim_end_matches('/').replacen("://", "://***:***@", 1))
}
