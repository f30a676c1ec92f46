//! Uploads by tus, of which the server cuts the third part.

use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use livepeer::tus::{Checkpoint, Upload, UploadError};
use livepeer::{Client, Retry};

use super::Place;
use super::api::Uploaded;

/// Four parts and a bit.
pub fn content() -> Vec<u8> {
    (0..4 * 1024 * 1024 + 12_345_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// Requires that the server has exactly this.
pub async fn assert_stored(at: &Place, state: &Checkpoint, content: &[u8]) {
    let name = state.url().unwrap().expose().rsplit('/').next().unwrap().to_owned();
    let stored = at.client().call(Uploaded::new(name)).await.unwrap();
    let sum = content.iter().fold(0, |sum, byte| (sum * 31 + u64::from(*byte)) % 65_521);
    assert_eq!((stored.length, stored.sum), (content.len() as u64, sum));
}

fn upload(at: &Place, content: &[u8]) -> Upload {
    let retry = Retry::backoff(Duration::from_millis(10), Duration::from_millis(50), 2.0, Duration::MAX);
    Client::new().upload_to(format!("{}/tus", at.server), (at.film)(content)).part_size(1024 * 1024).retry(retry)
}

pub async fn an_upload_survives_a_cut_and_reports_progress(at: Place) {
    let content = content();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let upload = upload(&at, &content).on_progress(move |progress| seen.lock().unwrap().push(progress.sent));
    let state = upload.await.unwrap();
    assert_stored(&at, &state, &content).await;
    assert_eq!(reports.lock().unwrap().last(), Some(&(content.len() as u64)));
}

pub async fn an_upload_is_resumed_from_its_saved_state_by_the_same_file_alone(at: Place) {
    let content = content();
    let saved: Arc<Mutex<Option<Checkpoint>>> = Arc::default();
    let save = saved.clone();
    let mut first =
        upload(&at, &content).on_state(move |state| *save.lock().unwrap() = Some(state.clone())).into_future();
    // Dropped after its first part.
    let is_begun = || saved.lock().unwrap().as_ref().is_some_and(|state| state.offset() > 0);
    poll_fn(|cx| match Pin::new(&mut first).poll(cx) {
        Poll::Ready(_) => panic!("it was not interrupted"),
        Poll::Pending if is_begun() => Poll::Ready(()),
        Poll::Pending => Poll::Pending,
    })
    .await;
    drop(first);
    let state = saved.lock().unwrap().take().unwrap();
    assert!(state.offset() < content.len() as u64);

    let mut other = content.clone();
    other[0] ^= 1;
    let refused = upload(&at, &other).resume(state.clone()).await;
    assert!(matches!(refused, Err(UploadError::Changed { .. })), "{refused:?}");
    let state = upload(&at, &content).resume(state).await.unwrap();
    assert_stored(&at, &state, &content).await;
}
