//! The account.

use super::super::handler::HandlerResult;
use super::super::routes::Routes;
use super::super::state::{StudioState, project, user};
use crate::endpoints::studio::types::*;
use crate::endpoints::studio::user::{Me, Usage, User, UserUsage};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(usage).on(me)
}

fn me(state: &mut StudioState, _: Me) -> HandlerResult<User> {
    Ok(User {
        id: user(),
        email: "somebody@example.com".into(),
        email_valid: Some(true),
        default_project_id: Some(project()),
        created_at: state.projects.first().and_then(|project| project.created_at),
        kind: Some("user".into()),
        ..User::default()
    })
}

fn usage(state: &mut StudioState, query: Usage) -> HandlerResult<UserUsage> {
    let within = |time: &Option<Timestamp>| time.is_some_and(|time| query.from_time <= time && time < query.to_time);
    let sessions: Vec<_> = state.sessions.iter().filter(|session| within(&session.created_at)).collect();
    if sessions.is_empty() {
        let mut none = UserUsage { stream_count: Some(0), ..UserUsage::default() };
        for name in ["sourceSegments", "transcodedSegments", "sourceSegmentsDuration", "transcodedSegmentsDuration"] {
            typed_endpoint::codec::mark_null(&mut none, name);
        }
        return Ok(none);
    }
    let seconds = |seconds: Option<Seconds>| seconds.unwrap_or_default().as_secs_f64();
    Ok(UserUsage {
        source_segments: Some(sessions.iter().filter_map(|session| session.source_segments).sum()),
        transcoded_segments: Some(sessions.iter().filter_map(|session| session.transcoded_segments).sum()),
        source_segments_duration: Some(Seconds::new(
            sessions.iter().map(|session| seconds(session.source_segments_duration)).sum(),
        )),
        transcoded_segments_duration: Some(Seconds::new(
            sessions.iter().map(|session| seconds(session.transcoded_segments_duration)).sum(),
        )),
        stream_count: Some(sessions.len() as u64),
        ..UserUsage::default()
    })
}
