//! Assets.

use std::time::Duration;

use super::super::fields;
use super::super::handler::{HandlerResult, already_there, check_text, crashed, find, not_found};
use super::super::routes::Routes;
use super::super::state::{StudioState, project, typed, user};
use super::super::work::{NewTask, phase, set_phase, unscheduled};
use super::policies::{check_policy, is_public};
use crate::endpoints::studio::asset::{
    Asset, AssetIpfs, AssetSource, AssetStorage, Delete, Export, Exported, Get, List, Phase, RequestUpload, Restore,
    Retry, SourceType, StoragePhase, StorageStatus, StorageTasks, Update, UploadTicket, UploadUrl, UrlUpload,
};
use crate::endpoints::studio::task::{Task, TaskParams, TaskType, UploadParams};
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use typed_endpoint::mock::Reply;
use typed_endpoint::{IntoField, Secret};

/// For how long the same URL gives the same asset.
const SAME_URL: Duration = Duration::from_secs(15 * 60);

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(list).on(get).on(update).on(delete).on(request_upload).on(upload_url);
    routes.on(export).on(retry).on(restore)
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Asset>> {
    let query = &state.asked.query;
    let details = query.has("details");
    let (wanted_phase, playback_id) = (query.get("phase"), query.get("playbackId"));
    let (source_url, cid) = (query.get("sourceUrl"), query.get("cid"));
    let url = |asset: &Asset| asset.source.url.as_ref().map(|url| url.as_str().to_owned());
    let wanted = |asset: &&Asset| {
        asset.deleted != Some(true)
            && wanted_phase.is_none_or(|wanted| phase(asset).as_str() == wanted)
            && playback_id.is_none_or(|id| asset.playback_id.as_ref().is_some_and(|own| own == id))
            && source_url.is_none_or(|wanted| url(asset).as_deref() == Some(wanted))
            && cid.is_none_or(|cid| {
                cid_of(asset).is_some_and(|own| own == cid) || url(asset) == Some(format!("ipfs://{cid}"))
            })
    };
    let assets: Vec<_> = state.assets.iter().filter(wanted).cloned().map(|asset| shown(asset, details)).collect();
    state.page(assets, fields::ASSETS)
}

fn cid_of(asset: &Asset) -> Option<&String> {
    asset.storage.as_ref()?.ipfs.as_ref()?.cid.as_ref()
}

/// The tracks are returned only if details are requested.
fn shown(mut asset: Asset, details: bool) -> Asset {
    if let (false, Some(spec)) = (details, &mut asset.video_spec) {
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
    let details = state.asked.query.has("details");
    asset(state, &get.id).cloned().map(|asset| shown(asset, details))
}

/// What the storage of a request asks for: nothing, to leave IPFS, or to be there.
fn wants_ipfs(storage: Option<&Storage>) -> Option<bool> {
    storage?.ipfs.as_ref().map(|ipfs| !matches!(ipfs, StorageIpfs::Enabled(false)))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<Asset> {
    let now = state.time();
    let asset = find(&mut state.assets, |asset| asset.id == update.id);
    let asset = asset.map_err(|_| Reply::error(404, "asset not found"))?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(422, "asset is not ready"));
    }
    let is_on_ipfs = asset.storage.as_ref().is_some_and(|storage| storage.ipfs.is_some());
    if is_on_ipfs && wants_ipfs(update.storage.as_ref()) == Some(false) {
        return Err(Reply::error(400, "Cannot remove asset from IPFS"));
    }
    if let Some(policy) = update.playback_policy.as_set()
        && is_public(Some(policy)) != is_public(asset.playback_policy.as_ref())
    {
        let message = "cannot update playback policy from private to public or vice versa";
        return Err(Reply::error(422, message));
    }
    check_policy(state, update.playback_policy.as_set())?;
    update.name.as_deref().map_or(Ok(()), check_text)?;
    let asset = state.asset(update.id.as_str())?;
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
    if wants_ipfs(update.storage.as_ref()) == Some(true) {
        let params = ExportParams::new().ipfs(IpfsExport::new());
        let task = start_export(state, &update.id, params)?;
        let spec = match update.storage.and_then(|storage| storage.ipfs) {
            Some(StorageIpfs::Custom(details)) => details.spec,
            _ => None,
        };
        store(state, &update.id, task.id, spec);
        return asset_by_id(state, &update.id).map(|asset| shown(asset.clone(), false));
    }
    state.asset_event(EventKind::AssetUpdated, &changed);
    Ok(shown(changed, false))
}

