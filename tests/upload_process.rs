//! Uploads by real processes to a third-party tus server, and uploads that are killed.
//!
//! On a machine that cannot run the server these tests are left out, and say so. Once it is there, whatever is wrong with
//! the server fails them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use livepeer::asset::{Upload, UploadState};
use livepeer::{Client, File, mock, tus};
use servers::{Directory, TusServer, content};

#[path = "tus-server/servers.rs"]
mod servers;

#[tokio::test]
async fn a_third_party_server_gets_every_byte() {
    let Some(server) = TusServer::node() else { return };
    let client = Client::studio("key");
    for len in [0, 1, 65_536, 1_000_001] {
        let content = content(len);
        let files = [
            File::bytes(content.clone()),
            File::reader(std::io::Cursor::new(content.clone())),
            File::reader_with_len(std::io::Cursor::new(content.clone()), len as u64),
        ];
        for file in files {
            let upload = client.tus(server.endpoint.as_str(), file).part_size(65_536).metadata("filename", "x.mp4");
            let state = upload.await.unwrap();
            assert_eq!(server.stored(state.url().unwrap().expose()), content, "{len}");
        }
    }
    // In parts as they are sent to Studio.
    let content = content(20_000_000);
    let state = client.tus(server.endpoint.as_str(), File::bytes(content.clone())).await.unwrap();
    assert_eq!(server.stored(state.url().unwrap().expose()), content);
}

#[tokio::test]
async fn a_third_party_server_forgets_what_is_aborted() {
    let Some(server) = TusServer::node() else { return };
    let client = Client::studio("key");
    let state = client.tus(server.endpoint.as_str(), File::bytes(content(1000))).await.unwrap();
    client.tus(server.endpoint.as_str(), File::bytes(content(1000))).resume(state).abort().await.unwrap();
    assert_eq!(std::fs::read_dir(server.files()).unwrap().count(), 0);
}

/// The process that is killed: this very test, started again with a job in its environment.
#[tokio::test]
async fn the_uploading_process() {
    let Ok(job) = std::env::var("UPLOAD_JOB") else { return };
    let job = PathBuf::from(job);
    let server = std::fs::read_to_string(job.join("server")).unwrap();
    let saved = std::fs::read_to_string(job.join("state")).ok();
    let to = job.clone();
    // As a user would: whole or not at all.
    let save = move |state: String| {
        std::fs::write(to.join("state.new"), state).unwrap();
        std::fs::rename(to.join("state.new"), to.join("state")).unwrap();
    };
    let done = match server.strip_prefix("studio ") {
        Some(url) => {
            let client = Client::studio("mock-key").server(url);
            let mut upload = client.upload(what_to_upload(&job));
            if let Some(state) = saved {
                upload = upload.resume(serde_json::from_str::<UploadState>(&state).unwrap());
            }
            let upload = upload.on_state(move |state| save(serde_json::to_string(state).unwrap()));
            upload.await.unwrap().asset.to_string()
        }
        None => {
            let file = File::path(job.join("file"));
            let mut upload = Client::studio("key").tus(server.as_str(), file).part_size(65_536);
            if let Some(state) = saved {
                upload = upload.resume(serde_json::from_str::<tus::Checkpoint>(&state).unwrap());
            }
            let upload = upload.on_state(move |state| save(serde_json::to_string(state).unwrap()));
            upload.await.unwrap().url().unwrap().expose().to_owned()
        }
    };
    // Whole or not at all: the process may be killed in between.
    std::fs::write(job.join("ending"), done).unwrap();
    std::fs::rename(job.join("ending"), job.join("done")).unwrap();
}

fn what_to_upload(job: &Path) -> Upload {
    #[cfg(feature = "encrypt")]
    if let Ok(saved) = std::fs::read_to_string(job.join("encryptor")) {
        let encryptor = livepeer::encryption::Encryptor::restore(&saved.into()).unwrap();
        let upload = Upload::encrypted(&encryptor, job.join("file"));
        return upload.playback_policy(livepeer::PlaybackPolicy::jwt());
    }
    Upload::file(job.join("file"))
}

/// How many bytes the server has confirmed, as far as that was saved.
fn confirmed(job: &Path) -> u64 {
    let Ok(state) = std::fs::read(job.join("state")) else { return 0 };
    let state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    state["offset"].as_u64().or(state["tus"]["offset"].as_u64()).unwrap()
}

