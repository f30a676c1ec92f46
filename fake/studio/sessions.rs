//! Sessions.

use super::super::fields;
use super::super::handler::{HandlerResult, find};
use super::super::live::shown;
use super::super::routes::Routes;
use super::super::state::StudioState;
use crate::endpoints::studio::session::{Get, GetRecorded, List, Session};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(list).on(get).on(recorded)
}

fn list(state: &mut StudioState, list: List) -> HandlerResult<Vec<Session>> {
    let of_stream = |session: &&Session| list.parent_id.is_none() || session.parent_id == list.parent_id;
    let with_parent = |session: &Session| {
        let parent = state.streams.iter().find(|stream| session.parent_id.as_ref() == Some(&stream.id));
        Session { parent_stream: parent.cloned().map(Box::new), ..shown(session) }
    };
    let sessions = state.sessions.iter().filter(of_stream).map(with_parent);
    state.page(sessions, fields::SESSIONS)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Session> {
    let origin = state.asked.origin.clone();
    let mut session = shown(find(&mut state.sessions, |session| session.id == get.id)?);
    if get.source_recording == Some(true) && session.record == Some(true) {
        session.source_recording_url = Some(format!("{origin}/recordings/{}/source.m3u8", session.id).into());
    }
    Ok(session)
}

fn recorded(state: &mut StudioState, list: GetRecorded) -> HandlerResult<Vec<Session>> {
    state.stream(list.parent_id.as_str())?;
    let record = match state.asked.query.get("record") {
        Some("true" | "1") => Some(true),
        Some("false" | "0") => Some(false),
        _ => None,
    };
    let wanted = |session: &&Session| {
        session.parent_id.as_ref() == Some(&list.parent_id)
            && session.source_segments_duration.is_some_and(|length| length.as_secs_f64() > 0.0)
            && record.is_none_or(|record| session.record == Some(record))
    };
    state.page(state.sessions.iter().filter(wanted).map(as_stream), fields::RECORDED)
}

/// A session as this list returns it: as if it were a stream, with what streams have by default.
fn as_stream(session: &Session) -> Session {
    let mut session = Session {
        is_active: session.is_active,
        version: Some("v2".into()),
        suspended: Some(false),
        deleted: Some(false),
        ..shown(session)
    };
    session.extra.insert("lastTerminatedAt", ());
    session
}
