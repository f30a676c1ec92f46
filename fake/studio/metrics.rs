//! Metrics and usage. The only views are those that [`StudioFake::watch`] records.
//!
//! [`StudioFake::watch`]: super::super::StudioFake::watch

use super::super::handler::HandlerResult;
use super::super::routes::Routes;
use super::super::state::StudioState;
use super::super::views::{View, count};
use crate::endpoints::studio::metrics::{
    Breakdown, GetCreatorViewership, GetPublicViewership, GetRealtimeViewership, GetUsage, GetViewership, Moment,
    PublicViewership, RealtimeViewership, Usage, UsageReport, Viewership,
};
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(now).on(views).on(creator_views).on(public_views).on(usage)
}

/// The creator of what has this playback id.
fn creator_of(state: &StudioState, id: &PlaybackId) -> Option<String> {
    let of_asset = state.assets.iter().find(|asset| asset.playback_id.as_ref() == Some(id));
    let of_stream = || state.streams.iter().find(|stream| stream.playback_id.as_ref() == Some(id));
    let creator = of_asset.and_then(|asset| asset.creator_id.as_ref());
    Some(creator.or_else(|| of_stream()?.creator_id.as_ref())?.as_str().to_owned())
}

/// The views of what has this playback id and this creator, or of everything.
fn watched<'s>(
    state: &'s StudioState,
    id: Option<&'s PlaybackId>,
    creator: Option<&'s str>,
) -> impl Iterator<Item = &'s View> {
    state.views.iter().filter(move |view| {
        id.is_none_or(|id| view.playback_id == *id)
            && creator.is_none_or(|creator| creator_of(state, &view.playback_id).as_deref() == Some(creator))
    })
}

fn now(state: &mut StudioState, query: GetRealtimeViewership) -> HandlerResult<Vec<RealtimeViewership>> {
    let on =
        watched(state, query.playback_id.as_ref(), query.creator_id.as_deref()).filter(|view| view.is_on_at(state.now));
    let breakdown = query.breakdown_by.as_deref().unwrap_or_default();
    let rows = count(on, None, breakdown, |id| creator_of(state, id)).into_iter().map(|row| RealtimeViewership {
        playback_id: row.playback_id.or_else(|| query.playback_id.clone()),
        device: row.device,
        browser: row.browser,
        country: row.country,
        view_count: row.view_count,
        ..RealtimeViewership::default()
    });
    Ok(rows.collect())
}

fn views(state: &mut StudioState, query: GetViewership) -> HandlerResult<Vec<Viewership>> {
    let of_asset = query.asset_id.as_ref().map(|id| state.asset(id.as_str()).map(|asset| asset.playback_id.clone()));
    let of_stream =
        query.stream_id.as_ref().map(|id| state.stream(id.as_str()).map(|stream| stream.playback_id.clone()));
    let id = match of_asset.or(of_stream) {
        Some(found) => found?,
        None => query.playback_id,
    };
    let seen = watched(state, id.as_ref(), query.creator_id.as_deref())
        .filter(|view| view.is_within(query.from.as_ref(), query.to.as_ref()));
    let breakdown = query.breakdown_by.as_deref().unwrap_or_default();
    let mut rows = count(seen, query.time_step.as_ref(), breakdown, |id| creator_of(state, id));
    for row in &mut rows {
        row.playback_id = row.playback_id.take().or_else(|| id.clone());
    }
    Ok(rows)
}

fn creator_views(state: &mut StudioState, query: GetCreatorViewership) -> HandlerResult<Vec<Viewership>> {
    if query.asset_id.is_none() && query.stream_id.is_none() {
        return Err(Reply::error(400, "Must provide assetId or streamId"));
    }
    let mut all = GetViewership::new();
    (all.asset_id, all.stream_id) = (query.asset_id, query.stream_id);
    (all.from, all.to, all.time_step) = (query.from, query.to, query.time_step);
    (all.creator_id, all.breakdown_by) = (query.creator_id, query.breakdown_by);
    views(state, all)
}

fn public_views(state: &mut StudioState, query: GetPublicViewership) -> HandlerResult<PublicViewership> {
    let rows = count(watched(state, Some(&query.playback_id), None), None, &[], |_| None);
    let row = rows.into_iter().next().unwrap_or_default();
    Ok(PublicViewership {
        playback_id: Some(query.playback_id),
        view_count: Some(row.view_count),
        playtime_mins: Some(row.playtime_mins),
        legacy_view_count: Some(0),
        ..PublicViewership::default()
    })
}

fn usage(state: &mut StudioState, query: GetUsage) -> HandlerResult<UsageReport> {
    let (from, to) = (query.from.map(Moment::Timestamp), query.to.map(Moment::Timestamp));
    let seen =
        watched(state, None, query.creator_id.as_deref()).filter(|view| view.is_within(from.as_ref(), to.as_ref()));
    let breakdown: Vec<_> =
        query.breakdown_by.iter().flatten().filter(|by| **by == Breakdown::CreatorId).cloned().collect();
    let rows = count(seen, query.time_step.as_ref(), &breakdown, |id| creator_of(state, id));
    let mut sums = rows.into_iter().map(|row| Usage {
        creator_id: row.creator_id,
        delivery_usage_mins: Some(row.playtime_mins),
        total_usage_mins: Some(0.0),
        storage_usage_mins: Some(0.0),
        time_interval: row.timestamp,
        ..Usage::default()
    });
    Ok(match query.time_step.is_some() || query.breakdown_by.is_some() {
        true => UsageReport::Apart(sums.collect()),
        false => UsageReport::Total(sums.next().unwrap_or_default()),
    })
}