/// What is uploaded, and where to.
struct Job<'a> {
    server: &'a str,
    /// The files that the process finds.
    files: &'a [(&'a str, &'a [u8])],
    /// What the server is to have in the end.
    content: &'a [u8],
}

/// Uploads, killing the process so many times, a quarter of them at least between the first and the last byte; looks at
/// what has arrived after each upload.
fn kill(times: u32, job: &Job, stored: impl Fn(&str) -> Vec<u8>) {
    let (mut kills, mut midway) = (0, 0);
    let len = job.content.len() as u64;
    let mut usual = Duration::from_millis(1000);
    for upload in 0.. {
        let directory = Directory::new();
        let path = &directory.0;
        std::fs::write(path.join("server"), job.server).unwrap();
        for (name, content) in job.files {
            std::fs::write(path.join(name), content).unwrap();
        }
        let began = Instant::now();
        // Of each upload's processes only some are killed, so that it comes to its end.
        let mut left = if upload == 0 { 0 } else { fastrand::u32(1..=4) };
        loop {
            let mut process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "the_uploading_process"])
                .env("UPLOAD_JOB", path)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            if left > 0 {
                left -= 1;
                if fastrand::bool() {
                    std::thread::sleep(usual.mul_f64(fastrand::f64()));
                } else {
                    // How fast it is does not matter then: a random share of the rest has arrived.
                    let at = confirmed(path);
                    let enough = at + 1 + (len.saturating_sub(at) as f64 * 0.8 * fastrand::f64()) as u64;
                    while confirmed(path) < enough && process.try_wait().unwrap().is_none() {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
                if process.try_wait().unwrap().is_none() {
                    process.kill().unwrap();
                    kills += 1;
                    process.wait().unwrap();
                    midway += u32::from((1..len).contains(&confirmed(path)));
                }
            }
            let status = process.wait().unwrap();
            if path.join("done").exists() {
                break;
            }
            assert!(!status.success() && status.code().is_none(), "it was not killed, but failed: {status}");
        }
        if upload == 0 {
            usual = began.elapsed();
        }
        let done = std::fs::read_to_string(path.join("done")).unwrap();
        assert!(stored(&done) == job.content, "upload {upload} differs after {kills} kills");
        // A machine that is busy may see some uploads end before they are killed: then there are more of them.
        if kills >= times && midway >= times.div_ceil(4) {
            return;
        }
        assert!(upload < 200, "of {upload} uploads only {kills} could be killed, {midway} of them midway");
    }
}

#[test]
fn killed_at_any_moment_a_third_party_server_has_the_same_bytes() {
    let Some(server) = TusServer::node() else { return };
    let content = content(8_000_001);
    let job = Job { server: &server.endpoint, files: &[("file", &content)], content: &content };
    kill(20, &job, |url| server.stored(url));
}

/// Runs the fake Studio for as long as `then` takes.
fn with_studio(then: impl FnOnce(&str, &mock::StudioFake)) {
    let studio = mock::studio();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let running = runtime.block_on(studio.listen()).unwrap();
    then(&format!("studio {}", running.url()), &studio);
}

#[test]
fn killed_at_any_moment_studio_has_the_same_bytes() {
    with_studio(|server, studio| {
        let content = content(50_000_001);
        let job = Job { server, files: &[("file", &content)], content: &content };
        kill(20, &job, |asset| studio.uploaded(&asset.into()).unwrap().into());
    });
}

#[cfg(feature = "encrypt")]
#[test]
fn killed_at_any_moment_an_encrypted_file_is_still_one() {
    with_studio(|server, studio| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let key = runtime.block_on(async { studio.client().call(livepeer::access_control::PublicKey::new()).await });
        let encryptor = key.unwrap().encryptor().unwrap();
        let (plain, saved) = (content(25_000_001), encryptor.save());
        let mut encrypted = Vec::new();
        std::io::Read::read_to_end(&mut encryptor.reader(plain.as_slice()), &mut encrypted).unwrap();
        let files: &[(&str, &[u8])] = &[("file", &plain), ("encryptor", saved.expose().as_bytes())];
        let job = Job { server, files, content: &encrypted };
        kill(8, &job, |asset| studio.uploaded(&asset.into()).unwrap().into());
    });
}
