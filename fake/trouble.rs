//! Faults that are injected into uploads.

use std::collections::VecDeque;

use http::HeaderValue;

use typed_endpoint::Body;
use typed_endpoint::mock::Reply;

/// A step of an upload: [`StudioFake::trouble_upload`](super::StudioFake::trouble_upload) injects a fault into it.
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

/// A fault in a step of an upload: [`StudioFake::trouble_upload`](super::StudioFake::trouble_upload).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadTrouble {
    /// The connection is cut after so many bytes of the body, or at its end; it is as if nothing had come.
    Cut(u64),
    /// It is done, but the connection is cut before the response.
    Unanswered,
    /// Nothing is read, and no response sent.
    Stall,
    /// It is refused with this status, without a word.
    Refuse(u16),
    /// It is refused because the file has arrived already: 422, with the words of the real server, except for `HEAD`.
    Arrived,
    /// It is done, but where the response has the upload's offset, it has this one.
    Lie(u64),
    /// It is confirmed, and lost. Questions for the offset are served.
    Lose,
    /// The whole upload is lost, and not known any more.
    Forget,
}

/// What is still to go wrong.
#[derive(Default)]
pub(super) struct Troubles(VecDeque<(UploadStep, UploadTrouble)>);

impl Troubles {
    pub(super) fn add(&mut self, step: UploadStep, trouble: UploadTrouble) {
        self.0.push_back((step, trouble));
    }

    pub(super) fn take(&mut self, step: UploadStep) -> Option<UploadTrouble> {
        let at = self.0.iter().position(|(own, _)| *own == step)?;
        self.0.remove(at).map(|(_, trouble)| trouble)
    }
}

/// Studio refuses a second file for an asset.
pub(super) fn arrived() -> Reply {
    Reply::error(422, "asset has already been uploaded")
}

/// Reads a part, as far as it comes.
pub(super) async fn receive(mut body: Body, trouble: Option<&UploadTrouble>) -> Result<Vec<u8>, ()> {
    if trouble == Some(&UploadTrouble::Stall) {
        return std::future::pending().await;
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = body.chunk().await.map_err(drop)? {
        bytes.extend_from_slice(&chunk);
        if matches!(trouble, Some(UploadTrouble::Cut(most)) if bytes.len() as u64 >= *most) {
            return Err(());
        }
    }
    Ok(bytes)
}

/// The response in place of what would be done.
pub(super) async fn instead(trouble: Option<&UploadTrouble>) -> Option<Reply> {
    match trouble? {
        UploadTrouble::Stall => std::future::pending().await,
        UploadTrouble::Cut(_) => Some(Reply::cut()),
        UploadTrouble::Refuse(status) => Some(Reply::status(*status)),
        UploadTrouble::Arrived => Some(arrived()),
        _ => None,
    }
}

/// The response when it was done.
pub(super) fn afterwards(trouble: Option<&UploadTrouble>, mut reply: Reply) -> Reply {
    match trouble {
        Some(UploadTrouble::Unanswered) => return Reply::cut(),
        Some(UploadTrouble::Lie(offset)) if reply.headers.contains_key("upload-offset") => {
            reply.headers.insert("upload-offset", HeaderValue::from(*offset));
        }
        _ => {}
    }
    reply
}
