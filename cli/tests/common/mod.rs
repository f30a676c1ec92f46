//! Runs the real program against a fake server, over real sockets.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use livepeer::mock::{self, RunningStudio, StudioFake};
use serde_json::Value;
use tempfile::TempDir;

/// A server, and a home folder of its own.
pub struct Studio {
    pub server: RunningStudio,
    pub home: TempDir,
}

/// What a program has printed.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub async fn studio() -> Studio {
    with(mock::studio()).await
}

pub async fn with(studio: StudioFake) -> Studio {
    Studio { server: studio.listen().await.unwrap(), home: tempfile::tempdir().unwrap() }
}

impl Studio {
    pub fn url(&self) -> String {
        format!("{}/api", self.server.url())
    }

    /// The program, which sees nothing of this process's environment but the path.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_livepeer"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home.path());
        command.env("LIVEPEER_BASE_URL", self.url()).env("LIVEPEER_API_KEY", "any").current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.command().args(words).output().unwrap().into()
    }

    /// Runs what has to succeed; gives its output as JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", ran.out))
    }

    /// A file in the home folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// What interrupted uploads have left.
    pub fn kept(&self) -> Vec<PathBuf> {
        files(&self.home.path().join(".local/state/livepeer/uploads"))
    }
}

/// The program's own servers.
pub struct Emulator {
    child: Child,
    /// Those that it says to export.
    pub variables: Vec<(String, String)>,
}

impl Emulator {
    pub fn new(studio: &Studio) -> Self {
        let mut command = studio.command();
        command.args(["emulate", "--port", "0"]);
        Self::from(command)
    }

    pub fn from(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(5);
        let variables = lines.map(|line| {
            let line = line.unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self { variables: variables.collect(), child }
    }
}

impl Emulator {
    /// The most memory that it has had so far, in KiB.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    /// Sends a signal, such as that by which containers are stopped, and waits for the end; gives the exit code.
    #[cfg(unix)]
    pub fn stop(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Bytes that do not repeat.
pub fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

/// Waits until something is so: for what another process does.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{what} never happened");
}
