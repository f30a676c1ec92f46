//! The hosts of this server's environment.

use std::collections::BTreeMap;

use super::super::handler::HandlerResult;
use super::super::routes::Routes;
use super::super::state::StudioState;
use crate::endpoints::studio::ingest::{Ingest, List};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(list)
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Ingest>> {
    let origin = state.asked.origin.clone();
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    let rtmp = format!("rtmp://{host}/live");
    let srt = format!("srt://{host}:8889");
    Ok(vec![Ingest {
        ingest: rtmp.clone().into(),
        ingests: Some(BTreeMap::from([("rtmp".to_owned(), rtmp.into()), ("srt".to_owned(), srt.into())])),
        playback: format!("{origin}/hls").into(),
        base: Some(origin.clone().into()),
        origin: Some(origin.into()),
        ..Ingest::default()
    }])
}
