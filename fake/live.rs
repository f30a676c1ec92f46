//! Streams going live and idle, and the recordings of their sessions.

use serde_json::{Value, json};

use super::state::{StudioState, millis, project, user};
use super::work::{fill, set_phase};
use crate::endpoints::studio::asset::{Asset, AssetSource, Phase, SourceType};
use crate::endpoints::studio::session::{RecordingStatus, Session};
use crate::endpoints::studio::stream::Stream;
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;

/// A session as the server returns it: not everything that is kept.
pub(super) fn shown(session: &Session) -> Session {
    Session { is_active: None, version: None, ..session.clone() }
}

impl StudioState {
    /// Video comes in: a session begins. Whether there is such a stream.
    pub(crate) fn go_live(&mut self, id: &StreamId) -> bool {
        let (time, session) = (self.time(), self.id::<SessionId>());
        let Ok(stream) = self.stream(id.as_str()) else { return false };
        if stream.is_active == Some(true) || stream.suspended == Some(true) {
            return true;
        }
        stream.is_active = Some(true);
        stream.region = Some("mock".into());
        stream.is_healthy = Some(true);
        stream.last_seen = Some(time);
        stream.issues = Some(Vec::new());
        let stream = stream.clone();
        let record = stream.record == Some(true);
        let session = Session {
            id: session,
            kind: Some("session".into()),
            user_id: Some(user()),
            name: stream.name.clone(),
            parent_id: Some(stream.id.clone()),
            last_seen: Some(time),
            source_segments: Some(1),
            transcoded_segments: Some(4),
            source_segments_duration: Some(Seconds::new(2.0)),
            transcoded_segments_duration: Some(Seconds::new(8.0)),
            source_bytes: Some(500_000),
            transcoded_bytes: Some(1_000_000),
            ingest_rate: Some(250_000.0),
            outgoing_rate: Some(500_000.0),
            is_active: Some(true),
            is_healthy: Some(true),
            issues: Some(Vec::new()),
            created_at: Some(time),
            project_id: Some(project()),
            record: Some(record),
            recording_status: record.then_some(RecordingStatus::Waiting),
            playback_id: stream.playback_id.clone(),
            profiles: stream.profiles.clone(),
            recording_spec: stream.recording_spec.clone(),
            version: Some("v2".into()),
            ..Session::default()
        };
        self.sessions.push(session.clone());
        self.stream_event(EventKind::StreamStarted, Some(&stream), None);
        if record {
            let payload = json!({ "session": shown(&session) });
            self.stream_event(EventKind::RecordingStarted, Some(&stream), Some(payload));
        }
        self.multistream_events(EventKind::MultistreamConnected, &stream);
        true
    }

    /// No more video comes in: the session ends. Whether there is such a stream.
    pub(crate) fn go_idle(&mut self, id: &StreamId) -> bool {
        let time = self.time();
        let Ok(stream) = self.stream(id.as_str()) else { return false };
        if stream.is_active != Some(true) {
            return true;
        }
        stream.is_active = Some(false);
        stream.region = None;
        stream.last_seen = Some(time);
        let stream = stream.clone();
        let session = self.sessions.iter_mut().rfind(|session| session.parent_id.as_ref() == Some(id));
        let ended = session.map(|session| {
            session.is_active = Some(false);
            session.asset_id = (session.record == Some(true)).then(|| session.id.as_str().into());
            session.last_seen = Some(time);
            session.clone()
        });
        self.stream_event(EventKind::StreamIdle, Some(&stream), None);
        if let Some(session) = ended.filter(|session| session.record == Some(true)) {
            let payload = json!({ "session": shown(&session) });
            self.stream_event(EventKind::RecordingWaiting, Some(&stream), Some(payload));
            self.new_recording(&session);
        }
        self.multistream_events(EventKind::MultistreamDisconnected, &stream);
        true
    }

    /// The asset that the recording of a session becomes, which has the session's id.
    fn new_recording(&mut self, session: &Session) {
        let source =
            AssetSource { kind: SourceType::Recording, session_id: Some(session.id.clone()), ..AssetSource::default() };
        let started = session.created_at.unwrap_or_default().as_millis();
        let mut asset = Asset {
            id: session.id.as_str().into(),
            playback_id: Some(self.playback_id()),
            user_id: Some(user()),
            project_id: Some(project()),
            created_at: session.created_at,
            name: format!("live-{started}"),
            source,
            ..Asset::default()
        };
        set_phase(&mut asset, Phase::Waiting, self.now, None);
        self.assets.push(asset.clone());
        self.asset_event(EventKind::AssetCreated, &asset);
    }

    /// Makes the recordings of sessions ready that ended long enough ago.
    pub(crate) fn finish_recordings(&mut self) {
        let done = Timestamp::from_millis(self.now.saturating_sub(millis(self.settings.running)));
        let origin = self.asked.origin.clone();
        let mut ready = Vec::new();
        for session in &mut self.sessions {
            let waits = session.recording_status == Some(RecordingStatus::Waiting) && session.is_active == Some(false);
            if waits && session.last_seen.is_some_and(|seen| seen <= done) {
                session.recording_status = Some(RecordingStatus::Ready);
                session.recording_url = Some(format!("{origin}/recordings/{}/index.m3u8", session.id).into());
                session.mp4_url = Some(format!("{origin}/recordings/{}/source.mp4", session.id).into());
                ready.push(session.clone());
            }
        }
        for session in ready {
            let stream = self.streams.iter().find(|stream| session.parent_id.as_ref() == Some(&stream.id)).cloned();
            let payload =
                json!({ "recordingUrl": session.recording_url, "mp4Url": session.mp4_url, "session": shown(&session) });
            self.stream_event(EventKind::RecordingReady, stream.as_ref(), Some(payload));
            let now = self.now;
            let Some(asset) = self.assets.iter_mut().find(|asset| asset.id == session.id.as_str()) else { continue };
            fill(asset, &origin);
            set_phase(asset, Phase::Ready, now, None);
            let asset = asset.clone();
            self.asset_event(EventKind::AssetReady, &asset);
        }
    }

    pub(crate) fn stream_event(&mut self, event: EventKind, stream: Option<&Stream>, payload: Option<Value>) {
        let shown = stream.map(|stream| Stream { stream_key: None, ..stream.clone() });
        self.emit(event, shown.and_then(|stream| serde_json::to_value(stream).ok()), payload);
    }

    fn multistream_events(&mut self, event: EventKind, stream: &Stream) {
        let used = stream.multistream.iter().flat_map(|multistream| multistream.targets.iter().flatten());
        for used in used {
            let target = self.targets.iter().find(|target| Some(&target.id) == used.id.as_ref());
            let name = target.and_then(|target| target.name.clone());
            let payload = json!({ "target": { "id": used.id, "name": name, "profile": used.profile } });
            self.stream_event(event.clone(), Some(stream), Some(payload));
        }
    }
}
