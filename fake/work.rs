//! Tasks, and the assets that they make: how they move through their phases as time passes.

use serde_json::json;

use super::handler::{HandlerResult, find, not_found};
use super::kept::Work;
use super::state::{StudioState, millis, project, user};
use crate::endpoints::studio::asset::{
    self, Asset, AssetHash, AssetStatus, IpfsFileInfo, MediaType, StoragePhase, StorageStatus, StorageTasks, Track,
    VideoSpec,
};
use crate::endpoints::studio::task::{
    self, AssetSpec, ExportOutput, IpfsExportOutput, Task, TaskOutput, TaskParams, TaskStatus, TaskType, UploadOutput,
};
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;
use typed_endpoint::mock::Reply;

/// How long the server waits before it repeats a task for the first and for the second time.
const REPEATED_AFTER: [i64; 2] = [30_000, 180_000];

/// How many tasks of an account may wait or run before no more are taken, and how many clips may be made at a time.
const MAX_TASKS: usize = 100;
const MAX_CLIPS: usize = 5;

/// Where files on IPFS are fetched from.
const IPFS_GATEWAY: &str = "https://ipfs.example/ipfs";

impl Work {
    pub(crate) fn phase(&self) -> &task::Phase {
        const NONE: &task::Phase = &task::Phase::Pending;
        self.task.status.as_ref().map_or(NONE, |status| &status.phase)
    }

    fn set(&mut self, phase: task::Phase, at: i64) {
        self.since = at;
        let progress = (phase == task::Phase::Running).then_some(0.0);
        let status = self.task.status.get_or_insert_default();
        if phase == task::Phase::Waiting {
            status.retries.get_or_insert(0);
        }
        status.phase = phase;
        status.progress = progress;
        status.updated_at = Timestamp::from_millis(at);
    }
}

/// A task as the response to its creation shows it: from before it was put in the queue.
pub(super) fn unscheduled(mut task: Task) -> Task {
    task.scheduled_at = None;
    if let Some(status) = &mut task.status {
        status.phase = task::Phase::Pending;
        status.retries = None;
    }
    task
}

/// A new task.
pub(super) struct NewTask {
    pub kind: TaskType,
    pub input: Option<AssetId>,
    pub output: Option<AssetId>,
    pub params: TaskParams,
    /// Whether it can begin at once; otherwise it waits for a file.
    pub begins: bool,
}

impl StudioState {
    /// Starts a task.
    pub(crate) fn spawn(&mut self, new: NewTask) -> Task {
        let (failures, reason) = self.failures.pop_front().unwrap_or_default();
        let phase = if new.begins { task::Phase::Waiting } else { task::Phase::Pending };
        let task = Task {
            id: Some(self.id()),
            kind: Some(new.kind),
            user_id: Some(user()),
            project_id: Some(project()),
            created_at: Some(self.time()),
            scheduled_at: new.begins.then(|| self.time()),
            input_asset_id: new.input,
            output_asset_id: new.output,
            params: Some(new.params),
            status: Some(TaskStatus {
                phase,
                updated_at: self.time(),
                retries: new.begins.then_some(0),
                ..TaskStatus::default()
            }),
            ..Task::default()
        };
        let delay = millis(self.settings.waiting);
        self.work.push(Work { task: task.clone(), since: self.now, delay, failures, reason });
        self.task_event(EventKind::TaskSpawned, &task, None);
        task
    }

    /// Refuses another task while too many wait or run. Uploads whose files have not arrived do not count.
    pub(crate) fn check_queue(&self) -> HandlerResult<()> {
        let busy = |work: &&Work| matches!(work.phase(), task::Phase::Waiting | task::Phase::Running);
        match self.work.iter().filter(busy).count() < MAX_TASKS {
            true => Ok(()),
            false => Err(Reply::error(429, format!("user {} has reached the maximum number of pending tasks", user()))),
        }
    }

