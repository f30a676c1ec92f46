//! A content of one part, sent at once.

use std::sync::Arc;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::meter::Meter;
use super::send::{Sending, call};
use super::{Source, State, UploadError};
use crate::encode::Payload;
use crate::secret::Secret;
use crate::send::{Attempts, Plain};

static PUT: Plain = Plain { what: "upload (sending the file)", method: Method::PUT, own: false };

/// Sends the whole content at once. The service refuses a second one or puts it in place of the first, so repeating it
/// does no harm.
pub(super) async fn put(
    sending: &Sending,
    source: &mut Source,
    state: &State,
    url: &Secret,
    media_type: HeaderValue,
    meter: Option<Arc<Meter>>,
) -> Result<(), UploadError> {
    let mut attempts = Attempts::new(None);
    loop {
        if let Some(meter) = &meter {
            meter.confirmed(0, source.len());
        }
        let part = source.part(0, sending.part_size).await?;
        let headers = [(CONTENT_TYPE, media_type.clone())];
        let job = sending.job(&PUT, &state.endpoint, url, headers, Payload::Body(part.body))?;
        let mut job = job.observed(meter.as_ref().map(Meter::observer));
        match attempts.once(&mut job).await {
            Ok(_) => break,
            Err(fault) if sending.is_finished(&PUT, fault.inner()) => break,
            Err(fault) => {
                source.check().await?;
                attempts.again(&job, fault, true).await.map_err(call)?;
            }
        }
    }
    if let Some(meter) = meter {
        meter.confirmed(source.len().unwrap_or_default(), source.len());
    }
    Ok(())
}
