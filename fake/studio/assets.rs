//! Assets.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::super::fields;
use super::super::handler::{HandlerResult, already_there, check_scheme, check_text, find, invalid, not_found};
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::{StudioState, project, typed, user};
use super::super::work::{NewTask, phase, set_phase};
use super::policies::{check_policy, is_public};
use crate::endpoints::studio::asset::{
    Asset, AssetIpfs, AssetSource, AssetStorage, Delete, Export, Exported, Get, List, Phase, RequestUpload, Restore,
    Retry, SourceType, StoragePhase, StorageStatus, StorageTasks, Update, UploadTicket, UploadUrl, UrlUpload,
};
use crate::endpoints::studio::task::{Task, TaskParams, TaskType, UploadParams};
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;
use typed_endpoint::mock::Reply;
use typed_endpoint::{IntoField, Secret};

/// For how long the same URL gives the same asset.
const SAME_URL: Duration = Duration::from_secs(15 * 60);

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(list).on(get).on(update).on(delete).on(request_upload).on(upload_url);
    routes.on(export).on(retry).on(restore)
}

fn list(state: &mut StudioState, list: List) -> HandlerResult<Vec<Asset>> {
    let wanted = |asset: &&Asset| {
        asset.deleted != Some(true)
            && list.phase.as_ref().is_none_or(|wanted| phase(asset) == *wanted)
            && list.playback_id.as_ref().is_none_or(|id| asset.playback_id.as_ref() == Some(id))
            && list.source_url.as_ref().is_none_or(|url| asset.source.url.as_ref() == Some(url))
            && list.cid.as_ref().is_none_or(|cid| cid_of(asset) == Some(cid))
    };
    let assets: Vec<_> = state.assets.iter().filter(wanted).cloned().map(|asset| shown(asset, list.details)).collect();
    state.page(assets, &listing!(list), fields::ASSETS, "updatedAt", LastPage::Unlinked)
}

fn cid_of(asset: &Asset) -> Option<&String> {
    asset.storage.as_ref()?.ipfs.as_ref()?.cid.as_ref()
}

/// The tracks are returned only if details are requested.
fn shown(mut asset: Asset, details: Option<bool>) -> Asset {
    if let (None, Some(spec)) = (details, &mut asset.video_spec) {
        spec.tracks = None;
    }
    asset
}

/// The asset with this id, unless it is deleted.
fn asset<'a>(state: &'a mut StudioState, id: &AssetId) -> HandlerResult<&'a mut Asset> {
    state.asset(id.as_str()).map_err(|_| unknown())
}