    /// Refuses another clip while too many are being made for whoever asks.
    pub(crate) fn check_clips(&self, requester: &str) -> HandlerResult<()> {
        let busy = |work: &&Work| {
            work.task.kind == Some(TaskType::Clip)
                && work.task.requester_id.as_deref() == Some(requester)
                && matches!(work.phase(), task::Phase::Pending | task::Phase::Waiting | task::Phase::Running)
        };
        match self.work.iter().filter(busy).count() < MAX_CLIPS {
            true => Ok(()),
            false => Err(Reply::error(403, "Too many clips are being processed.")),
        }
    }

    /// The file of an asset has arrived.
    pub(crate) fn receive_upload(&mut self, key: &str, size: u64) -> HandlerResult<()> {
        let now = self.now;
        let id = self.tokens.get(key).cloned().unwrap_or_else(|| key.into());
        let asset = find(&mut self.assets, |asset| {
            asset.deleted != Some(true)
                && (asset.id == id || asset.playback_id.as_ref().map(PlaybackId::as_str) == Some(key))
        })?;
        if phase(asset) != asset::Phase::Uploading {
            return Err(Reply::error(422, "asset has already been uploaded"));
        }
        asset.size = Some(size);
        set_phase(asset, asset::Phase::Waiting, now, None);
        let (id, changed) = (asset.id.clone(), asset.clone());
        self.asset_event(EventKind::AssetUpdated, &changed);
        let work = self.work.iter_mut().find(|work| work.task.output_asset_id.as_ref() == Some(&id));
        let work = work.ok_or_else(not_found)?;
        work.set(task::Phase::Waiting, now);
        work.task.scheduled_at = Some(Timestamp::from_millis(now));
        let task = work.task.clone();
        self.task_event(EventKind::TaskUpdated, &task, None);
        Ok(())
    }

    /// Sends a task that has failed through its phases again; `false` if there is none or it has not failed.
    pub(crate) fn repeat(&mut self, is_it: impl Fn(&Task) -> bool) -> bool {
        let now = self.now;
        let delay = millis(self.settings.waiting);
        let failed = |work: &&mut Work| matches!(work.phase(), task::Phase::Failed | task::Phase::Cancelled);
        let Some(work) = self.work.iter_mut().filter(failed).find(|work| is_it(&work.task)) else { return false };
        work.set(task::Phase::Waiting, now);
        work.delay = delay;
        let id = work.task.output_asset_id.clone();
        self.move_asset(id, asset::Phase::Waiting, now, None);
        true
    }

    /// Advances all tasks to the present.
    pub(crate) fn work(&mut self) {
        for at in 0..self.work.len() {
            while self.step(at) {}
        }
    }

    /// Advances a task by one phase, if it is time.
    fn step(&mut self, at: usize) -> bool {
        let (now, running) = (self.now, millis(self.settings.running).max(1));
        let work = &mut self.work[at];
        let passed = now.saturating_sub(work.since);
        match work.phase() {
            task::Phase::Waiting if passed >= work.delay => {
                let begins = work.since.saturating_add(work.delay);
                work.set(task::Phase::Running, begins);
                let task = work.task.clone();
                self.task_event(EventKind::TaskUpdated, &task, None);
                self.move_asset(task.output_asset_id, asset::Phase::Processing, begins, None);
                true
            }
            task::Phase::Running if passed >= running => {
                self.end(at, self.work[at].since.saturating_add(running));
                true
            }
            task::Phase::Running => {
                let progress = (passed as f64 / running as f64 * 100.0).round() / 100.0;
                if let Some(status) = &mut work.task.status {
                    status.progress = Some(progress);
                }
                let id = work.task.output_asset_id.clone();
                let asset = self.assets.iter_mut().find(|asset| Some(&asset.id) == id.as_ref());
                if let Some(status) = asset.and_then(|asset| asset.status.as_mut()) {
                    status.progress = Some(progress);
                }
                false
            }
            _ => false,
        }
    }

