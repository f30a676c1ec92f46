//! Faults that are injected into uploads.

use std::collections::VecDeque;
use std::io;

use http::HeaderValue;

use super::files::Spool;
use super::handler::HandlerResult;

use typed_endpoint::Body;
use typed_endpoint::mock::Reply;

/// A step of an upload: [`StudioFake::inject_upload_fault`](super::StudioFake::inject_upload_fault) injects a fault into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UploadStep {
    /// The `POST` that creates an upload by tus.
    Create,
    /// The `HEAD` that asks for its offset.
    Ask,
    /// The `PATCH` that brings a part, and the `PUT` that brings a whole file.
    Send,
    /// The `DELETE` that aborts it.
    Abort,
}

/// A fault in a step of an upload: [`StudioFake::inject_upload_fault`](super::StudioFake::inject_upload_fault).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadFault {
    /// Cuts the connection after so many bytes of the body, or at its end, and keeps none of them.
    Cut(u64),
    /// Carries the step out, but cuts the connection before the response.
    NoResponse,
    /// Reads nothing and sends no response.
    Stall,
    /// Refuses the step with this status and no body.
    Refuse(u16),
    /// Refuses the step because the file has already arrived: 422, with the real server's text, except for `HEAD`.
    Arrived,
    /// Carries the step out, but reports this offset, if the response has one.
    Lie(u64),
    /// Confirms the step and loses the bytes. `HEAD` still reports an offset.
    Lose,
    /// Loses the whole upload, which is then unknown.
    Forget,
}

/// The faults that were not injected yet.
#[derive(Default)]
pub(super) struct Faults(VecDeque<(UploadStep, UploadFault)>);

impl Faults {
    pub(super) fn add(&mut self, step: UploadStep, fault: UploadFault) {
        self.0.push_back((step, fault));
    }

    pub(super) fn take(&mut self, step: UploadStep) -> Option<UploadFault> {
        let at = self.0.iter().position(|(own, _)| *own == step)?;
        self.0.remove(at).map(|(_, fault)| fault)
    }
}

/// Studio refuses a second file for an asset.
pub(super) fn arrived() -> Reply {
    Reply::error(422, "asset has already been uploaded")
}

/// Reads a part, as far as it comes.
pub(super) async fn receive(mut part: Spool, mut body: Body, fault: Option<&UploadFault>) -> HandlerResult<Spool> {
    if fault == Some(&UploadFault::Stall) {
        return std::future::pending().await;
    }
    while let Some(chunk) = body.chunk().await.map_err(|_| Reply::cut())? {
        part.write(&chunk).map_err(|error| not_kept(&error))?;
        if matches!(fault, Some(UploadFault::Cut(most)) if part.len() >= *most) {
            return Err(Reply::cut());
        }
    }
    Ok(part)
}

/// The response when a file is too large, or the folder for files cannot be written to.
pub(super) fn not_kept(error: &io::Error) -> Reply {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Reply::text(413, "the file is too large to be kept in memory\n"),
        _ => Reply::text(500, format!("the file cannot be kept: {error}\n")),
    }
}

/// The response instead of carrying the step out.
pub(super) async fn instead(fault: Option<&UploadFault>) -> Option<Reply> {
    match fault? {
        UploadFault::Stall => std::future::pending().await,
        UploadFault::Cut(_) => Some(Reply::cut()),
        UploadFault::Refuse(status) => Some(Reply::status(*status)),
        UploadFault::Arrived => Some(arrived()),
        _ => None,
    }
}

/// The response after the step was carried out.
pub(super) fn afterwards(fault: Option<&UploadFault>, mut reply: Reply) -> Reply {
    match fault {
        Some(UploadFault::NoResponse) => return Reply::cut(),
        Some(UploadFault::Lie(offset)) if reply.headers.contains_key("upload-offset") => {
            reply.headers.insert("upload-offset", HeaderValue::from(*offset));
        }
        _ => {}
    }
    reply
}
