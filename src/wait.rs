//! What can be waited for: tasks, and the assets that they make.

use typed_endpoint::Client;

use crate::asset::{self, Asset};
use crate::stream::Clip;
use crate::task::{self, Task};
use crate::{AssetId, Awaitable, Endpoint, RequestError, Stage, Studio, TaskId, TaskRef, Wait};

fn task_poll(id: Option<&TaskId>) -> Result<task::Get, RequestError> {
    match id {
        Some(id) if !id.is_empty() => Ok(task::Get::new(id.clone())),
        _ => Err(RequestError::NoId { what: "task to wait for" }),
    }
}

/// Only the phase counts: the message of an attempt that has failed stays while the server makes another.
fn task_stage(task: &Task) -> Stage {
    let status = task.status.as_ref();
    let phase = status.map_or(&task::Phase::Pending, |status| &status.phase);
    match phase {
        task::Phase::Completed => Stage::Done,
        task::Phase::Failed => Stage::Failed(reason(status.and_then(|status| status.error_message.as_ref()))),
        task::Phase::Cancelled => Stage::Cancelled,
        phase => {
            Stage::InProgress { phase: phase.as_str().into(), progress: status.and_then(|status| status.progress) }
        }
    }
}

fn asset_poll(id: &AssetId) -> Result<asset::Get, RequestError> {
    match id.is_empty() {
        true => Err(RequestError::NoId { what: "asset to wait for" }),
        false => Ok(asset::Get::new(id.clone())),
    }
}

fn asset_stage(asset: &Asset) -> Stage {
    let status = asset.status.as_ref();
    let phase = status.map_or(&asset::Phase::Waiting, |status| &status.phase);
    match phase {
        asset::Phase::Ready => Stage::Done,
        asset::Phase::Failed => Stage::Failed(reason(status.and_then(|status| status.error_message.as_ref()))),
        asset::Phase::Deleting | asset::Phase::Deleted => Stage::Cancelled,
        phase => {
            Stage::InProgress { phase: phase.as_str().into(), progress: status.and_then(|status| status.progress) }
        }
    }
}

fn reason(message: Option<&String>) -> String {
    message.cloned().unwrap_or_else(|| "the server does not say why".into())
}

/// Declares how types are polled, and lets them be waited for by `until_ready`.
macro_rules! awaitable {
    ($($what:ty => $poll:ty, |$own:ident| $of:expr, $stage:expr;)+) => {
        $(impl Awaitable for $what {
            type PollRequest = $poll;

            fn poll_request(&self) -> Result<$poll, RequestError> {
                let $own = self;
                $of
            }

            fn stage(response: &<$poll as Endpoint>::Response) -> Stage {
                $stage(response)
            }
        }

        impl $what {
            /// Waits until it is done, however long that takes: [`Wait`] has the settings, and shows the progress.
            #[inline]
            pub fn until_ready(&self, client: &Client<Studio>) -> Wait<$poll> {
                client.wait(self)
            }
        })+
    };
}

awaitable! {
    Task => task::Get, |task| task_poll(task.id.as_ref()), task_stage;
    TaskRef => task::Get, |task| task_poll(Some(&task.id)), task_stage;
    TaskId => task::Get, |id| task_poll(Some(id)), task_stage;
    asset::Exported => task::Get, |export| task_poll(export.task.id.as_ref()), task_stage;
    Asset => asset::Get, |asset| asset_poll(&asset.id), asset_stage;
    AssetId => asset::Get, |id| asset_poll(id), asset_stage;
    asset::UrlUpload => asset::Get, |upload| asset_poll(&upload.asset.id), asset_stage;
    asset::UploadTicket => asset::Get, |upload| asset_poll(&upload.asset.id), asset_stage;
    Clip => asset::Get, |clip| asset_poll(&clip.asset.id), asset_stage;
}
