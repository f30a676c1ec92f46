//! An upload from start to end.

use std::future::IntoFuture;

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::meter::Meter;
use super::send::Transfer;
use super::sending::Sending;
use super::source::UploadSource;
use super::uploading::{Latest, UploadFuture};
use super::{Content, Upload, parallel, put};

impl IntoFuture for Upload {
    type Output = Result<Checkpoint, UploadError>;
    type IntoFuture = UploadFuture;

    #[inline]
    fn into_future(self) -> UploadFuture {
        let Self { sending, endpoint, content, state, given, report, save, put } = self;
        let latest = Latest::new(state.clone(), save);
        let (known, own) = (latest.clone(), sending.clone());
        let url = state.as_ref().map(|state| &state.endpoint).or(given.as_ref()).unwrap_or(&endpoint).clone();
        let work = async move |mut own: Sending| {
            let mut source = match content {
                Content::File(file) => UploadSource::open(file).await?,
                Content::Opened(source) => source,
            };
            if put.is_some() {
                source.load(own.part_size).await?;
            }
            let begun = state.is_some();
            let mut state = match (state, given) {
                (Some(state), _) => state,
                (None, Some(url)) => Checkpoint::given(url, &source),
                (None, None) => Checkpoint::new(endpoint, &source),
            };
            source.resume(&state.stamp)?;
            let is_new = state.url.is_none() && state.parts.is_empty();
            let fits = source.len().is_some_and(|len| len <= own.part_size);
            if let (Some((url, media_type)), true, true) = (put, fits, is_new) {
                let meter = report.map(|report| Meter::new(report, [source.len()]).lane(0));
                put::put(&own, &mut source, &state, &url, media_type, meter).await?;
                let state = Checkpoint { offset: source.len().unwrap_or_default(), ..state };
                known.set(state.clone());
                return Ok(state);
            }
            let parts = match is_new {
                true => parallel::divide(&source, own.wanted.parallel, own.part_size()),
                false => Vec::new(),
            };
            let begun = own.discover(&state, !parts.is_empty(), begun).await?;
            if own.extensions.concatenation {
                state.parts.extend(parts);
            }
            if !state.parts.is_empty() {
                return parallel::run(&own, &source, state, report, &known).await;
            }
            let meter = report.map(|report| Meter::new(report, [source.len()]).lane(0));
            let save = |state: &Checkpoint| known.set(state.clone());
            let mut transfer = Transfer::new(&own, source, state, begun, meter, &save);
            transfer.run().await?;
            Ok(transfer.into_state())
        };
        UploadFuture::new(sending, latest, async move {
            let watched = own.watched("upload", &url);
            let ended = work(watched.clone()).await;
            watched.ended(&ended);
            ended
        })
    }
}
