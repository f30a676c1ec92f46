//! Uploads a file, shows how far it is, and waits until the asset can be played.
//!
//! ```text
//! cargo run --example upload [FILE]
//! ```
//!
//! With `LIVEPEER_API_KEY` it goes to Livepeer Studio; without, to a little Studio that the example starts by itself.
//! Without a file, 40 MB of noise are made. Interrupted (Ctrl-C) and started again with the same file, it goes on where it
//! was: it keeps its state in `FILE.upload`.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use livepeer::asset::{Progress, Upload, UploadState};
use livepeer::{Client, mock};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let has_key = std::env::var_os("LIVEPEER_API_KEY").is_some();
    let little = mock::studio().listen().await?;
    let client = if has_key { Client::from_env()? } else { little.client() };
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let file = match &given {
        Some(file) => file.clone(),
        None => noise()?,
    };
    let state = added(&file, ".upload");

    let mut upload = client.upload(Upload::file(&file)).on_progress(show);
    if let Some(saved) = saved(&state) {
        println!("going on after {} bytes", saved.offset());
        upload = upload.resume(saved);
    }
    let keep = state.clone();
    let uploaded = upload
        .on_state(move |state| {
            // Whole or not at all: a state that was cut off would be of no use.
            let new = added(&keep, ".new");
            let written = serde_json::to_vec(state).map_err(Into::into).and_then(|json| std::fs::write(&new, json));
            if let Err(error) = written.and_then(|()| std::fs::rename(&new, &keep)) {
                eprintln!("\nthe state cannot be kept: {error}");
            }
        })
        .await?;
    println!("\nuploaded: asset {}", uploaded.asset);
    std::fs::remove_file(&state)?;
    if given.is_none() {
        std::fs::remove_file(&file)?;
    }

    let mut wait = client.wait(&uploaded.asset);
    while let Some(update) = wait.next().await {
        let update = update?;
        match update.phase() {
            Some(phase) => println!("{phase} {:.0} %", update.progress().unwrap_or(0.0) * 100.0),
            None => println!("ready: {}", update.value.playback_url.as_deref().unwrap_or("it has no URL yet")),
        }
    }
    Ok(())
}

fn show(progress: Progress) {
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

fn saved(path: &Path) -> Option<UploadState> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn noise() -> std::io::Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("noise-{}.mp4", std::process::id()));
    let mut random = fastrand::Rng::new();
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u64(..).to_le_bytes()).take(5_000_000).flatten().collect();
    std::fs::write(&path, noise)?;
    Ok(path)
}