fn unknown() -> Reply {
    Reply::error(404, "Asset not found")
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Asset> {
    asset(state, &get.id).cloned().map(|asset| shown(asset, get.details))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<Asset> {
    let now = state.time();
    update.name.as_deref().map_or(Ok(()), check_text)?;
    check_policy(state, update.playback_policy.as_set())?;
    let asset = asset(state, &update.id)?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(422, "asset is not ready"));
    }
    if let Some(policy) = update.playback_policy.as_set()
        && is_public(Some(policy)) != is_public(asset.playback_policy.as_ref())
    {
        let message = "cannot update playback policy from private to public or vice versa";
        return Err(Reply::error(422, message));
    }
    let removes = |storage: &Storage| matches!(storage.ipfs, Some(StorageIpfs::Enabled(false)));
    let is_on_ipfs = asset.storage.as_ref().is_some_and(|storage| storage.ipfs.is_some());
    if is_on_ipfs && update.storage.as_ref().is_some_and(removes) {
        return Err(Reply::error(400, "Cannot remove asset from IPFS"));
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
fn store(state: &mut StudioState, id: &AssetId, storage: Option<Storage>) -> HandlerResult<Asset> {
    let params = ExportParams::new().ipfs(IpfsExport::new());
    let spec = match storage.and_then(|storage| storage.ipfs) {
        Some(StorageIpfs::Custom(details)) => details.spec,
        _ => None,
    };
    let task = start_export(state, id, params)?;
    let time = state.time();
    let asset = state.asset(id.as_str())?;
    let tasks = StorageTasks { pending: task.id.clone(), ..StorageTasks::default() };
    let ipfs = AssetIpfs { spec: Some(spec.unwrap_or_default()), updated_at: Some(time), ..AssetIpfs::default() };
    asset.storage = Some(AssetStorage {
        ipfs: Some(Box::new(ipfs)),
        status: Some(StorageStatus { phase: StoragePhase::Waiting, tasks, ..StorageStatus::default() }),
        ..AssetStorage::default()
    });
    Ok(shown(asset.clone(), None))
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    let now = state.now;
    let asset = find(&mut state.assets, |asset| asset.id == delete.id).map_err(|_| unknown())?;
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

fn restore(state: &mut StudioState, restore: Restore) -> HandlerResult<()> {
    let now = state.now;
    let asset = find(&mut state.assets, |asset| asset.id == restore.id);
    let asset = asset.map_err(|_| Reply::error(404, "asset not found"))?;
    if asset.deleted != Some(true) {
        return Err(Reply::error(400, "asset is not deleted"));
    }
    (asset.deleted, asset.deleted_at) = (Some(false), None);
    typed_endpoint::codec::mark_null(asset, "deletedAt");
    set_phase(asset, Phase::Ready, now, None);
    Ok(())
}

fn retry(state: &mut StudioState, retry: Retry) -> HandlerResult<()> {
    // The real server does not check that there is such an asset.
    let asset = state.asset(retry.id.as_str()).map_err(|_| Reply::error(500, "Internal server error: TypeError"))?;
    if phase(asset) != Phase::Failed {
        return Err(Reply::error(400, "Asset is not failed"));
    }
    state.repeat(|task| task.output_asset_id.as_ref() == Some(&retry.id));
    Ok(())
}

/// A new asset in its first phase, and known to the server.
pub(super) fn new_asset(state: &mut StudioState, name: String, source: AssetSource, first: Phase) -> Asset {
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
    ($state:expr, $new:expr, $source:expr, $first:expr, $url:expr, $seconds:expr, $begins:expr) => {{
        if $new.profiles.as_set().is_some_and(Vec::is_empty) {
            return Err(Reply::error(400, "assets must have at least one profile"));
        }
        check_text(&$new.name)?;
        check_policy($state, $new.playback_policy.as_set())?;
        if let Some(encryption) = &$new.encryption {
            check_key(encryption)?;
            if $new.playback_policy.as_set().is_none() {
                return Err(Reply::error(400, "a playbackPolicy is required when using encryption"));
            }
        }
        $state.check_queue()?;
        let encryption = $new.encryption.map(|encryption| encryption.key("***"));
        let mut source: AssetSource = $source;
        source.encryption = encryption.clone();
        let id = new_asset($state, $new.name, source, $first).id;
        let asset = $state.asset(id.as_str())?;
        asset.playback_policy = $new.playback_policy.into_set();
        asset.creator_id = $new.creator_id.map(typed);
        asset.profiles = $new.profiles.clone().into_set();
        if $new.storage.is_some() {
            asset.storage = Some(AssetStorage { ipfs: Some(Box::default()), ..AssetStorage::default() });
        }
        let asset = asset.clone();
        let params = UploadParams {
            url: $url,
            encryption,
            c2pa: $new.c2pa,
            profiles: $new.profiles.into_set(),
            target_segment_size_secs: $seconds,
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

fn check_key(encryption: &Encryption) -> HandlerResult<()> {
    let key = encryption.encrypted_key.expose();
    match !key.is_empty() && BASE64_STANDARD.decode(key).is_ok() {
        true => Ok(()),
        false => Err(Reply::error(422, "encryption.encryptedKey must be base64 encoded")),
    }
}

fn request_upload(state: &mut StudioState, new: RequestUpload) -> HandlerResult<UploadTicket> {
    let source = AssetSource { kind: SourceType::DirectUpload, ..AssetSource::default() };
    let (asset, task) = upload!(state, new, source, Phase::Uploading, None, None, false);
    let url = format!("{}/uploads/directUpload/{}", state.asked.origin, asset.playback_id.clone().unwrap_or_default());
    let upload = state.work.iter_mut().find(|work| work.task.id.as_ref() == Some(&task.id));
    if let Some(upload) = upload.and_then(|work| work.task.params.as_mut()?.upload.as_mut()) {
        upload.url = Some(url.into());
    }
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

fn upload_url(state: &mut StudioState, new: UploadUrl) -> HandlerResult<UrlUpload> {
    check_scheme("/url", new.url.as_str(), &["http", "https", "ipfs", "ar"], "^(https?|ipfs|ar)://")?;
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
        return already_there(&UrlUpload { asset, task, ..UrlUpload::default() });
    }
    let url = Some(new.url.clone());
    let source = AssetSource { kind: SourceType::Url, url: url.clone(), ..AssetSource::default() };
    let (asset, task) = upload!(state, new, source, Phase::Waiting, url, new.target_segment_size_secs, true);
    Ok(UrlUpload { asset, task, ..UrlUpload::default() })
}

fn export(state: &mut StudioState, export: Export) -> HandlerResult<Exported> {
    if export.params.ipfs.is_some() == export.params.custom.is_some() {
        let params = json!({ "passingSchemas": null });
        return Err(invalid("", "oneOf", params, "must match exactly one schema in oneOf"));
    }
    let message = || format!("Asset not found with id {}", export.id);
    let asset = state.asset(export.id.as_str()).map_err(|_| Reply::error(404, message()))?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(412, "asset is not ready to be exported"));
    }
    let task = start_export(state, &export.id, export.params)?;
    let task = Task { scheduled_at: None, ..task };
    Ok(Exported { task, ..Exported::default() })
}

fn start_export(state: &mut StudioState, id: &AssetId, params: impl IntoField<ExportParams>) -> HandlerResult<Task> {
    state.check_queue()?;
    let params = TaskParams { export: Some(params.into_field()), ..TaskParams::default() };
    let input = Some(id.clone());
    Ok(state.spawn(NewTask { kind: TaskType::Export, input, output: None, params, begins: true }))
}
