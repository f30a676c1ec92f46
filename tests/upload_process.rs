//! Uploads by real processes, to a tus server that others wrote, and uploads that are killed.
//!
//! The server is `@tus/server`, run by Node; it is installed from `tests/tus-server` when the tests begin. On a machine
//! without Node these tests are left out, and say so; once Node is there, whatever is wrong with the server fails them.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use livepeer::asset::{Upload, UploadState};
use livepeer::{Client, File, mock, tus};

fn content(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    std::iter::repeat_with(|| random.u64(..).to_le_bytes()).take(len.div_ceil(8)).flatten().take(len).collect()
}

/// A directory that goes away with it.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("livepeer-{}-{:x}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The server by others.
struct TusServer {
    endpoint: String,
    files: Directory,
    process: Child,
    _ends_with: Option<ChildStdin>,
}

impl TusServer {
    /// `None` without Node.
    fn start() -> Option<Self> {
        static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
        let directory = INSTALLED.get_or_init(install).as_ref()?;
        let files = Directory::new();
        let mut process = Command::new("node")
            .arg(directory.join("server.mjs"))
            .arg(&files.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ends_with = process.stdin.take();
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut endpoint).unwrap();
        assert!(endpoint.starts_with("http://127.0.0.1:"), "the server did not start: {endpoint:?}");
        Some(Self { endpoint: endpoint.trim().into(), files, process, _ends_with: ends_with })
    }

    fn stored(&self, url: &str) -> Vec<u8> {
        std::fs::read(self.files.0.join(url.rsplit('/').next().unwrap())).unwrap()
    }
}

impl Drop for TusServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Not by `eprintln!`, which is not shown of tests that pass.
fn left_out(why: &str) {
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {why}");
}

fn install() -> Option<PathBuf> {
    let version = Command::new("node").arg("--version").output().ok().filter(|output| output.status.success());
    let Some(version) = version else {
        left_out("there is no Node here to run a tus server by others");
        return None;
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major: u32 = version.trim_start_matches('v').split('.').next().unwrap().parse().unwrap();
    if major < 20 {
        left_out(&format!("the tus server needs Node 20, and this is {version}"));
        return None;
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tus-server");
    std::fs::create_dir_all(&directory).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tus-server");
    for name in ["package.json", "package-lock.json", "server.mjs"] {
        std::fs::copy(source.join(name), directory.join(name)).unwrap();
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut install = Command::new(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
    let installed = install.current_dir(&directory).output().unwrap();
    assert!(installed.status.success(), "the tus server cannot be installed: {installed:?}");
    Some(directory)
}

#[tokio::test]
async fn a_server_by_others_gets_every_byte() {
    let Some(server) = TusServer::start() else { return };
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
async fn a_server_by_others_forgets_what_is_aborted() {
    let Some(server) = TusServer::start() else { return };
    let client = Client::studio("key");
    let state = client.tus(server.endpoint.as_str(), File::bytes(content(1000))).await.unwrap();
    client.tus(server.endpoint.as_str(), File::bytes(content(1000))).resume(state).abort().await.unwrap();
    assert_eq!(std::fs::read_dir(&server.files.0).unwrap().count(), 0);
}

/// The process that is killed: this very test, started again with a job in its environment.
#[tokio::test]
async fn the_uploading_process() {
    let Ok(job) = std::env::var("UPLOAD_JOB") else { return };
    let job = PathBuf::from(job);
    let server = std::fs::read_to_string(job.join("server")).unwrap();
    let file = job.join("file");
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
            let mut upload = client.upload(Upload::file(file));
            if let Some(state) = saved {
                upload = upload.resume(serde_json::from_str::<UploadState>(&state).unwrap());
            }
            let upload = upload.on_state(move |state| save(serde_json::to_string(state).unwrap()));
            upload.await.unwrap().asset.to_string()
        }
        None => {
            let mut upload = Client::studio("key").tus(server.as_str(), File::path(file)).part_size(65_536);
            if let Some(state) = saved {
                upload = upload.resume(serde_json::from_str::<tus::State>(&state).unwrap());
            }
            let upload = upload.on_state(move |state| save(serde_json::to_string(state).unwrap()));
            upload.await.unwrap().url().unwrap().expose().to_owned()
        }
    };
    std::fs::write(job.join("done"), done).unwrap();
}

fn began_but_not_done(job: &Path) -> bool {
    let state = std::fs::read_to_string(job.join("state")).unwrap_or_default();
    !job.join("done").exists() && state.contains("\"offset\":") && !state.contains("\"offset\":0,")
}

/// Uploads, killing the process so many times in all, at random moments; looks at what has arrived after each upload.
fn kill(times: u32, server: &str, content: &[u8], stored: impl Fn(&str) -> Vec<u8>) {
    let (mut kills, mut midway) = (0, 0);
    let mut usual = Duration::from_millis(1000);
    for upload in 0.. {
        let job = Directory::new();
        std::fs::write(job.0.join("server"), server).unwrap();
        std::fs::write(job.0.join("file"), content).unwrap();
        let began = Instant::now();
        // Of each upload's processes only some are killed, so that it comes to its end.
        let mut left = if upload == 0 || kills >= times { 0 } else { fastrand::u32(1..=4).min(times - kills) };
        loop {
            let mut process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "the_uploading_process"])
                .env("UPLOAD_JOB", &job.0)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            if left > 0 {
                std::thread::sleep(usual.mul_f64(fastrand::f64()));
                left -= 1;
                if process.try_wait().unwrap().is_none() {
                    process.kill().unwrap();
                    kills += 1;
                    process.wait().unwrap();
                    midway += u32::from(began_but_not_done(&job.0));
                }
            }
            let status = process.wait().unwrap();
            if job.0.join("done").exists() {
                break;
            }
            assert!(!status.success() && status.code().is_none(), "it was not killed, but failed: {status}");
        }
        if upload == 0 {
            usual = began.elapsed();
        }
        let done = std::fs::read_to_string(job.0.join("done")).unwrap();
        assert!(stored(&done) == content, "upload {upload} differs after {kills} kills");
        if kills >= times {
            assert!(midway > 0, "none of {kills} kills came between the first and the last byte");
            return;
        }
        assert!(upload < 200, "only {kills} of {upload} uploads could be killed");
    }
}

#[test]
fn killed_at_any_moment_a_server_by_others_has_the_same_bytes() {
    let Some(server) = TusServer::start() else { return };
    kill(20, &server.endpoint, &content(8_000_001), |url| server.stored(url));
}

#[test]
fn killed_at_any_moment_studio_has_the_same_bytes() {
    let studio = mock::studio();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let running = runtime.block_on(studio.listen()).unwrap();
    let server = format!("studio {}", running.url());
    kill(20, &server, &content(50_000_001), |asset| studio.uploaded(&asset.into()).unwrap().into());
}