fn asset_by_id<'a>(state: &'a mut StudioState, id: &AssetId) -> HandlerResult<&'a mut Asset> {
    asset(state, id)
}

/// Records that an asset is being put on IPFS.
fn store(state: &mut StudioState, id: &AssetId, pending: Option<TaskId>, spec: Option<IpfsSpec>) {
    let time = state.time();
    let Ok(asset) = state.asset(id.as_str()) else { return };
    let tasks = StorageTasks { pending, ..StorageTasks::default() };
    let ipfs = AssetIpfs { spec: Some(spec.unwrap_or_default()), updated_at: Some(time), ..AssetIpfs::default() };
    asset.storage = Some(AssetStorage {
        ipfs: Some(Box::new(ipfs)),
        status: Some(StorageStatus { phase: StoragePhase::Waiting, tasks, ..StorageStatus::default() }),
        ..AssetStorage::default()
    });
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
    let asset = find(&mut state.assets, |asset| asset.id == retry.id).map_err(|_| crashed("TypeError"))?;
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

/// What both ways to upload have in common: the checks before a new asset.
macro_rules! check_upload {
    ($state:expr, $new:expr, $bad_key:literal) => {{
        let key = $new.encryption.as_ref().map(|encryption| encryption.encrypted_key.expose());
        if key.is_some_and(|key| !key.is_empty() && BASE64_STANDARD.decode(key).is_err()) {
            return Err(Reply::error(422, $bad_key));
        }
        check_text(&$new.name)?;
        if $new.profiles.as_set().is_some_and(Vec::is_empty) {
            return Err(Reply::error(400, "assets must have at least one profile"));
        }
        check_policy($state, $new.playback_policy.as_set())?;
        if key.is_some_and(|key| !key.is_empty()) && $new.playback_policy.as_set().is_none() {
            return Err(Reply::error(400, "a playbackPolicy is required when using encryption"));
        }
    }};
}

/// What both ways to upload have in common: the asset, and the task that processes it.
macro_rules! upload {
    ($state:expr, $new:expr, $source:expr, $first:expr, $url:expr, $seconds:expr, $begins:expr) => {{
        $state.check_queue()?;
        let encryption = $new.encryption.map(|encryption| encryption.key("***"));
        let mut source: AssetSource = $source;
        source.encryption = encryption.clone();
        let id = new_asset($state, $new.name, source, $first).id;
        let asset = $state.asset(id.as_str())?;
        asset.playback_policy = $new.playback_policy.into_set();
        asset.creator_id = $new.creator_id.map(typed);
        asset.profiles = $new.profiles.clone().into_set();
        if let Some(wants) = wants_ipfs($new.storage.as_ref()) {
            let mut ipfs = AssetIpfs::default();
            match wants {
                true => ipfs.spec = Some(IpfsSpec::default()),
                false => typed_endpoint::codec::mark_null(&mut ipfs, "spec"),
            }
            asset.storage = Some(AssetStorage { ipfs: Some(Box::new(ipfs)), ..AssetStorage::default() });
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

fn request_upload(state: &mut StudioState, new: RequestUpload) -> HandlerResult<UploadTicket> {
    check_upload!(state, new, "encryptedKey must be valid base64");
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
    check_upload!(state, new, "\"encryptedKey\" must be valid base64");
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
    let message = || format!("Asset not found with id {}", export.id);
    let asset = find(&mut state.assets, |asset| asset.id == export.id);
    let asset = asset.map_err(|_| Reply::error(404, message()))?;
    if phase(asset) != Phase::Ready {
        return Err(Reply::error(412, "asset is not ready to be exported"));
    }
    let to_ipfs = export.params.ipfs.is_some();
    let task = start_export(state, &export.id, export.params)?;
    if to_ipfs {
        store(state, &export.id, task.id.clone(), None);
    }
    Ok(Exported { task: unscheduled(task), ..Exported::default() })
}

fn start_export(state: &mut StudioState, id: &AssetId, params: impl IntoField<ExportParams>) -> HandlerResult<Task> {
    state.check_queue()?;
    let params = TaskParams { export: Some(params.into_field()), ..TaskParams::default() };
    let input = Some(id.clone());
    Ok(state.spawn(NewTask { kind: TaskType::Export, input, output: None, params, begins: true }))
}
