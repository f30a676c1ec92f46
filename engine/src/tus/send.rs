//! The protocol: create, ask, send, until the server has all of it.

use std::io;

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::checkpoint::Checkpoint;
use super::create::{Created, create};
use super::error::UploadError;
use super::meter::Lane;
use super::protocol::{ASK, CHECKSUM, CHECKSUM_MISMATCH, DEFER, LENGTH, OFFSET, PART_TYPE, SEND, number};
use super::sending::{Sending, call_error};
use super::source::{Part, UploadSource};
use super::trust::Trust;
use crate::encode::Payload;
use crate::send::{AttemptError, Attempts, Job};

/// An upload in progress: what was negotiated with the server, and the next step.
pub(crate) struct Transfer<'a> {
    sending: &'a Sending,
    source: UploadSource,
    state: Checkpoint,
    /// Whether the server has responded before: only then is a failure an outage to wait for.
    begun: bool,
    /// Whether the server has lost it once.
    restarted: bool,
    /// The host that the server named, if it is another one and not allowed.
    theirs: Option<String>,
    trust: Trust,
    /// Attempts since the last progress.
    attempts: Attempts,
    /// The length of the last part, if the server responded to it with an error: most likely it has received all of it.
    refused: Option<u64>,
    meter: Option<Lane>,
    /// Called with the checkpoint after each change.
    save: &'a (dyn Fn(&Checkpoint) + Send + Sync),
}

/// The next step of an upload.
enum Next {
    Create,
    Ask,
    /// Only after the server has reported its offset.
    Send,
    Done,
}

/// What the server reports of an upload.
enum ServerOffset {
    At(u64),
    Finished,
    Unknown,
}

impl<'a> Transfer<'a> {
    /// An upload at the offset of its state; `begun` if parts of it were sent before.
    pub(crate) fn new(
        sending: &'a Sending,
        source: UploadSource,
        state: Checkpoint,
        begun: bool,
        meter: Option<Lane>,
        save: &'a (dyn Fn(&Checkpoint) + Send + Sync),
    ) -> Self {
        let trust = Trust::new(state.offset);
        let attempts = Attempts::new(None);
        Self {
            sending,
            source,
            state,
            begun,
            restarted: false,
            theirs: None,
            trust,
            attempts,
            refused: None,
            meter,
            save,
        }
    }

    pub(crate) fn into_state(self) -> Checkpoint {
        self.state
    }

    /// Sends what the server does not have yet.
    pub(crate) async fn run(&mut self) -> Result<(), UploadError> {
        let mut next = if self.state.url.is_none() { Next::Create } else { Next::Ask };
        loop {
            next = match next {
                Next::Create => self.create_upload().await?,
                Next::Ask => self.ask_offset().await?,
                Next::Send => self.send_part().await?,
                Next::Done => return Ok(()),
            };
        }
    }

    async fn create_upload(&mut self) -> Result<Next, UploadError> {
        let created = create(self.sending, &mut self.source, &self.state, self.begun, self.meter.as_ref()).await?;
        let Created::At { place, sent } = created else { return Ok(self.finished()) };
        self.theirs = place.theirs;
        self.begun = true;
        self.state.url = Some(place.url);
        self.state.deferred = self.source.len().is_none();
        self.trust.sent(sent.map_or(0, |(sent, _)| sent));
        let (offset, next) = match sent {
            None => (0, Next::Send),
            Some((sent, Some(offset))) if offset <= sent => (offset, Next::Send),
            Some(_) => (0, Next::Ask),
        };
        self.reached(offset);
        Ok(next)
    }

    async fn ask_offset(&mut self) -> Result<Next, UploadError> {
        match self.ask().await? {
            ServerOffset::Finished => Ok(self.finished()),
            ServerOffset::Unknown if self.restarted || self.state.is_given() => {
                let theirs = self.theirs.take();
                Err(theirs.map_or(UploadError::Unknown, |theirs| UploadError::Elsewhere { theirs }))
            }
            ServerOffset::Unknown => {
                self.restarted = true;
                self.state.url = None;
                self.state.offset = 0;
                Ok(Next::Create)
            }
            ServerOffset::At(offset) => {
                self.trust.reported(offset).map_err(|sent| UploadError::NeverSent { offset, sent })?;
                if let Some(of) = self.refused.take() {
                    self.check_taken(offset.saturating_sub(self.state.offset), of)?;
                }
                if offset < self.state.offset {
                    if !self.trust.survives_contradiction() {
                        return Err(UploadError::Offset { confirmed: self.state.offset, now: offset });
                    }
                } else if offset > self.state.offset {
                    self.attempts = Attempts::new(None);
                }
                self.reached(offset);
                Ok(Next::Send)
            }
        }
    }

