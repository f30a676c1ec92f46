//! Sessions.

use super::super::fields;
use super::super::handler::{HandlerResult, find};
use super::super::lists::{LastPage, Listing, listing};
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
    state.page(sessions, &listing!(list), fields::SESSIONS, "lastSeen", LastPage::Unlinked)
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
    let wanted = |session: &&Session| {
        session.parent_id.as_ref() == Some(&list.parent_id)
            && session.source_segments_duration.is_some_and(|length| length.as_secs_f64() > 0.0)
            && list.record.is_none_or(|record| session.record == Some(record))
    };
    let page = Listing { limit: list.limit, cursor: list.cursor.clone(), order: None, filters: None, count: None };
    state.page(
        state.sessions.iter().filter(wanted).map(shown),
        &page,
        fields::NO_FIELDS,
        "lastSeen",
        LastPage::NeverLinked,
    )
}