    fn end(&mut self, at: usize, time: i64) {
        let work = &mut self.work[at];
        let output = work.task.output_asset_id.clone();
        if work.failures == 0 {
            work.set(task::Phase::Completed, time);
            if let Some(status) = &mut work.task.status {
                (status.error_message, status.retries) = (None, None);
            }
            self.move_asset(output, asset::Phase::Ready, time, None);
            self.deliver_output(at);
            let task = self.work[at].task.clone();
            self.task_event(EventKind::TaskCompleted, &task, Some(true));
            return;
        }
        work.failures -= 1;
        let retries = work.task.status.as_ref().and_then(|status| status.retries).unwrap_or(0);
        let again = REPEATED_AFTER.get(retries as usize);
        work.set(if again.is_some() { task::Phase::Waiting } else { task::Phase::Failed }, time);
        work.delay = again.copied().unwrap_or(0);
        let reason = work.reason.clone();
        if let Some(status) = &mut work.task.status {
            // Set even though the task is to be repeated: only the phase says whether it has failed.
            status.error_message = Some(reason.clone());
            status.retries = again.map(|_| retries + 1).or(status.retries);
        }
        let task = work.task.clone();
        if again.is_some() {
            self.task_event(EventKind::TaskUpdated, &task, None);
        } else {
            self.move_asset(output, asset::Phase::Failed, time, Some(reason));
            self.task_event(EventKind::TaskFailed, &task, Some(false));
        }
    }

    /// Sets the output of a completed task.
    fn deliver_output(&mut self, at: usize) {
        let work = &mut self.work[at];
        let made = work.task.output_asset_id.as_ref();
        let made = self.assets.iter().find(|asset| Some(&asset.id) == made);
        let upload = made.map(|asset| UploadOutput {
            video_file_path: Some(format!("{}/video", asset.playback_id.clone().unwrap_or_default())),
            asset_spec: Some(Box::new(measured(asset))),
            ..UploadOutput::default()
        });
        let mut output = TaskOutput::default();
        match work.task.kind {
            Some(TaskType::Upload) => output.upload = upload,
            Some(TaskType::Clip) => output.clip = upload,
            Some(TaskType::Export) => return self.export_done(at),
            _ => return,
        }
        work.task.output = Some(output);
    }

    /// Records in a task and its asset that the asset is on IPFS.
    fn export_done(&mut self, at: usize) {
        let to_ipfs = |params: &TaskParams| params.export.as_ref().is_some_and(|export| export.ipfs.is_some());
        if !self.work[at].task.params.as_ref().is_some_and(to_ipfs) {
            return;
        }
        let (cid, metadata) = (format!("bafybei{}", self.letters(52)), format!("bafkrei{}", self.letters(52)));
        let time = self.time();
        let task = &mut self.work[at].task;
        let ipfs = IpfsExportOutput {
            video_file_cid: cid.clone(),
            video_file_url: Some(format!("ipfs://{cid}").into()),
            nft_metadata_cid: Some(metadata.clone()),
            nft_metadata_url: Some(format!("ipfs://{metadata}").into()),
            ..IpfsExportOutput::default()
        };
        let export = ExportOutput { ipfs: Some(ipfs), ..ExportOutput::default() };
        task.output = Some(TaskOutput { export: Some(export), ..TaskOutput::default() });
        let (id, input) = (task.id.clone(), task.input_asset_id.clone());
        let Some(asset) = self.assets.iter_mut().find(|asset| Some(&asset.id) == input.as_ref()) else { return };
        let storage = asset.storage.get_or_insert_default();
        let on_ipfs = storage.ipfs.get_or_insert_default();
        on_ipfs.url = Some(format!("ipfs://{cid}").into());
        on_ipfs.gateway_url = Some(format!("{IPFS_GATEWAY}/{cid}").into());
        on_ipfs.cid = Some(cid);
        on_ipfs.nft_metadata = Some(IpfsFileInfo {
            url: Some(format!("ipfs://{metadata}").into()),
            gateway_url: Some(format!("{IPFS_GATEWAY}/{metadata}").into()),
            cid: metadata,
            ..IpfsFileInfo::default()
        });
        on_ipfs.updated_at = Some(time);
        let tasks = StorageTasks { last: id, ..StorageTasks::default() };
        storage.status = Some(StorageStatus { phase: StoragePhase::Ready, tasks, ..StorageStatus::default() });
    }

