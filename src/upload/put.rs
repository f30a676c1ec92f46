//! A small file, sent at once.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::{PART, UploadState};
use crate::attempt::{Attempts, Plain};
use crate::tus::{self, Meter, Report, Sending, Source, UploadError};
use crate::wire::Payload;

static PUT: Plain = Plain { what: "upload (sending the file)", method: Method::PUT, own: false };

/// Sends the whole file at once. Repeating it does no harm: the server refuses a second one.
pub(super) async fn put(
    sending: &Sending,
    mut source: Source,
    state: &UploadState,
    media_type: &str,
    report: Option<Report>,
) -> Result<(), UploadError> {
    source.resume(state.tus.stamp())?;
    let meter = report.map(|report| Meter::new(report, source.len()));
    // The server waits for ever for the body of what calls itself JSON, say.
    let media_type = if media_type.starts_with("video/") { media_type } else { "application/octet-stream" };
    let media_type = HeaderValue::from_str(media_type);
    let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut attempts = Attempts::new(None);
    loop {
        if let Some(meter) = &meter {
            meter.confirmed(0, source.len());
        }
        let part = source.part(0, PART).await?;
        let headers = [(CONTENT_TYPE, media_type.clone())];
        let job = sending.job(&PUT, &state.tus.endpoint, &state.url, headers, Payload::Body(part.body))?;
        let mut job = job.observed(meter.as_ref().map(Meter::observer));
        match attempts.once(&mut job).await {
            Ok(_) => break,
            Err(fault) if sending.is_finished(&PUT, fault.inner()) => break,
            Err(fault) => {
                source.check().await?;
                attempts.again(&job, fault, true).await.map_err(tus::call)?;
            }
        }
    }
    if let Some(meter) = meter {
        meter.confirmed(source.len().unwrap_or_default(), source.len());
    }
    Ok(())
}
