//! What survives a restart: a file with the state of each account, and the files of its assets beside it.
//!
//! The whole state is one JSON document, which is replaced in one step, so there is nothing that a database would add.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use livepeer::AssetId;

use super::Emulator;
use super::accounts::Account;
use crate::failure::Failure;

/// How long changes are collected before they are written.
const TOGETHER: Duration = Duration::from_millis(500);

/// A folder for the state.
#[derive(Clone)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: &str) -> Result<Self, Failure> {
        let folder = Self(path.into());
        std::fs::create_dir_all(folder.0.join("files")).map_err(|error| folder.failed(error))?;
        Ok(folder)
    }

    fn failed(&self, error: impl std::fmt::Display) -> Failure {
        Failure::other(format_args!("{}: {error}", self.0.display()))
    }

    fn state(&self, account: &Account) -> PathBuf {
        let is_plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        let name: String = account.name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
        self.0.join(format!("{name}.json"))
    }

    fn file(&self, id: &AssetId) -> PathBuf {
        self.0.join("files").join(id.as_str())
    }

    /// Gives an account what it had, and whether there was anything.
    pub fn load(&self, account: &Account) -> Result<bool, Failure> {
        let text = match std::fs::read(self.state(account)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        let state: serde_json::Value = serde_json::from_slice(&text).map_err(|error| self.failed(error))?;
        let assets = ids(&state);
        account.studio.restore(state).map_err(|error| self.failed(error))?;
        for id in assets {
            if let Ok(file) = std::fs::read(self.file(&id)) {
                account.studio.keep_file(id, file);
            }
        }
        Ok(true)
    }

    /// Writes what an account has.
    pub fn save(&self, account: &Account) -> io::Result<()> {
        let state = account.studio.snapshot();
        for id in ids(&state) {
            let path = self.file(&id);
            if let Some(file) = account.studio.uploaded(&id).filter(|_| !path.exists()) {
                replace(&path, &file)?;
            }
        }
        replace(&self.state(account), state.to_string().as_bytes())
    }

    /// Writes every change, as long as the emulator runs.
    pub async fn run(self, emulator: Arc<Emulator>) {
        let mut changes = emulator.changes();
        while changes.changed().await.is_ok() {
            tokio::time::sleep(TOGETHER).await;
            changes.borrow_and_update();
            self.save_all(&emulator);
        }
    }

    pub fn save_all(&self, emulator: &Emulator) {
        for account in emulator.accounts() {
            if let Err(error) = self.save(account) {
                crate::stderr::say(format_args!("{}: {error}", self.0.display()));
            }
        }
    }
}

fn ids(state: &serde_json::Value) -> Vec<AssetId> {
    let assets = state["assets"].as_array().into_iter().flatten();
    // Ids are names of files: only those that are nothing else.
    let ids = assets.filter_map(|asset| asset["id"].as_str());
    ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).map(AssetId::from).collect()
}

/// Writes a file whole or not at all.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, content)?;
    std::fs::rename(new, path)
}
