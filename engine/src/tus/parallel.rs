//! Parallel uploads, which the server then concatenates (the extension `concatenation`).

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use http::header::HeaderValue;

use super::checkpoint::{Checkpoint, Partial};
use super::error::UploadError;
use super::location::Place;
use super::meter::{Meter, Report};
use super::protocol::{ASK, CONCAT, CONCATENATE, LENGTH, METADATA, number};
use super::send::Transfer;
use super::sending::{Sending, call_error};
use super::source::UploadSource;
use super::uploading::Latest;
use crate::retry::Retry;
use crate::server::origin_of;
use crate::transport::BoxFuture;

/// The most parallel uploads: their URLs have to fit into a header.
const MOST: usize = 32;

/// How a content is divided among so many uploads; empty if it is too short or its length is unknown.
pub(super) fn divide(source: &UploadSource, among: usize, part_size: u64) -> Vec<Partial> {
    let Some(len) = source.len().filter(|_| source.slice(0, 0).is_some()) else { return Vec::new() };
    let count = len.div_ceil(part_size).min(among.min(MOST) as u64);
    if count < 2 {
        return Vec::new();
    }
    let (each, larger) = (len / count, len % count);
    (0..count).map(|nth| Partial::new(each + u64::from(nth < larger))).collect()
}

/// Sends the parts of a state, each as an upload of its own, and has the server concatenate them.
pub(super) async fn run(
    sending: &Sending,
    source: &UploadSource,
    state: Checkpoint,
    report: Option<Report>,
    known: &Latest,
) -> Result<Checkpoint, UploadError> {
    let sum = state.parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.len));
    if sum.is_none() || sum != source.len() {
        return Err(UploadError::changed("it is not as long as its parts are together"));
    }
    let partial = Sending { is_partial: true, metadata: None, ..sending.clone() };
    let lens = state.parts.iter().map(|part| Some(part.len));
    let meter = report.map(|report| Meter::new(report, lens));
    let whole = Mutex::new(state.clone());
    let mut lanes: Vec<BoxFuture<'_, Result<(), UploadError>>> = Vec::new();
    let mut start = 0;
    for (nth, part) in state.parts.iter().enumerate() {
        let slice = source.slice(start, part.len).ok_or_else(|| {
            UploadError::changed("it was sent from several places at once, and a reader is only ever at one")
        })?;
        start += part.len;
        let lane = Checkpoint {
            url: part.url.clone(),
            offset: part.offset,
            parts: Vec::new(),
            ..Checkpoint::new(state.endpoint.clone(), source)
        };
        let (partial, whole, meter) = (&partial, &whole, meter.as_ref().map(|meter| meter.lane(nth)));
        lanes.push(Box::pin(async move {
            let save = |lane: &Checkpoint| {
                let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
                whole.note(nth, lane);
                known.set(whole.clone());
            };
            Transfer::new(partial, slice, lane, true, meter, &save).run().await
        }));
    }
    all(lanes).await?;
    let state = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    let state = concatenate(sending, state).await?;
    known.set(state.clone());
    Ok(state)
}

/// Runs until all have ended or one has failed: the progress of the others is in the state by then.
async fn all(mut lanes: Vec<BoxFuture<'_, Result<(), UploadError>>>) -> Result<(), UploadError> {
    poll_fn(|cx| {
        let mut failed = None;
        lanes.retain_mut(|lane| match lane.as_mut().poll(cx) {
            Poll::Pending => true,
            Poll::Ready(ended) => {
                failed = failed.take().or(ended.err());
                false
            }
        });
        match failed {
            Some(error) => Poll::Ready(Err(error)),
            None if lanes.is_empty() => Poll::Ready(Ok(())),
            None => Poll::Pending,
        }
    })
    .await
}

async fn concatenate(sending: &Sending, state: Checkpoint) -> Result<Checkpoint, UploadError> {
    let len = state.len().unwrap_or_default();
    let endpoint = state.endpoint.expose();
    let urls: Option<Vec<_>> = state.parts.iter().map(|part| Some(part.url.as_ref()?.expose())).collect();
    let Some(urls) = urls else {
        // One of them was not created because the server reported that it has the whole upload.
        return Ok(Checkpoint { offset: len, parts: Vec::new(), ..state });
    };
    // By path: a server behind a proxy may not know the host that it is reached by.
    let home = origin_of(endpoint).unwrap_or_default();
    let paths: Vec<_> = urls.into_iter().map(|url| url.strip_prefix(home).unwrap_or(url)).collect();
    let list = HeaderValue::try_from(format!("final;{}", paths.join(" ")));
    let mut list = list.map_err(|_| UploadError::Protocol("the URL of a part cannot be sent in a header".into()))?;
    // Whoever has a URL can write to it.
    list.set_sensitive(true);
    let metadata = sending.metadata.clone().map(|metadata| (METADATA, metadata));
    let headers: Vec<_> = [(CONCAT, list)].into_iter().chain(metadata).collect();
    let response = match sending.send(&CONCATENATE, &state, &headers).await {
        Ok(response) => response,
        Err(inner) if sending.is_finished(&CONCATENATE, &inner) => {
            return Ok(Checkpoint { offset: len, parts: Vec::new(), ..state });
        }
        Err(inner) => return Err(call_error(inner)),
    };
    let place = Place::of(endpoint, &response.headers, sending.elsewhere)?;
    let state = Checkpoint { url: Some(place.url), offset: len, parts: Vec::new(), ..state };
    // A server may still be concatenating, or may have passed the upload on. But if it reports a length, it must match.
    let once = Sending { retry: Some(Retry::never().into()), ..sending.clone() };
    let reported = once.send(&ASK, &state, &[]).await.ok().and_then(|response| number(&response.headers, &LENGTH));
    if let Some(reported) = reported.filter(|reported| *reported != len) {
        let text = format!("the server has concatenated parts of {len} bytes into {reported}");
        return Err(UploadError::Protocol(text));
    }
    Ok(state)
}
