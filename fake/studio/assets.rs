//! Assets.

use std::time::Duration;

use super::super::handler::{Answer, created, find, not_found};
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::{State, project, typed, user};
use super::super::work::{NewTask, phase, set_phase};
use crate::endpoints::studio::asset::{
    Asset, AssetIpfs, AssetSource, AssetStorage, Delete, Export, Exported, Get, GetClips, List, Phase, RequestUpload,
    Restore, Retry, SourceType, StoragePhase, StorageStatus, StorageTasks, Update, UploadTicket, UploadUrl, UrlUpload,
};
use crate::endpoints::studio::task::{TaskParams, TaskType, UploadParams};
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;
use typed_endpoint::mock::Reply;
use typed_endpoint::{IntoField, Secret};

/// For how long the same URL gives the same asset.
const SAME_URL: Duration = Duration::from_secs(15 * 60);

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(list).on(get).on(update).on(delete).on(request_upload).on(upload_url);
    routes.on(export).on(retry).on(restore).on(clips)
}

fn list(state: &mut State, list: List) -> Answer<Vec<Asset>> {
    let wanted = |asset: &&Asset| {
        asset.deleted != Some(true)
            && list.phase.as_ref().is_none_or(|wanted| phase(asset) == *wanted)
            && list.playback_id.as_ref().is_none_or(|id| asset.playback_id.as_ref() == Some(id))
            && list.source_url.as_ref().is_none_or(|url| asset.source.url.as_ref() == Some(url))
            && list.cid.as_ref().is_none_or(|cid| cid_of(asset) == Some(cid))
    };
    let assets: Vec<_> = state.assets.iter().filter(wanted).cloned().map(|asset| shown(asset, list.details)).collect();
    state.page(assets, &listing!(list), "updatedAt", LastPage::Unlinked)
}

fn cid_of(asset: &Asset) -> Option<&String> {
    asset.storage.as_ref()?.ipfs.as_ref()?.cid.as_ref()
}

/// The tracks are told only to who asks for details.
fn shown(mut asset: Asset, details: Option<bool>) -> Asset {
    if let (None, Some(spec)) = (details, &mut asset.video_spec) {
        spec.tracks = None;
    }
    asset
}

fn get(state: &mut State, get: Get) -> Answer<Asset> {
    state.asset(get.id.as_str()).cloned().map(|asset| shown(asset, get.details))
}

fn update(state: &mut State, update: Update) -> Answer<Asset> {
    let now = state.time();
    let asset = state.asset(update.id.as_str())?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(422, "asset is not ready"));
    }
    if let Some(name) = update.name {
        asset.name = name;
    }
    if let Some(creator) = update.creator_id {
        asset.creator_id = Some(typed(creator));
    }
    if !update.playback_policy.is_unset() {
        asset.playback_policy = update.playback_policy.into_set();
    }
    if let Some(status) = &mut asset.status {
        status.updated_at = now;
    }
    let changed = asset.clone();
    if update.storage.is_some() {
        return store(state, &update.id, update.storage);
    }
    state.asset_event(EventKind::AssetUpdated, &changed);
    Ok(shown(changed, None))
}

/// Starts the export that the storage of an update asks for.
fn store(state: &mut State, id: &AssetId, storage: Option<Storage>) -> Answer<Asset> {
    let params = ExportParams::new().ipfs(IpfsExport::new());
    let spec = match storage.and_then(|storage| storage.ipfs) {
        Some(StorageIpfs::Custom(details)) => details.spec,
        _ => None,
    };
    let task = start_export(state, id, params);
    let time = state.time();
    let asset = state.asset(id.as_str())?;
    let tasks = StorageTasks { pending: task.id.clone(), ..StorageTasks::default() };
    let mut ipfs = AssetIpfs { spec, updated_at: Some(time), ..AssetIpfs::default() };
    if ipfs.spec.is_none() {
        typed_endpoint::codec::mark_null(&mut ipfs, "spec");
    }
    asset.storage = Some(AssetStorage {
        ipfs: Some(Box::new(ipfs)),
        status: Some(StorageStatus { phase: StoragePhase::Waiting, tasks, ..StorageStatus::default() }),
        ..AssetStorage::default()
    });
    Ok(shown(asset.clone(), None))
}

fn delete(state: &mut State, delete: Delete) -> Answer<()> {
    let now = state.now;
    let asset = find(&mut state.assets, |asset| asset.id == delete.id)?;
    if asset.deleted == Some(true) {
        return Err(Reply::error(400, "asset is already deleted"));
    }
    asset.deleted = Some(true);
    asset.deleted_at = Some(Timestamp::from_millis(now));
    set_phase(asset, Phase::Deleting, now, None);
    let deleted = asset.clone();
    state.asset_event(EventKind::AssetDeleted, &deleted);
    Ok(())
}

fn restore(state: &mut State, restore: Restore) -> Answer<()> {
    let now = state.now;
    let asset = find(&mut state.assets, |asset| asset.id == restore.id)?;
    if asset.deleted != Some(true) {
        return Err(Reply::error(400, "asset is not deleted"));
    }
    (asset.deleted, asset.deleted_at) = (None, None);
    set_phase(asset, Phase::Ready, now, None);
    Ok(())
}

fn retry(state: &mut State, retry: Retry) -> Answer<()> {
    let asset = state.asset(retry.id.as_str())?;
    if phase(asset) != Phase::Failed {
        return Err(Reply::error(400, "asset is not in a retryable state"));
    }
    state.repeat(|task| task.output_asset_id.as_ref() == Some(&retry.id));
    Ok(())
}

