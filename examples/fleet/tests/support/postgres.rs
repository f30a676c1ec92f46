//! A PostgreSQL of its own, in a folder of its own, that only a Unix socket leads to.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Postgres {
    folder: PathBuf,
}

impl Postgres {
    pub fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("fleet-{}", std::process::id()));
        let path = folder.to_str().unwrap();
        let postgres = Self { folder: folder.clone() };
        run(unprivileged("mkdir").arg(path));
        let data = folder.join("data");
        // Nothing here has to survive a power cut.
        run(program("initdb").args(["--auth=trust", "--username=fleet", "--no-sync", "-D"]).arg(&data));
        let options = format!("-k {path} -c listen_addresses='' -c fsync=off");
        let log = folder.join("log");
        run(program("pg_ctl").arg("-D").arg(&data).arg("-l").arg(log).args(["-w", "-o", &options, "start"]));
        postgres
    }

    pub fn url(&self) -> String {
        format!("postgres://fleet@localhost/postgres?host={}", self.folder.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = program("pg_ctl").arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "stop"]).output();
        let _ = unprivileged("rm").arg("-rf").arg(&self.folder).output();
    }
}

/// A program of PostgreSQL, which Debian does not have in the path.
fn program(name: &str) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).max();
    unprivileged(newest.as_deref().unwrap_or(Path::new(name)))
}

/// PostgreSQL refuses to be run by root.
fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "nobody", "--"]).arg(program);
    command
}

fn run(command: &mut Command) {
    // Without pipes, which the server would keep open.
    let status = command.stdout(std::process::Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(|status| status.success()), "{command:?}: {status:?}");
}