    fn move_asset(&mut self, id: Option<AssetId>, phase: asset::Phase, time: i64, error: Option<String>) {
        let origin = self.asked.origin.clone();
        let Some(asset) = self.assets.iter_mut().find(|asset| Some(&asset.id) == id.as_ref()) else { return };
        if phase == asset::Phase::Ready {
            fill(asset, &origin);
        }
        let event = match phase {
            asset::Phase::Ready => EventKind::AssetReady,
            asset::Phase::Failed => EventKind::AssetFailed,
            _ => EventKind::AssetUpdated,
        };
        set_phase(asset, phase, time, error);
        let changed = asset.clone();
        self.asset_event(event, &changed);
    }

    pub(crate) fn asset_event(&mut self, event: EventKind, asset: &Asset) {
        let payload = json!({ "asset": { "id": asset.id, "snapshot": asset } });
        self.emit(event, None, Some(payload));
    }

    pub(crate) fn task_event(&mut self, event: EventKind, task: &Task, success: Option<bool>) {
        let mut payload = json!({ "task": { "id": task.id, "type": task.kind, "snapshot": task } });
        if let Some(success) = success {
            payload["success"] = success.into();
        }
        self.emit(event, None, Some(payload));
    }
}

pub(super) fn phase(asset: &Asset) -> asset::Phase {
    asset.status.as_ref().map(|status| status.phase.clone()).unwrap_or_default()
}

pub(super) fn set_phase(asset: &mut Asset, phase: asset::Phase, time: i64, error_message: Option<String>) {
    let progress = (phase == asset::Phase::Processing).then_some(0.0);
    let updated_at = Timestamp::from_millis(time);
    asset.status = Some(AssetStatus { phase, updated_at, progress, error_message, ..AssetStatus::default() });
}

/// The properties of an asset's file, as far as its task reports them.
fn measured(asset: &Asset) -> AssetSpec {
    AssetSpec {
        kind: asset.kind.clone(),
        size: asset.size,
        hash: asset.hash.clone(),
        video_spec: asset.video_spec.clone(),
        ..AssetSpec::default()
    }
}

/// What an asset has once it is ready.
pub(super) fn fill(asset: &mut Asset, origin: &str) {
    let base = format!("{origin}/hls/{}", asset.playback_id.clone().unwrap_or_default());
    asset.playback_url = Some(format!("{base}/index.m3u8").into());
    asset.download_url = Some(format!("{base}/video").into());
    asset.size.get_or_insert(1_048_576);
    asset.hash = Some(vec![AssetHash {
        hash: Some("d41d8cd98f00b204e9800998ecf8427e".into()),
        algorithm: Some("md5".into()),
        ..AssetHash::default()
    }]);
    let duration = Some(Seconds::new(10.5));
    let video = Track {
        kind: MediaType::Video,
        codec: "h264".into(),
        duration,
        bitrate: Some(4_000_000.0),
        width: Some(1920),
        height: Some(1080),
        pixel_format: Some("yuv420p".into()),
        fps: Some(29.97),
        ..Track::default()
    };
    let audio = Track {
        kind: MediaType::Audio,
        codec: "aac".into(),
        duration,
        channels: Some(2),
        sample_rate: Some(48_000),
        ..Track::default()
    };
    asset.video_spec = Some(VideoSpec {
        format: Some("mp4".into()),
        duration,
        bitrate: Some(4_128_000.0),
        tracks: Some(vec![video, audio]),
        ..VideoSpec::default()
    });
}
