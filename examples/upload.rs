//! Uploads a file, shows how far it is, and waits until the asset can be played.
//!
//! ```text
//! cargo run --example upload [FILE]
//! ```
//!
//! With `LIVEPEER_API_KEY` it goes to Livepeer Studio; without, to a fake of Studio that the example starts by itself.
//! Without a file, 40 MB of noise are sent. With a key and a file, it keeps its state in `FILE.upload`: interrupted (Ctrl-C)
//! and started again with the same file, it resumes where it was.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use livepeer::asset::{Upload, UploadState};
use livepeer::tus::{UploadError, UploadProgress};
use livepeer::{Client, File, mock};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let has_key = std::env::var_os("LIVEPEER_API_KEY").is_some();
    let fake = mock::studio().listen().await?;
    let client = if has_key { Client::from_env()? } else { fake.client() };
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    // The fake ends with the example, and with it what could be resumed.
    let state = file.as_ref().filter(|_| has_key).map(|file| added(file, ".upload"));

    let upload = match file {
        Some(file) => Upload::file(file),
        None => Upload::new(File::bytes(noise()).name("noise.mp4")),
    };
    let mut uploading = client.upload(upload).on_progress(show);
    if let Some(path) = &state {
        if let Some(saved) = saved(path) {
            println!("resuming after {} bytes", saved.offset());
            uploading = uploading.resume(saved);
        }
        let path = path.clone();
        uploading = uploading.on_state(move |state| {
            if let Err(error) = save(state, &path) {
                eprintln!("\nthe state cannot be kept: {error:#}");
            }
        });
    }
    let result = uploading.await;
    let can_go_on = match &result {
        Ok(_) => false,
        Err(UploadError::Read(_)) => true, // the file may be there again later
        Err(error) => error.is_retryable(),
    };
    if let Some(path) = state.filter(|_| !can_go_on) {
        // None is there if it could not be kept.
        let _ = std::fs::remove_file(path);
    }
    let uploaded = result?;
    println!("\nuploaded: asset {}", uploaded.asset);

    let mut wait = client.wait(&uploaded.asset);
    while let Some(update) = wait.next().await {
        let update = update?;
        match update.phase() {
            Some(phase) => println!("{phase} {:.0} %", update.progress().unwrap_or(0.0) * 100.0),
            None => println!(
                "ready: {}",
                update.value.playback_url.as_ref().map(livepeer::Url::as_str).unwrap_or("it has no URL yet")
            ),
        }
    }
    Ok(())
}

fn show(progress: UploadProgress) {
    const WIDTH: usize = 30;
    let share = progress.total.map_or(0.0, |total| progress.sent as f64 / total.max(1) as f64);
    let full = ((share * WIDTH as f64) as usize).min(WIDTH);
    print!("\r[{}{}] {progress}    ", "#".repeat(full), " ".repeat(WIDTH - full));
    // A progress bar that cannot be shown is no reason to stop.
    let _ = std::io::stdout().flush();
}

fn added(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Keeps it whole or not at all: a state that was cut off would be of no use.
fn save(state: &UploadState, path: &Path) -> std::io::Result<()> {
    let new = added(path, ".new");
    std::fs::write(&new, serde_json::to_vec(state)?)?;
    std::fs::rename(new, path)
}

/// `None` if there is none, or if it cannot be read: then the upload starts again.
fn saved(path: &Path) -> Option<UploadState> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn noise() -> Vec<u8> {
    let mut random = fastrand::Rng::new();
    std::iter::repeat_with(|| random.u64(..).to_le_bytes()).take(5_000_000).flatten().collect()
}
