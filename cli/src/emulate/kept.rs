//! What survives a restart: a file with the state of each account, and a folder with the files of its assets beside it.
//!
//! The whole state is one JSON document, which is replaced in one step, so there is nothing that a database would add.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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
        std::fs::create_dir_all(&folder.0).map_err(|error| folder.failed(error))?;
        Ok(folder)
    }

    fn failed(&self, error: impl std::fmt::Display) -> Failure {
        Failure::other(format_args!("{}: {error}", self.0.display()))
    }

    fn state(&self, account: &Account) -> PathBuf {
        self.0.join(format!("{}.json", file_name(&account.name)))
    }

    /// Gives an account what it had, and whether there was anything.
    pub fn load(&self, account: &Account) -> Result<bool, Failure> {
        let files = self.0.join("files").join(file_name(&account.name));
        account.studio.keep_files_in(files).map_err(|error| self.failed(error))?;
        let text = match std::fs::read(self.state(account)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        let state: serde_json::Value = serde_json::from_slice(&text).map_err(|error| self.failed(error))?;
        account.studio.restore(state).map_err(|error| self.failed(error))?;
        Ok(true)
    }

    /// Writes what an account has.
    pub fn save(&self, account: &Account) -> io::Result<()> {
        replace(&self.state(account), account.studio.snapshot().to_string().as_bytes())
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

/// The name of an account as that of a file: each name another one, also where capital letters count as small ones.
fn file_name(account: &str) -> String {
    let mut name = String::new();
    for byte in account.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            _ => name.push_str(&format!("_{byte:02x}")),
        }
    }
    name
}

/// Writes a file whole or not at all.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, content)?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn each_account_has_a_file_of_its_own() {
        for (account, name) in
            [("default", "default"), ("a.b", "a_2eb"), ("a_b", "a_5fb"), ("A", "_41"), ("é", "_c3_a9")]
        {
            assert_eq!(file_name(account), name);
        }
    }
}
