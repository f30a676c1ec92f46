//! Creating an upload, with its first part if the server supports that.

use http::header::CONTENT_TYPE;
use http::header::HeaderValue;

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::location::Place;
use super::meter::Lane;
use super::protocol::{CONCAT, CREATE, DEFER, LENGTH, METADATA, OFFSET, PART_TYPE, number};
use super::sending::{Sending, call_error};
use super::source::UploadSource;
use crate::encode::Payload;
use crate::send::Attempts;

/// The outcome of a creation.
pub(super) enum Created {
    /// The server already has the whole upload.
    Finished,
    At {
        place: Place,
        /// How many bytes were sent with it, and how many of them the server reports.
        sent: Option<(u64, Option<u64>)>,
    },
}

/// Creates an upload. `begun` is whether the server has responded before.
///
/// A part that is sent with it is lost when the connection is cut, because there is no URL yet by which to ask for the
/// offset: then, and if a server does not accept a body here, the upload is created without one.
pub(super) async fn create(
    sending: &Sending,
    source: &mut UploadSource,
    state: &Checkpoint,
    begun: bool,
    meter: Option<&Lane>,
) -> Result<Created, UploadError> {
    let mut own = sending.clone();
    if !begun {
        own.retry.get_or_insert_default();
    }
    let mut with_part = own.extensions.creation_with_upload;
    let mut attempts = Attempts::new(None);
    loop {
        // A reader that ends within the first part turns out to have a length.
        let part = source.part(0, own.part_size()).await?;
        let carried = Some(part.len).filter(|len| with_part && *len > 0);
        let length = match source.len() {
            Some(len) => (LENGTH, HeaderValue::from(len)),
            None => (DEFER, HeaderValue::from_static("1")),
        };
        let concat = own.is_partial.then(|| (CONCAT, HeaderValue::from_static("partial")));
        let metadata = own.metadata.clone().map(|metadata| (METADATA, metadata));
        let kind = carried.map(|_| (CONTENT_TYPE, PART_TYPE));
        let headers = [length].into_iter().chain(concat).chain(metadata).chain(kind);
        let (payload, on_sent) = match carried {
            Some(_) => (Payload::Body(part.body), meter.map(Lane::on_sent)),
            None => (Payload::default(), None),
        };
        let mut job = own.tus(&CREATE, state, headers, payload, on_sent).await.map_err(call_error)?;
        let failure = match attempts.send_once(&mut job).await {
            Ok(response) => {
                let place = Place::of(state.endpoint.expose(), &response.headers, own.elsewhere)?;
                let sent = carried.map(|len| (len, number(&response.headers, &OFFSET)));
                return Ok(Created::At { place, sent });
            }
            Err(failure) => failure,
        };
        if own.is_finished(&CREATE, failure.error()) {
            return Ok(Created::Finished);
        }
        if carried.is_some() {
            // A content that has changed may be why it failed, and is the better error then.
            source.check().await?;
            if let Some(meter) = meter {
                meter.confirmed(0, source.len());
            }
            with_part = false;
            if let Some(400 | 411 | 413 | 415 | 501) = failure.status() {
                continue;
            }
        }
        attempts.wait_before_retry(&job, failure, true).await.map_err(call_error)?;
    }
}
