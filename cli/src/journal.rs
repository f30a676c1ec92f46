//! What a bulk command has done so far, next to its list: it can be started again and does nothing twice.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What is known of a row.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// A request was about to be sent.
    Started {
        at: i64,
    },
    Done {
        asset: String,
    },
    /// The server may have done it all the same.
    Failed {
        at: i64,
        error: String,
    },
}

#[derive(Deserialize, Serialize)]
struct Line {
    row: String,
    #[serde(flatten)]
    state: State,
}

/// The journal of a list. It is locked: a second program cannot use it at the same time.
pub struct Journal {
    file: File,
    pub path: PathBuf,
    rows: HashMap<String, State>,
}

impl Journal {
    /// The journal of the list at `list`: the file `LIST.journal`.
    pub fn open(list: &Path) -> Result<Self, Failure> {
        let mut name = list.as_os_str().to_owned();
        name.push(".journal");
        let path = PathBuf::from(name);
        let failed = |error: std::io::Error| Failure::other(format_args!("the journal {}: {error}", path.display()));
        let mut options = File::options();
        options.read(true).append(true).create(true);
        #[cfg(windows)]
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
        let mut file = options.open(&path).map_err(failed)?;
        #[cfg(unix)]
        rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).map_err(|_| {
            Failure::other(format_args!("the journal {} is in use: the same import already runs", path.display()))
        })?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let mut rows = HashMap::new();
        for line in text.lines() {
            // The last line may have been cut off by a crash: what it says was not done yet.
            if let Ok(Line { row, state }) = serde_json::from_str(line) {
                rows.insert(row, state);
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(failed)?;
        }
        Ok(Self { file, path, rows })
    }

    pub fn get(&self, row: &str) -> Option<&State> {
        self.rows.get(row)
    }

    /// Notes something, on the disk when it returns.
    pub fn note(&mut self, row: &str, state: State) -> Result<(), Failure> {
        let line = Line { row: row.to_owned(), state: state.clone() };
        let mut json = serde_json::to_string(&line).map_err(Failure::other)?;
        json.push('\n');
        self.file
            .write_all(json.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| Failure::other(format_args!("the journal {}: {error}", self.path.display())))?;
        self.rows.insert(row.to_owned(), state);
        Ok(())
    }
}
