//! A content of one part, sent at once.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::meter::Lane;
use super::sending::{Sending, call_error};
use super::source::UploadSource;
use crate::encode::Payload;
use crate::secret::Secret;
use crate::send::{Attempts, PlainRequest};

static PUT: PlainRequest = PlainRequest { what: "upload (sending the file)", method: Method::PUT, own: false };

/// Sends the whole content at once. The service refuses a second one or puts it in place of the first, so repeating it
/// does no harm.
pub(super) async fn put(
    sending: &Sending,
    source: &mut UploadSource,
    state: &Checkpoint,
    url: &Secret,
    media_type: HeaderValue,
    meter: Option<Lane>,
) -> Result<(), UploadError> {
    let mut attempts = Attempts::new(None);
    loop {
        if let Some(meter) = &meter {
            meter.confirmed(0, source.len());
        }
        let part = source.part(0, sending.part_size).await?;
        let headers = [(CONTENT_TYPE, media_type.clone())];
        let on_sent = meter.as_ref().map(Lane::on_sent);
        let job = sending.job(&PUT, &state.endpoint, url, headers, Payload::Body(part.body), on_sent);
        let mut job = job.map_err(call_error)?;
        match attempts.send_once(&mut job).await {
            Ok(_) => break,
            Err(failure) if sending.is_finished(&PUT, failure.error()) => break,
            Err(failure) => {
                source.check().await?;
                attempts.wait_before_retry(&job, failure, true).await.map_err(call_error)?;
            }
        }
    }
    if let Some(meter) = meter {
        meter.confirmed(source.len().unwrap_or_default(), source.len());
    }
    Ok(())
}
