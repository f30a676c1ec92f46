//! Sessions.

use super::super::handler::{Answer, find};
use super::super::lists::{LastPage, Listing, listing};
use super::super::routes::Routes;
use super::super::state::State;
use super::assets::clips_of;
use crate::endpoints::studio::asset::Asset;
use crate::endpoints::studio::session::{Get, GetClips, GetRecorded, List, Session};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(list).on(get).on(clips).on(recorded)
}

fn list(state: &mut State, list: List) -> Answer<Vec<Session>> {
    let of_stream = |session: &&Session| list.parent_id.is_none() || session.parent_id == list.parent_id;
    let with_parent = |session: &Session| {
        let parent = state.streams.iter().find(|stream| session.parent_id.as_ref() == Some(&stream.id));
        Session { parent_stream: parent.cloned().map(Box::new), ..session.clone() }
    };
    let sessions = state.sessions.iter().filter(of_stream).map(with_parent);
    state.page(sessions, &listing!(list), "lastSeen", LastPage::Unlinked)
}

fn get(state: &mut State, get: Get) -> Answer<Session> {
    let origin = state.asked.origin.clone();
    let mut session = find(&mut state.sessions, |session| session.id == get.id)?.clone();
    if get.source_recording == Some(true) && session.record == Some(true) {
        session.source_recording_url = Some(format!("{origin}/recordings/{}/source.m3u8", session.id).into());
    }
    Ok(session)
}

fn clips(state: &mut State, list: GetClips) -> Answer<Vec<Asset>> {
    find(&mut state.sessions, |session| session.id == list.id)?;
    let clips = clips_of(state, |source| source.session_id.as_ref() == Some(&list.id));
    state.page(clips, &listing!(list), "updatedAt", LastPage::Unlinked)
}

fn recorded(state: &mut State, list: GetRecorded) -> Answer<Vec<Session>> {
    state.stream(list.parent_id.as_str())?;
    let wanted = |session: &&Session| {
        session.parent_id.as_ref() == Some(&list.parent_id)
            && list.record.is_none_or(|record| session.record == Some(record))
    };
    let page = Listing { limit: list.limit, cursor: list.cursor.clone(), order: None, filters: None, count: None };
    state.page(state.sessions.iter().filter(wanted), &page, "lastSeen", LastPage::NeverLinked)
}
