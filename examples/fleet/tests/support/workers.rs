//! Workers that are started again when they are killed.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// For how long a paused worker does nothing: twice as long as it may miss its heartbeats.
const PAUSE: Duration = Duration::from_secs(6);

pub struct Workers {
    environment: Vec<(&'static str, String)>,
    running: Mutex<Vec<Child>>,
}

impl Workers {
    pub fn new(environment: Vec<(&'static str, String)>) -> Self {
        Self { environment, running: Mutex::default() }
    }

    pub fn start(&self, count: usize) {
        let mut running = self.running.lock().unwrap();
        running.extend((0..count).map(|_| self.command(&["work"]).spawn().unwrap()));
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        command.args(words).envs(self.environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    /// Kills a worker by a signal that it cannot see coming, and starts another. False if it was dead already.
    pub fn kill(&self, process: u32) -> bool {
        let mut running = self.running.lock().unwrap();
        let Some(worker) = running.iter_mut().find(|worker| worker.id() == process) else { return false };
        worker.kill().unwrap();
        worker.wait().unwrap();
        *worker = self.command(&["work"]).spawn().unwrap();
        true
    }

    /// Stops a worker and lets it go on later. False if it was dead already.
    pub fn pause(&self, process: u32) -> bool {
        let is_alive = signal("-STOP", process);
        tokio::spawn(async move {
            tokio::time::sleep(PAUSE).await;
            // It may have been killed.
            signal("-CONT", process);
        });
        is_alive
    }

    /// That no worker has ended by itself.
    pub fn check(&self) {
        for worker in self.running.lock().unwrap().iter_mut() {
            assert_eq!(worker.try_wait().unwrap(), None, "a worker has ended");
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in self.running.get_mut().unwrap() {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}

fn signal(signal: &str, process: u32) -> bool {
    Command::new("kill").args([signal, &process.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}
