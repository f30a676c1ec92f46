//! Waiting for tasks and assets, in virtual time: the clock stands still but for the waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use livepeer::mock::{self, Mock, Reply};
use livepeer::{AssetId, Client, Retry, Stage, TaskId, TaskRef, WaitError, asset, stream, task, transcode};
use tokio::time::Instant;

fn task(phase: &str, progress: Option<f64>, message: Option<&str>) -> task::Task {
    let status = serde_json::json!({"phase": phase, "updatedAt": 0, "progress": progress, "errorMessage": message});
    serde_json::from_value(serde_json::json!({"id": "t", "status": status})).unwrap()
}

/// A server whose task goes through these responses, and then stays as it is.
fn goes_through(responses: Vec<Result<task::Task, u16>>) -> (Client, Arc<AtomicUsize>) {
    let polls = Arc::new(AtomicUsize::new(0));
    let own = polls.clone();
    let responses = Arc::new(responses);
    let mock = Mock::new().on(move |get: task::Get| {
        assert_eq!(get.id, "t");
        let poll = own.fetch_add(1, Ordering::Relaxed);
        let response = responses[poll.min(responses.len() - 1)].clone();
        async move { response.map_err(|status| Reply::error(status, "not now")) }
    });
    (mock.client::<livepeer::Client>().retry(Retry::never()), polls)
}

fn id() -> TaskId {
    "t".into()
}

#[tokio::test(start_paused = true)]
async fn only_the_phase_decides() {
    let (client, polls) = goes_through(vec![
        Ok(task("pending", None, None)),
        Ok(task("running", Some(0.5), None)),
        Ok(task("waiting", None, Some("the first attempt failed"))),
        Ok(task("running", Some(0.9), Some("the first attempt failed"))),
        Ok(task("completed", None, Some("the first attempt failed"))),
    ]);
    let done = client.wait(id()).await.unwrap();
    assert_eq!(done.status.unwrap().phase, task::Phase::Completed);
    assert_eq!(polls.load(Ordering::Relaxed), 5);
}

