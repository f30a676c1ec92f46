//! The import of one file as one asset, whatever happened to the workers that tried before.

use std::sync::Arc;

use apalis::prelude::{BoxDynError, Data};
use livepeer::asset::{self, Phase, Upload, UploadState};
use livepeer::tus::UploadError;
use livepeer::{AssetId, Client, Filters};
use sqlx::PgPool;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::store::Claim;

/// What all imports of a worker need.
#[derive(Clone)]
pub struct Importer {
    pub pool: PgPool,
    pub client: Client,
}

/// Imports a file, or goes on where another worker stopped. The queue repeats it after an error.
pub async fn import(id: String, importer: Data<Importer>) -> Result<(), BoxDynError> {
    let Importer { pool, client } = &*importer;
    let mut claim = Claim::new(pool, &id).await?;
    if claim.asset.is_some() {
        return Ok(());
    }
    let mut upload = client.upload(Upload::file(&claim.path).creator_id(id.as_str()));
    match claim.state.take() {
        Some(state) => upload = upload.resume(state),
        None if claim.was_begun => {
            if let Some(asset) = left_over(client, &id).await? {
                return Ok(claim.finish(&asset).await?);
            }
        }
        None => claim.begin().await?,
    }
    let claim = Arc::new(Mutex::new(claim));
    let (failed, mut failure) = tokio::sync::mpsc::unbounded_channel();
    let saving = claim.clone();
    let upload = upload.on_state(move |state| {
        if let Err(error) = save(&saving, state) {
            let _ = failed.send(error);
        }
    });
    let result = tokio::select! {
        biased;
        Some(error) = failure.recv() => return Err(error.into()),
        result = upload => result,
    };
    let mut claim = claim.lock().await;
    match result {
        Ok(uploaded) => claim.finish(&uploaded.asset).await?,
        Err(error) => {
            if !can_resume(&error) {
                claim.save(None).await?;
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// Saves the state before anything else is sent.
fn save(claim: &Mutex<Claim>, state: &UploadState) -> Result<(), sqlx::Error> {
    tokio::task::block_in_place(|| Handle::current().block_on(async { claim.lock().await.save(Some(state)).await }))
}

fn can_resume(error: &UploadError) -> bool {
    matches!(error, UploadError::Read(_)) || error.is_retryable()
}

/// Looks for the asset of a worker that stopped between its creation and the first saved state: it is found by its creator id. Nothing
/// was sent to it, and the URL for that is lost, so it is deleted. One that has its file is what was to be made.
async fn left_over(client: &Client, id: &str) -> Result<Option<AssetId>, livepeer::Error> {
    let mut found = client.pages(asset::List::new().filters(Filters::new().eq("creatorId", id))).items();
    let mut arrived = None;
    while let Some(asset) = found.next().await.transpose()? {
        let is_empty = asset.status.is_none_or(|status| matches!(status.phase, Phase::Uploading | Phase::Failed));
        if is_empty || arrived.is_some() {
            client.call(asset::Delete::new(&asset.id)).await?;
        } else {
            arrived = Some(asset.id);
        }
    }
    Ok(arrived)
}
