//! Compares the queue with what is at Livepeer.

use std::collections::HashMap;

use apalis::prelude::BoxDynError;
use livepeer::{Client, CreatorId, asset};
use sqlx::PgPool;

use crate::store;

/// Deletes assets of finished imports that are not the recorded ones, and fails if a file is not imported or its asset is missing. There are such assets only if a
/// request of a killed worker was carried out after its job was given to another.
pub async fn check(pool: &PgPool, client: &Client) -> Result<(), BoxDynError> {
    let wanted: HashMap<String, Option<String>> = store::all(pool).await?.into_iter().collect();
    let mut arrived = 0;
    let mut deleted = 0;
    let mut assets = client.pages(asset::List::new().limit(1000)).items();
    while let Some(asset) = assets.next().await.transpose()? {
        let creator = asset.creator_id.as_ref().map(CreatorId::as_str).unwrap_or_default();
        match wanted.get(creator) {
            // Of others, or still being imported.
            None | Some(None) => {}
            Some(Some(recorded)) if *recorded == asset.id.as_str() => arrived += 1,
            Some(Some(_)) => {
                client.call(asset::Delete::new(&asset.id)).await?;
                deleted += 1;
            }
        }
    }
    let finished = wanted.values().flatten().count();
    println!("{} files, {finished} imported, {arrived} of them found, {deleted} surplus assets deleted", wanted.len());
    match wanted.len() - arrived {
        0 => Ok(()),
        missing => {
            Err(format!("{missing} files have no asset: they are being imported, or their jobs have failed too often")
                .into())
        }
    }
}