#[tokio::test(start_paused = true)]
async fn changes_come_as_a_stream() {
    let (client, _) = goes_through(vec![
        Ok(task("waiting", None, None)),
        Ok(task("waiting", None, None)),
        Ok(task("running", Some(0.0), None)),
        Ok(task("running", Some(0.0), None)),
        Ok(task("running", Some(0.75), None)),
        Ok(task("completed", None, None)),
    ]);
    let mut wait = client.wait(id());
    let mut seen = Vec::new();
    while let Some(update) = wait.next().await {
        let update = update.unwrap();
        seen.push((update.phase().map(str::to_owned), update.progress(), update.stage == Stage::Done));
    }
    let going = |phase: &str, progress| (Some(phase.to_owned()), progress, false);
    assert_eq!(
        seen,
        [going("waiting", None), going("running", Some(0.0)), going("running", Some(0.75)), (None, Some(1.0), true)]
    );
    assert!(wait.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn failure_has_the_servers_reason() {
    let (client, _) = goes_through(vec![Ok(task("failed", None, Some("bad codec")))]);
    let error = client.wait(id()).await.unwrap_err();
    assert_eq!(error.to_string(), "task::Get (GET /task/{id}): it has failed on the server: bad codec");
    let (client, _) = goes_through(vec![Ok(task("cancelled", None, None))]);
    assert!(matches!(client.wait(id()).await.unwrap_err(), WaitError::Cancelled { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_phase_that_nobody_knows_is_waited_out() {
    let (client, _) = goes_through(vec![Ok(task("polishing", None, None)), Ok(task("completed", None, None))]);
    client.wait(id()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_kept() {
    let (client, polls) = goes_through(vec![Ok(task("running", None, None))]);
    let began = Instant::now();
    let error = client.wait(id()).deadline(Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(
        error.to_string(),
        "task::Get (GET /task/{id}): it is not done after 60.0s, but running; it continues on the server, and `.deadline(…)` allows more"
    );
    // At most one poll every 7.5 seconds once it has slowed down.
    assert!((7..=16).contains(&polls.load(Ordering::Relaxed)), "{polls:?} polls");

    // A server that does not respond at all is no reason to miss it.
    let mock = Mock::new().on(async |_: task::Get| std::future::pending().await);
    let wait = mock.client::<livepeer::Client>().wait(id()).deadline(Duration::from_secs(5));
    let began = Instant::now();
    assert!(matches!(wait.await.unwrap_err(), WaitError::Deadline { phase: None, .. }));
    assert_eq!(began.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_tolerated() {
    let faults = |count: usize| std::iter::repeat_n(Err(503), count);
    let then = |response| std::iter::once(Ok(response));
    let done = || then(task("completed", None, None));
    let running = || then(task("running", None, None));

    let (client, _) = goes_through(faults(10).chain(running()).chain(faults(10)).chain(done()).collect());
    client.wait(id()).await.unwrap();

    let (client, polls) = goes_through(faults(11).chain(done()).collect());
    let error = client.wait(id()).await.unwrap_err();
    assert!(matches!(&error, WaitError::Call(error) if error.is_server_error()), "{error}");
    assert_eq!(polls.load(Ordering::Relaxed), 11);

    let (client, _) = goes_through(faults(2).chain(done()).collect());
    client.wait(id()).max_consecutive_failures(1).await.unwrap_err();

    // Others do not pass.
    let (client, polls) = goes_through(vec![Err(404), Ok(task("completed", None, None))]);
    let error = client.wait(id()).await.unwrap_err();
    assert!(matches!(&error, WaitError::Call(error) if error.is_not_found()), "{error}");
    assert_eq!(polls.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_id_is_refused() {
    let (client, polls) = goes_through(vec![Ok(task("completed", None, None))]);
    assert!(format!("{:#}", client.wait(TaskId::from("")).await.unwrap_err()).contains("no id"));
    assert!(format!("{:#}", client.wait(AssetId::from("")).await.unwrap_err()).contains("no id"));
    assert_eq!(polls.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn assets_clips_exports_and_transcodes_get_ready() {
    let studio = mock::studio();
    let client = studio.client();
    let url = client.call(asset::UploadUrl::new("film", "https://example.com/film.mp4")).await.unwrap();
    let ready = url.until_ready(&client).await.unwrap();
    assert_eq!(ready.status.as_ref().unwrap().phase, asset::Phase::Ready);
    ready.until_ready(&client).await.unwrap();
    let task: TaskRef = url.task;
    assert_eq!(client.wait(&task).await.unwrap().status.unwrap().phase, task::Phase::Completed);

    let params = livepeer::IpfsExport::new();
    let export = client.call(asset::Export::new(ready.id.clone(), params)).await.unwrap();
    let task = export.until_ready(&client).await.unwrap();
    assert_eq!(task.kind, Some(task::TaskType::Export));
    task.until_ready(&client).await.unwrap();

    let live = client.call(stream::Create::new("recorded").record(true)).await.unwrap();
    studio.go_live(&live.id);
    let clip = stream::CreateClip::new(live.playback_id.unwrap(), livepeer::Timestamp::from_millis(0));
    let clip = client.call(clip).await.unwrap();
    assert_eq!(clip.until_ready(&client).await.unwrap().id, clip.asset.id);

    let storage = transcode::OutputStorage::web3_storage("proof");
    let outputs = transcode::Outputs::new().hls("hls");
    let transcode = transcode::Create::new("https://example.com/film.mp4", storage, outputs);
    let task = client.call(transcode).await.unwrap();
    assert_eq!(task.until_ready(&client).await.unwrap().kind, Some(task::TaskType::TranscodeFile));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_the_server_repeats_is_waited_for() {
    let studio = mock::studio();
    let client = studio.client();
    studio.fail_task(2, "the worker died");
    let url = client.call(asset::UploadUrl::new("film", "https://example.com/film.mp4")).await.unwrap();
    client.wait(&url.task).await.unwrap();
    url.until_ready(&client).await.unwrap();

    studio.fail_task(3, "the worker died again");
    let url = client.call(asset::UploadUrl::new("film", "https://example.com/other.mp4")).await.unwrap();
    for error in [client.wait(&url.task).await.unwrap_err(), url.until_ready(&client).await.unwrap_err()] {
        assert!(matches!(&error, WaitError::Failed { reason, .. } if reason == "the worker died again"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_asset_ends_the_wait() {
    let studio = mock::studio();
    let client = studio.client();
    let ticket = client.call(asset::RequestUpload::new("film")).await.unwrap();
    client.call(asset::Delete::new(ticket.asset.id.clone())).await.unwrap();
    let error = ticket.until_ready(&client).await.unwrap_err();
    // The server may show it as deleted, or not at all.
    assert!(
        matches!(&error, WaitError::Cancelled { .. })
            || matches!(&error, WaitError::Call(error) if error.is_not_found())
    );
}
