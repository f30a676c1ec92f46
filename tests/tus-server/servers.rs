//! Third-party tus servers: `@tus/server`, run by Node, and `resumable-upload`, run by Python, which also has the
//! extensions that the first has not. They are installed from this folder when the tests begin.

// Each test file uses some of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

pub fn content(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    std::iter::repeat_with(|| random.u64(..).to_le_bytes()).take(len.div_ceil(8)).flatten().take(len).collect()
}

/// A directory that goes away with it.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new() -> Self {
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

/// A third-party server.
pub struct TusServer {
    pub endpoint: String,
    files: PathBuf,
    process: Child,
    _directory: Directory,
    _ends_with: Option<ChildStdin>,
}

impl TusServer {
    /// `@tus/server`; `None` without Node.
    pub fn node() -> Option<Self> {
        static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
        let installed = INSTALLED.get_or_init(install_for_node).as_ref()?;
        let directory = Directory::new();
        let mut command = Command::new("node");
        command.arg(installed.join("server.mjs")).arg(&directory.0);
        Some(Self::start(command, directory.0.clone(), directory))
    }

    /// `resumable-upload`, with these algorithms of checksums; `None` without Python.
    pub fn python(algorithms: &str) -> Option<Self> {
        static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
        let installed = INSTALLED.get_or_init(install_for_python).as_ref()?;
        let directory = Directory::new();
        let mut command = Command::new("python3");
        command.arg(folder().join("server.py")).arg(&directory.0).arg(algorithms).env("PYTHONPATH", installed);
        Some(Self::start(command.stderr(Stdio::null()), directory.0.join("files"), directory))
    }

    fn start(mut command: impl std::borrow::BorrowMut<Command>, files: PathBuf, directory: Directory) -> Self {
        let command = command.borrow_mut().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let ends_with = process.stdin.take();
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut endpoint).unwrap();
        assert!(endpoint.starts_with("http://127.0.0.1:"), "the server did not start: {endpoint:?}");
        Self { endpoint: endpoint.trim().into(), files, process, _directory: directory, _ends_with: ends_with }
    }

    /// Where it keeps the files.
    pub fn files(&self) -> &Path {
        &self.files
    }

    pub fn stored(&self, url: &str) -> Vec<u8> {
        std::fs::read(self.files.join(url.rsplit('/').next().unwrap())).unwrap()
    }
}

impl Drop for TusServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Not by `eprintln!`, which is not shown of tests that pass. `.ci/check` lists these lines.
fn left_out(language: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "LEFT OUT: uploads to a third-party tus server in {language}, because {why}");
}

/// Runs what installs a server. A machine may have no way to the registry.
fn installs(command: &mut Command, language: &str) -> bool {
    let installed = command.output().unwrap();
    if !installed.status.success() {
        let words = String::from_utf8_lossy(&installed.stderr);
        left_out(
            language,
            &format!("it cannot be installed here: {}", words.trim().lines().last().unwrap_or_default()),
        );
    }
    installed.status.success()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tus-server")
}

fn install_for_python() -> Option<PathBuf> {
    let pip = Command::new("python3").args(["-m", "pip", "--version"]).output();
    if !pip.is_ok_and(|output| output.status.success()) {
        left_out("Python", "there is no Python with pip here");
        return None;
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tus-server-python");
    let (wanted, there) = (folder().join("requirements.txt"), directory.join("requirements.txt"));
    if std::fs::read(&there).ok() == Some(std::fs::read(&wanted).unwrap()) {
        return Some(directory);
    }
    let _ = std::fs::remove_dir_all(&directory);
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    install.args(["--no-deps", "--require-hashes", "--target"]).arg(&directory).arg("--requirement").arg(&wanted);
    if !installs(&mut install, "Python") {
        return None;
    }
    std::fs::copy(&wanted, &there).unwrap();
    Some(directory)
}

fn install_for_node() -> Option<PathBuf> {
    let version = Command::new("node").arg("--version").output().ok().filter(|output| output.status.success());
    let Some(version) = version else {
        left_out("Node", "there is no Node here");
        return None;
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major: u32 = version.trim_start_matches('v').split('.').next().unwrap().parse().unwrap();
    if major < 20 {
        left_out("Node", &format!("it needs Node 20, and this is {version}"));
        return None;
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tus-server");
    std::fs::create_dir_all(&directory).unwrap();
    for name in ["package.json", "package-lock.json", "server.mjs"] {
        std::fs::copy(folder().join(name), directory.join(name)).unwrap();
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut install = Command::new(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
    installs(install.current_dir(&directory), "Node").then_some(directory)
}
