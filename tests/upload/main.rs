//! Uploads to Studio, against the fake Studio, which has the traps of the real one.

use std::future::IntoFuture;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use livepeer::asset::{Phase, Upload, UploadState, UploadWaitError};
use livepeer::mock::{self, Reply, RunningStudio, StudioFake, UploadFault, UploadStep};
use livepeer::tus::UploadError;
use livepeer::{Client, File, Retry, WaitError, asset, task};

mod changes;
mod faults;
mod outages;
mod traps;

const MIB: usize = 1024 * 1024;

fn content(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    std::iter::repeat_with(|| random.u64(..).to_le_bytes()).take(len.div_ceil(8)).flatten().take(len).collect()
}

fn quick() -> Retry {
    Retry::attempts(4).initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(5))
}

async fn running() -> (RunningStudio, Client) {
    let running = mock::studio().listen().await.unwrap();
    let client = running.client().retry(quick()).timeout(Duration::from_secs(20));
    (running, client)
}

/// The requests that were sent, as method and path; none of those to upload URLs may have carried the key.
fn requests(studio: &StudioFake) -> Vec<String> {
    let seen = studio.mock().seen();
    for request in &seen {
        let is_upload = request.uri.path().starts_with("/api/asset/upload/");
        assert_eq!(request.headers.contains_key("authorization"), !is_upload, "{}", request.uri);
        assert!(!is_upload || !format!("{:?}", request.headers).contains("mock-key"));
    }
    seen.iter().map(|request| format!("{} {}", request.method, request.uri.path())).collect()
}

fn count(studio: &StudioFake, method: &str) -> usize {
    requests(studio).iter().filter(|request| request.starts_with(method)).count()
}

struct OnDisk(PathBuf);