    async fn send_part(&mut self) -> Result<Next, UploadError> {
        let offset = self.state.offset;
        self.trust.reached(offset);
        if self.source.len() == Some(offset) && !self.state.deferred {
            // If only the server knows the length, the content must end there.
            self.source.part(offset, 0).await?;
            return Ok(Next::Done);
        }
        let part = self.source.part(offset, self.sending.part_size()).await?;
        let (len, expected, last) = (part.len, offset + part.len, part.last);
        let mut job = self.patch(part).await?;
        self.trust.sent(expected);
        let failure = match self.attempts.send_once(&mut job).await {
            Ok(response) => {
                self.attempts = Attempts::new(None);
                if let Some(now) = number(&response.headers, &OFFSET).filter(|now| *now > offset) {
                    self.check_taken(now - offset, len)?;
                }
                return self.sent(number(&response.headers, &OFFSET), expected, last);
            }
            Err(failure) => failure,
        };
        if self.sending.is_finished(&SEND, failure.error()) {
            return Ok(self.finished());
        }
        // If that is why it failed, it says more.
        self.source.check().await?;
        self.refused = failure.status().map(|_| len);
        match failure.status() {
            // Asking shows whether it is really gone.
            Some(404 | 410) if self.trust.is_left() => drop(self.trust.survives_contradiction()),
            // Another offset than the server's, or corrupted bytes: sending again recovers both.
            Some(409 | CHECKSUM_MISMATCH) => self.wait_before_retry(&job, failure.into_transient()).await?,
            _ => self.wait_before_retry(&job, failure).await?,
        }
        Ok(Next::Ask)
    }

    fn check_taken(&mut self, taken: u64, of: u64) -> Result<(), UploadError> {
        match self.trust.takes_enough(taken, of) {
            true => Ok(()),
            false => Err(UploadError::Protocol(format!(
                "the server takes next to nothing of each part ({taken} of {of} bytes of the last): it would never end"
            ))),
        }
    }

    /// The step after a part that was accepted, by the offset that the server then reports.
    fn sent(&mut self, now: Option<u64>, expected: u64, last: bool) -> Result<Next, UploadError> {
        let offset = self.state.offset;
        match now {
            Some(now) if now > offset && now <= expected => {
                self.state.deferred &= !(last && now == expected);
                self.reached(now);
                Ok(Next::Send)
            }
            Some(now) if now == offset && now == expected => {
                self.state.deferred = false;
                Ok(Next::Send)
            }
            _ if self.trust.survives_contradiction() => Ok(Next::Ask),
            other => Err(UploadError::Offset { confirmed: expected, now: other.unwrap_or(offset) }),
        }
    }

    async fn wait_before_retry(&mut self, job: &Job, failure: AttemptError) -> Result<(), UploadError> {
        self.attempts.wait_before_retry(job, failure, true).await.map_err(call_error)
    }

    /// The server reports that it has all of it.
    fn finished(&mut self) -> Next {
        if let Some(len) = self.source.len() {
            self.reached(len);
        }
        Next::Done
    }

    fn reached(&mut self, offset: u64) {
        self.state.offset = offset;
        self.state.stamp = self.source.stamp().clone();
        if let Some(meter) = &self.meter {
            meter.confirmed(offset, self.source.len());
        }
        (self.save)(&self.state);
    }

    /// Asks how much the server has.
    async fn ask(&mut self) -> Result<ServerOffset, UploadError> {
        let response = match self.sending.send(&ASK, &self.state, &[]).await {
            Ok(response) => response,
            Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                return Ok(ServerOffset::Unknown);
            }
            Err(inner) if self.sending.is_finished(&ASK, &inner) => return Ok(ServerOffset::Finished),
            Err(inner) => return Err(call_error(inner)),
        };
        if let Some(length) = number(&response.headers, &LENGTH) {
            self.state.deferred = false;
            self.source.expect(length)?;
        } else if self.state.is_given() && response.headers.contains_key(DEFER) {
            self.state.deferred = true;
        }
        match number(&response.headers, &OFFSET) {
            Some(offset) if self.source.len().is_none_or(|len| offset <= len) => Ok(ServerOffset::At(offset)),
            Some(offset) => {
                Err(UploadError::Protocol(format!("the server says that it has {offset} bytes, more than there are")))
            }
            None => Err(UploadError::Protocol("the server does not say how much it has".into())),
        }
    }

    async fn patch(&self, mut part: Part) -> Result<Job, UploadError> {
        let total = self.source.len().filter(|_| self.state.deferred && part.last);
        let mut headers = vec![(OFFSET, HeaderValue::from(self.state.offset)), (CONTENT_TYPE, PART_TYPE)];
        headers.extend(total.map(|total| (LENGTH, HeaderValue::from(total))));
        if let Some(algorithm) = self.sending.extensions.checksum.filter(|_| part.len > 0) {
            let bytes = match part.body.bytes(usize::MAX).await {
                Ok(bytes) => bytes,
                Err(error) => {
                    // A content that has changed may be why it failed, and is the better error then.
                    self.source.check().await?;
                    return Err(UploadError::Read(io::Error::other(error)));
                }
            };
            headers.push((CHECKSUM, algorithm.header(bytes.clone()).await.map_err(UploadError::Read)?));
            part.body = bytes.into();
        }
        let payload = match part.len {
            0 => Payload::default(),
            _ => Payload::Body(part.body),
        };
        let on_sent = self.meter.as_ref().map(Lane::on_sent);
        self.sending.tus(&SEND, &self.state, headers, payload, on_sent).await.map_err(call_error)
    }
}