fn clips(state: &mut State, list: GetClips) -> Answer<Vec<Asset>> {
    state.asset(list.id.as_str())?;
    let clips = clips_of(state, |source| source.asset_id.as_ref() == Some(&list.id));
    state.page(clips, &listing!(list), "updatedAt", LastPage::Unlinked)
}

/// The clips of something, as lists give them: without addresses.
pub(super) fn clips_of(state: &State, of: impl Fn(&AssetSource) -> bool) -> Vec<Asset> {
    let clips = state
        .assets
        .iter()
        .filter(|asset| asset.source.kind == SourceType::Clip && asset.deleted != Some(true) && of(&asset.source));
    clips.cloned().map(|clip| Asset { playback_url: None, download_url: None, ..clip }).collect()
}

/// A new asset in its first phase, and known to the server.
pub(super) fn new_asset(state: &mut State, name: String, source: AssetSource, first: Phase) -> Asset {
    let mut asset = Asset {
        id: state.id(),
        playback_id: Some(state.playback_id()),
        user_id: Some(user()),
        project_id: Some(project()),
        created_at: Some(state.time()),
        created_by_token_name: Some("mock".into()),
        name,
        source,
        ..Asset::default()
    };
    set_phase(&mut asset, first, state.now, None);
    state.assets.push(asset.clone());
    state.asset_event(EventKind::AssetCreated, &asset);
    asset
}

/// What both ways to upload have in common.
macro_rules! upload {
    ($state:expr, $new:expr, $source:expr, $first:expr, $url:expr, $begins:expr) => {{
        if $new.profiles.as_set().is_some_and(Vec::is_empty) {
            return Err(Reply::error(400, "assets must have at least one profile"));
        }
        if $new.encryption.is_some() && $new.playback_policy.as_set().is_none() {
            return Err(Reply::error(422, "encryption requires a playbackPolicy"));
        }
        let encryption = $new.encryption.map(|_| Encryption::new("").key("***"));
        let mut source: AssetSource = $source;
        source.encryption = encryption.clone().map(hidden);
        let id = new_asset($state, $new.name, source, $first).id;
        let asset = $state.asset(id.as_str())?;
        asset.static_mp4 = $new.static_mp4;
        asset.playback_policy = $new.playback_policy.into_set();
        asset.creator_id = $new.creator_id.map(typed);
        asset.profiles = $new.profiles.clone().into_set();
        if $new.storage.is_some() {
            asset.storage = Some(AssetStorage { ipfs: Some(Box::default()), ..AssetStorage::default() });
        }
        let asset = asset.clone();
        let params = UploadParams {
            url: $url,
            encryption: encryption.map(hidden),
            c2pa: $new.c2pa,
            profiles: $new.profiles.into_set(),
            target_segment_size_secs: $new.target_segment_size_secs,
            thumbnails: Some(true),
            ..UploadParams::default()
        };
        let task = $state.spawn(NewTask {
            kind: TaskType::Upload,
            input: None,
            output: Some(id),
            params: TaskParams { upload: Some(params), ..TaskParams::default() },
            begins: $begins,
        });
        (asset, TaskRef { id: task.id.unwrap_or_default(), ..TaskRef::default() })
    }};
}

/// The key as it is shown: not at all.
fn hidden(_: Encryption) -> Encryption {
    serde_json::from_str(r#"{"key":"***"}"#).unwrap_or_default()
}

fn request_upload(state: &mut State, new: RequestUpload) -> Answer<UploadTicket> {
    let source = AssetSource { kind: SourceType::DirectUpload, ..AssetSource::default() };
    let (asset, task) = upload!(state, new, source, Phase::Uploading, None, false);
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", state.letters(40), state.letters(43));
    state.tokens.insert(token.clone(), asset.id.clone());
    let base = format!("{}/api/asset/upload", state.asked.origin);
    Ok(UploadTicket {
        url: Secret::from(format!("{base}/direct?token={token}")),
        tus_endpoint: Secret::from(format!("{base}/tus?token={token}")),
        asset,
        task,
        ..UploadTicket::default()
    })
}

fn upload_url(state: &mut State, new: UploadUrl) -> Answer<UrlUpload> {
    let since = state.time() - SAME_URL;
    let same = |asset: &&Asset| {
        asset.source.url.as_ref() == Some(&new.url)
            && asset.deleted != Some(true)
            && asset.created_at.is_some_and(|time| time >= since)
    };
    if let Some(asset) = state.assets.iter().find(same).cloned() {
        let mut tasks = state.work.iter().map(|work| &work.task);
        let task = tasks.find(|task| task.output_asset_id.as_ref() == Some(&asset.id)).ok_or_else(not_found)?;
        let task = TaskRef { id: task.id.clone().unwrap_or_default(), ..TaskRef::default() };
        return Ok(UrlUpload { asset, task, ..UrlUpload::default() });
    }
    let url = Some(new.url.clone());
    let source = AssetSource { kind: SourceType::Url, url: url.clone(), ..AssetSource::default() };
    let (asset, task) = upload!(state, new, source, Phase::Waiting, url, true);
    created(&UrlUpload { asset, task, ..UrlUpload::default() })
}

fn export(state: &mut State, export: Export) -> Answer<Exported> {
    let asset = state.asset(export.id.as_str())?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(412, "asset is not ready"));
    }
    let task = start_export(state, &export.id, export.params);
    created(&Exported { task, ..Exported::default() })
}

fn start_export(
    state: &mut State,
    id: &AssetId,
    params: impl IntoField<ExportParams>,
) -> crate::endpoints::studio::task::Task {
    let params = TaskParams { export: Some(params.into_field()), ..TaskParams::default() };
    let input = Some(id.clone());
    state.spawn(NewTask { kind: TaskType::Export, input, output: None, params, begins: true })
}
