//! Metrics and usage. The only views are those that [`StudioFake::watch`] records.
//!
//! [`StudioFake::watch`]: super::super::StudioFake::watch

use super::super::handler::HandlerResult;
use super::super::routes::Routes;
use super::super::state::StudioState;
use crate::endpoints::studio::metrics::{
    GetCreatorViewership, GetPublicViewership, GetRealtimeViewership, GetUsage, GetViewership, PublicViewership,
    RealtimeViewership, Usage, UsageReport, Viewership,
};
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(now).on(views).on(creator_views).on(public_views).on(usage)
}

/// The sum of the views of what has this playback id, or of everything.
fn watched(state: &StudioState, id: Option<&PlaybackId>) -> (i64, f64) {
    let views = state.views.iter().filter(|(own, _)| id.is_none_or(|id| own == id));
    views.fold((0, 0.0), |(count, minutes), (_, watched)| (count + 1, minutes + watched))
}

fn now(state: &mut StudioState, query: GetRealtimeViewership) -> HandlerResult<Vec<RealtimeViewership>> {
    let (view_count, _) = watched(state, query.playback_id.as_ref());
    Ok(vec![RealtimeViewership { playback_id: query.playback_id, view_count, ..RealtimeViewership::default() }])
}

fn views(state: &mut StudioState, query: GetViewership) -> HandlerResult<Vec<Viewership>> {
    let of_asset = query.asset_id.as_ref().map(|id| state.asset(id.as_str()).map(|asset| asset.playback_id.clone()));
    let of_stream =
        query.stream_id.as_ref().map(|id| state.stream(id.as_str()).map(|stream| stream.playback_id.clone()));
    let id = match of_asset.or(of_stream) {
        Some(found) => found?,
        None => query.playback_id,
    };
    let (view_count, playtime_mins) = watched(state, id.as_ref());
    Ok(vec![Viewership { playback_id: id, view_count, playtime_mins, ..Viewership::default() }])
}

fn creator_views(state: &mut StudioState, query: GetCreatorViewership) -> HandlerResult<Vec<Viewership>> {
    if query.asset_id.is_none() && query.stream_id.is_none() {
        return Err(Reply::error(400, "Must provide assetId or streamId"));
    }
    let mut all = GetViewership::new();
    (all.asset_id, all.stream_id) = (query.asset_id, query.stream_id);
    views(state, all)
}

fn public_views(state: &mut StudioState, query: GetPublicViewership) -> HandlerResult<PublicViewership> {
    let (view_count, playtime_mins) = watched(state, Some(&query.playback_id));
    Ok(PublicViewership {
        playback_id: Some(query.playback_id),
        view_count: Some(view_count),
        playtime_mins: Some(playtime_mins),
        legacy_view_count: Some(0),
        ..PublicViewership::default()
    })
}

fn usage(state: &mut StudioState, query: GetUsage) -> HandlerResult<UsageReport> {
    let (_, minutes) = watched(state, None);
    let usage = Usage {
        delivery_usage_mins: Some(minutes),
        total_usage_mins: Some(0.0),
        storage_usage_mins: Some(0.0),
        ..Usage::default()
    };
    Ok(match query.time_step.is_some() || query.breakdown_by.is_some() {
        true => UsageReport::Apart(vec![usage]),
        false => UsageReport::Total(usage),
    })
}