impl OnDisk {
    fn new(name: &str, content: &[u8]) -> Self {
        let directory = format!("livepeer-upload-{}-{:x}", std::process::id(), fastrand::u64(..));
        let directory = std::env::temp_dir().join(directory);
        std::fs::create_dir(&directory).unwrap();
        let path = directory.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

#[tokio::test]
async fn a_small_file_is_put_and_becomes_an_asset() {
    let (running, client) = running().await;
    let content = content(100_000);
    let file = OnDisk::new("holiday.mp4", &content);
    let upload = Upload::file(&file.0).static_mp4(true).with(|request| request.c2pa(true));
    let uploaded = client.upload(upload).await.unwrap();
    assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
    assert_eq!(requests(running.studio()), ["POST /asset/request-upload", "PUT /api/asset/upload/direct"]);
    let seen = running.studio().mock().seen();
    assert_eq!(seen[1].headers["content-type"], "video/mp4");
    assert_eq!(seen[1].headers["content-length"], "100000");

    let asset = uploaded.until_ready(&client).every(Duration::ZERO, Duration::ZERO).await.unwrap();
    assert_eq!(asset.name, "holiday.mp4");
    assert_eq!(asset.playback_id, uploaded.playback_id);
    assert_eq!(asset.status.unwrap().phase, Phase::Ready);
    let task = client.call(task::Get::new(&uploaded.task)).await.unwrap();
    assert_eq!(task.status.unwrap().phase, task::Phase::Completed);
}

#[tokio::test]
async fn only_video_is_called_by_its_type() {
    for (name, media_type) in
        [("a.mov", "video/quicktime"), ("a.json", "application/octet-stream"), ("a", "application/octet-stream")]
    {
        let (running, client) = running().await;
        let upload = Upload::new(File::bytes(content(10)).name(name));
        client.upload(upload).await.unwrap();
        assert_eq!(running.studio().mock().seen()[1].headers["content-type"], media_type, "{name}");
    }
}

#[tokio::test]
async fn a_large_file_goes_out_in_parts_of_8_mib() {
    let (running, client) = running().await;
    let content = content(20 * MIB + 1);
    let file = OnDisk::new("film.mp4", &content);
    let uploaded = client.upload(Upload::file(&file.0).name("Film")).await.unwrap();
    assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
    let lengths: Vec<_> = running
        .studio()
        .mock()
        .seen()
        .iter()
        .filter(|request| request.method == "PATCH")
        .map(|request| request.headers["content-length"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(lengths, ["8388608", "8388608", "4194305"]);
    let requests = requests(running.studio());
    assert_eq!(requests.len(), 5);
    assert_eq!(requests[1], "POST /api/asset/upload/tus");
    let path = format!("PATCH /api/asset/upload/tus/directUpload%2F{}", uploaded.playback_id.unwrap());
    assert_eq!(requests[2], path);
}

#[tokio::test]
async fn a_proxy_in_front_does_not_matter() {
    let studio = mock::studio().link_host("https://10.0.0.7:3004");
    let running = studio.listen().await.unwrap();
    let content = content(9 * MIB);
    let upload = Upload::new(File::bytes(content.clone()));
    let uploaded = running.client().upload(upload).await.unwrap();
    assert_eq!(studio.uploaded(&uploaded.asset).unwrap(), content);
}

#[tokio::test]
async fn readers_work_too() {
    for len in [1000, 8 * MIB, 8 * MIB + 1, 17 * MIB] {
        let content = content(len);
        for known in [false, true] {
            let (running, client) = running().await;
            let reader = Cursor::new(content.clone());
            let file = if known { File::reader_with_len(reader, len as u64) } else { File::reader(reader) };
            running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Cut(10));
            let uploaded = client.upload(Upload::new(file.name("x.mp4"))).await.unwrap();
            assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content, "{len} {known}");
            assert_eq!(count(running.studio(), "PUT") > 0, len <= 8 * MIB);
        }
    }
}

#[tokio::test]
async fn nothing_is_refused_before_there_is_an_asset() {
    let (running, client) = running().await;
    for file in [File::bytes(Vec::new()), File::path("/no/such/file"), File::reader(Cursor::new(Vec::new()))] {
        let error = client.upload(Upload::new(file)).await.unwrap_err();
        assert!(matches!(error, UploadError::Read(_)), "{error:#}");
    }
    assert_eq!(requests(running.studio()).len(), 0);
}

#[tokio::test]
async fn a_refused_upload_says_why() {
    let (_running, client) = running().await;
    let upload = Upload::new(File::bytes(content(10))).with(|request| request.profiles(Some(Vec::new())));
    let UploadError::Call(error) = client.upload(upload).await.unwrap_err() else { panic!("not a call's error") };
    assert!(format!("{error:#}").contains("at least one profile"), "{error:#}");
}

/// Goes away after the first part.
async fn interrupted(client: &Client, file: File) -> UploadState {
    stopped(client.upload(Upload::new(file)).into_future()).await
}

async fn stopped(mut uploading: asset::UploadFuture) -> UploadState {
    loop {
        tokio::select! {
            biased;
            _ = &mut uploading => panic!("it was not interrupted"),
            () = tokio::time::sleep(Duration::from_micros(100)) => {
                if let Some(state) = uploading.state().filter(|state| state.offset() > 0) {
                    return state;
                }
            }
        }
    }
}

#[tokio::test]
async fn an_upload_is_resumed_in_another_process() {
    let (running, client) = running().await;
    let content = content(33 * MIB);
    let file = OnDisk::new("film.mp4", &content);
    let state = interrupted(&client, File::path(&file.0)).await;
    let text = serde_json::to_string(&state).unwrap();
    assert!(text.len() < 1500, "{} bytes: {text}", text.len());
    assert!(!text.contains("mock-key"));
    assert!(!format!("{state:?}").contains("token="), "{state:?}");
    let state: UploadState = serde_json::from_str(&text).unwrap();
    assert_eq!(state.len(), Some(33 * MIB as u64));
    let uploaded = client.upload(Upload::file(&file.0)).resume(state.clone()).await.unwrap();
    assert_eq!(&uploaded.asset, state.asset());
    assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
    assert_eq!(count(running.studio(), "POST"), 2, "one asset, one upload");

    // Once more does no harm.
    assert_eq!(client.upload(Upload::file(&file.0)).resume(state).await.unwrap(), uploaded);
}

#[tokio::test]
async fn a_state_from_before_the_first_byte_will_do() {
    for len in [1000, 9 * MIB] {
        let (running, client) = running().await;
        let content = content(len);
        let states = Arc::new(Mutex::new(Vec::<UploadState>::new()));
        let own = states.clone();
        let upload = client.upload(Upload::new(File::bytes(content.clone())));
        upload.on_state(move |state| own.lock().unwrap().push(state.clone())).await.unwrap();
        let states = std::mem::take(&mut *states.lock().unwrap());
        let first = states[0].clone();
        assert_eq!((first.offset(), states.last().unwrap().offset()), (0, len as u64));
        // By now the server has it all, and says so.
        let uploaded = client.upload(Upload::new(File::bytes(content.clone()))).resume(first).await.unwrap();
        assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
        assert_eq!(count(running.studio(), "POST /asset/request-upload"), 1);
    }
}

#[tokio::test]
async fn dropping_leaves_it_and_aborting_tells() {
    let (running, client) = running().await;
    let content = content(33 * MIB);
    let state = interrupted(&client, File::bytes(content.clone())).await;
    assert_eq!(count(running.studio(), "DELETE"), 0);
    client.upload(Upload::new(File::bytes(content.clone()))).resume(state.clone()).abort().await.unwrap();
    assert_eq!(count(running.studio(), "DELETE"), 1);
    // The upload is gone, but not the asset: a new upload for it is begun.
    let uploaded = client.upload(Upload::new(File::bytes(content.clone()))).resume(state).await.unwrap();
    assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
}

#[tokio::test]
async fn progress_is_reported() {
    for len in [MIB, 20 * MIB] {
        let (_running, client) = running().await;
        let told = Arc::new(Mutex::new(Vec::new()));
        let own = told.clone();
        let upload = client.upload(Upload::new(File::bytes(content(len))));
        upload.on_progress(move |progress| own.lock().unwrap().push(progress)).await.unwrap();
        let told = told.lock().unwrap();
        assert_eq!((told[0].sent, told[0].total), (0, Some(len as u64)));
        let last = told.last().unwrap();
        assert_eq!((last.sent, last.total, last.left), (len as u64, Some(len as u64), Some(Duration::ZERO)));
    }
}

#[tokio::test]
async fn progress_restarts_with_each_attempt() {
    let (running, client) = running().await;
    running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Refuse(503));
    let told = Arc::new(Mutex::new(Vec::new()));
    let own = told.clone();
    // Long enough a wait that what is sent after it is told.
    let wait = Duration::from_millis(200);
    let upload =
        client.upload(Upload::new(File::bytes(content(MIB)))).retry(Retry::backoff(wait, wait, 1.0, 20 * wait));
    upload.on_progress(move |progress| own.lock().unwrap().push(progress.sent)).await.unwrap();
    assert_eq!(count(running.studio(), "PUT"), 2);
    let told = told.lock().unwrap();
    assert!(told.iter().all(|sent| *sent <= MIB as u64), "{told:?}");
    assert_eq!(told.iter().filter(|sent| **sent == 0).count(), 2, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_upload_can_be_waited_for() {
    // In memory, so that the waits take no time.
    let studio = mock::studio();
    let asset = studio.client().upload(Upload::new(File::bytes(content(10)))).wait().await.unwrap();
    assert_eq!(asset.status.unwrap().phase, Phase::Ready);

    let studio = mock::studio();
    studio.fail_task(9, "unsupported codec");
    let error = studio.client().upload(Upload::new(File::bytes(content(10)))).wait().await.unwrap_err();
    assert!(format!("{error:#}").ends_with("unsupported codec"), "{error:#}");
    let UploadWaitError::Wait { uploaded, error: WaitError::Failed { reason, .. }, .. } = error else {
        panic!("{error:#}")
    };
    assert_eq!(reason, "unsupported codec");
    let asset = studio.client().call(asset::Get::new(&uploaded.asset)).await.unwrap();
    assert_eq!(asset.status.unwrap().phase, Phase::Failed);

    let studio = mock::studio().per_request(Duration::ZERO);
    let wait = studio.client().upload(Upload::new(File::bytes(content(10)))).wait();
    let error = wait.deadline(Duration::from_secs(100)).await.unwrap_err();
    assert!(matches!(error, UploadWaitError::Wait { error: WaitError::Deadline { .. }, .. }), "{error:#}");
}

#[tokio::test]
async fn the_response_to_the_request_itself_may_be_anything() {
    let (running, client) = running().await;
    running.studio().reply_next(Reply::status(503).header("retry-after", "0"));
    client.upload(Upload::new(File::bytes(content(10)))).await.unwrap();

    // It may have made an asset, so it is not sent again.
    running.studio().reply_next(Reply::cut());
    let error = client.upload(Upload::new(File::bytes(content(10)))).await.unwrap_err();
    assert!(matches!(&error, UploadError::Call(error) if error.attempts() == 1), "{error:#}");
}
